//! Journals: each item reaches the application exactly once and in order.

use super::{Event, Session};
use crate::error::{ErrorCode, Problem};
use crate::protocol::encode;
use crate::protocol::frame::Query;

/// A followed journal.
#[derive(Debug)]
pub(super) struct JournalClient {
    query: Query,
    epoch: Option<String>,
    cursor: Option<u64>,
}

impl Session {
    /// Follows a journal (`noteOps` or `transcript`). Items come as `Event::Items`.
    pub fn follow(&mut self, query: Query) -> u32 {
        let sub = self.next_sub();
        self.journals.insert(
            sub,
            JournalClient {
                query,
                epoch: None,
                cursor: None,
            },
        );
        self.subscribe_journal(sub);
        sub
    }

    /// Follows something no longer.
    pub fn unfollow(&mut self, sub: u32) {
        let known = self.journals.remove(&sub).is_some() | self.notes.remove(&sub).is_some();
        if known && self.is_live() {
            self.send(&encode::unsubscribe(sub));
        }
    }

    pub(super) const fn next_sub(&mut self) -> u32 {
        let sub = self.next_sub;
        self.next_sub += 1;
        sub
    }

    pub(super) fn subscribe_journal(&mut self, sub: u32) {
        let Some(journal) = self.journals.get(&sub).filter(|_| self.is_live()) else {
            return;
        };
        let frame = encode::subscribe(
            sub,
            &journal.query,
            journal.epoch.as_deref(),
            journal.cursor,
        );
        self.send(&frame);
    }

    pub(super) fn snapshot(
        &mut self,
        sub: u32,
        cursor: u64,
        epoch: String,
        items: Vec<serde_json::Value>,
    ) {
        if let Some(journal) = self.journals.get_mut(&sub) {
            let reset = journal.cursor.is_some();
            journal.cursor = Some(cursor);
            journal.epoch = Some(epoch);
            self.tell(Event::Items { sub, reset, items });
        }
    }

    pub(super) fn events(&mut self, sub: u32, from: u64, to: u64, items: Vec<serde_json::Value>) {
        let Some(journal) = self.journals.get_mut(&sub) else {
            return;
        };
        let cursor = journal.cursor.unwrap_or(0);
        if from > cursor + 1 {
            // A hole: ask again from where we are.
            self.send(&encode::unsubscribe(sub));
            self.subscribe_journal(sub);
            return;
        }
        journal.cursor = Some(cursor.max(to));
        let fresh: Vec<_> = items
            .into_iter()
            .filter(|item| {
                item.get("sequence")
                    .and_then(serde_json::Value::as_u64)
                    .is_none_or(|sequence| sequence > cursor)
            })
            .collect();
        if !fresh.is_empty() {
            self.tell(Event::Items {
                sub,
                reset: false,
                items: fresh,
            });
        }
    }

    /// The server ended a subscription. What it could not open just now is asked for
    /// again with the next connection or tick; anything else is over.
    pub(super) fn revoked(&mut self, sub: u32, problem: Problem, now_ms: u64) {
        if problem.code == ErrorCode::Unavailable {
            self.dead(now_ms);
            return;
        }
        let known = self.journals.remove(&sub).is_some() | self.notes.contains_key(&sub);
        if let Some(note) = self.notes.get_mut(&sub) {
            note.revoked(&problem);
        }
        if known {
            self.tell(Event::Ended { sub, problem });
            self.report_notes();
        }
    }
}
