//! Heads of journals.

use super::{Db, StoreError, to_u64};
use crate::on_db;
use connvo_core::id::MeetingId;

/// The note's log, as `streams.kind` names it.
pub const NOTE: &str = "note";
/// The transcript.
pub const TRANSCRIPT: &str = "transcript";
/// The chat.
pub const CHAT: &str = "chat";

/// The read of a head.
pub const HEAD_SQL: &str = "SELECT head FROM streams WHERE meeting_id = $1 AND kind = $2";

/// The last sequence of a journal; 0 where there is none.
///
/// # Errors
/// The store fails.
pub async fn head(db: &Db, meeting: &MeetingId, kind: &str) -> Result<u64, StoreError> {
    let row: Option<(i64,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(HEAD_SQL)
                .bind(meeting.as_str())
                .bind(kind)
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.map_or(0, |(head,)| to_u64(head)))
}

/// Where the journals of a meeting are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Standing {
    /// The note's head.
    pub note: u64,
    /// The transcript's head.
    pub transcript: u64,
    /// The chat's head.
    pub chat: u64,
    /// The note's epoch, once it has a base.
    pub epoch: Option<u64>,
}

/// The read of a standing.
pub const STANDING_SQL: &str = "SELECT s.kind, s.head, b.epoch FROM streams s
    LEFT JOIN note_bases b ON b.meeting_id = s.meeting_id WHERE s.meeting_id = $1";

/// Where the journals of a meeting are, as of one moment.
///
/// # Errors
/// The store fails.
pub async fn standing(db: &Db, meeting: &MeetingId) -> Result<Standing, StoreError> {
    let rows: Vec<(String, i64, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(STANDING_SQL)
                .bind(meeting.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    let mut standing = Standing::default();
    for (kind, head, epoch) in rows {
        standing.epoch = epoch.map(to_u64);
        match kind.as_str() {
            NOTE => standing.note = to_u64(head),
            TRANSCRIPT => standing.transcript = to_u64(head),
            CHAT => standing.chat = to_u64(head),
            _ => {}
        }
    }
    Ok(standing)
}
