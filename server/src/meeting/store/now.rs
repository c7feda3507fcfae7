//! What of a running meeting is kept: the speaker queue, and what its transcript tells of
//! who has spoken. Who is there is not: that is [`crate::presence`].

use super::said::say;
use super::{still, to_state};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, hold, staged, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::meeting::spoken::Sum;
use crate::{on_db, on_tx};
use connvo_core::access::Action;
use connvo_core::chat::SystemEvent;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::now::{
    MeetingNow, RecordingStatus, SpeakingTime, lull_at, taking, topics_of,
};
use connvo_core::meeting::queue::Queue;
use connvo_core::protocol::command::Speakers;
use serde_json::json;

const QUEUE_SQL: &str =
    "SELECT user_id FROM speaker_queue WHERE meeting_id = $1 ORDER BY place LIMIT 1000";

async fn load(tx: impl Into<Tx<'_>>, meeting: &MeetingId) -> Result<Queue, StoreError> {
    let rows: Vec<(String,)> = on_tx!(tx.into(), |line| {
        sqlx::query_as(QUEUE_SQL)
            .bind(meeting.as_str())
            .fetch_all(line)
            .await?
    });
    let line: Vec<UserId> = rows
        .iter()
        .map(|(id,)| to_id(id))
        .collect::<Result<_, StoreError>>()?;
    Ok(Queue::of(line))
}

/// What happens to the line of those who wait to speak.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// Somebody raises a hand.
    Raise(UserId),
    /// Somebody's hand goes down.
    Lower(UserId),
    /// Whoever is first has the word.
    Next,
}

/// Changes the line, with the meeting held; what changes nothing is not in the audit log.
/// The inner error is a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn line(
    db: &Db,
    whose: (&UserId, &MeetingId),
    (action, change): (Action, Line),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<Speakers, Problem>, StoreError> {
    let (_, meeting) = whose;
    let speakers = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, meeting).await?;
            if let Err(problem) = still(&mut tx, whose, action, now_ms).await? {
                return Ok(Err(problem));
            }
            let mut queue = load(&mut tx, meeting).await?;
            let (mut next, mut of) = (None, None);
            match change {
                Line::Raise(user) => {
                    if queue.raise(user.clone()) {
                        sqlx::query(
                            "INSERT INTO speaker_queue (meeting_id, user_id, place, created_at)
                             SELECT $1, $2, COALESCE(MAX(place), 0) + 1, $3
                             FROM speaker_queue WHERE meeting_id = $1",
                        )
                        .bind(meeting.as_str())
                        .bind(user.as_str())
                        .bind(to_i64(now_ms))
                        .execute(&mut *tx)
                        .await?;
                        of = Some(user);
                    }
                }
                Line::Lower(user) => of = queue.lower(&user).then_some(user),
                Line::Next => {
                    next = queue.take_next();
                    of.clone_from(&next);
                }
            }
            if let Some(user) = &of {
                if !queue.line().contains(user) {
                    sqlx::query("DELETE FROM speaker_queue WHERE meeting_id = $1 AND user_id = $2")
                        .bind(meeting.as_str())
                        .bind(user.as_str())
                        .execute(&mut *tx)
                        .await?;
                }
                let entry = entry.with(json!({"userId": user}));
                audit::store::record(&mut tx, &entry).await?;
            }
            let speakers = Speakers {
                next,
                speaker_queue: queue.line().to_vec(),
            };
            idempotency::store::keep(&mut tx, once, 200, &speakers).await?;
            Ok(speakers)
        }
    );
    Ok(speakers)
}

/// Who waits to speak, the first first.
///
/// # Errors
/// The store fails.
pub async fn queue(db: &Db, meeting: &MeetingId) -> Result<Queue, StoreError> {
    let queue = on_db!(db, snapshot | tx | { load(&mut tx, meeting).await? });
    Ok(queue)
}

#[derive(sqlx::FromRow)]
struct NowRow {
    state: String,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    transcription: bool,
    transcription_paused: bool,
}

const SAID_SQL: &str = "SELECT sequence, created_at FROM transcript_chunks WHERE meeting_id = $1
    ORDER BY sequence DESC LIMIT 1";
const WROTE_SQL: &str = "SELECT created_at FROM note_log WHERE meeting_id = $1
    ORDER BY sequence DESC LIMIT 1";
/// What the server itself says is nobody's activity.
const POSTED_SQL: &str = "SELECT created_at FROM messages WHERE meeting_id = $1
    AND kind <> 'system' ORDER BY posted_sequence DESC LIMIT 1";

/// By person, and by name where none is known, after a sequence; an utterance counts for an
/// hour at most.
const SPOKE_SQL: &str = "SELECT speaker_user_id, MAX(speaker_label),
        CAST(SUM(CASE WHEN end_ms <= start_ms THEN 0 WHEN end_ms - start_ms > 3600000 THEN 3600000
            ELSE end_ms - start_ms END) AS BIGINT) AS ms
    FROM transcript_chunks WHERE meeting_id = $1 AND sequence > $2
    GROUP BY speaker_user_id, CASE WHEN speaker_user_id IS NULL THEN speaker_label ELSE '' END
    ORDER BY ms DESC, 2 LIMIT 1000";
