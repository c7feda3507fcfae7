//! Records that end with the page: for private modes and tests. A note that is
//! closed and opened again in the page finds them.

use super::{Loaded, Write};
use connvo_core::note::replica::StoredNote;
use std::cell::RefCell;
use std::collections::BTreeMap;

/// The notes of one person, by meeting.
#[derive(Default)]
pub(crate) struct Memory {
    notes: RefCell<BTreeMap<String, Records>>,
}

#[derive(Default)]
struct Records {
    note: StoredNote,
    drafts: BTreeMap<String, String>,
}

impl Memory {
    pub(super) fn clients(&self, meeting: &str) -> Vec<u64> {
        let notes = self.notes.borrow();
        let outbox = notes.get(meeting).map(|records| &records.note.outbox);
        let mut clients: Vec<u64> = outbox
            .into_iter()
            .flatten()
            .map(|row| row.client_id)
            .collect();
        clients.sort_unstable();
        clients.dedup();
        clients
    }

    pub(super) fn load(&self, meeting: &str) -> Loaded {
        let notes = self.notes.borrow();
        notes
            .get(meeting)
            .map_or_else(Loaded::default, |records| Loaded {
                note: records.note.clone(),
                drafts: records.drafts.clone().into_iter().collect(),
            })
    }

    pub(super) fn write(&self, meeting: &str, writes: &[Write]) {
        let mut notes = self.notes.borrow_mut();
        let records = notes.entry(meeting.to_owned()).or_default();
        for write in writes {
            match write {
                Write::Op { op, .. } => records.note.apply(op),
                Write::Draft { id, json } => {
                    records.drafts.insert(id.clone(), json.clone());
                }
                Write::DraftDismissed { id } => {
                    records.drafts.remove(id);
                }
            }
        }
    }
}
