//! Where meetings are in their life, in the database.

use super::STREAMS;
use super::read::GET_SQL;
use super::row::{MeetingRow, date_changes, meeting};
use super::said::say;
use super::still;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, hold, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::meeting::recur::Series;
use crate::meeting::to;
use crate::{on_db, on_tx};
use connvo_core::chat::SystemEvent;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::meeting::{Meeting, MeetingState};
use serde_json::json;

/// The next of a series, which is made when the one before is over.
#[derive(Debug, Clone)]
pub struct Successor {
    /// Its id.
    pub id: MeetingId,
    /// The row of the audit log that it is made with.
    pub entry: Entry,
}

/// Moves a meeting from one state to the next, and makes its successor where it repeats, one
/// is given and it is over now; false when it was not in `from`.
pub(super) async fn step(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    (from, next): (MeetingState, MeetingState),
    successor: Option<&Successor>,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let sql = match next {
        MeetingState::Active => {
            "UPDATE meetings SET state = $2, updated_at = $3, started_at = $3 WHERE id = $1 AND state = $4"
        }
        _ => {
            "UPDATE meetings SET state = $2, updated_at = $3, ended_at = $3 WHERE id = $1 AND state = $4"
        }
    };
    on_tx!(tx.into(), |line| {
        let moved = sqlx::query(sql)
            .bind(id.as_str())
            .bind(next.as_str())
            .bind(to_i64(now_ms))
            .bind(from.as_str())
            .execute(&mut *line)
            .await?
            .rows_affected()
            == 1;
        if moved && matches!(next, MeetingState::Concluded | MeetingState::Cancelled) {
            sqlx::query("DELETE FROM speaker_queue WHERE meeting_id = $1")
                .bind(id.as_str())
                .execute(&mut *line)
                .await?;
            if let Some(successor) = successor {
                follow(&mut *line, id, successor, now_ms).await?;
            }
        }
        Ok(moved)
    })
}

/// Says in the chat that the meeting has come to `next`, and who has brought it there.
pub(super) async fn say_step(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    next: MeetingState,
    entry: &Entry,
    now_ms: u64,
) -> Result<(), StoreError> {
    let event = match next {
        MeetingState::Active => SystemEvent::MeetingStarted,
        MeetingState::Concluded => SystemEvent::MeetingEnded,
        // Whoever was to come sees that it was called off, and there is no room.
        MeetingState::Scheduled | MeetingState::Cancelled => return Ok(()),
    };
    say(tx, id, (event, entry.actor_id()), entry, now_ms).await
}

#[derive(sqlx::FromRow)]
struct SeriesRow {
    rrule: String,
    series_starts_at: i64,
    series_changes: String,
    timezone: Option<String>,
    scheduled_at: i64,
}

const NEXT_SQL: &str = "INSERT INTO meetings (id, title, title_lower, description, kind, state,
        organizer_id, org_id, scheduled_at, timezone, duration_minutes, max_participants,
        recording, transcription, ai_assistant, tags, is_public, requires_approval, rrule,
        series_id, series_starts_at, series_ends_at, series_changes, occurrence_at, created_at,
        updated_at)
    SELECT $2, title, title_lower, description, kind, 'scheduled', organizer_id, org_id, $3,
        timezone, duration_minutes, max_participants, recording, transcription, ai_assistant,
        tags, is_public, requires_approval, rrule, series_id, series_starts_at, series_ends_at,
        $5, $6, $4, $4
    FROM meetings WHERE id = $1";

/// Who took part, or had declined this once, is invited; the host is there.
const AGAIN_SQL: &str = "INSERT INTO participants (meeting_id, email, user_id, role, created_at,
        updated_at, status, can_share, can_record, can_invite, invited_by, joined_at, carried)
    SELECT $2, email, user_id, role, $3, $3,
        CASE WHEN role = 'host' THEN 'joined' ELSE 'invited' END, can_share, can_record,
        can_invite, invited_by, CASE WHEN role = 'host' THEN $3 END,
        carried OR joined_at IS NOT NULL OR status = 'accepted'
    FROM participants
    WHERE meeting_id = $1 AND status IN ('invited', 'accepted', 'joined', 'declined')";

