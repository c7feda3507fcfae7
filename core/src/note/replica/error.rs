//! Why a replica refuses something.

use super::super::OperationError;
use super::super::document::{DocumentError, Refusal};
use thiserror::Error;

/// Why something failed on a replica.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ReplicaError {
    /// The local edit is not lawful; nothing changed.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// There is no such note in this session.
    #[error("this note is not open")]
    NotOpen,
    /// The person may read the note, not change it; nothing changed.
    #[error("this note is read-only for you")]
    ReadOnly,
    /// Entries are missing before this one: subscribe again from the version.
    #[error("entry {got} came where {expected} was next")]
    Gap {
        /// The sequence that was next.
        expected: u64,
        /// The sequence that came.
        got: u64,
    },
    /// The replica does not agree with the server, or with what is stored: ask for a
    /// fresh snapshot, and give it to [`super::Replica::reset`].
    #[error("the note must be loaded again: {0}")]
    Broken(String),
}

impl From<DocumentError> for ReplicaError {
    fn from(error: DocumentError) -> Self {
        match error {
            DocumentError::Refused { reason, .. } => Self::Refused(reason),
            other => Self::Broken(other.to_string()),
        }
    }
}

impl From<OperationError> for ReplicaError {
    fn from(error: OperationError) -> Self {
        Self::Refused(error.into())
    }
}
