//! The note engine: operational transformation over UTF-16 text, and the CRDT
//! document beside it.
//!
//! `text` and `operation` are pure arithmetic; `document` holds the yrs document
//! with its text mirror; `scan` guards it against hostile updates; `replica` is
//! the browser's half with outbox and undo.

pub mod diff;
pub mod document;
pub mod entry;
pub mod history;
pub mod operation;
pub mod replica;
pub mod scan;
pub mod single;
mod sort;
pub mod text;
pub mod undo;

pub use document::{Applied, Document, DocumentError, Refusal};
pub use entry::NoteEntry;
pub use operation::{Bias, Component, Edit, Operation, OperationError, Side};
pub use replica::{OutboxEntry, RecoveredDraft, Replica, ReplicaError, StoreOp, StoredNote};
pub use single::{AnyOperation, SingleKind, SingleOperation};
pub use text::Text;
pub use undo::UndoStack;
