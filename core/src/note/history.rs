//! The history of a note: versions by author and pause, and the text at each.
//!
//! The log holds every change; people want to see spells of work. A version is a
//! run of changes of one author without a long pause, named by its last sequence.

use serde::Serialize;

use super::{NoteEntry, Operation, OperationError, Text, diff};

/// A pause of so many milliseconds (2 minutes) ends a version.
pub const VERSION_PAUSE_MS: u64 = 120_000;

/// What the history needs of a row of the log.
#[derive(Debug, Clone, Copy)]
pub struct LogOp<'a> {
    /// Its place in the log.
    pub sequence: u64,
    /// Who made the change.
    pub author: &'a str,
    /// Milliseconds since the Unix epoch.
    pub timestamp: u64,
    /// The change, against version `sequence` − 1.
    pub operation: &'a Operation,
}

impl<'a> From<&'a NoteEntry> for LogOp<'a> {
    fn from(entry: &'a NoteEntry) -> Self {
        Self {
            sequence: entry.sequence,
            author: entry.author_id.as_str(),
            timestamp: entry.timestamp,
            operation: &entry.operation,
        }
    }
}

/// A version: a run of changes of one author without a long pause.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct VersionGroup {
    /// The sequence of its last change: the version's number.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub sequence: u64,
    /// The sequence of its first change.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub first_sequence: u64,
    /// Who made it.
    pub author_id: String,
    /// When its first change was made, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub started_at: u64,
    /// When its last change was made, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub ended_at: u64,
    /// UTF-16 code units inserted by its changes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub inserted: u64,
    /// UTF-16 code units deleted by its changes.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub deleted: u64,
}

impl VersionGroup {
    fn begin(op: LogOp) -> Self {
        Self {
            sequence: op.sequence,
            first_sequence: op.sequence,
            author_id: op.author.to_owned(),
            started_at: op.timestamp,
            ended_at: op.timestamp,
            inserted: op.operation.inserted(),
            deleted: op.operation.deleted(),
        }
    }

    /// Whether a change that follows is part of this version.
    fn goes_on(&self, op: LogOp) -> bool {
        let pause = op.timestamp.saturating_sub(self.ended_at);
        self.author_id == op.author && pause < VERSION_PAUSE_MS
    }

    fn take_in(&mut self, op: LogOp) {
        self.sequence = op.sequence;
        // A clock that was set back makes no version end before it began.
        self.ended_at = self.ended_at.max(op.timestamp);
        self.inserted = self.inserted.saturating_add(op.operation.inserted());
        self.deleted = self.deleted.saturating_add(op.operation.deleted());
    }
}

/// The versions of a piece of the log, oldest first. The first one may have begun
/// before the piece.
pub fn versions<'a>(log: impl IntoIterator<Item = LogOp<'a>>) -> Vec<VersionGroup> {
    let mut versions: Vec<VersionGroup> = Vec::new();
    for op in log {
        match versions.last_mut() {
            Some(last) if last.goes_on(op) => last.take_in(op),
            _ => versions.push(VersionGroup::begin(op)),
        }
    }
    versions
}

/// Why the text of a version cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HistoryError {
    /// The log has not the change that comes next.
    #[error("the log of the note lacks change {missing}")]
    Gap {
        /// The sequence that was looked for.
        missing: u64,
    },
    /// A change does not fit the text before it.
    #[error("change {sequence} of the note does not fit the text before it")]
    Unfit {
        /// Its sequence.
        sequence: u64,
        /// What is wrong with it.
        source: OperationError,
    },
}

/// The text at `sequence`: the text of a checkpoint, made at version `checkpoint`,
/// with the changes after it up to `sequence`. Earlier and later ones are passed over.
pub fn text_at<'a>(
    mut text: Text,
    checkpoint: u64,
    log: impl IntoIterator<Item = LogOp<'a>>,
    sequence: u64,
) -> Result<Text, HistoryError> {
    if sequence < checkpoint {
        return Err(HistoryError::Gap { missing: sequence });
    }
    let mut at = checkpoint;
    for op in log {
        if op.sequence <= at {
            continue;
        }
        if at == sequence {
            break;
        }
        if op.sequence != at + 1 {
            return Err(HistoryError::Gap { missing: at + 1 });
        }
        text.apply(op.operation)
            .map_err(|source| HistoryError::Unfit {
                sequence: op.sequence,
                source,
            })?;
        at = op.sequence;
    }
    if at < sequence {
        return Err(HistoryError::Gap { missing: at + 1 });
    }
    Ok(text)
}

/// The change from one version's text to another's: to show what is different, or,
/// from the present text to an old one, to restore it.
pub fn change(from: &Text, to: &Text) -> Operation {
    diff::diff(&from.to_string(), &to.to_string())
}
