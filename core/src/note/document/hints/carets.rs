//! Where people type: typing goes on where it was.
//!
//! Law: no visible text lies between the items `left` and `right`, in this order,
//! and `at` units of visible text before them. A deletion keeps that, wherever it
//! is; an insertion at the very place may not, so it drops the caret.

use crate::note::Operation;
use crate::note::scan::Id;
use crate::note::text::utf16_len;

/// Carets kept: one for everybody who types at a time.
const KEPT: usize = 4;

#[derive(Debug, Clone, Copy)]
pub(super) struct Caret {
    /// UTF-16 code units before it.
    at: u32,
    pub(super) left: Id,
    pub(super) right: Option<Id>,
}

#[derive(Debug, Default)]
pub(super) struct Carets {
    carets: Vec<Caret>,
}

impl Carets {
    pub(super) fn at(&self, at: u32) -> Option<Caret> {
        self.carets
            .iter()
            .rev()
            .find(|caret| caret.at == at)
            .copied()
    }

    pub(super) fn stand(&mut self, at: u32, left: Id, right: Option<Id>) {
        if self.carets.len() >= KEPT {
            self.carets.remove(0);
        }
        self.carets.push(Caret { at, left, right });
    }

    /// Moves along with a change of the text.
    pub(super) fn pass(&mut self, op: &Operation) {
        for edit in op.edits() {
            let units = u32::try_from(utf16_len(edit.insert)).unwrap_or(u32::MAX);
            self.carets.retain_mut(|caret| {
                if caret.at > edit.at {
                    caret.at -= edit.delete.min(caret.at - edit.at);
                }
                let touched = caret.at == edit.at && units > 0;
                if caret.at > edit.at {
                    caret.at = caret.at.saturating_add(units);
                }
                !touched
            });
        }
    }
}
