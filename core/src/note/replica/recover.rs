//! Starting over: from a snapshot of the server, or without a refused change.
//! What is lost on the way is kept for the person.

use super::committed::Committed;
use super::{OutboxEntry, Replica, ReplicaError, StoreOp};
use crate::note::diff::diff;
use crate::note::document::{Document, DocumentError};
use crate::note::scan::inserted;
use crate::note::{Component, Operation};
use serde::{Deserialize, Serialize};

/// Text of local edits that could not be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct RecoveredDraft {
    /// What the person had written and the note no longer has, piece by piece.
    pub pieces: Vec<String>,
    /// The whole text as the person saw it last.
    pub text: String,
    /// Why it could not be kept.
    pub reason: String,
}

impl RecoveredDraft {
    /// What the rows of an outbox wrote that fits no document any more.
    #[must_use]
    pub fn of_rows(rows: &[OutboxEntry]) -> Self {
        let pieces: Vec<String> = rows.iter().flat_map(|row| inserted(&row.update)).collect();
        Self {
            text: pieces.concat(),
            pieces,
            reason: "written in another tab, in a note that was started over since".into(),
        }
    }
}

/// The replica after it started over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// The change for the editor, against the text before.
    pub operation: Operation,
    /// What to store, in one transaction.
    pub store: StoreOp,
    /// What was lost, if anything.
    pub draft: Option<RecoveredDraft>,
    /// Whether local edits carry a new ClientID from now on.
    pub new_client: bool,
}

impl Replica {
    /// Starts over from a snapshot (V1) of the server. In the same epoch the outbox
    /// is kept; another epoch is another document: the outbox is lost to it.
    /// `hash` is that of the snapshot's text, where the server gives it; `fresh_id`
    /// a ClientID never used, taken if the own one is not safe any more.
    pub fn reset(
        &mut self,
        epoch: u64,
        version: u64,
        state_v1: &[u8],
        hash: Option<u64>,
        fresh_id: u64,
    ) -> Result<Recovery, ReplicaError> {
        let snapshot = Document::load_v1(&[state_v1], 0, self.limits)?;
        if hash.is_some_and(|hash| hash != snapshot.text().hash()) {
            return Err(ReplicaError::Broken(
                "the snapshot's text has another hash".into(),
            ));
        }
        let another = epoch != self.epoch() && self.epoch() != 0;
        let state = snapshot.snapshot_v1();
        self.committed = Committed::new(epoch, version, Some(state), Vec::new());
        self.rebuild(fresh_id, "the note was started over on the server", |_| {
            another
        })
    }

    /// The person may no longer write: nothing of the outbox will be taken. Call it
    /// right after [`Replica::reset`]: what the server has is in then, and the rest is
    /// a draft.
    pub fn set_aside(&mut self, reason: &str, fresh_id: u64) -> Result<Recovery, ReplicaError> {
        self.rebuild(fresh_id, reason, |_| true)
    }

    /// The server refused a change for good: it is taken out, with all that follows
    /// from it; what does not is kept.
    pub fn refuse(
        &mut self,
        client_id: u64,
        client_seq: u64,
        reason: &str,
        fresh_id: u64,
    ) -> Result<Recovery, ReplicaError> {
        self.rebuild(fresh_id, reason, |entry| {
            entry.0 == client_id && entry.1 >= client_seq
        })
    }

    /// Committed state, then the outbox without what is `lost` and what cannot be
    /// applied without it.
    fn rebuild(
        &mut self,
        fresh_id: u64,
        reason: &str,
        lost: impl Fn((u64, u64)) -> bool,
    ) -> Result<Recovery, ReplicaError> {
        let own = self.live.client_id();
        let mut live = self.committed.document(own, self.limits)?;
        let rows: Vec<Vec<u8>> = self.outbox.iter().map(|row| row.update.clone()).collect();
        let mut gone: Vec<u64> = Vec::new();
        let mut broken = false;
        let dropped = self.outbox.filter(|entry| {
            let keep = !lost(entry.key())
                && !gone.contains(&entry.client_id)
                && !broken
                && match live.apply_committed(&[&entry.update]) {
                    Ok(_) => true,
                    Err(DocumentError::Refused { .. }) => false,
                    Err(_) => {
                        broken = true;
                        false
                    }
                };
            if !keep {
                gone.push(entry.client_id);
            }
            keep
        });
        if broken {
            // What broke the document is dropped with all after it; a document that
            // broke is not used again.
            live = self.committed.document(own, self.limits)?;
            for entry in self.outbox.iter() {
                live.apply_committed(&[&entry.update])?;
            }
        }
        // The own id goes on only if everything it ever wrote is there.
        let new_client = live.known().clock(own) < self.live.known().clock(own)
            || dropped.iter().any(|entry| entry.client_id == own);
        if new_client {
            self.outbox.freeze();
            live = live.with_client_id(fresh_id)?;
        }
        let before = self.live.text().to_string();
        let after = live.text().to_string();
        let operation = diff(&before, &after);
        self.live = live;
        self.undo.remote(&operation);
        let draft = (!dropped.is_empty()).then(|| RecoveredDraft {
            pieces: self.pieces(&rows, &after, &before),
            text: before,
            reason: reason.to_owned(),
        });
        let draft = draft.filter(|draft| !draft.pieces.is_empty());
        if self.committed.state().is_empty() || self.committed.loose() > 0 {
            self.committed.compact(self.limits)?;
        }
        Ok(Recovery {
            operation,
            store: StoreOp::Replace {
                epoch: self.committed.epoch(),
                version: self.committed.version(),
                state: self.committed.state().to_vec(),
                dropped: dropped.iter().map(super::OutboxEntry::key).collect(),
            },
            draft,
            new_client,
        })
    }
}

impl Replica {
    /// What was written and is not in `after`. Seen against the committed state with
    /// all edits, so that what others deleted meanwhile is not taken for lost; where
    /// they do not fit that (another epoch), against the text as it was.
    fn pieces(&self, rows: &[Vec<u8>], after: &str, before: &str) -> Vec<String> {
        let rows: Vec<&[u8]> = rows.iter().map(Vec::as_slice).collect();
        let whole = self.committed.document(0, self.limits).and_then(|mut all| {
            all.apply_committed(&rows)?;
            Ok(all.text().to_string())
        });
        let lost = diff(after, whole.as_deref().unwrap_or(before));
        let inserted = lost.components().iter().filter_map(|part| match part {
            Component::Insert(text) => Some(text.clone()),
            _ => None,
        });
        inserted.collect()
    }
}
