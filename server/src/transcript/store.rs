//! Transcript chunks in the database. Sequences of replaced revisions are absent:
//! a reader that has read up to a sequence has seen what there is up to it.

mod each;
pub mod progress;
pub mod speakers;
pub mod spoken;

use crate::db::{Db, StoreError, staged, streams, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::id::{MeetingId, OrgId};
use connvo_core::transcript::{Chunk, ChunkDraft, Speaker};

/// The columns of a [`ChunkRow`], of the table as `c`.
macro_rules! chunk_columns {
    () => {
        "c.meeting_id, c.sequence, c.source_id, c.segment_id, c.revision, c.text, c.start_ms, \
         c.end_ms, c.speaker_label, c.speaker_user_id, c.confidence, c.language, c.revised, \
         c.word_count, c.created_at, c.utterance_id, c.words"
    };
}
pub(crate) use chunk_columns;

pub use each::after_each;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            $crate::transcript::store::chunk_columns!(),
            " FROM transcript_chunks c ",
            $rest
        )
    };
}
use select;

/// The page after a sequence.
pub const ENTRIES_SQL: &str = select!(
    "WHERE c.meeting_id = $1 AND c.sequence > $2 AND c.created_at >= $3
    ORDER BY c.sequence LIMIT $4"
);
/// Chunks by time, from one on: its start, its sequence.
pub const BY_TIME_SQL: &str = select!(
    "WHERE c.meeting_id = $1 AND (c.start_ms, c.sequence) >= ($2, $3)
    ORDER BY c.start_ms, c.sequence LIMIT $4"
);
/// The last page up to a sequence, newest first.
pub const LATEST_SQL: &str = select!(
    "WHERE c.meeting_id = $1 AND c.sequence <= $2 AND c.created_at >= $3
    ORDER BY c.sequence DESC LIMIT $4"
);

/// A row as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct ChunkRow {
    pub(crate) meeting_id: String,
    sequence: i64,
    source_id: String,
    segment_id: String,
    revision: i64,
    text: String,
    start_ms: i64,
    end_ms: i64,
    speaker_label: String,
    speaker_user_id: Option<String>,
    confidence: Option<f64>,
    language: Option<String>,
    revised: bool,
    word_count: i64,
    created_at: i64,
    utterance_id: Option<String>,
    words: Option<String>,
}

impl ChunkRow {
    /// The row as a chunk.
    pub(crate) fn chunk(self) -> Result<Chunk, StoreError> {
        let small = |what, value: i64| {
            u32::try_from(value).map_err(|error| StoreError::damaged(what, &error))
        };
        let words = self.words.as_deref().map(serde_json::from_str);
        let words = words
            .transpose()
            .map_err(|error| StoreError::damaged("words", &error))?;
        Ok(Chunk {
            sequence: to_u64(self.sequence),
            revised: self.revised,
            word_count: small("word count", self.word_count)?,
            created_at: to_u64(self.created_at),
            fields: ChunkDraft {
                source_id: self.source_id,
                segment_id: self.segment_id,
                utterance_id: self.utterance_id,
                revision: small("revision", self.revision)?,
                is_interim: false,
                text: self.text,
                start_ms: to_u64(self.start_ms),
                end_ms: to_u64(self.end_ms),
                speaker: Speaker {
                    label: self.speaker_label,
                    user_id: self.speaker_user_id.as_deref().map(to_id).transpose()?,
                    name: None,
                },
                confidence: self.confidence,
                language: self.language,
                words: words.unwrap_or_default(),
            },
        })
    }
}

/// Chunks after a sequence and of `since_ms` or later, in order.
///
/// # Errors
/// The store fails.
pub async fn entries(
    db: &Db,
    meeting: &MeetingId,
    after: u64,
    since_ms: u64,
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    staged::flush(db, meeting).await?;
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(ENTRIES_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(after))
                .bind(to_i64(since_ms))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(ChunkRow::chunk).collect()
}

/// Chunks by start and sequence, from `from` on.
///
/// # Errors
/// The store fails.
pub async fn by_time(
    db: &Db,
    meeting: &MeetingId,
    from: (u64, u64),
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    staged::flush(db, meeting).await?;
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(BY_TIME_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(from.0))
                .bind(to_i64(from.1))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(ChunkRow::chunk).collect()
}

/// The latest chunks up to the sequence `upto` and of `since_ms` or later, in order.
///
/// # Errors
/// The store fails.
pub async fn latest(
    db: &Db,
    meeting: &MeetingId,
    upto: u64,
    since_ms: u64,
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    staged::flush(db, meeting).await?;
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(LATEST_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(upto))
                .bind(to_i64(since_ms))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().rev().map(ChunkRow::chunk).collect()
}

/// The last sequence given out; 0 for an empty transcript or no meeting.
///
/// # Errors
/// The store fails.
pub async fn head(db: &Db, meeting: &MeetingId) -> Result<u64, StoreError> {
    staged::flush(db, meeting).await?;
    streams::head(db, meeting, streams::TRANSCRIPT).await
}

/// A meeting: its organisation, and when its oldest chunk came, where it has any.
pub(super) struct Oldest {
    pub(super) meeting_id: MeetingId,
    pub(super) org_id: Option<OrgId>,
    pub(super) at_ms: Option<u64>,
}

/// A page of meetings, by id.
pub(super) async fn oldest(
    db: &Db,
    after: Option<&MeetingId>,
    limit: u32,
) -> Result<Vec<Oldest>, StoreError> {
    staged::flush_all(db).await?;
    let rows: Vec<(String, Option<String>, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT m.id, m.org_id, (SELECT c.created_at FROM transcript_chunks c
                    WHERE c.meeting_id = m.id ORDER BY c.sequence LIMIT 1)
                FROM meetings m WHERE m.id > $1 ORDER BY m.id LIMIT $2",
            )
            .bind(after.map_or("", MeetingId::as_str))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    let oldest = |(meeting, org, at): (String, Option<String>, Option<i64>)| {
        Ok(Oldest {
            meeting_id: to_id(&meeting)?,
            org_id: org.as_deref().map(to_id).transpose()?,
            at_ms: at.map(to_u64),
        })
    };
    rows.into_iter().map(oldest).collect()
}

/// Deletes at most `limit` of a meeting's oldest chunks, of before `since_ms`; answers
/// how many.
///
/// # Errors
/// The store fails.
pub async fn forget(
    db: &Db,
    meeting: &MeetingId,
    since_ms: u64,
    limit: u32,
) -> Result<u64, StoreError> {
    staged::flush(db, meeting).await?;
    let forgotten = on_db!(
        db,
        write | pool | {
            sqlx::query(
                "DELETE FROM transcript_chunks WHERE meeting_id = $1 AND sequence IN (
                    SELECT sequence FROM transcript_chunks
                    WHERE meeting_id = $1 AND created_at < $2 ORDER BY sequence LIMIT $3)",
            )
            .bind(meeting.as_str())
            .bind(to_i64(since_ms))
            .bind(i64::from(limit))
            .execute(pool)
            .await?
            .rows_affected()
        }
    );
    Ok(forgotten)
}
