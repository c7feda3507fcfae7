//! Starting over: from a snapshot of the server, or without a refused change.
//! What is lost on the way is kept for the person.

use super::committed::Committed;
use super::{Replica, ReplicaError, StoreOp};
use crate::note::diff::diff;
use crate::note::document::{Document, DocumentError};
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
            pieces: pieces(&diff(&after, &before)),
            text: before,
            reason: reason.to_owned(),
        });
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

fn pieces(lost: &Operation) -> Vec<String> {
    let inserted = lost.components().iter().filter_map(|part| match part {
        Component::Insert(text) => Some(text.clone()),
        _ => None,
    });
    inserted.collect()
}
