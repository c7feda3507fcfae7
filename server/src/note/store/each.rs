//! Several notes in one read.

use super::EntryRow;
use crate::db::{Db, StoreError, each, to_id};
use connvo_core::id::MeetingId;
use connvo_core::note::NoteEntry;
use std::collections::HashMap;

/// A piece of each log, in order; of PostgreSQL.
const AFTER_EACH_SQL: &str = "SELECT k.m AS meeting_id, e.* FROM UNNEST($1::text[], $2::int8[])
        AS k (m, a)
    CROSS JOIN LATERAL (SELECT sequence, author_id, client_id, client_seq,
            CAST(operation AS TEXT) AS operation, update_v1, transformed_from, created_at
        FROM note_log WHERE meeting_id = k.m AND sequence > k.a ORDER BY sequence LIMIT $3) e";

#[derive(sqlx::FromRow)]
struct Row {
    meeting_id: String,
    #[sqlx(flatten)]
    entry: EntryRow,
}

/// The entries of each note after a sequence, in order, at most `limit` of each.
///
/// # Errors
/// The store fails.
pub async fn after_each(
    db: &Db,
    notes: &[(MeetingId, u64)],
    limit: u32,
) -> Result<HashMap<MeetingId, Vec<NoteEntry>>, StoreError> {
    let mut found: HashMap<MeetingId, Vec<NoteEntry>> = HashMap::new();
    let Db::Postgres(pool) = db else {
        for (meeting, after) in notes {
            let entries = super::page(db, meeting, *after, limit).await?;
            found.insert(meeting.clone(), entries);
        }
        return Ok(found);
    };
    if notes.is_empty() {
        return Ok(found);
    }
    let (meetings, after) = each::columns(notes);
    let rows: Vec<Row> = sqlx::query_as(AFTER_EACH_SQL)
        .bind(meetings)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    let rows = rows.into_iter();
    each::grouped(rows.map(|row| Ok((to_id(&row.meeting_id)?, row.entry.entry()?))))
}
