//! Where people type at the op door: yrs finds an index by walking over all its
//! items, but typing goes on where it was, and there the ids are known.
//!
//! A caret stands behind a run that this document's client has inserted. Its laws:
//! - no visible text lies between `left` and `right`, in this order;
//! - the `run` units before it are visible, and have consecutive clocks up to `left`;
//! - no visible text lies between `before` and the run.
//!
//! So an insertion at a caret has the origins `left` and `right`, and a deletion
//! just before it has clocks that are known: the update is written down and applied
//! as one from elsewhere. Whatever touches a caret drops it.

use super::super::scan::{self, Id};
use crate::note::{Edit, Operation};

/// Carets kept: one for everybody who types at a time.
const KEPT: usize = 4;

#[derive(Debug, Clone, Copy)]
struct Caret {
    /// UTF-16 code units before it.
    at: u32,
    run: u32,
    left: Id,
    right: Option<Id>,
    before: Option<Id>,
}

/// The places where text was inserted last.
#[derive(Debug, Default)]
pub(super) struct Carets {
    carets: Vec<Caret>,
}

impl Carets {
    /// The V1 update of an operation that goes on at a caret, which moves along.
    /// `client` is the document's own and `clock` its next.
    pub(super) fn goes_on(&mut self, op: &Operation, client: u64, clock: u32) -> Option<Vec<u8>> {
        let (edit, units) = lone_edit(op)?;
        let index = self.carets.iter().position(|caret| {
            if edit.delete == 0 {
                caret.at == edit.at
            } else {
                units == 0 && caret.at == edit.at + edit.delete && caret.run >= edit.delete
            }
        })?;
        let mut caret = self.carets.remove(index);
        let update = if units > 0 {
            caret.insert(edit.insert, units, client, clock)?
        } else {
            caret.delete(edit.delete, client)?
        };
        self.pass_edit(&edit, units);
        self.carets.push(caret);
        Some(update)
    }

    /// An operation was made by index, and this is its update: if it has inserted at
    /// one place, a caret stands there.
    pub(super) fn made(&mut self, op: &Operation, update: &[u8]) {
        self.pass(op);
        let Some((edit, units)) = lone_edit(op) else {
            return;
        };
        if units > 0
            && let Some((id, len, left, right)) = scan::lone_struct(update)
            && len == units
        {
            if self.carets.len() >= KEPT {
                self.carets.remove(0);
            }
            self.carets.push(Caret {
                at: edit.at + units,
                run: units,
                left: (id.0, id.1 + units - 1),
                right,
                before: left,
            });
        }
    }

    /// Others have changed the text.
    pub(super) fn pass(&mut self, op: &Operation) {
        for edit in op.edits() {
            let units = edit.insert.encode_utf16().count();
            self.pass_edit(&edit, u32::try_from(units).unwrap_or(u32::MAX));
        }
    }

    fn pass_edit(&mut self, edit: &Edit<'_>, units: u32) {
        self.carets.retain_mut(|caret| {
            let start = caret.at - caret.run;
            let end = edit.at.saturating_add(edit.delete);
            if edit.at > caret.at || (edit.at == caret.at && units == 0) {
                return true;
            }
            let apart = end < start || (end == start && units == 0);
            if apart {
                // Within the text's length, which is checked: no overflow.
                caret.at = caret.at - edit.delete + units;
            }
            apart
        });
    }
}

impl Caret {
    fn insert(&mut self, text: &str, units: u32, client: u64, clock: u32) -> Option<Vec<u8>> {
        let end = clock.checked_add(units)?;
        let update = scan::write_insert((client, clock), self.left, self.right, text);
        if self.left == (client, clock.wrapping_sub(1)) && self.run > 0 {
            self.run += units;
        } else {
            self.before = Some(self.left);
            self.run = units;
        }
        self.left = (client, end - 1);
        self.at += units;
        Some(update)
    }

    fn delete(&mut self, units: u32, client: u64) -> Option<Vec<u8>> {
        let from = (self.left.1 + 1).checked_sub(units)?;
        self.run -= units;
        self.at -= units;
        self.right = Some((client, from));
        self.left = if self.run > 0 {
            (client, from - 1)
        } else {
            self.before?
        };
        Some(scan::write_delete((client, from), units))
    }
}

/// The one edit of an operation, with the length of its insertion.
fn lone_edit(op: &Operation) -> Option<(Edit<'_>, u32)> {
    let mut edits = op.edits();
    let edit = edits.next()?;
    let units = u32::try_from(op.inserted()).ok()?;
    edits.next().is_none().then_some((edit, units))
}
