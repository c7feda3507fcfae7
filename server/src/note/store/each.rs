//! Several notes in one read.

use super::EntryRow;
use crate::db::{Db, StoreError, to_i64, to_id};
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
    let rows: Vec<Row> = sqlx::query_as(AFTER_EACH_SQL)
        .bind(notes.iter().map(|one| one.0.as_str()).collect::<Vec<_>>())
        .bind(notes.iter().map(|one| to_i64(one.1)).collect::<Vec<_>>())
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    for row in rows {
        let entries = found.entry(to_id(&row.meeting_id)?).or_default();
        entries.push(row.entry.entry()?);
    }
    for entries in found.values_mut() {
        entries.sort_by_key(|entry| entry.sequence);
    }
    Ok(found)
}
