//! One row of the note's log.

use super::Operation;
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// A committed change of the note: its operation against the version before it,
/// and the same change as a CRDT update.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteEntry {
    /// Place in the log: 1, 2, 3 … without gaps. The version that it makes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub sequence: u64,
    /// Who made the change.
    pub author_id: UserId,
    /// Which client made it; empty for a stock Yjs editor, which names none.
    pub client_id: String,
    /// Its place among the client's own changes; a run counts as its last.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub client_seq: u64,
    /// The change, against version `sequence` − 1.
    #[cfg_attr(feature = "ts", ts(type = "Component[]"))]
    pub operation: Operation,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub timestamp: u64,
    /// The same change as Yjs V1 bytes; not part of the JSON form.
    #[serde(skip)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub update: Vec<u8>,
    /// The version that the client's operation was made against, where it had to
    /// be transformed; not part of the JSON form.
    #[serde(skip)]
    #[cfg_attr(feature = "ts", ts(skip))]
    pub transformed_from: Option<u64>,
}
