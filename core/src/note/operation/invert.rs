//! The operation that takes another one back.

use super::{Component, Operation, OperationError};
use crate::note::text::{Text, utf16_len};

impl Operation {
    /// The operation that takes this one back; `base` is the text before it.
    pub fn invert(&self, base: &Text) -> Result<Operation, OperationError> {
        base.check(self)?;
        let mut out = Operation::with_capacity(self.components.len());
        // Checked above: it never passes the end of the base.
        let mut at = 0;
        for component in &self.components {
            match component {
                Component::Retain(units) => {
                    out.push_retain(u64::from(*units));
                    at += units;
                }
                Component::Insert(text) => out.push_delete(utf16_len(text)),
                Component::Delete(units) => {
                    let gone = base.slice(at, at + units);
                    out.push_insert(&gone.ok_or(OperationError::SplitsPair { at })?);
                    at += units;
                }
            }
        }
        Ok(out.finish())
    }
}
