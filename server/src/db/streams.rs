//! Heads of journals.

use super::{Db, StoreError, to_u64};
use crate::on_db;
use connvo_core::id::MeetingId;

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
