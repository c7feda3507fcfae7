//! What hosts change of a meeting and of its participants.

use super::participants::{FIND_SQL, ParticipantRow, participant};
use super::read::GET_SQL;
use super::row::{MeetingRow, kept_tags, meeting, whole};
use super::said::say;
use super::{StandingRow, host};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, hold, to_i64};
use crate::idempotency::{self, Once};
use crate::meeting::recur::Series;
use crate::{on_db, on_tx};
use connvo_core::access::{Standing, may_make};
use connvo_core::chat::SystemEvent;
use connvo_core::entitlement::Entitlements;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::may_hold;
use connvo_core::meeting::{Meeting, MeetingChanges, MeetingPlan, Participant, ParticipantChanges};
use serde_json::json;

const PLAN_SQL: &str = "UPDATE meetings SET title = $2, title_lower = $3, description = $4,
        kind = $5, scheduled_at = $6, timezone = $7, duration_minutes = $8,
        max_participants = $9, recording = $10, transcription = $11, ai_assistant = $12,
        tags = $13, is_public = $14, requires_approval = $15, rrule = $16, updated_at = $17,
        occurrence_at = $18
    WHERE id = $1";

const SERIES_SQL: &str = "UPDATE meetings SET series_starts_at = $2, series_ends_at = $3,
        series_id = COALESCE(series_id, $4)
    WHERE id = $1";

/// The plan's fields of a new meeting, with the last date of its series.
pub(super) async fn write_plan(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    plan: &MeetingPlan,
    ends_at: Option<u64>,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        write_fields(&mut *line, id, (plan, None), now_ms).await?;
        if plan.rrule.is_some() {
            write_series(&mut *line, id, (plan.scheduled_at, ends_at), None).await?;
        }
        Ok(())
    })
}

async fn write_fields(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    (plan, occurrence_at): (&MeetingPlan, Option<u64>),
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(PLAN_SQL)
            .bind(id.as_str())
            .bind(&plan.title)
            .bind(plan.title.to_lowercase())
            .bind(&plan.description)
            .bind(plan.kind.as_str())
            .bind(plan.scheduled_at.map(to_i64))
            .bind(&plan.timezone)
            .bind(plan.duration_minutes.map(i64::from))
            .bind(plan.max_participants.map(i64::from))
            .bind(plan.settings.recording)
            .bind(plan.settings.transcription)
            .bind(plan.settings.ai_assistant)
            .bind(kept_tags(&plan.tags))
            .bind(plan.is_public)
            .bind(plan.requires_approval)
            .bind(&plan.rrule)
            .bind(to_i64(now_ms))
            .bind(occurrence_at.map(to_i64))
            .execute(line)
            .await?;
        Ok(())
    })
}

async fn write_series(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    (starts_at, ends_at): (Option<u64>, Option<u64>),
    series_id: Option<&str>,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(SERIES_SQL)
            .bind(id.as_str())
            .bind(starts_at.map(to_i64))
            .bind(ends_at.map(to_i64))
            .bind(series_id)
            .execute(line)
            .await?;
        Ok(())
    })
}

/// What of a plan its dates depend on.
fn dates(plan: &MeetingPlan) -> (Option<&String>, Option<u64>, Option<&String>) {
    (
        plan.rrule.as_ref(),
        plan.scheduled_at,
        plan.timezone.as_ref(),
    )
}

/// The series that a plan asks for, with its last date.
///
/// # Errors
/// As [`Series::check`].
pub(in crate::meeting) fn series_of(plan: &MeetingPlan) -> Result<Option<u64>, Problem> {
    let (Some(rrule), Some(starts_at)) = (plan.rrule.clone(), plan.scheduled_at) else {
        return Ok(None);
    };
    let timezone = plan.timezone.clone().unwrap_or_else(|| "UTC".into());
    Series {
        rrule,
        starts_at,
        timezone,
    }
    .check()
}

/// What a meeting is planned to be after changes.
struct Planned {
    plan: MeetingPlan,
    /// The last date of its series.
    ends_at: Option<u64>,
    /// The date of its series that it stands for, where it is at another time.
    occurrence_at: Option<u64>,
    /// Whether a series begins with it.
    begins: bool,
}

/// # Errors
/// As [`MeetingChanges::apply`], [`may_hold`] and [`Series::check`].
fn plan_after(
    (before, series): (&Meeting, Option<&Series>),
    changes: MeetingChanges,
    entitlements: &Entitlements,
) -> Result<Planned, Problem> {
    let grows = changes.max_participants.is_some();
    let (alone, dated) = (changes.this_date_only, changes.has_dates());
    let stands_for = before.occurrence_at.or(before.plan.scheduled_at);
    let mut plan = before.plan.clone();
    if dated && !alone {
        // Where all are moved, this one is where it belongs.
        plan.scheduled_at = stands_for;
    }
    let plan = changes.apply(plan, before.state)?.into_plan();
    if grows {
        may_hold(plan.max_participants, entitlements)?;
    }
    if alone {
        let next = series.zip(stands_for).and_then(|(of, at)| of.after(at));
        if next.is_some_and(|next| plan.scheduled_at >= Some(next)) {
            let detail = "not before the next date of its series";
            return Err(Problem::field("/scheduledAt", detail));
        }
    }
    let begins = !alone && dates(&plan) != dates(&before.plan);
    Ok(Planned {
        ends_at: if begins { series_of(&plan)? } else { None },
        occurrence_at: match (alone, dated) {
            (true, _) => stands_for.filter(|at| plan.scheduled_at != Some(*at)),
            (false, true) => None,
            (false, false) => before.occurrence_at,
        },
        begins,
        plan,
    })
}

