//! A document from stored bytes: a snapshot and the updates since.

use super::{Document, DocumentError};
use crate::limits::NoteLimits;
use crate::note::Text;
use crate::planted::{self, Bug};
use yrs::updates::decoder::Decode;
use yrs::{ReadTxn, StateVector, Transact, TransactionMut, Update};

/// Updates for one transaction: larger ones are slower again.
const BATCH: usize = 100;

impl Document {
    /// A document from a snapshot (V2) and the updates (V1) committed after it.
    pub fn load(
        state_v2: Option<&[u8]>,
        updates_v1: &[&[u8]],
        client_id: u64,
        limits: NoteLimits,
    ) -> Result<Self, DocumentError> {
        let mut document = Self::new(client_id, limits);
        if let Some(state) = state_v2 {
            let update = Update::decode_v2(state).map_err(unreadable)?;
            integrate(&mut document.doc.transact_mut(), update)?;
            document.size.grow(state.len());
        }
        document.take_in(updates_v1)?;
        Ok(document)
    }

    /// A document from updates alone, a snapshot (V1) as the first of them. It is
    /// what browsers use: their module does without the V2 codec.
    pub fn load_v1(
        updates_v1: &[&[u8]],
        client_id: u64,
        limits: NoteLimits,
    ) -> Result<Self, DocumentError> {
        let mut document = Self::new(client_id, limits);
        document.take_in(updates_v1)?;
        Ok(document)
    }

    fn take_in(&mut self, updates_v1: &[&[u8]]) -> Result<(), DocumentError> {
        for batch in updates_v1.chunks(BATCH) {
            let mut txn = self.doc.transact_mut();
            for update in batch {
                self.size.grow(update.len());
                let update = Update::decode_v1(update).map_err(unreadable)?;
                integrate(&mut txn, update)?;
            }
        }
        self.read_back()
    }

    /// The same note, whose further changes carry another id.
    pub fn with_client_id(self, client_id: u64) -> Result<Self, DocumentError> {
        Self::load_v1(&[&self.snapshot_v1()], client_id, self.limits)
    }

    /// Mirror, clocks and pairs from the document.
    pub(super) fn read_back(&mut self) -> Result<(), DocumentError> {
        let text = self.yrs_text();
        let txn = self.doc.transact();
        if txn.has_missing_updates() && !planted::is_on(Bug::GuardStepRemoved) {
            return Err(DocumentError::Unreadable("changes are missing".into()));
        }
        self.known = txn
            .state_vector()
            .iter()
            .map(|(client, clock)| (client.get(), *clock))
            .collect();
        // Four bytes of UTF-8 are two units of UTF-16; few notes have any.
        if text.bytes().any(|byte| byte >= 0xf0) {
            let state = txn.encode_state_as_update_v1(&StateVector::default());
            self.pairs.collect(&state);
        }
        drop(txn);
        self.text = Text::from(text.as_str());
        #[cfg(not(target_family = "wasm"))]
        self.hints.reset(self.text.len_utf16());
        Ok(())
    }
}

fn integrate(txn: &mut TransactionMut<'_>, update: Update) -> Result<(), DocumentError> {
    txn.apply_update(update).map_err(unreadable)
}

fn unreadable(error: impl std::fmt::Display) -> DocumentError {
    DocumentError::Unreadable(error.to_string())
}
