//! What the op door remembers of its own work: yrs finds an index by walking over
//! all its items, but where one's own text stands the ids are known, and the update
//! can be written down and applied as one from elsewhere.
//!
//! `carets` are the places where text was inserted last, `ids` what each visible
//! unit is called. Both follow every change of the text; neither is stored, and
//! what they do not know is done by index. A browser has no need of them: there a
//! walk for each key is nothing, and the module is smaller without.

mod carets;
mod ids;

use super::super::scan;
use crate::note::{Edit, Operation};
use carets::Carets;
use ids::Ids;

/// Hints of one document.
#[derive(Debug, Default)]
pub(super) struct Hints {
    carets: Carets,
    ids: Ids,
}

impl Hints {
    /// Forgets everything: the text has so many UTF-16 code units.
    pub(super) fn reset(&mut self, len_utf16: u32) {
        self.carets = Carets::default();
        self.ids = Ids::unknown(len_utf16);
    }

    /// The V1 update of an operation, if the hints know enough to write it. `client`
    /// is the document's own id, and `clock` its next.
    pub(super) fn write(&mut self, op: &Operation, client: u64, clock: u32) -> Option<Vec<u8>> {
        let edit = lone_edit(op)?;
        if edit.delete == 0 {
            let caret = self.carets.at(edit.at)?;
            let id = (client, clock);
            return Some(scan::write_insert(id, caret.left, caret.right, edit.insert));
        }
        if edit.insert.is_empty() {
            let ids = self.ids.named(edit.at, edit.delete)?;
            return Some(scan::write_deletes(ids));
        }
        None
    }

    /// An operation was applied, and this is its update; what it inserted has the ids
    /// of `client` from `clock` on.
    pub(super) fn made(&mut self, op: &Operation, update: &[u8], client: u64, clock: u32) {
        self.carets.pass(op);
        let end = self.ids.pass(op, Some((client, clock)));
        if lone_edit(op).is_some_and(|edit| !edit.insert.is_empty())
            && let Some((at, (_, right))) = insertion_end(op).zip(scan::lone_struct(update))
        {
            self.carets.stand(at, (client, end - 1), right);
        }
    }

    /// Others have changed the text.
    pub(super) fn pass(&mut self, op: &Operation) {
        self.carets.pass(op);
        self.ids.pass(op, None);
    }
}

/// The one edit of an operation.
fn lone_edit(op: &Operation) -> Option<Edit<'_>> {
    let mut edits = op.edits();
    let edit = edits.next()?;
    edits.next().is_none().then_some(edit)
}

/// Where the text of a lone insertion ends, in UTF-16 code units.
fn insertion_end(op: &Operation) -> Option<u32> {
    let units = u32::try_from(op.inserted()).ok()?;
    lone_edit(op)?.at.checked_add(units)
}
