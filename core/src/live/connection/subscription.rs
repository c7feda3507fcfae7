//! A subscription: a cursor over a journal, and when it may send next.

use super::{Connection, Effect, Outgoing, lane_frame, send};
use crate::live::pacing::{self, Pacer};
use crate::protocol::frame::{Query, ServerFrame};
use crate::protocol::lane::ServerLane;

/// The cursor of every view: what changes is its epoch.
pub const VIEW_CURSOR: u64 = 1;

/// What opening a query gave: where the subscription starts.
#[derive(Debug, Clone)]
pub enum Opened {
    /// The note as a CRDT.
    Note {
        /// Whether the subscriber may write.
        writable: bool,
        /// The note's epoch.
        epoch: u64,
        /// The document to begin with; `None` when the client's cursor still holds.
        snapshot: Option<NoteSnapshot>,
    },
    /// A journal of JSON items.
    Journal {
        /// The epoch of its cursors.
        epoch: String,
        /// The items to begin with; `None` when the client's cursor still holds.
        snapshot: Option<JournalSnapshot>,
    },
    /// A view: a value of which the latest replaces the last.
    View {
        /// The value, as JSON.
        json: std::sync::Arc<str>,
        /// Its content's hash, which is the epoch of its one cursor.
        version: std::sync::Arc<str>,
        /// Whether the client has this version already.
        is_known: bool,
    },
}

/// A note's document at a cursor.
#[derive(Debug, Clone)]
pub struct NoteSnapshot {
    /// The last sequence that it includes.
    pub cursor: u64,
    /// Hash of the text.
    pub hash: u64,
    /// The document as a V1 update.
    pub state: Vec<u8>,
}

/// The latest items of a journal.
#[derive(Debug, Clone)]
pub struct JournalSnapshot {
    /// The last sequence that they include.
    pub cursor: u64,
    /// Whether it replaces what the client had.
    pub reset: bool,
    /// The items, oldest first.
    pub items: Vec<serde_json::Value>,
}

/// One open subscription.
#[derive(Debug)]
pub struct Subscription {
    pub(super) query: Query,
    pub(super) cursor: u64,
    pub(super) pacer: Pacer,
    writable: bool,
    epoch: u64,
}

impl Subscription {
    /// What it follows.
    #[must_use]
    pub const fn query(&self) -> &Query {
        &self.query
    }

    /// The last sequence sent.
    #[must_use]
    pub const fn cursor(&self) -> u64 {
        self.cursor
    }

    pub(super) const fn is_note(&self) -> bool {
        matches!(self.query, Query::Note { .. })
    }

    /// Whether the subscriber may write to the note.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.writable
    }

    /// The window between two frames, by how busy the node is.
    #[must_use]
    pub fn window_ms(&self, pressure: f32) -> u64 {
        let upper = match self.query {
            Query::Transcript { .. } => pacing::TRANSCRIPT_MS,
            _ => pacing::NOTE_MS,
        };
        pacing::window_ms(upper, pressure)
    }
}

impl Connection {
    /// The query was authorised and opened: the subscription starts.
    pub fn opened(
        &mut self,
        sub: u32,
        query: Query,
        after: Option<u64>,
        opened: Opened,
    ) -> Vec<Effect> {
        let mut effects = Vec::new();
        let mut held = Subscription {
            query,
            cursor: after.unwrap_or(0),
            pacer: Pacer::default(),
            writable: false,
            epoch: 0,
        };
        match opened {
            Opened::Note {
                writable,
                epoch,
                snapshot,
            } => {
                held.writable = writable;
                held.epoch = epoch;
                effects.push(lane_frame(sub, &ServerLane::Access { writable, epoch }));
                if let Some(NoteSnapshot {
                    cursor,
                    hash,
                    state,
                }) = snapshot
                {
                    held.cursor = cursor;
                    effects.push(lane_frame(
                        sub,
                        &ServerLane::Snapshot {
                            epoch,
                            cursor,
                            hash,
                            state,
                        },
                    ));
                }
            }
            Opened::Journal {
                epoch,
                snapshot:
                    Some(JournalSnapshot {
                        cursor,
                        reset,
                        items,
                    }),
            } => {
                held.cursor = cursor;
                effects.push(send(&ServerFrame::Snapshot {
                    sub,
                    cursor,
                    epoch,
                    reset,
                    items,
                }));
            }
            Opened::Journal { snapshot: None, .. } => {
                effects.push(up_to_date(sub, held.cursor));
            }
            Opened::View {
                json,
                version,
                is_known,
            } => {
                held.cursor = VIEW_CURSOR;
                effects.push(if is_known {
                    up_to_date(sub, held.cursor)
                } else {
                    view(sub, after.is_some(), &json, &version)
                });
                self.subscriptions.insert(sub, held);
                return effects;
            }
        }
        // Replay starts at the captured position: whatever came since is waiting.
        held.pacer.wake();
        self.subscriptions.insert(sub, held);
        effects
    }

    /// What a view shows has become another.
    pub fn replace(&self, sub: u32, json: &str, version: &str) -> Vec<Effect> {
        let known = self.subscriptions.contains_key(&sub);
        known
            .then(|| view(sub, true, json, version))
            .into_iter()
            .collect()
    }

    /// The right to write has changed.
    pub fn access_changed(&mut self, sub: u32, writable: bool) -> Vec<Effect> {
        match self.subscriptions.get_mut(&sub) {
            Some(held) if held.is_note() && held.writable != writable => {
                held.writable = writable;
                let epoch = held.epoch;
                vec![lane_frame(sub, &ServerLane::Access { writable, epoch })]
            }
            _ => Vec::new(),
        }
    }
}

fn up_to_date(sub: u32, cursor: u64) -> Effect {
    send(&ServerFrame::Events {
        sub,
        from: cursor + 1,
        to: cursor,
        items: Vec::new(),
    })
}

/// A snapshot frame around a value that is JSON already.
fn view(sub: u32, reset: bool, json: &str, version: &str) -> Effect {
    Effect::Send(Outgoing::Text(format!(
        r#"{{"type":"snapshot","sub":{sub},"cursor":{VIEW_CURSOR},"epoch":"{version}","reset":{reset},"items":[{json}]}}"#
    )))
}
