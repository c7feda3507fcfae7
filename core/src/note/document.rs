//! A note as the server and the browser hold it: a yrs document, a UTF-16 mirror
//! of its text, and what the guard needs to judge an update without looking at the
//! document (the clocks known, the surrogate pairs).
//!
//! Two doors change it, and both answer with the change as an operation against
//! the text before it and as V1 bytes:
//! - [`Document::apply_operation`]: an operation, made by index in yrs;
//! - [`Document::apply_updates`]: a run of updates of one author, behind the guard.
//!
//! Laws:
//! - mirror = text of the document = what its snapshot gives when loaded;
//! - refused means that nothing has changed; broken means that the document must be
//!   dropped and loaded again from what was committed (yrs cannot roll back);
//! - the document keeps no log and no history: deleted text is collected, and the
//!   caller keeps what the doors answer.

mod crdt;
mod error;
#[cfg(not(target_family = "wasm"))]
mod hints;
mod load;
mod ops;
mod state;
mod sticky;

pub use crdt::{Applied, Authors};
pub use error::{DocumentError, Refusal};

use super::scan::{self, Known, Pairs, Scanned};
use super::{Operation, Text};
use crate::limits::NoteLimits;
use std::sync::{Arc, Mutex, PoisonError};
use yrs::{ClientID, Doc, GetString, OffsetKind, Options, TextRef, Transact};

/// A note: its document and the mirror of its text.
pub struct Document {
    doc: Doc,
    root: TextRef,
    text: Text,
    known: Known,
    pairs: Pairs,
    #[cfg(not(target_family = "wasm"))]
    hints: hints::Hints,
    observed: Arc<Observed>,
    size: state::Size,
    limits: NoteLimits,
}

/// Where the observer of yrs leaves the change of a transaction; only when asked,
/// since reading a delta costs a walk over the whole document.
#[derive(Default)]
struct Observed {
    slot: Mutex<Slot>,
}

#[derive(Default)]
struct Slot {
    wanted: bool,
    operation: Option<Operation>,
}

impl Document {
    /// An empty note. Changes through the op door carry `client_id`, which must be
    /// fresh: an id that was used before and lost its tail loses text.
    #[must_use]
    pub fn new(client_id: u64, limits: NoteLimits) -> Self {
        let mut options = Options::with_guid_and_client_id("note".into(), ClientID::new(client_id));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let root = doc.get_or_insert_text(scan::ROOT);
        let observed = Arc::new(Observed::default());
        crdt::observe(&root, &observed);
        Self {
            doc,
            root,
            text: Text::default(),
            known: Known::default(),
            pairs: Pairs::default(),
            #[cfg(not(target_family = "wasm"))]
            hints: hints::Hints::default(),
            observed,
            size: state::Size::default(),
            limits,
        }
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// The id that changes through the op door carry.
    #[must_use]
    pub fn client_id(&self) -> u64 {
        self.doc.client_id().get()
    }

    /// Other bounds, from now on.
    pub fn set_limits(&mut self, limits: NoteLimits) {
        self.limits = limits;
    }

    /// The bounds it keeps.
    #[must_use]
    pub fn limits(&self) -> &NoteLimits {
        &self.limits
    }

    /// How far each author is known.
    #[must_use]
    pub fn known(&self) -> &Known {
        &self.known
    }

    /// What an update would do, without doing it; refused if the guard refuses it.
    pub fn scan(&self, update: &[u8]) -> Result<Scanned, DocumentError> {
        let scanned = scan::scan(update, &self.known, &self.limits)
            .and_then(|scanned| {
                self.pairs.check(update, &scanned.pairs, &self.known)?;
                Ok(scanned)
            })
            .map_err(|error| DocumentError::refused(0, error))?;
        Ok(scanned)
    }

    /// The text as yrs has it; equals the mirror.
    fn yrs_text(&self) -> String {
        self.root.get_string(&self.doc.transact())
    }
}

impl Observed {
    fn with<T>(&self, f: impl FnOnce(&mut Slot) -> T) -> T {
        f(&mut self.slot.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("client_id", &self.client_id())
            .field("len_utf16", &self.text.len_utf16())
            .finish_non_exhaustive()
    }
}