/// Changes a meeting's plan, held meanwhile; `series` names its series, where it becomes one.
/// With other dates a series begins anew at the meeting. The inner error is a refusal:
/// nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn change_plan(
    db: &Db,
    (user, id): (&UserId, &MeetingId),
    (changes, series): (MeetingChanges, &str),
    entitlements: &Entitlements,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<Meeting, Problem>, StoreError> {
    let changed = on_db!(
        db,
        transaction | tx | {
            sqlx::query("UPDATE meetings SET updated_at = $2 WHERE id = $1")
                .bind(id.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
            let row: Option<MeetingRow> = sqlx::query_as(GET_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Err(Problem::not_found("the meeting")));
            };
            let (before, repeats) = whole(&row)?;
            let names = changes.names();
            let of = repeats.as_ref().map(|(of, _)| of);
            let planned = match plan_after((&before, of), changes, entitlements) {
                Ok(planned) => planned,
                Err(problem) => return Ok(Err(problem)),
            };
            let plan = &planned.plan;
            write_fields(&mut tx, id, (plan, planned.occurrence_at), now_ms).await?;
            if planned.begins {
                let repeats = plan.rrule.as_ref().map(|_| series);
                let span = match repeats {
                    Some(_) => (plan.scheduled_at, planned.ends_at),
                    None => (None, None),
                };
                write_series(&mut tx, id, span, repeats).await?;
            }
            let row: MeetingRow = sqlx::query_as(GET_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_one(&mut *tx)
                .await?;
            let after = meeting(&row)?;
            let entry = entry.with(json!({"fields": names}));
            audit::store::record(&mut tx, &entry).await?;
            idempotency::store::keep(&mut tx, once, 200, &after).await?;
            Ok(after)
        }
    );
    Ok(changed)
}

/// Changes role and rights of a participant, found by address or user id; and whose rights
/// that are. The inner error is a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn change_participant(
    db: &Db,
    (by, standing, meeting): (&UserId, &Standing, &MeetingId),
    (who, changes): (&str, ParticipantChanges),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<(Participant, Option<UserId>), Problem>, StoreError> {
    let changed = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, meeting).await?;
            let row: Option<ParticipantRow> = sqlx::query_as(FIND_SQL)
                .bind(meeting.as_str())
                .bind(by.as_str())
                .bind(who)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Err(Problem::not_found("the participant")));
            };
            let before = participant(row)?;
            if !before.standing.status.takes_part() {
                let detail = "who does not take part has no role: invite them";
                return Ok(Err(Problem::new(ErrorCode::Conflict, detail)));
            }
            let next = changes.apply(&before.standing).and_then(|next| {
                may_make(standing, Some(&before.standing), &next)?;
                Ok(next)
            });
            let next = match next {
                Ok(next) => next,
                Err(problem) => return Ok(Err(problem)),
            };
            sqlx::query(
                "UPDATE participants SET role = $3, can_share = $4, can_record = $5,
                     can_invite = $6, updated_at = $7
                 WHERE meeting_id = $1 AND email = $2",
            )
            .bind(meeting.as_str())
            .bind(&before.email)
            .bind(next.role.as_str())
            .bind(next.can_share)
            .bind(next.can_record)
            .bind(next.can_invite)
            .bind(to_i64(now_ms))
            .execute(&mut *tx)
            .await?;
            let of = before.user_id.clone();
            let whom = match &of {
                Some(id) => ("userId", id.to_string()),
                None => (
                    "emailHash",
                    audit::address_hash(meeting.as_str(), &before.email),
                ),
            };
            let role = json!({"from": before.standing.role, "to": next.role});
            let entry = entry.with(json!({whom.0: whom.1, "role": role,
                "canShare": next.can_share, "canRecord": next.can_record,
                "canInvite": next.can_invite}));
            let shown = super::participants::shown(&mut tx, (by, meeting), &before.email).await?;
            audit::store::record(&mut tx, &entry).await?;
            idempotency::store::keep(&mut tx, once, 200, &shown).await?;
            Ok((shown, of))
        }
    );
    Ok(changed)
}

/// Makes somebody who takes part the host, and the host a co-host. The inner error is a
/// refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn hand_over(
    db: &Db,
    meeting: &MeetingId,
    (from, to): (&UserId, &UserId),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<Participant, Problem>, StoreError> {
    let done = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, meeting).await?;
            let row: Option<StandingRow> = sqlx::query_as(
                "SELECT p.role, p.status, p.can_share, p.can_record, p.can_invite
                 FROM participants p JOIN users u ON u.id = p.user_id
                 WHERE p.meeting_id = $1 AND p.user_id = $2 AND u.is_active
                     AND u.deleted_at IS NULL",
            )
            .bind(meeting.as_str())
            .bind(to.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            let standing = row.map(|row| row.standing()).transpose()?;
            let there = standing.is_some_and(|one| one.status.takes_part()) && from != to;
            if !there {
                let detail = "a meeting is handed over to somebody else who takes part in it";
                return Ok(Err(Problem::new(ErrorCode::Conflict, detail)));
            }
            host::give(&mut tx, meeting, ((from, "co-host"), to), now_ms).await?;
            let event = (SystemEvent::HostChanged, Some(to));
            say(&mut tx, meeting, event, &entry, now_ms).await?;
            let entry = entry.with(json!({"host": {"from": from, "to": to}}));
            let shown = super::participants::shown(&mut tx, (from, meeting), to.as_str()).await?;
            audit::store::record(&mut tx, &entry).await?;
            idempotency::store::keep(&mut tx, once, 200, &shown).await?;
            Ok(shown)
        }
    );
    Ok(done)
}
