//! What a connection's subscriptions are sent: first from the feed, behind it from
//! the store.

use super::task::{Live, Over};
use crate::{note, transcript};
use connvo_core::error::Problem;
use connvo_core::live::connection::{Effect, Stream};
use connvo_core::live::room::unavailable;
use connvo_core::live::{Item, Read};
use connvo_core::protocol::PAGE_ITEMS;
use connvo_core::transcript::Chunk;
use std::sync::Arc;

impl Live {
    /// Sends what is due: first from the feed, behind it from the store.
    pub(super) async fn deliver(&mut self) -> Result<(), Over> {
        loop {
            // What ends rights goes before what is due: the next turn looks at it.
            if !self.access.is_empty() {
                return Ok(());
            }
            let (now, pressure) = (self.app.clock.now_ms(), self.app.rooms.pressure());
            let due = self.connection.take_due(now, pressure);
            if due.is_empty() {
                return Ok(());
            }
            for (sub, stream, cursor) in due {
                // Likewise when it came while the one before was sent.
                if !self.access.is_empty() {
                    self.connection.wake(sub, now, pressure);
                    continue;
                }
                let effects = match self.places.get(&sub).map(|place| place.seat.room.clone()) {
                    Some(room) if stream == Stream::Note => match room.feed().read_note(cursor) {
                        Read::UpToDate => Vec::new(),
                        Read::Items(items) => {
                            let more = items.len() >= PAGE_ITEMS
                                || behind(
                                    items.last().map(|item| item.entry().sequence),
                                    room.feed().note_head(),
                                );
                            self.connection.deliver_note(sub, &items, more, now)
                        }
                        Read::Behind => Box::pin(self.read_back(sub, stream, cursor)).await,
                    },
                    Some(room) => match room.feed().read_transcript(cursor) {
                        Read::UpToDate => Vec::new(),
                        Read::Items(items) => {
                            let to = items.last().map_or(cursor, |item| item.entry().sequence);
                            let more = behind(Some(to), room.feed().transcript_head());
                            self.connection
                                .deliver_transcript(sub, &items, to, more, now)
                        }
                        Read::Behind => Box::pin(self.read_back(sub, stream, cursor)).await,
                    },
                    None => Vec::new(),
                };
                self.carry_out(effects).await?;
            }
        }
    }

    /// A page from the store, for a reader who is further behind than the feed.
    async fn read_back(&mut self, sub: u32, stream: Stream, cursor: u64) -> Vec<Effect> {
        let Some(place) = self.places.get(&sub) else {
            return Vec::new();
        };
        let Some(query) = self
            .connection
            .subscription(sub)
            .map(|held| held.query().clone())
        else {
            return Vec::new();
        };
        let Some(meeting) = query.meeting_id() else {
            return Vec::new();
        };
        let db = &self.app.db;
        let limit = PAGE_ITEMS as u32;
        let read: Result<Vec<Effect>, Problem> = match stream {
            Stream::Note => {
                let head = place.seat.room.feed().note_head();
                let upto = (cursor + 1 + u64::from(limit)).min(head + 1);
                note::store::range(db, meeting, cursor + 1, upto)
                    .await
                    .map_err(Problem::from)
                    .and_then(|entries| {
                        let first = entries.first().map(|entry| entry.sequence);
                        // The log was cut meanwhile: the client comes again, and
                        // starts from a snapshot. A hole is never jumped over.
                        if first != Some(cursor + 1) {
                            return Err(unavailable());
                        }
                        let items: Vec<_> = entries.into_iter().map(shared).collect();
                        let now = self.app.clock.now_ms();
                        Ok(self.connection.deliver_note(sub, &items, true, now))
                    })
            }
            Stream::Transcript => {
                let head = place.seat.room.feed().transcript_head();
                let read = async {
                    let since = transcript::kept_since(&self.app, meeting).await?;
                    let entries = transcript::store::entries(db, meeting, cursor, since, limit);
                    Ok(entries.await?)
                };
                read.await.map(|mut entries: Vec<Chunk>| {
                    // Nothing of after the moment at which the right to read was sure.
                    entries.retain(|chunk| chunk.sequence <= head);
                    let full = entries.len() >= PAGE_ITEMS;
                    let last = entries.last().map_or(head, |chunk| chunk.sequence);
                    let to = if full { last } else { head.max(last) };
                    let items: Vec<_> = entries.into_iter().map(shared).collect();
                    let now = self.app.clock.now_ms();
                    self.connection
                        .deliver_transcript(sub, &items, to, true, now)
                })
            }
        };
        read.unwrap_or_else(|problem| self.connection.refused(sub, problem))
    }
}

fn behind(last: Option<u64>, head: u64) -> bool {
    last.is_some_and(|last| last < head)
}

fn shared<E: connvo_core::live::journal::Sequenced>(entry: E) -> Arc<Item<E>> {
    Arc::new(Item::new(Arc::new(entry)))
}