/// Of how many speakers it is told.
const SPEAKERS: usize = 100;

/// What its latest pieces are about.
const TOPICS_SQL: &str = "SELECT topics FROM transcript_segments WHERE meeting_id = $1
    ORDER BY chunk_ms DESC, sequence DESC, piece DESC LIMIT 3";

/// A meeting as it is at `now_ms` (milliseconds since the Unix epoch), with nobody there;
/// absent where there is none. How long who has spoken goes on from `sum`, and is given to be
/// gone on with.
///
/// # Errors
/// The store fails.
pub async fn now(
    db: &Db,
    meeting: &MeetingId,
    sum: Sum,
    now_ms: u64,
) -> Result<Option<(MeetingNow, Sum)>, StoreError> {
    staged::flush(db, meeting).await?;
    let (row, queue, said, wrote, posted, spoke, about) = on_db!(
        db,
        snapshot | tx | {
            let row: Option<NowRow> = sqlx::query_as(
                "SELECT state, started_at, ended_at, transcription, transcription_paused
                 FROM meetings WHERE id = $1",
            )
            .bind(meeting.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            let queue = load(&mut tx, meeting).await?;
            let said: Option<(i64, i64)> = sqlx::query_as(SAID_SQL)
                .bind(meeting.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let wrote: Option<(i64,)> = sqlx::query_as(WROTE_SQL)
                .bind(meeting.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let posted: Option<(i64,)> = sqlx::query_as(POSTED_SQL)
                .bind(meeting.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let spoke: Vec<(Option<String>, String, i64)> = sqlx::query_as(SPOKE_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(sum.sequence))
                .fetch_all(&mut *tx)
                .await?;
            let about: Vec<(String,)> = sqlx::query_as(TOPICS_SQL)
                .bind(meeting.as_str())
                .fetch_all(&mut *tx)
                .await?;
            (row, queue, said, wrote, posted, spoke, about)
        }
    );
    let Some(row) = row else { return Ok(None) };
    let state = to_state(&row.state)?;
    let started_at = row.started_at.map(to_u64);
    let sequence = said.map_or(0, |(sequence, _)| to_u64(sequence));
    let said = said.map(|(_, at)| to_u64(at));
    let lull_at = lull_at(state, started_at, said);
    let spoke = spoke.into_iter().map(|(user, label, ms)| {
        Ok(SpeakingTime {
            user_id: user.as_deref().map(to_id).transpose()?,
            label,
            ms: to_u64(ms),
        })
    });
    let sum = sum.with(spoke.collect::<Result<_, StoreError>>()?, sequence);
    let topics = about.iter().map(|(topics,)| {
        serde_json::from_str(topics).map_err(|error| StoreError::damaged("topics", &error))
    });
    let topics = topics_of(topics.collect::<Result<Vec<_>, _>>()?);
    let now = MeetingNow {
        state,
        started_at,
        ended_at: row.ended_at.map(to_u64),
        active_participants: Vec::new(),
        active_count: 0,
        speaker_queue: queue.line().to_vec(),
        recording_status: RecordingStatus::Inactive,
        transcription_status: taking(state, row.transcription, row.transcription_paused),
        topics,
        lull: lull_at.is_some_and(|at| at <= now_ms),
        lull_at,
        speaking_time: sum.times.iter().take(SPEAKERS).cloned().collect(),
        last_activity: said.max(wrote.max(posted).map(|(at,)| to_u64(at))),
    };
    Ok(Some((now, sum)))
}

/// Pauses what is written down in a meeting that runs, or goes on with it; where it was not
/// to be, it is from now on. False when that was so already; the inner error is a refusal.
///
/// # Errors
/// The store fails.
pub async fn pause_transcription(
    db: &Db,
    whose: (&UserId, &MeetingId),
    paused: bool,
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<Result<bool, Problem>, StoreError> {
    let (_, meeting) = whose;
    let sql = if paused {
        "UPDATE meetings SET transcription_paused = TRUE, updated_at = $2
         WHERE id = $1 AND state = 'active' AND transcription AND NOT transcription_paused"
    } else {
        "UPDATE meetings SET transcription_paused = FALSE, transcription = TRUE, updated_at = $2
         WHERE id = $1 AND state = 'active' AND (transcription_paused OR NOT transcription)"
    };
    let changed = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, meeting).await?;
            let by_now = still(&mut tx, whose, Action::ControlTranscription, now_ms).await?;
            if let Err(problem) = by_now {
                return Ok(Err(problem));
            }
            let changed = sqlx::query(sql)
                .bind(meeting.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if changed == 1 {
                let event = match paused {
                    true => SystemEvent::TranscriptionPaused,
                    false => SystemEvent::TranscriptionResumed,
                };
                let event = (event, entry.actor_id());
                say(&mut tx, meeting, event, entry, now_ms).await?;
                audit::store::record(&mut tx, entry).await?;
            }
            idempotency::store::keep(&mut tx, once, 204, &()).await?;
            Ok(changed == 1)
        }
    );
    Ok(changed)
}
