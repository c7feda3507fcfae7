//! Versions of a note, newest first, and the text at each.

use super::store;
use crate::db::{Db, StoreError};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::note::history::{LogOp, VersionGroup, text_at as replay, versions};
use connvo_core::note::{NoteEntry, Text};

/// Rows read at once.
const PIECE: u64 = 1_000;
/// Most rows read for one page: a longer version is shown in pieces.
const ROWS: u64 = 10_000;

/// Versions that end before the sequence `before`, newest first, at most `limit`;
/// and where the next page begins.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    meeting: &MeetingId,
    before: u64,
    limit: usize,
) -> Result<(Vec<VersionGroup>, Option<u64>), StoreError> {
    let mut log: Vec<NoteEntry> = Vec::new();
    let (mut from, mut found) = (before, Vec::new());
    while from > 1 && found.len() <= limit && (log.len() as u64) < ROWS {
        let upto = from;
        from = upto.saturating_sub(PIECE).max(1);
        let mut piece = store::range(db, meeting, from, upto).await?;
        let whole = piece.len() as u64 == upto - from;
        piece.append(&mut log);
        log = piece;
        found = versions(log.iter().map(LogOp::from));
        if !whole {
            // What was before is cut from the log.
            from = 1;
        }
    }
    found.reverse();
    // The oldest one found may have begun before what was read.
    if from > 1 && found.len() > 1 {
        found.pop();
    }
    let more = from > 1 || found.len() > limit;
    found.truncate(limit);
    let next = found.last().map(|oldest| oldest.first_sequence);
    Ok((found, next.filter(|next| more && *next > 1)))
}

/// The text at a version.
///
/// # Errors
/// `NOT_FOUND` for a version that never was or is no longer kept.
pub async fn text_at(db: &Db, meeting: &MeetingId, version: u64) -> Result<Text, Problem> {
    if version > store::head(db, meeting).await? {
        return Err(Problem::not_found("the version"));
    }
    let checkpoint = store::checkpoint_before(db, meeting, version).await?;
    let (mut at, text) = checkpoint.unwrap_or_default();
    let mut text = Text::from(text.as_str());
    while at < version {
        let upto = (at + PIECE).min(version);
        let log = store::range(db, meeting, at + 1, upto + 1).await?;
        if log.first().is_none_or(|first| first.sequence != at + 1) {
            return Err(Problem::new(
                ErrorCode::NotFound,
                "the version is too old: it is no longer kept",
            ));
        }
        text = replay(text, at, log.iter().map(LogOp::from), upto)
            .map_err(|error| StoreError::damaged("log of the note", &error))?;
        at = upto;
    }
    Ok(text)
}
