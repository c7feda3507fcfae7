//! Why a change of a note fails.

use super::super::OperationError;
use super::super::scan::ScanError;
use thiserror::Error;

/// Why a change failed, and what it left behind.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum DocumentError {
    /// Nothing has changed: the change was not lawful.
    #[error("{reason}")]
    Refused {
        /// Which update of the run, from 0; 0 at the op door.
        index: usize,
        /// Why.
        reason: Refusal,
    },
    /// Document and mirror cannot be trusted any more: drop them and load again
    /// what was committed. The change must not be logged.
    #[error("the note's document broke: {0}")]
    Broken(&'static str),
    /// Stored bytes do not give a whole document.
    #[error("the stored note cannot be loaded: {0}")]
    Unreadable(String),
}

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The guard refuses the update.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// The operation does not fit the text.
    #[error(transparent)]
    Operation(#[from] OperationError),
    /// The text would be too long.
    #[error("the note would have {units} UTF-16 units; the limit is {limit}")]
    TextTooLong {
        /// UTF-16 code units afterwards.
        units: u64,
        /// UTF-16 code units allowed.
        limit: u32,
    },
    /// The document with its history would be too large.
    #[error("the note's history would exceed {limit} bytes")]
    StateTooLarge {
        /// Bytes allowed.
        limit: usize,
    },
    /// The update extends an id that is not the sender's.
    #[error("the update extends client {client}, which is not the sender's")]
    ForeignClient {
        /// The ClientID extended.
        client: u64,
    },
    /// A state vector of a peer that cannot be read.
    #[error("the state vector is malformed")]
    BadStateVector,
}

impl DocumentError {
    pub(super) fn refused(index: usize, reason: impl Into<Refusal>) -> Self {
        Self::Refused {
            index,
            reason: reason.into(),
        }
    }
}
