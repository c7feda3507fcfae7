//! The index in the database: documents, and how far each journal is in it.

pub(super) mod failed;
pub mod forget;
pub mod renew;

use crate::db::{Db, StoreError, hold, to_i64, to_id, to_u64};
use crate::on_db;
use crate::transcript::segment::{self, Stored};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::search::Source;
use connvo_core::search::token::{Indexed, key};

/// How long segments are kept, in milliseconds (365 days).
const KEPT_MS: u64 = 365 * 24 * 60 * 60 * 1000;
/// Rows taken away in one transaction.
const ROWS: i64 = 500;

/// Where a cursor stands.
pub const CURSOR_SQL: &str = "SELECT head, turn, updated_at FROM search_cursors
    WHERE meeting_id = $1 AND kind = $2";
/// Chunks of a meeting that were changed or deleted.
pub const TOUCHED_SQL: &str = "SELECT id, start_ms, sequence FROM transcript_touched
    WHERE meeting_id = $1 ORDER BY id LIMIT $2";
const BEHIND_SQL: &str = "SELECT DISTINCT s.meeting_id FROM streams s
    LEFT JOIN search_cursors c ON c.meeting_id = s.meeting_id AND c.kind = s.kind
    WHERE s.kind IN ('note', 'transcript', 'chat') AND s.meeting_id > $1 AND s.head > COALESCE(c.head, 0)
    ORDER BY s.meeting_id LIMIT $2";
const COUNT_SQL: &str = "UPDATE search_cursors SET
        documents = (SELECT COUNT(*) FROM search_documents d
            WHERE d.meeting_id = $1 AND d.source = $3),
        length = (SELECT CAST(COALESCE(SUM(d.length), 0) AS BIGINT) FROM search_documents d
            WHERE d.meeting_id = $1 AND d.source = $3)
    WHERE meeting_id = $1 AND kind = $2";

macro_rules! put {
    ($column:literal, $value:literal, $set:literal) => {
        concat!(
            "INSERT INTO search_documents (meeting_id, source, source_id, speaker, speaker_key,
                speaker_user_id, start_ms, end_ms, text, words, stems, length, created_at",
            $column,
            ") SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13",
            $value,
            " ON CONFLICT (meeting_id, source, source_id) DO UPDATE SET speaker = excluded.speaker,
                speaker_key = excluded.speaker_key, speaker_user_id = excluded.speaker_user_id,
                start_ms = excluded.start_ms, end_ms = excluded.end_ms, text = excluded.text,
                words = excluded.words, stems = excluded.stems, length = excluded.length,
                created_at = excluded.created_at",
            $set
        )
    };
}

// Only PostgreSQL keeps a vector; triggers keep SQLite's index.
const PUT_SQLITE_SQL: &str = put!("", " WHERE $14 = ''", "");
const PUT_POSTGRES_SQL: &str = put!(
    ", vector",
    ", CAST(CAST($14 AS TEXT) AS tsvector)",
    ", vector = excluded.vector"
);

/// What the database is given to keep as a vector: nothing on SQLite.
fn vector(db: &Db, indexed: &Indexed) -> String {
    match db {
        Db::Sqlite { .. } => String::new(),
        Db::Postgres(_) => indexed.tsvector(),
    }
}

/// How far a journal is in the index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Cursor {
    /// The last sequence that is in it.
    pub(super) head: u64,
    /// How often it was written: nobody writes on from where it is not any more.
    pub(super) turn: u64,
    /// When it was written last, in milliseconds since the Unix epoch.
    pub(super) updated_at: u64,
}

/// Something that can be found.
#[derive(Debug, Clone)]
pub(super) struct Document {
    pub(super) source_id: String,
    pub(super) speaker: Option<String>,
    pub(super) speaker_id: Option<UserId>,
    pub(super) start_ms: u64,
    pub(super) end_ms: Option<u64>,
    pub(super) text: String,
    pub(super) created_at: u64,
}

