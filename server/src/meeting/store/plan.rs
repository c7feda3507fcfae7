//! What a meeting is planned to be, in the database, and how hosts change it.

use super::read::GET_SQL;
use super::row::{MeetingRow, kept_tags, meeting, whole};
use super::still;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64};
use crate::idempotency::{self, Once};
use crate::meeting::recur::{DateChanges, Series};
use crate::{on_db, on_tx};
use connvo_core::access::Action;
use connvo_core::entitlement::Entitlements;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::may_hold;
use connvo_core::meeting::{Meeting, MeetingChanges, MeetingPlan};
use serde_json::json;

const PLAN_SQL: &str = "UPDATE meetings SET title = $2, title_lower = $3, description = $4,
        kind = $5, scheduled_at = $6, timezone = $7, duration_minutes = $8,
        max_participants = $9, recording = $10, transcription = $11, ai_assistant = $12,
        tags = $13, is_public = $14, requires_approval = $15, rrule = $16, updated_at = $17,
        occurrence_at = $18, series_changes = $19,
        series_ends_at = CASE WHEN series_ends_at < $20 THEN $20 ELSE series_ends_at END
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
        let changes = DateChanges::new();
        write_fields(&mut *line, id, plan, (None, &changes), now_ms).await?;
        if plan.rrule.is_some() {
            write_series(&mut *line, id, (plan.scheduled_at, ends_at), None).await?;
        }
        Ok(())
    })
}

async fn write_fields(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    plan: &MeetingPlan,
    (occurrence_at, changes): (Option<u64>, &DateChanges),
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
            .bind(json!(changes).to_string())
            .bind(changes.values().flatten().max().map(|at| to_i64(*at)))
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
    Series::new(rrule, starts_at, plan.timezone.clone()).check()
}

/// What a meeting is planned to be after changes.
struct Planned {
    plan: MeetingPlan,
    /// The last date of its series.
    ends_at: Option<u64>,
    /// The date of its series that it stands for, where it is at another time.
    occurrence_at: Option<u64>,
    /// What of its series is not as the rule has it.
    changes: DateChanges,
    /// Whether a series begins with it.
    begins: bool,
}

/// # Errors
/// As [`MeetingChanges::apply`] and [`Series::changed`].
fn date_after(
    before: &Meeting,
    series: Option<Series>,
    (date, changes): (u64, MeetingChanges),
) -> Result<Planned, Problem> {
    let at = changes.scheduled_at.flatten();
    changes.apply(before.plan.clone(), before.state)?;
    let own_at = before.plan.scheduled_at.unwrap_or(0);
    let own = (before.occurrence_at.unwrap_or(own_at), own_at);
    let absent = || Problem::field("/occurrenceAt", "the meeting does not repeat");
    let series = series.ok_or_else(absent)?.changed(own, date, at)?;
    Ok(Planned {
        plan: before.plan.clone(),
        ends_at: None,
        occurrence_at: before.occurrence_at,
        changes: series.changes,
        begins: false,
    })
}

/// # Errors
/// As [`MeetingChanges::apply`], [`may_hold`], [`Series::check`] and [`Series::changed`].
fn plan_after(
    before: &Meeting,
    series: Option<Series>,
    changes: MeetingChanges,
    entitlements: &Entitlements,
) -> Result<Planned, Problem> {
    if let Some(date) = changes.occurrence_at {
        return date_after(before, series, (date, changes));
    }
    let grows = changes.max_participants.is_some();
    let (alone, dated) = (changes.this_date_only, changes.has_dates());
    let stands_for = before.occurrence_at.or(before.plan.scheduled_at);
    let is_timed = changes.scheduled_at.is_some();
    let mut ruled = before.plan.clone();
    if dated && !alone {
        // Where all are moved, this one is where it belongs.
        ruled.scheduled_at = stands_for;
    }
    let mut plan = changes.apply(ruled.clone(), before.state)?.into_plan();
    if grows {
        may_hold(plan.max_participants, entitlements)?;
    }
    if alone {
        let next = series.as_ref().zip(stands_for);
        let next = next.and_then(|(series, date)| series.next(date, 0));
        if next.is_some_and(|next| plan.scheduled_at >= next.scheduled_at) {
            let detail = "not before the next date of its series";
            return Err(Problem::field("/scheduledAt", detail));
        }
    }
    let begins = !alone && dates(&plan) != dates(&ruled);
    let stays = !alone && !begins && !is_timed;
    if stays {
        plan.scheduled_at = before.plan.scheduled_at;
    }
    Ok(Planned {
        ends_at: if begins { series_of(&plan)? } else { None },
        occurrence_at: match (alone, stays) {
            (true, _) => stands_for.filter(|at| plan.scheduled_at != Some(*at)),
            (false, true) => before.occurrence_at,
            (false, false) => None,
        },
        // With other dates it is another series.
        changes: series
            .filter(|_| !begins)
            .map_or_else(DateChanges::new, |of| of.changes),
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
            let by_now = still(&mut tx, (user, id), Action::UpdateMeeting, now_ms).await?;
            if let Err(problem) = by_now {
                return Ok(Err(problem));
            }
            let row: Option<MeetingRow> = sqlx::query_as(GET_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Err(Problem::not_found("the meeting")));
            };
            let (before, series_before) = whole(&row)?;
            let names = changes.names();
            let planned = match plan_after(&before, series_before, changes, entitlements) {
                Ok(planned) => planned,
                Err(problem) => return Ok(Err(problem)),
            };
            let plan = &planned.plan;
            let dates = (planned.occurrence_at, &planned.changes);
            write_fields(&mut tx, id, plan, dates, now_ms).await?;
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
