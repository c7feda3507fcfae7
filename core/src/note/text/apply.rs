//! Applying an operation to a text: check all of it, then change.

use super::{Text, utf16_len};
use crate::note::operation::{Component, Operation, OperationError};

impl Text {
    /// Applies an operation. It is checked as a whole first: on `Err` nothing changed.
    pub fn apply(&mut self, operation: &Operation) -> Result<(), OperationError> {
        self.check(operation)?;
        let mut at = 0;
        for component in operation.components() {
            match component {
                Component::Retain(units) => at += *units as usize,
                Component::Insert(text) => {
                    let units = utf16_len(text) as usize;
                    self.units.splice(at, 0, text, units);
                    at += units;
                }
                Component::Delete(units) => self.units.splice(at, *units as usize, "", 0),
            }
        }
        Ok(())
    }

    /// Whether an operation fits: in bounds, cutting no surrogate pair, and giving a
    /// text that is not too long.
    pub fn check(&self, operation: &Operation) -> Result<(), OperationError> {
        operation.validate()?;
        let (needed, length) = (operation.base_len(), self.len_utf16());
        if needed > length {
            return Err(OperationError::OutOfBounds { needed, length });
        }
        let units = u64::from(length) + operation.inserted() - operation.deleted();
        if units > u64::from(u32::MAX) {
            return Err(OperationError::TooLong { units });
        }
        // An edit begins or ends between any two components. The sum stays in bounds.
        let mut at = 0;
        for component in operation.components() {
            if self.splits_pair(at) {
                return Err(OperationError::SplitsPair { at });
            }
            if let Component::Retain(units) | Component::Delete(units) = component {
                at += units;
            }
        }
        if self.splits_pair(at) {
            return Err(OperationError::SplitsPair { at });
        }
        Ok(())
    }
}
