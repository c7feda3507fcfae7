//! Transcript chunks in the database. Sequences of replaced revisions are absent:
//! a reader that has read up to a sequence has seen what there is up to it.

use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::id::MeetingId;
use connvo_core::transcript::{Chunk, ChunkDraft, Speaker};

/// The columns of a [`ChunkRow`], of the table as `c`.
macro_rules! chunk_columns {
    () => {
        "c.meeting_id, c.sequence, c.source_id, c.segment_id, c.revision, c.text, c.start_ms, \
         c.end_ms, c.speaker_label, c.speaker_user_id, c.confidence, c.language, c.revised, \
         c.word_count, c.created_at"
    };
}
pub(crate) use chunk_columns;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            chunk_columns!(),
            " FROM transcript_chunks c ",
            $rest
        )
    };
}

/// The page after a sequence.
pub const ENTRIES_SQL: &str =
    select!("WHERE c.meeting_id = $1 AND c.sequence > $2 ORDER BY c.sequence LIMIT $3");
/// The last page up to a sequence, newest first.
pub const LATEST_SQL: &str =
    select!("WHERE c.meeting_id = $1 AND c.sequence <= $2 ORDER BY c.sequence DESC LIMIT $3");

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
}

impl ChunkRow {
    /// The row as a chunk.
    pub(crate) fn chunk(self) -> Result<Chunk, StoreError> {
        let small = |what, value: i64| {
            u32::try_from(value).map_err(|error| StoreError::damaged(what, &error))
        };
        Ok(Chunk {
            sequence: to_u64(self.sequence),
            revised: self.revised,
            word_count: small("word count", self.word_count)?,
            created_at: to_u64(self.created_at),
            fields: ChunkDraft {
                source_id: self.source_id,
                segment_id: self.segment_id,
                revision: small("revision", self.revision)?,
                is_interim: false,
                text: self.text,
                start_ms: to_u64(self.start_ms),
                end_ms: to_u64(self.end_ms),
                speaker: Speaker {
                    label: self.speaker_label,
                    user_id: self.speaker_user_id.as_deref().map(to_id).transpose()?,
                },
                confidence: self.confidence,
                language: self.language,
            },
        })
    }
}

/// Chunks after a sequence, in order.
///
/// # Errors
/// The store fails.
pub async fn entries(
    db: &Db,
    meeting: &MeetingId,
    after: u64,
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(ENTRIES_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(after))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(ChunkRow::chunk).collect()
}

/// The latest chunks up to the sequence `upto`, in order.
///
/// # Errors
/// The store fails.
pub async fn latest(
    db: &Db,
    meeting: &MeetingId,
    upto: u64,
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(LATEST_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(upto))
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
    crate::db::streams::head(db, meeting, "transcript").await
}
