//! What a connection's subscriptions are sent: first from the feed, behind it from
//! the store.

use super::task::{Live, Over};
use crate::{chat, note, transcript};
use connvo_core::error::Problem;
use connvo_core::live::connection::{Effect, Stream};
use connvo_core::live::journal::Sequenced;
use connvo_core::live::room::unavailable;
use connvo_core::live::{Item, Read};
use connvo_core::protocol::PAGE_ITEMS;
use connvo_core::transcript::Chunk;
use std::sync::Arc;

impl Live {
    /// Sends what is due: first from the feed, behind it from the store.
    pub(super) async fn deliver(&mut self) -> Result<(), Over> {
        let mut anyway = self.socket.has_unsent();
        loop {
            let due = self.take_due(anyway);
            anyway = false;
            if due.is_empty() {
                return Ok(());
            }
            for (sub, stream, cursor) in due {
                let effects = match self.read_feed(sub, stream, cursor) {
                    Some(effects) => effects,
                    None => Box::pin(self.read_back(sub, stream, cursor)).await,
                };
                self.carry_out(effects).await?;
            }
        }
    }

    /// What is due. What ends rights goes before it: the next turn looks at it.
    pub(super) fn take_due(&mut self, anyway: bool) -> Vec<(u32, Stream, u64)> {
        if self.mailbox.is_urgent() {
            return Vec::new();
        }
        let (now, pressure) = (self.app.clock.now_ms(), self.app.rooms.pressure());
        self.connection.take_due(now, pressure, anyway)
    }

    /// What was due is due again.
    pub(super) fn put_off(&mut self, sub: u32) {
        let (now, pressure) = (self.app.clock.now_ms(), self.app.rooms.pressure());
        self.connection.wake(sub, now, pressure);
    }

    /// What the feed has for a subscription; `None` when its reader is further behind.
    pub(super) fn read_feed(
        &mut self,
        sub: u32,
        stream: Stream,
        cursor: u64,
    ) -> Option<Vec<Effect>> {
        // Likewise when it came while the one before was sent.
        if self.mailbox.is_urgent() {
            self.put_off(sub);
            return Some(Vec::new());
        }
        let Some(place) = self.places.get(&sub) else {
            return Some(Vec::new());
        };
        let feed = Arc::clone(place.seat.room.feed());
        match stream {
            Stream::Note => match feed.read_note(cursor) {
                Read::UpToDate => Some(Vec::new()),
                Read::Items(items) => {
                    let last = items.last().map(|item| item.entry().sequence);
                    let more = items.len() >= PAGE_ITEMS || behind(last, feed.note_head());
                    let now = self.app.clock.now_ms();
                    Some(self.connection.deliver_note(sub, &items, more, now))
                }
                Read::Behind => None,
            },
            Stream::Transcript => {
                let read = feed.read_transcript(cursor);
                self.deliver_read(sub, read, feed.transcript_head())
            }
            Stream::Chat => {
                let read = feed.read_chat(cursor);
                self.deliver_read(sub, read, feed.chat_head())
            }
        }
    }

    /// What the feed has; `None` when the reader is further behind.
    fn deliver_read<E: Sequenced>(
        &mut self,
        sub: u32,
        read: Read<E>,
        head: u64,
    ) -> Option<Vec<Effect>> {
        let now = self.app.clock.now_ms();
        match read {
            Read::UpToDate => Some(Vec::new()),
            Read::Items(items) => {
                let to = items.last().map_or(0, |item| item.entry().sequence());
                let more = to < head;
                Some(self.connection.deliver(sub, &items, to, more, now))
            }
            Read::Behind => None,
        }
    }

    /// A page of the store's: nothing of after `head`, up to which the right to read was
    /// sure.
    fn deliver_page<E: Sequenced>(&mut self, sub: u32, mut page: Vec<E>, head: u64) -> Vec<Effect> {
        page.retain(|entry| entry.sequence() <= head);
        let full = page.len() >= PAGE_ITEMS;
        let last = page.last().map_or(head, E::sequence);
        let to = if full { last } else { head.max(last) };
        let items: Vec<_> = page.into_iter().map(shared).collect();
        let now = self.app.clock.now_ms();
        self.connection.deliver(sub, &items, to, true, now)
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
                let page: Result<Vec<Chunk>, Problem> = read.await;
                page.map(|page| self.deliver_page(sub, page, head))
            }
            Stream::Chat => {
                let head = place.seat.room.feed().chat_head();
                let page = chat::store::entries(db, meeting, cursor, limit).await;
                page.map_err(Problem::from)
                    .map(|page| self.deliver_page(sub, page, head))
            }
        };
        read.unwrap_or_else(|problem| self.connection.refused(sub, problem))
    }
}

fn behind(last: Option<u64>, head: u64) -> bool {
    last.is_some_and(|last| last < head)
}

fn shared<E: Sequenced>(entry: E) -> Arc<Item<E>> {
    Arc::new(Item::new(Arc::new(entry)))
}
