//! Chunks in the order spoken: by when they begin, then by sequence.

use super::{ChunkRow, select};
use crate::db::{Db, StoreError, staged, to_i64};
use crate::on_db;
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use std::str::FromStr;

/// What begins after a place, before `$4`.
pub const SPOKEN_SQL: &str = select!(
    "WHERE c.meeting_id = $1 AND (c.start_ms, c.sequence) > ($2, $3) AND c.start_ms < $4
        AND c.created_at >= $5
    ORDER BY c.start_ms, c.sequence LIMIT $6"
);
/// The same of one label.
pub const SPOKEN_BY_SQL: &str = select!(
    "WHERE c.meeting_id = $1 AND (c.start_ms, c.sequence) > ($2, $3) AND c.start_ms < $4
        AND c.created_at >= $5 AND c.speaker_label = $7
    ORDER BY c.start_ms, c.sequence LIMIT $6"
);

/// A place in the order spoken; written `1800000000000-7`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// When the chunk begins, in milliseconds since the Unix epoch.
    pub start_ms: u64,
    /// Its sequence; 0 is before all that begin then.
    pub sequence: u64,
}

impl Place {
    /// Before all that begins at a moment.
    #[must_use]
    pub const fn before(start_ms: u64) -> Self {
        Self {
            start_ms,
            sequence: 0,
        }
    }

    /// The place of a chunk.
    #[must_use]
    pub const fn of(chunk: &Chunk) -> Self {
        Self {
            start_ms: chunk.fields.start_ms,
            sequence: chunk.sequence,
        }
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "{}-{}", self.start_ms, self.sequence)
    }
}

impl FromStr for Place {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let number = |text: &str| text.parse().map_err(|_| ());
        let (start, sequence) = text.split_once('-').ok_or(())?;
        Ok(Self {
            start_ms: number(start)?,
            sequence: number(sequence)?,
        })
    }
}

/// Which chunks.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    /// After this place.
    pub after: Place,
    /// Those that begin before this moment, in milliseconds since the Unix epoch.
    pub to: u64,
    /// Those of this label.
    pub speaker: Option<&'a str>,
    /// Those that came at this moment or later, in milliseconds since the Unix epoch.
    pub since_ms: u64,
}

/// At most `limit` chunks, in the order spoken.
///
/// # Errors
/// The store fails.
pub async fn spoken(
    db: &Db,
    meeting: &MeetingId,
    which: Which<'_>,
    limit: u32,
) -> Result<Vec<Chunk>, StoreError> {
    staged::flush(db, meeting).await?;
    let rows: Vec<ChunkRow> = on_db!(
        db,
        read | pool | {
            let query = match which.speaker {
                Some(_) => sqlx::query_as(SPOKEN_BY_SQL),
                None => sqlx::query_as(SPOKEN_SQL),
            };
            let query = query
                .bind(meeting.as_str())
                .bind(to_i64(which.after.start_ms))
                .bind(to_i64(which.after.sequence))
                .bind(to_i64(which.to))
                .bind(to_i64(which.since_ms))
                .bind(i64::from(limit));
            let query = match which.speaker {
                Some(label) => query.bind(label),
                None => query,
            };
            query.fetch_all(pool).await?
        }
    );
    rows.into_iter().map(ChunkRow::chunk).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written() {
        let place = Place {
            start_ms: 1_800_000_000_000,
            sequence: 7,
        };
        assert_eq!(place.to_string().parse(), Ok(place));
        for bad in ["", "7", "-", "1-", "a-1", "1-2-3", "-1-2"] {
            assert_eq!(bad.parse::<Place>(), Err(()), "{bad}");
        }
    }
}
