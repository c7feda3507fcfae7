//! What leaves and enters a document as bytes: state vector, diff, snapshot; and
//! how large it is.

use super::super::scan;
use super::{Document, DocumentError, Refusal};
use yrs::updates::encoder::Encode;
use yrs::{ClientID, ReadTxn, StateVector, Transact};

/// Bytes of the encoded state: an estimate that only grows, and the last exact
/// measure while it holds.
#[derive(Debug, Default)]
pub(super) struct Size {
    pub(super) estimate: usize,
    exact: bool,
}

impl Size {
    pub(super) fn grow(&mut self, bytes: usize) {
        self.estimate = self.estimate.saturating_add(bytes);
        self.exact = false;
    }

    pub(super) fn measured(&mut self, bytes: usize) {
        self.estimate = bytes;
        self.exact = true;
    }
}

impl Document {
    /// The state vector, encoded (V1): what a peer needs to send what is missing.
    #[must_use]
    pub fn state_vector(&self) -> Vec<u8> {
        self.doc.transact().state_vector().encode_v1()
    }

    /// Everything a peer lacks whose state vector (V1) is given; empty for all.
    pub fn diff_v1(&self, state_vector: &[u8]) -> Result<Vec<u8>, DocumentError> {
        let clocks = if state_vector.is_empty() {
            Vec::new()
        } else {
            scan::read_state_vector(state_vector)
                .map_err(|_| DocumentError::refused(0, Refusal::BadStateVector))?
        };
        let mut known = StateVector::default();
        for (client, clock) in clocks {
            // A peer that claims more than there is gets nothing of that author; one
            // whose claim ends inside a surrogate pair gets the pair.
            let cut = self.pairs.cut_before(client, clock);
            known.set_max(ClientID::new(client), clock - u32::from(cut));
        }
        Ok(self.doc.transact().encode_diff_v1(&known))
    }

    /// The whole state, V2: the form for storage.
    #[must_use]
    pub fn snapshot_v2(&self) -> Vec<u8> {
        self.doc
            .transact()
            .encode_state_as_update_v2(&StateVector::default())
    }

    /// The whole state, V1: the form of the wire, and of a browser's storage.
    #[must_use]
    pub fn snapshot_v1(&self) -> Vec<u8> {
        self.doc
            .transact()
            .encode_state_as_update_v1(&StateVector::default())
    }

    /// Loads the snapshot again and compares: a base is stored only if this holds.
    pub fn verify(&self) -> Result<(), DocumentError> {
        self.verify_snapshot(&self.snapshot_v2())
    }

    /// As [`Document::verify`], for a snapshot just taken.
    pub fn verify_snapshot(&self, snapshot_v2: &[u8]) -> Result<(), DocumentError> {
        let again = Self::load(Some(snapshot_v2), &[], self.client_id(), self.limits)?;
        if again.text != self.text {
            return Err(DocumentError::Broken(
                "the text changes when it is loaded again",
            ));
        }
        if again.known != self.known {
            return Err(DocumentError::Broken(
                "the clocks change when it is loaded again",
            ));
        }
        Ok(())
    }

    /// About how many bytes the encoded state has; never much less than it has.
    #[must_use]
    pub fn state_bytes(&self) -> usize {
        self.size.estimate
    }

    /// Whether a change of so many bytes fits. The estimate counts what has been
    /// compacted since, so near the limit the state is measured; a margin of one
    /// part in sixteen keeps that rare.
    pub(super) fn check_size(&mut self, bytes: usize) -> Result<(), Refusal> {
        let limit = self.limits.state_bytes;
        if self.size.estimate.saturating_add(bytes) <= limit + limit / 16 {
            return Ok(());
        }
        if !self.size.exact {
            let state = self
                .doc
                .transact()
                .encode_state_as_update_v1(&StateVector::default());
            self.size.measured(state.len());
        }
        if self.size.estimate.saturating_add(bytes) > limit {
            return Err(Refusal::StateTooLarge { limit });
        }
        Ok(())
    }
}
