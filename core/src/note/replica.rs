//! The browser's half of a note: what is committed, what is not yet, and the text
//! of both together. No socket, no storage, no clock: the shell carries what these
//! methods answer.
//!
//! A local edit is applied at once and goes into the outbox; the row is stored,
//! then sent, then acknowledged, then dropped ([`outbox`]). Entries of the server's
//! log come in order ([`Replica::receive`]). When the server starts over or refuses a
//! change for good, the text is rebuilt from what is committed and what was lost
//! is kept as a [`RecoveredDraft`] ([`recover`]).
//!
//! Laws:
//! - text = committed state + outbox, in this order, at all times;
//! - the committed state never holds an edit that the server has not acknowledged:
//!   it can be rebuilt without the outbox;
//! - one (ClientID, sequence) has the same bytes for ever, once it was handed out
//!   to be sent; and nothing is handed out that is not stored;
//! - a ClientID writes in one document only: one tab, one life.

mod committed;
mod error;
mod outbox;
mod receive;
mod recover;
mod stored;

pub use error::ReplicaError;
pub use outbox::OutboxEntry;
pub use receive::{Received, RemoteEntry};
pub use recover::{RecoveredDraft, Recovery};
pub use stored::{StoreOp, StoredNote};

use super::document::Document;
use super::undo::UndoStack;
use super::{Operation, Text};
use crate::limits::NoteLimits;
use committed::Committed;
use outbox::Outbox;

/// A note on this device.
#[derive(Debug)]
pub struct Replica {
    /// Committed state and outbox together.
    live: Document,
    committed: Committed,
    outbox: Outbox,
    undo: UndoStack,
    /// Of own clients: the last sequence acknowledged in this life.
    high_water: Vec<(u64, u64)>,
    limits: NoteLimits,
}

impl Replica {
    /// A note of which nothing is known. `client_id` must be fresh and random
    /// (53 bits): never one that was used before.
    #[must_use]
    pub fn new(client_id: u64, limits: NoteLimits) -> Self {
        Self {
            live: Document::new(client_id, limits),
            committed: Committed::default(),
            outbox: Outbox::default(),
            undo: UndoStack::new(),
            high_water: Vec::new(),
            limits,
        }
    }

    /// A note from what the device has stored. Its outbox may hold edits of earlier
    /// lives and of closed tabs: they are sent again as they are.
    pub fn restore(
        stored: StoredNote,
        client_id: u64,
        limits: NoteLimits,
    ) -> Result<Self, ReplicaError> {
        let committed = Committed::new(stored.epoch, stored.version, stored.state, stored.updates);
        let mut replica = Self {
            live: committed.document(client_id, limits)?,
            committed,
            ..Self::new(client_id, limits)
        };
        replica.adopt(&stored.outbox)?;
        Ok(replica)
    }

    /// Takes over the outbox of a closed tab; answers what that changes in the text.
    /// Refused, with nothing changed, while entries of the log are missing here that
    /// the closed tab had: try again after them.
    pub fn adopt(&mut self, entries: &[OutboxEntry]) -> Result<Operation, ReplicaError> {
        let updates: Vec<&[u8]> = entries
            .iter()
            .map(|entry| entry.update.as_slice())
            .collect();
        let applied = self.live.apply_committed(&updates)?;
        self.undo.remote(&applied.operation);
        for entry in entries {
            self.outbox.adopt(entry.clone());
        }
        Ok(applied.operation)
    }

    /// A local edit against the present text, applied at once. Answers the outbox
    /// row to store (over one of the same key); then call [`Replica::stored`].
    /// `None` if the edit does nothing.
    pub fn edit(
        &mut self,
        op: &Operation,
        now_ms: u64,
    ) -> Result<Option<OutboxEntry>, ReplicaError> {
        let inverse = op.invert(self.live.text())?;
        let entry = self.apply_local(op)?;
        if entry.is_some() {
            self.undo.record(op, inverse, now_ms);
        }
        Ok(entry)
    }

