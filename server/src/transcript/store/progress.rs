//! How far the segments of a transcript are, as [`crate::search::index`] wrote it.

use crate::db::{Db, StoreError, streams, to_i64, to_u64};
use crate::on_db;
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use connvo_core::transcript::processed::Progress;

/// Where the segments stand.
pub const HEAD_SQL: &str =
    "SELECT head, failure FROM search_cursors WHERE meeting_id = $1 AND kind = $2";
/// Chunks that have changed and are not looked at again yet, of a range of sequences.
pub const CHANGED_SQL: &str = "SELECT DISTINCT sequence FROM transcript_touched
    WHERE meeting_id = $1 AND sequence BETWEEN $2 AND $3";

/// How far the segments are, as far as it matters to these chunks. Read it after them.
///
/// # Errors
/// The store fails.
pub async fn progress(
    db: &Db,
    meeting: &MeetingId,
    chunks: &[Chunk],
) -> Result<Progress, StoreError> {
    let sequences = || chunks.iter().map(|chunk| chunk.sequence);
    let (Some(first), Some(last)) = (sequences().min(), sequences().max()) else {
        return Ok(Progress::default());
    };
    let changed: Vec<(i64,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(CHANGED_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(first))
                .bind(to_i64(last))
                .fetch_all(pool)
                .await?
        }
    );
    let head: Option<(i64, Option<String>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(HEAD_SQL)
                .bind(meeting.as_str())
                .bind(streams::TRANSCRIPT)
                .fetch_optional(pool)
                .await?
        }
    );
    let (head, failure) = head.unwrap_or_default();
    Ok(Progress {
        head: to_u64(head),
        changed: changed.into_iter().map(|(it,)| to_u64(it)).collect(),
        failure,
    })
}
