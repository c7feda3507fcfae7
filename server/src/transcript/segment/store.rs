//! Segments in the database, in the order of their places.

use super::Stored;
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::{on_db, on_tx};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::transcript::Speaker;
use connvo_core::transcript::segment::{Place, Segment};
use std::fmt;
use std::str::FromStr;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT id, chunk_ms, sequence, piece, start_ms, end_ms, speaker_label, speaker_user_id,
                text, word_count, confidence, language, key_phrases, topics, sentiment, created_at
            FROM transcript_segments ",
            $rest
        )
    };
}

/// The page of what the plan keeps, after a place.
pub const PAGE_SQL: &str = select!(
    "WHERE meeting_id = $1 AND (chunk_ms, sequence, piece) > ($2, $3, $4) AND created_at >= $5
    ORDER BY chunk_ms, sequence, piece LIMIT $6"
);
/// Between a chunk and another that is none of them.
pub const BETWEEN_SQL: &str = select!(
    "WHERE meeting_id = $1 AND (chunk_ms, sequence) >= ($2, $3) AND (chunk_ms, sequence) < ($4, $5)
    ORDER BY chunk_ms, sequence, piece"
);
/// The last that begins with a chunk before another.
pub const BEFORE_SQL: &str = "SELECT chunk_ms, sequence FROM transcript_segments
    WHERE meeting_id = $1 AND (chunk_ms, sequence) < ($2, $3) AND piece = 0
    ORDER BY chunk_ms DESC, sequence DESC, piece DESC LIMIT 1";
const BEGINS_SQL: &str = "SELECT 1 FROM transcript_segments
    WHERE meeting_id = $1 AND chunk_ms = $2 AND sequence = $3 AND piece = 0 LIMIT 1";

const PUT_SQL: &str = "INSERT INTO transcript_segments (meeting_id, id, chunk_ms, sequence, piece,
        start_ms, end_ms, speaker_label, speaker_user_id, text, word_count, confidence, language,
        key_phrases, topics, sentiment, created_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
    ON CONFLICT (meeting_id, id) DO UPDATE SET chunk_ms = excluded.chunk_ms,
        sequence = excluded.sequence, piece = excluded.piece, start_ms = excluded.start_ms,
        end_ms = excluded.end_ms, speaker_label = excluded.speaker_label,
        speaker_user_id = excluded.speaker_user_id, text = excluded.text,
        word_count = excluded.word_count, confidence = excluded.confidence,
        language = excluded.language, key_phrases = excluded.key_phrases,
        topics = excluded.topics, sentiment = excluded.sentiment,
        created_at = excluded.created_at";
const DROP_SQL: &str = "DELETE FROM transcript_segments WHERE meeting_id = $1 AND id = $2";

/// Where a page begins: after this place.
#[derive(Debug, Clone, Copy, Default)]
pub struct Cursor(pub Option<Place>);

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.0.unwrap_or(Place {
            chunk_ms: 0,
            sequence: 0,
            piece: 0,
        });
        write!(f, "{}.{}.{}", place.chunk_ms, place.sequence, place.piece)
    }
}

impl FromStr for Cursor {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.splitn(3, '.');
        let mut next = || parts.next().unwrap_or_default();
        Ok(Self(Some(Place {
            chunk_ms: next().parse()?,
            sequence: next().parse()?,
            piece: next().parse()?,
        })))
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    chunk_ms: i64,
    sequence: i64,
    piece: i64,
    start_ms: i64,
    end_ms: i64,
    speaker_label: String,
    speaker_user_id: Option<String>,
    text: String,
    word_count: i64,
    confidence: Option<f64>,
    language: Option<String>,
    key_phrases: String,
    topics: String,
    sentiment: Option<f64>,
    created_at: i64,
}

