//! What a room tells without a change: the committed note, who is present.

use super::{Actor, SWEEP, WINDOW};
use crate::rooms::handle::{Message, NoteView, StockState};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::live::connection::NoteSnapshot;
use tokio::time::Instant;

impl Actor {
    pub(super) fn answer(&self, question: Message) {
        let note = self.room.note();
        let Some(document) = note.committed() else {
            return;
        };
        match question {
            Message::Read(reply) => drop(reply.send(NoteView {
                content: document.text().to_string(),
                version: note.head(),
                epoch: note.epoch(),
            })),
            Message::Freshen(reply) => drop(reply.send(())),
            Message::Snapshot(reply) => {
                let state = document.diff_v1(&[0]).unwrap_or_default();
                drop(reply.send(NoteSnapshot {
                    cursor: note.head(),
                    hash: document.text().hash(),
                    state,
                }));
            }
            Message::Sync {
                state_vector,
                reply,
                held,
            } => {
                drop(held);
                let state = document.diff_v1(&state_vector).map(|diff| StockState {
                    diff,
                    state_vector: document.state_vector(),
                    head: note.head(),
                });
                let malformed = |_| {
                    Problem::new(
                        ErrorCode::ValidationError,
                        "the state vector makes no sense",
                    )
                };
                drop(reply.send(state.map_err(malformed)));
            }
            _ => {}
        }
    }

    /// What changed within a window goes out as one frame.
    pub(super) fn tell_presence(&mut self, now_ms: u64) {
        if Instant::now() >= self.presence_at {
            self.presence.expire(now_ms);
            if self.is_shared() {
                self.tell_present(self.presence.news());
            }
            if let Some(bytes) = self.presence.drain() {
                self.feed.presence(&bytes.into());
            }
            self.presence_at = Instant::now() + SWEEP;
        } else if self.presence.has_changes() {
            self.presence_at = self.presence_at.min(Instant::now() + WINDOW);
        }
    }
}
