//! Where a cursor goes when the text around it changes.

use super::{Component, Operation};
use crate::note::text::utf16_len;

/// Where a cursor goes when a text is inserted exactly at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bias {
    /// It stays before the new text.
    Before,
    /// It moves behind the new text.
    After,
}

impl Operation {
    /// The cursor `at` (UTF-16 code units of the text before) after this operation.
    ///
    /// A cursor in a deleted range goes to the end of what replaces the range; one
    /// in bounds stays in bounds.
    pub fn transform_cursor(&self, at: u32, bias: Bias) -> u32 {
        let at = u64::from(at);
        let (mut before, mut after) = (0_u64, 0_u64);
        for component in &self.components {
            match component {
                Component::Insert(_) if at == before && bias == Bias::Before => break,
                Component::Insert(text) => after += utf16_len(text),
                Component::Retain(units) => {
                    let units = u64::from(*units);
                    if at < before + units {
                        break;
                    }
                    before += units;
                    after += units;
                }
                Component::Delete(units) => {
                    let units = u64::from(*units);
                    if at < before + units {
                        before = at;
                        break;
                    }
                    before += units;
                }
            }
        }
        u32::try_from(after + (at - before)).unwrap_or(u32::MAX)
    }
}