    /// Takes the last own edit back: the change for the editor, and the row to store.
    pub fn undo(&mut self) -> Result<Option<(Operation, OutboxEntry)>, ReplicaError> {
        let op = self.undo.undo(self.live.text());
        self.step(op)
    }

    /// Makes again what was taken back last.
    pub fn redo(&mut self) -> Result<Option<(Operation, OutboxEntry)>, ReplicaError> {
        let op = self.undo.redo(self.live.text());
        self.step(op)
    }

    fn step(
        &mut self,
        op: Option<Operation>,
    ) -> Result<Option<(Operation, OutboxEntry)>, ReplicaError> {
        let Some(op) = op else { return Ok(None) };
        let entry = self.apply_local(&op)?;
        Ok(entry.map(|entry| (op, entry)))
    }

    fn apply_local(&mut self, op: &Operation) -> Result<Option<OutboxEntry>, ReplicaError> {
        let update = self.live.apply_operation(op)?;
        if update.is_empty() {
            return Ok(None);
        }
        Ok(Some(self.outbox.push(self.live.client_id(), update)))
    }

    /// The device has stored this outbox row as it was handed out.
    pub fn stored(&mut self, entry: &OutboxEntry) {
        self.outbox.stored(entry);
    }

    /// The next change to send, in order; from now on its bytes stay as they are.
    /// `None` while there is nothing, or while the next is not stored yet.
    pub fn next_to_send(&mut self) -> Option<OutboxEntry> {
        self.outbox.next_to_send()
    }

    /// The connection is lost: everything unacknowledged is to be sent again,
    /// unchanged.
    pub fn resend_all(&mut self) {
        self.outbox.resend_all();
    }

    /// What is not acknowledged, in the order to send.
    pub fn outbox(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.outbox.iter()
    }

    /// Local edits that the server has not acknowledged.
    #[must_use]
    pub fn unsent(&self) -> u64 {
        self.outbox.edits()
    }

    /// The server has told its bounds: edits are held to them from now on.
    pub fn set_limits(&mut self, limits: NoteLimits) {
        self.limits = limits;
        self.live.set_limits(limits);
    }

    /// The text, with local edits.
    #[must_use]
    pub fn text(&self) -> &Text {
        self.live.text()
    }

    /// The last sequence of the server's log that is in.
    #[must_use]
    pub fn version(&self) -> u64 {
        self.committed.version()
    }

    /// The note's epoch, as far as known.
    #[must_use]
    pub fn epoch(&self) -> u64 {
        self.committed.epoch()
    }

    /// The id that local edits carry.
    #[must_use]
    pub fn client_id(&self) -> u64 {
        self.live.client_id()
    }

    /// Whether there is an own edit to take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.undo.can_undo()
    }

    /// Whether there is an edit to make again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.undo.can_redo()
    }

    /// How many updates stand beside the stored snapshot: past some hundreds,
    /// [`Replica::compact`].
    #[must_use]
    pub fn loose_updates(&self) -> usize {
        self.committed.loose()
    }

    /// Folds the committed updates into one snapshot; the outbox is no part of it.
    pub fn compact(&mut self) -> Result<StoreOp, ReplicaError> {
        self.committed.compact(self.limits)?;
        Ok(StoreOp::Replace {
            epoch: self.committed.epoch(),
            version: self.committed.version(),
            state: self.committed.state().to_vec(),
            dropped: Vec::new(),
        })
    }

    /// The text that the server has acknowledged.
    pub fn committed_text(&self) -> Result<Text, ReplicaError> {
        Ok(self.committed.document(0, self.limits)?.text().clone())
    }

    /// Whether a change waits to be sent that may be sent now.
    #[must_use]
    pub fn has_to_send(&self) -> bool {
        self.outbox.has_to_send()
    }

    /// The relative position of an offset (see [`Document::sticky`]).
    #[must_use]
    pub fn sticky(&self, at_utf16: u32) -> Option<serde_json::Value> {
        self.live.sticky(at_utf16)
    }

    /// The offset of a relative position (see [`Document::offset`]).
    #[must_use]
    pub fn offset(&self, sticky: &serde_json::Value) -> Option<u32> {
        self.live.offset(sticky)
    }
}
