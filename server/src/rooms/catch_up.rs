//! What other nodes have committed to the open rooms: read from the store, for all rooms
//! together, at most every [`TICK`].

use super::Rooms;
use crate::bus::{Kind, State};
use crate::db::StoreError;
use crate::{chat, note, transcript};
use connvo_core::id::MeetingId;
use connvo_core::live::presence;
use connvo_core::live::room::News;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;

/// Shortest time between two reads.
const TICK: Duration = Duration::from_millis(10);
/// Rest after a read that failed.
const REST: Duration = Duration::from_millis(250);
/// Most rows of one journal read at once; there may be more.
const ROWS: u32 = 500;
/// Most meetings in one read.
const MEETINGS: usize = 500;

/// Up to where the journals of a meeting have grown; 0 where nothing is known.
#[derive(Debug, Clone, Copy, Default)]
struct Heads {
    note: u64,
    transcript: u64,
    chat: u64,
}

impl Heads {
    const fn of(&mut self, kind: Kind) -> &mut u64 {
        match kind {
            Kind::Note => &mut self.note,
            Kind::Transcript => &mut self.transcript,
            Kind::Chat => &mut self.chat,
        }
    }
}

/// Rooms that lack something.
#[derive(Debug, Default)]
pub(super) struct Grown {
    marked: Mutex<HashMap<MeetingId, Heads>>,
    some: Notify,
}

impl Grown {
    fn mark(&self, meeting: &MeetingId, kind: Kind, head: u64) {
        self.keep(meeting, kind, head);
        self.look();
    }

    /// Keeps a mark; nothing looks at it for that.
    fn keep(&self, meeting: &MeetingId, kind: Kind, head: u64) {
        let mut marked = self.lock();
        let held = marked.entry(meeting.clone()).or_default().of(kind);
        *held = head.max(*held);
    }

    /// Has what is marked looked at.
    pub(super) fn look(&self) {
        self.some.notify_one();
    }

    fn take(&self) -> Vec<(MeetingId, Heads)> {
        let mut marked = self.lock();
        let some: Vec<_> = marked.keys().take(MEETINGS).cloned().collect();
        let taken = some
            .into_iter()
            .filter_map(|meeting| marked.remove_entry(&meeting))
            .collect();
        if !marked.is_empty() {
            self.some.notify_one();
        }
        taken
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<MeetingId, Heads>> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Rooms {
    /// A journal has grown, by what another node or the store says. What the room has
    /// already, or nobody has open, is passed over; what a room that is being opened may
    /// lack waits for it.
    pub fn has_grown(&self, meeting: &MeetingId, kind: Kind, head: u64) {
        if self.is_opening(meeting) {
            return self.0.grown.mark(meeting, kind, head);
        }
        let Some(room) = self.get(meeting) else {
            return;
        };
        let known = match kind {
            Kind::Note => room.feed().note_head(),
            Kind::Transcript => room.feed().transcript_head(),
            Kind::Chat => room.feed().chat_head(),
        };
        if head > known {
            self.0.grown.mark(meeting, kind, head);
        }
    }

    /// Reads what open rooms lack until `end` is cancelled.
    pub async fn catch_up(self, end: CancellationToken) {
        loop {
            tokio::select! {
                () = end.cancelled() => return,
                () = self.0.grown.some.notified() => {}
            }
            let begun = Instant::now();
            let marked = self.0.grown.take();
            if let Err(error) = self.read(&marked).await {
                tracing::warn!(%error, "what other nodes have written cannot be read yet");
                for (meeting, heads) in marked {
                    self.mark_again(&meeting, heads);
                }
                sleep(REST).await;
            }
            sleep_until(begun + TICK).await;
        }
    }

    fn mark_again(&self, meeting: &MeetingId, heads: Heads) {
        self.has_grown(meeting, Kind::Note, heads.note);
        self.has_grown(meeting, Kind::Transcript, heads.transcript);
        self.has_grown(meeting, Kind::Chat, heads.chat);
    }

    /// Keeps what a room may lack that is being opened: it looks when it is open.
    fn wait_for(&self, meeting: &MeetingId, mut heads: Heads) {
        if self.is_opening(meeting) {
            for kind in [Kind::Note, Kind::Transcript, Kind::Chat] {
                self.0.grown.keep(meeting, kind, *heads.of(kind));
            }
            if !self.is_opening(meeting) {
                // It was opened, and looked, meanwhile.
                self.0.grown.look();
            }
        }
    }

    async fn read(&self, marked: &[(MeetingId, Heads)]) -> Result<(), StoreError> {
        let (mut notes, mut transcripts, mut chats) = (Vec::new(), Vec::new(), Vec::new());
        for (meeting, heads) in marked {
            let Some(room) = self.get(meeting) else {
                self.wait_for(meeting, *heads);
                continue;
            };
            let feed = room.feed();
            let lacks = |head: u64, known: u64| (head > known).then(|| (meeting.clone(), known));
            notes.extend(lacks(heads.note, feed.note_head()));
            transcripts.extend(lacks(heads.transcript, feed.transcript_head()));
            chats.extend(lacks(heads.chat, feed.chat_head()));
        }
        let db = &self.ground().db;
        let mut notes = note::store::after_each(db, &notes, ROWS).await?;
        let mut chunks = transcript::store::after_each(db, &transcripts, ROWS).await?;
        let mut messages = chat::store::after_each(db, &chats, ROWS).await?;
        let is_all = |rows: usize| rows < ROWS as usize;
        for (meeting, heads) in marked {
            let entries = notes.remove(meeting).unwrap_or_default();
            let chunks = chunks.remove(meeting).unwrap_or_default();
            let messages = messages.remove(meeting).unwrap_or_default();
            let all = [entries.len(), chunks.len(), messages.len()]
                .into_iter()
                .all(is_all);
            let news = News {
                entries,
                claims: Vec::new(),
                // What is not there has been replaced: a head is reached all the same.
                transcript_head: if is_all(chunks.len()) {
                    heads.transcript
                } else {
                    0
                },
                chat_head: if is_all(messages.len()) {
                    heads.chat
                } else {
                    0
                },
                chunks,
                messages,
            };
            if let Some(room) = self.get(meeting)
                && (!room.hears(news) || !all)
            {
                // It is busy, or there is more: again with the next tick.
                self.mark_again(meeting, *heads);
            }
        }
        Ok(())
    }

    /// Presence in a note, of people at another node.
    pub fn present(&self, meeting: &MeetingId, states: Vec<State>) {
        if let Some(room) = self.get(meeting) {
            let state = |(client_id, clock, json)| presence::State {
                client_id,
                clock,
                json,
            };
            room.present_elsewhere(states.into_iter().map(state).collect());
        }
    }

    /// Tells the other nodes who is present in a note here.
    pub fn tell_present(&self, meeting: &MeetingId) {
        if let Some(room) = self.get(meeting) {
            room.tell_present();
        }
    }
}