/// Makes the next of a series, at the first date of its rule after this one and after now.
async fn follow(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    successor: &Successor,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        let row: Option<SeriesRow> = sqlx::query_as(
            "SELECT rrule, series_starts_at, series_changes, timezone,
                 COALESCE(occurrence_at, scheduled_at) AS scheduled_at
             FROM meetings
             WHERE id = $1 AND rrule IS NOT NULL AND series_starts_at IS NOT NULL
                 AND scheduled_at IS NOT NULL",
        )
        .bind(id.as_str())
        .fetch_optional(&mut *line)
        .await?;
        let Some(row) = row else { return Ok(()) };
        let mut series = Series {
            changes: date_changes(&row.series_changes)?,
            ..Series::new(row.rrule, to_u64(row.series_starts_at), row.timezone)
        };
        let next = series.next(to_u64(row.scheduled_at), now_ms);
        let next = next.and_then(|one| Some((one.occurrence_at, one.scheduled_at?)));
        let Some((date, at)) = next else {
            return Ok(());
        };
        let later = series.changes.split_off(&(date + 1));
        sqlx::query(NEXT_SQL)
            .bind(id.as_str())
            .bind(successor.id.as_str())
            .bind(to_i64(at))
            .bind(to_i64(now_ms))
            .bind(json!(later).to_string())
            .bind((at != date).then(|| to_i64(date)))
            .execute(&mut *line)
            .await?;
        sqlx::query(AGAIN_SQL)
            .bind(id.as_str())
            .bind(successor.id.as_str())
            .bind(to_i64(now_ms))
            .execute(&mut *line)
            .await?;
        begin_streams(&mut *line, &successor.id).await?;
        audit::store::record(&mut *line, &successor.entry).await?;
        Ok(())
    })
}

/// The empty journals of a new meeting.
pub(super) async fn begin_streams(tx: impl Into<Tx<'_>>, id: &MeetingId) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        for kind in STREAMS {
            sqlx::query("INSERT INTO streams (meeting_id, kind, head) VALUES ($1, $2, 0)")
                .bind(id.as_str())
                .bind(kind)
                .execute(&mut *line)
                .await?;
        }
        Ok(())
    })
}

/// Moves a meeting from one state to the next, with its successor where it repeats, and
/// gives it as `user` sees it. The inner error is a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn advance(
    db: &Db,
    (user, id): (&UserId, &MeetingId),
    (from, next, successor): (MeetingState, MeetingState, Option<&Successor>),
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<Result<Meeting, Problem>, StoreError> {
    let moved = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, id).await?;
            if let Err(problem) = still(&mut tx, (user, id), to(next), now_ms).await? {
                return Ok(Err(problem));
            }
            if !step(&mut tx, id, (from, next), successor, now_ms).await? {
                let detail = "somebody else has just changed the meeting's state";
                return Ok(Err(Problem::new(ErrorCode::Conflict, detail)));
            }
            let row: MeetingRow = sqlx::query_as(GET_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_one(&mut *tx)
                .await?;
            let moved = meeting(&row)?;
            say_step(&mut tx, id, next, entry, now_ms).await?;
            audit::store::record(&mut tx, entry).await?;
            idempotency::store::keep(&mut tx, once, 200, &moved).await?;
            Ok(moved)
        }
    );
    Ok(moved)
}

/// Ends a running meeting without anybody who asks for it; false when it does not run.
///
/// # Errors
/// The store fails.
pub async fn conclude(
    db: &Db,
    id: &MeetingId,
    (entry, successor): (&Entry, &Successor),
    now_ms: u64,
) -> Result<bool, StoreError> {
    let end = (MeetingState::Active, MeetingState::Concluded);
    let ended = on_db!(
        db,
        transaction | tx | {
            let ended = step(&mut tx, id, end, Some(successor), now_ms).await?;
            if ended {
                say_step(&mut tx, id, MeetingState::Concluded, entry, now_ms).await?;
                audit::store::record(&mut tx, entry).await?;
            }
            ended
        }
    );
    Ok(ended)
}

/// A meeting that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub id: MeetingId,
    /// Whose plan it has.
    pub org_id: Option<OrgId>,
    /// Since when, in milliseconds since the Unix epoch.
    pub started_at: u64,
}

/// A page of the meetings that run, by id.
pub const RUNNING_SQL: &str = "SELECT id, org_id, started_at FROM meetings
    WHERE state = 'active' AND started_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";

/// A page of the meetings that run, by id.
///
/// # Errors
/// The store fails.
pub async fn running(
    db: &Db,
    after: Option<&MeetingId>,
    limit: u32,
) -> Result<Vec<Running>, StoreError> {
    let rows: Vec<(String, Option<String>, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(RUNNING_SQL)
                .bind(after.map_or("", MeetingId::as_str))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    let running = |(id, org, started_at): (String, Option<String>, i64)| {
        Ok(Running {
            id: to_id(&id)?,
            org_id: org.as_deref().map(to_id).transpose()?,
            started_at: to_u64(started_at),
        })
    };
    rows.into_iter().map(running).collect()
}
