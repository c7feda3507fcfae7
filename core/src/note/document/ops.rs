//! The op door: an operation, made by index, or by ids where they are known.
//!
//! It is checked against the mirror as a whole before yrs sees any of it: yrs
//! panics half-way through a range past the end and writes U+FFFD into cut pairs.
//! No observer is asked: what is logged is the operation itself.

use super::super::scan::{ScanError, low_halves};
use super::{Document, DocumentError, Refusal};
use crate::note::Operation;
use yrs::{Text as _, Transact};

impl Document {
    /// Applies an operation made against the present text; answers the V1 update
    /// that does the same, empty for an operation that does nothing.
    pub fn apply_operation(&mut self, op: &Operation) -> Result<Vec<u8>, DocumentError> {
        self.check_operation(op)
            .map_err(|reason| DocumentError::refused(0, reason))?;
        if op.is_noop() {
            return Ok(Vec::new());
        }
        let client = self.client_id();
        let clock = self.known.clock(client);
        let update = self.make(op, client, clock)?;
        let mut after = clock;
        for edit in op.edits() {
            // Every unit inserted takes one clock, in the order of the edits.
            after = low_halves(edit.insert, after, |at| self.pairs.insert(client, at));
        }
        self.known.set(client, after);
        self.size.grow(update.len());
        self.text
            .apply(op)
            .map_err(|_| DocumentError::Broken("the mirror refused a checked operation"))?;
        Ok(update)
    }

    /// Makes the change in yrs; answers its update.
    #[cfg(not(target_family = "wasm"))]
    fn make(&mut self, op: &Operation, client: u64, clock: u32) -> Result<Vec<u8>, DocumentError> {
        let update = match self.hints.write(op, client, clock) {
            Some(written) => self.apply_written(written)?,
            None => self.make_by_index(op),
        };
        self.hints.made(op, &update, client, clock);
        Ok(update)
    }

    /// Makes the change in yrs; answers its update.
    #[cfg(target_family = "wasm")]
    fn make(&mut self, op: &Operation, _: u64, _: u32) -> Result<Vec<u8>, DocumentError> {
        Ok(self.make_by_index(op))
    }

    fn make_by_index(&mut self, op: &Operation) -> Vec<u8> {
        let mut txn = self.doc.transact_mut();
        for edit in op.edits() {
            if edit.delete > 0 {
                self.root.remove_range(&mut txn, edit.at, edit.delete);
            }
            if !edit.insert.is_empty() {
                self.root.insert(&mut txn, edit.at, edit.insert);
            }
        }
        txn.commit();
        txn.encode_update_v1()
    }

    /// Applies an update that the hints have written.
    #[cfg(not(target_family = "wasm"))]
    fn apply_written(&mut self, update: Vec<u8>) -> Result<Vec<u8>, DocumentError> {
        use yrs::updates::decoder::Decode;
        let broken = |_| DocumentError::Broken("an own update does not apply");
        let decoded = yrs::Update::decode_v1(&update)
            .map_err(|_| DocumentError::Broken("an own update does not decode"))?;
        let mut txn = self.doc.transact_mut();
        txn.apply_update(decoded).map_err(broken)?;
        Ok(update)
    }

    fn check_operation(&mut self, op: &Operation) -> Result<(), Refusal> {
        self.text.check(op)?;
        if op.edits().any(|edit| edit.insert.contains('\0')) {
            return Err(ScanError::Nul.into());
        }
        let units = i64::from(self.text.len_utf16()) + op.delta();
        // Shortening is always allowed, even of a text that is over the limit.
        if op.delta() > 0 && units > i64::from(self.limits.text_utf16) {
            return Err(Refusal::TextTooLong {
                units: units.unsigned_abs(),
                limit: self.limits.text_utf16,
            });
        }
        // An update takes at most three bytes a unit and some twenty an edit.
        let edits = op.components().len() as u64;
        let bytes = op.inserted().saturating_mul(3).saturating_add(edits * 24);
        self.check_size(usize::try_from(bytes).unwrap_or(usize::MAX))
    }
}