/// What one look at a journal writes: all or nothing.
#[derive(Debug)]
pub(super) struct Change<'a> {
    pub(super) meeting: &'a MeetingId,
    kind: &'static str,
    source: Source,
    from: Cursor,
    head: u64,
    pub(super) touched: Vec<i64>,
    pub(super) put: Vec<Document>,
    pub(super) drop: Vec<String>,
    pub(super) segments: Vec<Stored>,
}

impl<'a> Change<'a> {
    pub(super) const fn new(
        meeting: &'a MeetingId,
        kind: &'static str,
        source: Source,
        from: Cursor,
        head: u64,
    ) -> Self {
        Self {
            meeting,
            kind,
            source,
            from,
            head,
            touched: Vec::new(),
            put: Vec::new(),
            drop: Vec::new(),
            segments: Vec::new(),
        }
    }
}

/// A chunk that was changed or deleted: its start and its sequence.
pub(super) struct Touched {
    pub(super) id: i64,
    pub(super) chunk: (u64, u64),
}

/// Where the index of a journal stands.
pub(super) async fn cursor(db: &Db, meeting: &MeetingId, kind: &str) -> Result<Cursor, StoreError> {
    let row: Option<(i64, i64, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(CURSOR_SQL)
                .bind(meeting.as_str())
                .bind(kind)
                .fetch_optional(pool)
                .await?
        }
    );
    let cursor = |(head, turn, updated_at)| Cursor {
        head: to_u64(head),
        turn: to_u64(turn),
        updated_at: to_u64(updated_at),
    };
    Ok(row.map_or_else(Cursor::default, cursor))
}

/// Whether there is such a meeting.
pub(super) async fn is_there(db: &Db, meeting: &MeetingId) -> Result<bool, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT id FROM meetings WHERE id = $1")
                .bind(meeting.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.is_some())
}

/// Chunks of a meeting that were changed or deleted.
pub(super) async fn touched(
    db: &Db,
    meeting: &MeetingId,
    limit: u32,
) -> Result<Vec<Touched>, StoreError> {
    let rows: Vec<(i64, i64, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(TOUCHED_SQL)
                .bind(meeting.as_str())
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    let touched = |(id, start, sequence)| Touched {
        id,
        chunk: (to_u64(start), to_u64(sequence)),
    };
    Ok(rows.into_iter().map(touched).collect())
}

/// A page of the meetings of which chunks were changed or deleted, by id.
pub(super) async fn touched_meetings(
    db: &Db,
    after: &str,
    limit: u32,
) -> Result<Vec<MeetingId>, StoreError> {
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT DISTINCT meeting_id FROM transcript_touched WHERE meeting_id > $1
                 ORDER BY meeting_id LIMIT $2",
            )
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    rows.iter().map(|(id,)| to_id(id)).collect()
}

/// A page of the meetings whose journals are further than their index, by id.
pub(super) async fn behind(db: &Db, after: &str, limit: u32) -> Result<Vec<MeetingId>, StoreError> {
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(BEHIND_SQL)
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.iter().map(|(id,)| to_id(id)).collect()
}

/// The texts of a meeting's documents, by their ids.
pub(super) async fn texts(
    db: &Db,
    meeting: &MeetingId,
    source: Source,
) -> Result<Vec<(String, String)>, StoreError> {
    Ok(on_db!(
        db,
        read | pool
            | {
                sqlx::query_as(
                "SELECT source_id, text FROM search_documents WHERE meeting_id = $1 AND source = $2",
            )
            .bind(meeting.as_str())
            .bind(source.as_str())
            .fetch_all(pool)
            .await?
            }
    ))
}

