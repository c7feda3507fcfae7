//! What an application sees of a note.

use super::Peer;
use crate::error::Problem;
use crate::note::Operation;
use crate::note::replica::RecoveredDraft;
use serde::{Deserialize, Serialize};

/// Where a change of the text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Origin {
    /// Somebody else, or another tab.
    Remote,
    /// Taking back an own edit.
    Undo,
    /// Making it again.
    Redo,
    /// The note started over from the server's text.
    Reset,
}

/// A draft kept for the person, until dismissed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KeptDraft {
    /// The draft's number within this note and session.
    pub id: u32,
    /// What was lost.
    #[serde(flatten)]
    pub draft: RecoveredDraft,
}

/// The note as the application shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NoteStatus {
    /// Local edits that the server has not acknowledged.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub unsent: u64,
    /// The last sequence of the server's log that is in.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
    /// Whether the person may write.
    pub writable: bool,
    /// Whether the server's text is in, as of this connection.
    pub synced: bool,
    /// Whether all local edits are kept on this device.
    pub saved: bool,
    /// Whether there is an own edit to take back.
    pub can_undo: bool,
    /// Whether there is an edit to make again.
    pub can_redo: bool,
    /// Text that could not be kept in the note.
    pub drafts: Vec<KeptDraft>,
    /// Why the server ended the subscription, if it did.
    pub ended: Option<Problem>,
}

/// Something happened in a note.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteEvent {
    /// The text changed, other than by an edit of the application's own.
    Delta {
        /// The change, against the text before.
        operation: Operation,
        /// Where it came from.
        origin: Origin,
    },
    /// The status changed.
    Status(NoteStatus),
    /// Who is in the note, and where their cursors are.
    Peers(Vec<Peer>),
}
