//! How a room's task ends.

use super::super::handle::Message;
use super::{Actor, End};

impl Actor {
    /// Takes no more, works off what was sent, and leaves the map only then: a next
    /// room for this meeting opens after this one has committed its last.
    pub(super) async fn end(mut self, end: End) {
        self.inbox.close();
        let end = match end {
            End::Idle => self.last_turn().await.err(),
            end => Some(end),
        };
        match end {
            Some(End::Broken(why)) => {
                tracing::error!(meeting = %self.meeting, why, "the room is opened again");
                self.abandon().await;
            }
            Some(End::Removed) => self.abandon().await,
            Some(End::Idle) | None => {}
        }
    }

    async fn last_turn(&mut self) -> Result<(), End> {
        let clock = self.rooms.ground().clock.clone();
        while let Some(message) = self.inbox.recv().await {
            self.take(message, clock.now_ms());
        }
        if self.removed {
            return Err(End::Removed);
        }
        self.work().await?;
        if self.room.has_unsaved() {
            self.write_base().await?;
        }
        Ok(())
    }

    /// The room is lost: everybody who waits is told to try again.
    async fn abandon(&mut self) {
        while let Some(message) = self.inbox.recv().await {
            if let Message::Change { request, .. } = message {
                self.room.request(request);
            }
        }
        for (reply, answer) in self.room.abort() {
            reply.give(answer);
        }
    }
}
