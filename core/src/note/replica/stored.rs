//! What a device keeps of a note.

use super::OutboxEntry;
use serde::{Deserialize, Serialize};

/// A note as a device has stored it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StoredNote {
    /// The note's epoch.
    pub epoch: u64,
    /// The last sequence of the server's log that is in.
    pub version: u64,
    /// The last snapshot (V1) of the committed state.
    pub state: Option<Vec<u8>>,
    /// Committed updates (V1) since the snapshot, in any order that was stored.
    pub updates: Vec<Vec<u8>>,
    /// Edits that the server has not acknowledged, by their order of making.
    pub outbox: Vec<OutboxEntry>,
}

/// What a device must do to keep up, in one transaction each, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
pub enum StoreOp {
    /// Put an outbox row, over one of the same (ClientID, sequence); then call
    /// [`super::Replica::stored`].
    Outbox(OutboxEntry),
    /// Append committed updates, move the version, drop acknowledged outbox rows.
    Commit {
        /// The version afterwards.
        version: u64,
        /// V1 updates to append.
        updates: Vec<Vec<u8>>,
        /// Outbox rows to drop: (ClientID, sequence).
        acknowledged: Vec<(u64, u64)>,
    },
    /// Put this snapshot in the place of all committed updates.
    Replace {
        /// The note's epoch.
        epoch: u64,
        /// The version.
        version: u64,
        /// The snapshot (V1).
        state: Vec<u8>,
        /// Outbox rows to drop: (ClientID, sequence).
        dropped: Vec<(u64, u64)>,
    },
}

impl StoredNote {
    /// Carries out one operation: what a device's storage does, and what tests use in
    /// its place.
    pub fn apply(&mut self, op: &StoreOp) {
        let drop = |outbox: &mut Vec<OutboxEntry>, keys: &[(u64, u64)]| {
            outbox.retain(|row| !keys.contains(&row.key()));
        };
        match op {
            StoreOp::Outbox(entry) => {
                match self.outbox.iter_mut().find(|row| row.key() == entry.key()) {
                    Some(row) => row.clone_from(entry),
                    None => self.outbox.push(entry.clone()),
                }
            }
            StoreOp::Commit {
                version,
                updates,
                acknowledged,
            } => {
                self.version = *version;
                self.updates.extend_from_slice(updates);
                drop(&mut self.outbox, acknowledged);
            }
            StoreOp::Replace {
                epoch,
                version,
                state,
                dropped,
            } => {
                self.epoch = *epoch;
                self.version = *version;
                self.state = Some(state.clone());
                self.updates.clear();
                drop(&mut self.outbox, dropped);
            }
        }
    }
}
