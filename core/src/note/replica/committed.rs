//! What the server has acknowledged, as bytes: a document is made of them only to
//! rebuild or to compact, so that a browser holds one document and not two.

use super::ReplicaError;
use crate::limits::NoteLimits;
use crate::note::document::Document;

/// The committed state and its place in the server's log.
#[derive(Debug, Default)]
pub(super) struct Committed {
    epoch: u64,
    version: u64,
    state: Option<Vec<u8>>,
    updates: Vec<Vec<u8>>,
}

impl Committed {
    pub(super) fn new(
        epoch: u64,
        version: u64,
        state: Option<Vec<u8>>,
        updates: Vec<Vec<u8>>,
    ) -> Self {
        Self {
            epoch,
            version,
            state,
            updates,
        }
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(super) fn version(&self) -> u64 {
        self.version
    }

    pub(super) fn state(&self) -> &[u8] {
        self.state.as_deref().unwrap_or_default()
    }

    pub(super) fn loose(&self) -> usize {
        self.updates.len()
    }

    pub(super) fn extend(&mut self, version: u64, updates: &[Vec<u8>]) {
        self.version = version;
        self.updates.extend_from_slice(updates);
    }

    /// A document of the committed state alone.
    pub(super) fn document(
        &self,
        client_id: u64,
        limits: NoteLimits,
    ) -> Result<Document, ReplicaError> {
        let parts = self.state.iter().chain(&self.updates);
        let parts: Vec<&[u8]> = parts.map(Vec::as_slice).collect();
        Ok(Document::load_v1(&parts, client_id, limits)?)
    }

    pub(super) fn compact(&mut self, limits: NoteLimits) -> Result<(), ReplicaError> {
        let document = self.document(0, limits)?;
        self.state = Some(document.snapshot_v1());
        self.updates.clear();
        Ok(())
    }
}
