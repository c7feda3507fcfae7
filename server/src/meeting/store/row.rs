//! Rows of meetings, and what they say.

use super::{StandingRow, to_state};
use crate::db::{StoreError, to_id, to_u64};
use crate::meeting::recur::{DateChanges, Series};
use connvo_core::meeting::{
    Meeting, MeetingPlan, MeetingSettings, MeetingType, PublicMeeting, actual_duration,
};

#[derive(sqlx::FromRow)]
struct PlanRow {
    id: String,
    title: String,
    description: Option<String>,
    kind: String,
    scheduled_at: Option<i64>,
    timezone: Option<String>,
    duration_minutes: Option<i64>,
    max_participants: Option<i64>,
    recording: bool,
    transcription: bool,
    ai_assistant: bool,
    tags: String,
    is_public: bool,
    requires_approval: bool,
    rrule: Option<String>,
    state: String,
    organizer_id: String,
    series_id: Option<String>,
    series_starts_at: Option<i64>,
    series_changes: String,
    updated_at: i64,
    occurrence_at: Option<i64>,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    participant_count: i64,
}

#[derive(sqlx::FromRow)]
pub(super) struct MeetingRow {
    #[sqlx(flatten)]
    plan: PlanRow,
    #[sqlx(flatten)]
    standing: StandingRow,
}

#[derive(sqlx::FromRow)]
pub(super) struct PublicRow {
    #[sqlx(flatten)]
    plan: PlanRow,
    requested: bool,
}

/// The tags as they are kept: a line end around each.
pub(super) fn kept_tags(tags: &[String]) -> String {
    if tags.is_empty() {
        return String::new();
    }
    format!("\n{}\n", tags.join("\n"))
}

fn small(value: i64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

impl PlanRow {
    fn plan(&self) -> Result<MeetingPlan, StoreError> {
        Ok(MeetingPlan {
            title: self.title.clone(),
            description: self.description.clone(),
            kind: MeetingType::parse(&self.kind)
                .ok_or_else(|| StoreError::damaged("meeting type", &self.kind))?,
            scheduled_at: self.scheduled_at.map(to_u64),
            timezone: self.timezone.clone(),
            duration_minutes: self.duration_minutes.map(small),
            max_participants: self.max_participants.map(small),
            settings: MeetingSettings {
                recording: self.recording,
                transcription: self.transcription,
                ai_assistant: self.ai_assistant,
            },
            tags: self
                .tags
                .split_terminator('\n')
                .skip(1)
                .map(str::to_owned)
                .collect(),
            is_public: self.is_public,
            requires_approval: self.requires_approval,
            rrule: self.rrule.clone(),
        })
    }

    /// What repeats, while this is what is to come of it or runs.
    fn series(&self) -> Result<Option<Series>, StoreError> {
        let comes = matches!(self.state.as_str(), "scheduled" | "active");
        let rule = self.rrule.clone().zip(self.series_starts_at);
        let Some((rrule, starts_at)) = rule.filter(|_| comes) else {
            return Ok(None);
        };
        Ok(Some(Series {
            changes: date_changes(&self.series_changes)?,
            ..Series::new(rrule, to_u64(starts_at), self.timezone.clone())
        }))
    }
}

pub(super) fn meeting(row: &MeetingRow) -> Result<Meeting, StoreError> {
    let plan = &row.plan;
    let (started_at, ended_at) = (plan.started_at.map(to_u64), plan.ended_at.map(to_u64));
    Ok(Meeting {
        id: to_id(&plan.id)?,
        plan: plan.plan()?,
        state: to_state(&plan.state)?,
        standing: row.standing.standing()?,
        organizer_id: to_id(&plan.organizer_id)?,
        series_id: plan.series_id.clone(),
        participant_count: small(plan.participant_count),
        occurrences: Vec::new(),
        occurrence_at: plan.occurrence_at.map(to_u64),
        created_at: to_u64(plan.created_at),
        updated_at: to_u64(plan.updated_at),
        started_at,
        ended_at,
        actual_duration: actual_duration(started_at, ended_at),
    })
}

pub(super) fn public_meeting(row: &PublicRow) -> Result<PublicMeeting, StoreError> {
    Ok(PublicMeeting {
        id: to_id(&row.plan.id)?,
        plan: row.plan.plan()?,
        state: to_state(&row.plan.state)?,
        participant_count: small(row.plan.participant_count),
        requested: row.requested,
        created_at: to_u64(row.plan.created_at),
    })
}

/// The changes of a series as they are kept.
pub(super) fn date_changes(kept: &str) -> Result<DateChanges, StoreError> {
    serde_json::from_str(kept).map_err(|error| StoreError::damaged("series changes", &error))
}

/// A meeting, and its series where it repeats.
pub(super) fn whole(row: &MeetingRow) -> Result<(Meeting, Option<Series>), StoreError> {
    Ok((meeting(row)?, row.plan.series()?))
}
