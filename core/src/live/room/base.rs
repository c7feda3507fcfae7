//! When a base is due, and what it holds.

use super::Room;
use crate::live::note::Base;
use crate::note::NoteEntry;
use crate::note::document::DocumentError;
use crate::planted::{self, Bug};

/// Entries after which a base is written.
pub const BASE_ENTRIES: usize = 500;
/// Bytes of entries after which a base is written.
pub const BASE_BYTES: usize = 256 << 10;

/// What the last base lacks.
#[derive(Debug)]
pub(super) struct Unsaved {
    entries: usize,
    bytes: usize,
    saving: Option<u64>,
    /// The last sequence at which the document was found to load as its own text.
    verified: Option<u64>,
}

impl Unsaved {
    pub(super) const fn new(entries: usize) -> Self {
        Self {
            entries,
            bytes: 0,
            saving: None,
            verified: None,
        }
    }

    pub(super) const fn grew(&mut self, entry: &NoteEntry) {
        self.entries += 1;
        self.bytes += entry.update.len();
    }
}

impl<T> Room<T> {
    /// Whether a base should be written now.
    #[must_use]
    pub const fn base_is_due(&self) -> bool {
        self.base.saving.is_none()
            && (self.base.entries >= BASE_ENTRIES || self.base.bytes >= BASE_BYTES)
    }

    /// Whether entries exist that no base includes: before eviction one is written.
    #[must_use]
    pub const fn has_unsaved(&self) -> bool {
        self.base.entries > 0
    }

    /// The base to write, verified by loading it again. `None` while a batch is
    /// staged or another base is being written.
    ///
    /// # Errors
    /// When the document does not give the text that the log gives: drop the room.
    pub fn begin_base(&mut self) -> Result<Option<Base>, DocumentError> {
        if self.base.saving.is_some() {
            return Ok(None);
        }
        let Some(document) = self.note.committed() else {
            return Ok(None);
        };
        let state_v2 = document.snapshot_v2();
        document.verify_snapshot(&state_v2)?;
        let base = Base {
            sequence: self.note.head(),
            text: document.text().to_string(),
            state_v2,
        };
        self.base.verified = Some(base.sequence);
        self.base.saving = Some(base.sequence);
        Ok(Some(base))
    }

    /// Whether the committed document loads as its own text: asked before somebody is
    /// given the whole of it. Once for each head.
    ///
    /// # Errors
    /// It does not: start the note over ([`crate::live::note::Note::reseed`]).
    pub fn verify(&mut self) -> Result<(), DocumentError> {
        let head = self.note.head();
        if self.base.verified == Some(head) {
            return Ok(());
        }
        if let Some(document) = self.note.committed() {
            document.verify()?;
            self.base.verified = Some(head);
        }
        Ok(())
    }

    /// The base was written, or not. What came while it was written stays unsaved:
    /// versions are compared, no mark is cleared.
    pub fn base_saved(&mut self, written: bool) {
        let Some(sequence) = self.base.saving.take() else {
            return;
        };
        if planted::is_on(Bug::DirtyClearedAfterSave) {
            self.base.entries = 0;
            self.base.bytes = 0;
            return;
        }
        if written {
            self.base.entries = usize::try_from(self.note.head() - sequence).unwrap_or(usize::MAX);
            self.base.bytes = 0;
        }
    }
}