impl Row {
    fn stored(self) -> Result<Stored, StoreError> {
        let small = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        let list = |text: &str| {
            serde_json::from_str(text).map_err(|error| StoreError::damaged("list", &error))
        };
        Ok(Stored {
            place: Place {
                chunk_ms: to_u64(self.chunk_ms),
                sequence: to_u64(self.sequence),
                piece: small(self.piece),
            },
            created_at: to_u64(self.created_at),
            segment: Segment {
                start_ms: to_u64(self.start_ms),
                end_ms: to_u64(self.end_ms),
                speakers: vec![Speaker {
                    label: self.speaker_label,
                    user_id: self.speaker_user_id.as_deref().map(to_id).transpose()?,
                    name: None,
                }],
                word_count: small(self.word_count),
                confidence: self.confidence,
                language: self.language,
                key_phrases: list(&self.key_phrases)?,
                topics: list(&self.topics)?,
                sentiment: self.sentiment,
                text: self.text,
                id: self.id,
            },
        })
    }
}

/// Segments after a place whose chunks came at `since_ms` or later, in order.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    meeting: &MeetingId,
    after: Option<Place>,
    since_ms: u64,
    limit: u32,
) -> Result<Vec<Stored>, StoreError> {
    let (ms, sequence, piece) = after.map_or((-1, -1, -1), |place| {
        let piece = i64::from(place.piece);
        (to_i64(place.chunk_ms), to_i64(place.sequence), piece)
    });
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PAGE_SQL)
                .bind(meeting.as_str())
                .bind(ms)
                .bind(sequence)
                .bind(piece)
                .bind(to_i64(since_ms))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(Row::stored).collect()
}

/// The segments that begin in a chunk from `from` on and before `until`, to the end
/// without it; chunks by start and sequence.
///
/// # Errors
/// The store fails.
pub async fn between(
    db: &Db,
    meeting: &MeetingId,
    from: (u64, u64),
    until: Option<(u64, u64)>,
) -> Result<Vec<Stored>, StoreError> {
    let until = until.unwrap_or((u64::MAX, u64::MAX));
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(BETWEEN_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(from.0))
                .bind(to_i64(from.1))
                .bind(to_i64(until.0))
                .bind(to_i64(until.1))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(Row::stored).collect()
}

/// The last chunk before another with which a segment begins.
///
/// # Errors
/// The store fails.
pub async fn before(
    db: &Db,
    meeting: &MeetingId,
    chunk: (u64, u64),
) -> Result<Option<(u64, u64)>, StoreError> {
    let row: Option<(i64, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(BEFORE_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(chunk.0))
                .bind(to_i64(chunk.1))
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.map(|(ms, sequence)| (to_u64(ms), to_u64(sequence))))
}

/// Whether a segment begins with a chunk.
///
/// # Errors
/// The store fails.
pub async fn begins(db: &Db, meeting: &MeetingId, chunk: (u64, u64)) -> Result<bool, StoreError> {
    let row: Option<(i32,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(BEGINS_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(chunk.0))
                .bind(to_i64(chunk.1))
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.is_some())
}

/// Writes a segment in the place of the one of that id.
///
/// # Errors
/// The store fails.
pub async fn put(
    tx: impl Into<Tx<'_>>,
    meeting: &MeetingId,
    stored: &Stored,
) -> Result<(), StoreError> {
    let Stored { place, segment, .. } = stored;
    let speaker = segment.speakers.first();
    let list = |words: &[String]| serde_json::Value::from(words).to_string();
    on_tx!(tx.into(), |line| {
        sqlx::query(PUT_SQL)
            .bind(meeting.as_str())
            .bind(&segment.id)
            .bind(to_i64(place.chunk_ms))
            .bind(to_i64(place.sequence))
            .bind(i64::from(place.piece))
            .bind(to_i64(segment.start_ms))
            .bind(to_i64(segment.end_ms))
            .bind(speaker.map_or("", |speaker| &speaker.label))
            .bind(speaker.and_then(|speaker| speaker.user_id.as_ref().map(UserId::as_str)))
            .bind(&segment.text)
            .bind(i64::from(segment.word_count))
            .bind(segment.confidence)
            .bind(&segment.language)
            .bind(list(&segment.key_phrases))
            .bind(list(&segment.topics))
            .bind(segment.sentiment)
            .bind(to_i64(stored.created_at))
            .execute(line)
            .await?;
    });
    Ok(())
}

/// Takes a segment away.
///
/// # Errors
/// The store fails.
pub async fn drop(tx: impl Into<Tx<'_>>, meeting: &MeetingId, id: &str) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(DROP_SQL)
            .bind(meeting.as_str())
            .bind(id)
            .execute(line)
            .await?;
    });
    Ok(())
}
