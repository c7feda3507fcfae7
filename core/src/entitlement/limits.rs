//! How much of something a plan gives.

use super::{Entitlements, Plan, refused};
use crate::error::Problem;
use serde::{Deserialize, Serialize};

/// A minute, in milliseconds.
pub const MINUTE_MS: u64 = 60_000;
/// A day, in milliseconds.
pub(super) const DAY_MS: u64 = 24 * 60 * MINUTE_MS;

/// Which limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Limit {
    /// Members of one meeting, its host among them.
    Participants,
    /// How long a meeting may run.
    MeetingMinutes,
    /// How long transcript is kept.
    TranscriptRetentionDays,
    /// Answers of a language model.
    AiCallsPerDay,
}

impl Limit {
    /// Every limit.
    pub const ALL: [Self; 4] = [
        Self::Participants,
        Self::MeetingMinutes,
        Self::TranscriptRetentionDays,
        Self::AiCallsPerDay,
    ];

    /// The limit's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Participants => "participants",
            Self::MeetingMinutes => "meetingMinutes",
            Self::TranscriptRetentionDays => "transcriptRetentionDays",
            Self::AiCallsPerDay => "aiCallsPerDay",
        }
    }

    /// The limit of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|limit| limit.as_str() == name)
    }
}

/// The size of every limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "PlanLimits"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Limits {
    /// Most members of one meeting, its host among them.
    pub participants: u32,
    /// Most minutes that a meeting may run.
    pub meeting_minutes: u32,
    /// Days that transcript is kept.
    pub transcript_retention_days: u32,
    /// Most answers of a language model in a day.
    pub ai_calls_per_day: u32,
}

impl Limits {
    /// The limits of a plan, before any override.
    #[must_use]
    pub const fn of(plan: Plan) -> Self {
        let (participants, hours, transcript_retention_days, ai_calls_per_day) = match plan {
            Plan::Free => (6, 1, 30, 20),
            Plan::Pro => (50, 8, 90, 500),
            Plan::Enterprise => (200, 24, 90, 5_000),
        };
        Self {
            participants,
            meeting_minutes: hours * 60,
            transcript_retention_days,
            ai_calls_per_day,
        }
    }

    /// The size of one limit.
    #[must_use]
    pub const fn get(&self, limit: Limit) -> u32 {
        match limit {
            Limit::Participants => self.participants,
            Limit::MeetingMinutes => self.meeting_minutes,
            Limit::TranscriptRetentionDays => self.transcript_retention_days,
            Limit::AiCallsPerDay => self.ai_calls_per_day,
        }
    }

    pub(super) const fn set(&mut self, limit: Limit, most: u32) {
        *match limit {
            Limit::Participants => &mut self.participants,
            Limit::MeetingMinutes => &mut self.meeting_minutes,
            Limit::TranscriptRetentionDays => &mut self.transcript_retention_days,
            Limit::AiCallsPerDay => &mut self.ai_calls_per_day,
        } = most;
    }

    /// When a meeting that began at `started_at` is over at the latest, both in
    /// milliseconds since the Unix epoch.
    #[must_use]
    pub const fn meeting_over_at(&self, started_at: u64) -> u64 {
        started_at.saturating_add(self.meeting_minutes as u64 * MINUTE_MS)
    }

    /// Transcript from before this moment is not kept, in milliseconds since the Unix
    /// epoch.
    #[must_use]
    pub const fn transcript_since(&self, now_ms: u64) -> u64 {
        now_ms.saturating_sub(self.transcript_retention_days as u64 * DAY_MS)
    }
}

/// Whether one more of something limited is allowed, of which `used` are there: members
/// of a meeting, whole minutes of it, answers of a language model in a day.
///
/// # Errors
/// `FORBIDDEN` with the reason `entitlement`; `errors` names the limit.
pub fn admit(entitlements: &Entitlements, limit: Limit, used: u64) -> Result<(), Problem> {
    let most = entitlements.limits.get(limit);
    if used < u64::from(most) {
        return Ok(());
    }
    let plan = entitlements.plan.as_str();
    Err(refused(plan, limit.as_str(), Some(most.into())))
}

/// Whether a meeting that began at `started_at` may still go on at `now_ms`, both in
/// milliseconds since the Unix epoch.
///
/// # Errors
/// As [`admit`].
pub fn admit_minutes(
    entitlements: &Entitlements,
    started_at: u64,
    now_ms: u64,
) -> Result<(), Problem> {
    let minutes = now_ms.saturating_sub(started_at) / MINUTE_MS;
    admit(entitlements, Limit::MeetingMinutes, minutes)
}
