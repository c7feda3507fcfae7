//! The speakers of a transcript, and what the meeting calls them.

use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, hold, staged, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::search::token::key;
use connvo_core::transcript::speaker::{NAMES, Names, SpeakerHeard, SpeakerName};

/// The labels after `$2` of what came since `$3`, with what was said under them.
pub const HEARD_SQL: &str = "SELECT c.speaker_label, COUNT(*), COUNT(c.speaker_user_id),
        MIN(c.speaker_user_id), MAX(c.speaker_user_id),
        CAST(SUM(c.end_ms - c.start_ms) AS BIGINT)
    FROM transcript_chunks c
    WHERE c.meeting_id = $1 AND c.speaker_label > $2 AND c.created_at >= $3
    GROUP BY c.speaker_label ORDER BY c.speaker_label LIMIT $4";

/// Whose voices are under a label, of what came since `$3`.
pub const SPEAKING_SQL: &str = "SELECT DISTINCT c.speaker_user_id FROM transcript_chunks c
    WHERE c.meeting_id = $1 AND c.speaker_label = $2 AND c.created_at >= $3 LIMIT $4";

/// What a meeting calls its speakers.
pub const NAMES_SQL: &str =
    "SELECT s.label, s.name FROM transcript_speakers s WHERE s.meeting_id = $1 LIMIT $2";

/// People told apart under one label.
const VOICES: i64 = 100;

/// A page of a meeting's speakers, by label.
///
/// # Errors
/// The store fails.
pub async fn heard(
    db: &Db,
    meeting: &MeetingId,
    after: &str,
    since_ms: u64,
    limit: u32,
) -> Result<Vec<SpeakerHeard>, StoreError> {
    staged::flush(db, meeting).await?;
    type Row = (String, i64, i64, Option<String>, Option<String>, i64);
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(HEARD_SQL)
                .bind(meeting.as_str())
                .bind(after)
                .bind(to_i64(since_ms))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    let names = names(db, meeting).await?;
    let heard = |(label, chunks, named, user, other, ms): Row| {
        let is_one = user == other && named == chunks;
        let user = user.filter(|_| is_one);
        Ok(SpeakerHeard {
            name: names.of(&label).to_owned(),
            user_id: user.as_deref().map(to_id).transpose()?,
            chunks: to_u64(chunks),
            speaking_ms: to_u64(ms),
            label,
        })
    };
    rows.into_iter().map(heard).collect()
}

/// Whose voices were heard under a label, each once; none where it was nobody's.
///
/// # Errors
/// The store fails.
pub async fn speaking(
    db: &Db,
    meeting: &MeetingId,
    label: &str,
    since_ms: u64,
) -> Result<Vec<Option<UserId>>, StoreError> {
    staged::flush(db, meeting).await?;
    let rows: Vec<(Option<String>,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(SPEAKING_SQL)
                .bind(meeting.as_str())
                .bind(label)
                .bind(to_i64(since_ms))
                .bind(VOICES)
                .fetch_all(pool)
                .await?
        }
    );
    let user = |(user,): (Option<String>,)| user.as_deref().map(to_id).transpose();
    rows.into_iter().map(user).collect()
}

/// What a meeting calls its speakers.
///
/// # Errors
/// The store fails.
pub async fn names(db: &Db, meeting: &MeetingId) -> Result<Names, StoreError> {
    let rows: Vec<(String, String)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(NAMES_SQL)
                .bind(meeting.as_str())
                .bind(i64::try_from(NAMES).unwrap_or(i64::MAX))
                .fetch_all(pool)
                .await?
        }
    );
    let name = |(label, name)| SpeakerName { label, name };
    Ok(rows.into_iter().map(name).collect())
}

/// Gives a label a name, or takes it back where it is the label itself; which is recorded.
/// False, and nothing done, where the meeting has given as many as it may.
///
/// # Errors
/// The store fails.
pub async fn rename(
    db: &Db,
    meeting: &MeetingId,
    named: &SpeakerName,
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<bool, StoreError> {
    let most = i64::try_from(NAMES).unwrap_or(i64::MAX);
    let renamed = on_db!(
        db,
        transaction | tx | {
            let stored = if named.name == named.label {
                sqlx::query("DELETE FROM transcript_speakers WHERE meeting_id = $1 AND label = $2")
                    .bind(meeting.as_str())
                    .bind(&named.label)
                    .execute(&mut *tx)
                    .await?;
                true
            } else {
                // The meeting's row is held: two who name two labels are counted one by one.
                hold::meeting(&mut tx, meeting).await?;
                let (others,): (i64,) = sqlx::query_as(
                    "SELECT COUNT(*) FROM transcript_speakers
                    WHERE meeting_id = $1 AND label <> $2",
                )
                .bind(meeting.as_str())
                .bind(&named.label)
                .fetch_one(&mut *tx)
                .await?;
                if others < most {
                    sqlx::query(
                        "INSERT INTO transcript_speakers
                            (meeting_id, label, name, name_key, updated_at)
                        VALUES ($1, $2, $3, $4, $5)
                        ON CONFLICT (meeting_id, label) DO UPDATE SET name = excluded.name,
                            name_key = excluded.name_key, updated_at = excluded.updated_at",
                    )
                    .bind(meeting.as_str())
                    .bind(&named.label)
                    .bind(&named.name)
                    .bind(key(&named.name))
                    .bind(to_i64(now_ms))
                    .execute(&mut *tx)
                    .await?;
                }
                others < most
            };
            if stored {
                audit::store::record(&mut tx, entry).await?;
                idempotency::store::keep(&mut tx, once, 200, named).await?;
            }
            stored
        }
    );
    Ok(renamed)
}

/// Forgets the names of labels under which nothing is left; answers whether there were any.
///
/// # Errors
/// The store fails.
pub async fn forget(db: &Db, meeting: &MeetingId) -> Result<bool, StoreError> {
    staged::flush(db, meeting).await?;
    let gone = on_db!(
        db,
        write | pool | {
            sqlx::query(
                "DELETE FROM transcript_speakers WHERE meeting_id = $1 AND NOT EXISTS (
                    SELECT 1 FROM transcript_chunks c
                    WHERE c.meeting_id = $1 AND c.speaker_label = transcript_speakers.label)",
            )
            .bind(meeting.as_str())
            .execute(pool)
            .await?
            .rows_affected()
        }
    );
    Ok(gone > 0)
}
