//! That a journal could not be followed.

use super::Cursor;
use crate::db::{Db, StoreError, hold, to_i64};
use crate::on_db;
use connvo_core::id::MeetingId;

/// Nothing is said of a meeting that is no more, nor where somebody went on meanwhile.
const FAILED_SQL: &str = "INSERT INTO search_cursors
        (meeting_id, kind, head, turn, documents, length, updated_at, failure)
    VALUES ($1, $2, $3, 0, 0, 0, $4, $5)
    ON CONFLICT (meeting_id, kind) DO UPDATE SET failure = excluded.failure
    WHERE search_cursors.turn = $6";

/// Keeps why the journal could not be followed from a cursor on, until it is.
///
/// # Errors
/// The store fails.
pub(in crate::search::index) async fn failed(
    db: &Db,
    (meeting, kind): (&MeetingId, &str),
    (from, why): (Cursor, &str),
    now_ms: u64,
) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            if hold::journal(&mut tx, meeting, kind).await? {
                sqlx::query(FAILED_SQL)
                    .bind(meeting.as_str())
                    .bind(kind)
                    .bind(to_i64(from.head))
                    .bind(to_i64(now_ms))
                    .bind(why)
                    .bind(to_i64(from.turn))
                    .execute(&mut *tx)
                    .await?;
            }
        }
    );
    Ok(())
}
