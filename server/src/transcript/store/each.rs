//! Several transcripts in one read.

use super::{ChunkRow, chunk_columns};
use crate::db::{Db, StoreError, each, to_id};
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use std::collections::HashMap;

/// A piece of each journal; of PostgreSQL.
const AFTER_EACH_SQL: &str = concat!(
    "SELECT ",
    chunk_columns!(),
    " FROM UNNEST($1::text[], $2::int8[]) AS k (m, a)
     CROSS JOIN LATERAL (SELECT * FROM transcript_chunks WHERE meeting_id = k.m AND sequence > k.a
         ORDER BY sequence LIMIT $3) c"
);

/// What each of the transcripts has after a sequence, in order, at most `limit` of each.
///
/// # Errors
/// The store fails.
pub async fn after_each(
    db: &Db,
    transcripts: &[(MeetingId, u64)],
    limit: u32,
) -> Result<HashMap<MeetingId, Vec<Chunk>>, StoreError> {
    let mut found: HashMap<MeetingId, Vec<Chunk>> = HashMap::new();
    let Db::Postgres(pool) = db else {
        for (meeting, after) in transcripts {
            let page = super::entries(db, meeting, *after, 0, limit).await?;
            found.insert(meeting.clone(), page);
        }
        return Ok(found);
    };
    if transcripts.is_empty() {
        return Ok(found);
    }
    let (meetings, after) = each::columns(transcripts);
    let rows: Vec<ChunkRow> = sqlx::query_as(AFTER_EACH_SQL)
        .bind(meetings)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    let rows = rows.into_iter();
    each::grouped(rows.map(|row| Ok((to_id(&row.meeting_id)?, row.chunk()?))))
}
