//! What wakes a connection's task.

use super::task::Live;
use crate::socket::{Error, Message};
use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::time::Instant;

/// What a connection waits for.
pub(super) enum Woken {
    Frame(Option<Result<Message, Error>>),
    Mail,
    Time,
}

impl Live {
    /// Frames and mail take turns, so that neither keeps the other waiting; before
    /// both goes what ends rights, or everything.
    pub(super) async fn wait(&mut self) -> Woken {
        let pressure = self.app.rooms.pressure();
        let closes = self.closes_at.into_iter();
        let at = closes
            .chain(self.connection.next_due(pressure))
            .chain(self.late.as_ref().map(|late| late.due_ms))
            .chain([self.connection.dead_at(), self.expires_at_ms])
            .min()
            .unwrap_or(u64::MAX);
        let wait = Duration::from_millis(at.saturating_sub(self.app.clock.now_ms()));
        let at = Instant::now() + wait;
        if !self.rings || at < self.alarm.deadline() {
            self.alarm.as_mut().reset(at);
            self.rings = true;
            self.is_armed = false;
        }
        poll_fn(|task| self.poll_woken(task)).await
    }

    fn poll_woken(&mut self, task: &mut Context<'_>) -> Poll<Woken> {
        // Whoever carries us on has left mail; of the rest our own task hears by itself, once
        // it has asked for it.
        if self.mailbox.is_carried_on() {
            if !self.is_armed {
                task.waker().wake_by_ref();
            }
            return self.mailbox.poll_filled(task).map(|()| Woken::Mail);
        }
        self.is_armed = false;
        let mail_first = self.mail_next || self.mailbox.is_urgent();
        if mail_first && self.mailbox.poll_filled(task).is_ready() {
            return Poll::Ready(Woken::Mail);
        }
        if self.late.is_none() {
            if let Poll::Ready(frame) = self.socket.poll_recv(task) {
                return Poll::Ready(Woken::Frame(frame));
            }
            // Nobody speaks: what wakes us is mail, most likely.
            self.mail_next = true;
        }
        if self.mailbox.poll_filled(task).is_ready() {
            return Poll::Ready(Woken::Mail);
        }
        if self.alarm.as_mut().poll(task).is_ready() {
            self.rings = false;
            return Poll::Ready(Woken::Time);
        }
        self.is_armed = self.late.is_none();
        Poll::Pending
    }
}