/// Takes away some of the segments that are too old; whether there may be more.
pub(super) async fn forget(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    let before = to_i64(now_ms.saturating_sub(KEPT_MS));
    let gone = on_db!(
        db,
        transaction | tx | {
            let old: Vec<(String, String)> = sqlx::query_as(
                "SELECT meeting_id, id FROM transcript_segments WHERE created_at < $1
                ORDER BY created_at LIMIT $2",
            )
            .bind(before)
            .bind(ROWS)
            .fetch_all(&mut *tx)
            .await?;
            for (meeting, id) in &old {
                for sql in [
                    "DELETE FROM search_documents
                        WHERE meeting_id = $1 AND source = 'segment' AND source_id = $2",
                    "DELETE FROM transcript_segments WHERE meeting_id = $1 AND id = $2",
                ] {
                    sqlx::query(sql)
                        .bind(meeting)
                        .bind(id)
                        .execute(&mut *tx)
                        .await?;
                }
            }
            old.len()
        }
    );
    Ok(gone as i64 == ROWS)
}

/// Writes a change, unless the meeting is no more or somebody else has written meanwhile;
/// whether it did.
pub(super) async fn write(db: &Db, change: &Change<'_>, now_ms: u64) -> Result<bool, StoreError> {
    let (meeting, source) = (change.meeting.as_str(), change.source.as_str());
    let sql = match db {
        Db::Sqlite { .. } => PUT_SQLITE_SQL,
        Db::Postgres(_) => PUT_POSTGRES_SQL,
    };
    let indexed = change.put.iter().map(|one| {
        let indexed = Indexed::of(&one.text, one.speaker.as_deref());
        let vector = vector(db, &indexed);
        (one, indexed, vector)
    });
    let indexed: Vec<_> = indexed.collect();
    on_db!(
        db,
        transaction | tx | {
            let is_there = hold::journal(&mut tx, change.meeting, change.kind).await?;
            let turned = sqlx::query(
                "INSERT INTO search_cursors
                     (meeting_id, kind, head, turn, documents, length, updated_at)
                 VALUES ($1, $2, $3, 1, 0, 0, $4)
                 ON CONFLICT (meeting_id, kind) DO UPDATE SET head = excluded.head,
                     turn = search_cursors.turn + 1, updated_at = excluded.updated_at,
                     failure = NULL
                 WHERE search_cursors.turn = $5",
            )
            .bind(meeting)
            .bind(change.kind)
            .bind(to_i64(change.head))
            .bind(to_i64(now_ms))
            .bind(to_i64(change.from.turn))
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if !is_there || turned == 0 {
                tx.rollback().await?;
                return Ok(false);
            }
            for id in &change.touched {
                sqlx::query("DELETE FROM transcript_touched WHERE id = $1")
                    .bind(id)
                    .execute(&mut *tx)
                    .await?;
            }
            for id in &change.drop {
                if change.source == Source::Segment {
                    segment::store::drop(&mut tx, change.meeting, id).await?;
                }
                sqlx::query(
                    "DELETE FROM search_documents
                     WHERE meeting_id = $1 AND source = $2 AND source_id = $3",
                )
                .bind(meeting)
                .bind(source)
                .bind(id)
                .execute(&mut *tx)
                .await?;
            }
            for stored in &change.segments {
                segment::store::put(&mut tx, change.meeting, stored).await?;
            }
            for (one, indexed, vector) in &indexed {
                sqlx::query(sql)
                    .bind(meeting)
                    .bind(source)
                    .bind(&one.source_id)
                    .bind(&one.speaker)
                    .bind(one.speaker.as_deref().map(key))
                    .bind(one.speaker_id.as_ref().map(UserId::as_str))
                    .bind(to_i64(one.start_ms))
                    .bind(one.end_ms.map(to_i64))
                    .bind(&one.text)
                    .bind(&indexed.words)
                    .bind(&indexed.stems)
                    .bind(i64::from(indexed.length))
                    .bind(to_i64(one.created_at))
                    .bind(vector)
                    .execute(&mut *tx)
                    .await?;
            }
            sqlx::query(COUNT_SQL)
                .bind(meeting)
                .bind(change.kind)
                .bind(source)
                .execute(&mut *tx)
                .await?;
        }
    );
    Ok(true)
}
