//! Meetings: their plan, their states, which state may follow which, who takes part, who
//! is there, and who follows the host.

mod heir;
pub mod now;
pub mod participant;
pub mod plan;
pub mod presence;
pub mod queue;
mod series;

use crate::access::Standing;
use crate::error::{ErrorCode, Problem};
use crate::id::{MeetingId, UserId};
use serde::{Deserialize, Serialize};

pub use heir::{Candidate, who_inherits};
pub use now::MeetingNow;
pub use participant::{NewParticipant, Participant, ParticipantChanges, ParticipantDraft, Whom};
pub use plan::{
    MeetingChanges, MeetingDraft, MeetingPlan, MeetingSettings, MeetingType, NewMeeting,
    TITLE_UTF16,
};
pub use series::SeriesDate;

/// Where a meeting is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MeetingState {
    /// Not begun.
    Scheduled,
    /// Running.
    Active,
    /// Over.
    Concluded,
    /// Called off.
    Cancelled,
}

impl MeetingState {
    /// Every state.
    pub const ALL: [Self; 4] = [
        Self::Scheduled,
        Self::Active,
        Self::Concluded,
        Self::Cancelled,
    ];

    /// The state's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Active => "active",
            Self::Concluded => "concluded",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }

    /// Moves on to `next`.
    ///
    /// # Errors
    /// `CONFLICT` unless scheduled → active → concluded or scheduled → cancelled.
    pub fn advance(self, next: Self) -> Result<Self, Problem> {
        match (self, next) {
            (Self::Scheduled, Self::Active | Self::Cancelled) | (Self::Active, Self::Concluded) => {
                Ok(next)
            }
            _ => Err(Problem::new(
                ErrorCode::Conflict,
                format!(
                    "the meeting is {}: it cannot become {}",
                    self.as_str(),
                    next.as_str()
                ),
            )),
        }
    }
}

/// A stored meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Meeting {
    /// The meeting's id.
    pub id: MeetingId,
    /// What it is planned to be.
    #[serde(flatten)]
    pub plan: MeetingPlan,
    /// Where it is in its life.
    pub state: MeetingState,
    /// How the caller stands in it.
    #[serde(flatten)]
    pub standing: Standing,
    /// Who made it.
    pub organizer_id: UserId,
    /// The series of a recurring meeting: its meetings have this in common.
    pub series_id: Option<String>,
    /// How many take part: those invited, who have accepted and who have joined.
    pub participant_count: u32,
    /// When it is to be again, in milliseconds since the Unix epoch: of a recurring meeting
    /// that is listed for a time, its dates in it; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<f64>>"))]
    pub occurrences: Vec<u64>,
    /// The date of its series that it stands for, in milliseconds since the Unix epoch;
    /// null unless it alone was moved to another time.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub occurrence_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
    /// When it was changed last: its plan, its state, a date of its series, its host, or
    /// whether it is written down; in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub updated_at: u64,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub started_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub ended_at: Option<u64>,
    /// How long it ran, in milliseconds; null until it has ended.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub actual_duration: Option<u64>,
}

/// How long a meeting ran that began and ended then, in milliseconds.
#[must_use]
pub fn actual_duration(started_at: Option<u64>, ended_at: Option<u64>) -> Option<u64> {
    Some(ended_at?.saturating_sub(started_at?))
}

/// A public meeting as strangers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicMeeting {
    /// The meeting's id.
    pub id: MeetingId,
    /// What it is planned to be.
    #[serde(flatten)]
    pub plan: MeetingPlan,
    /// Where it is in its life.
    pub state: MeetingState,
    /// How many take part.
    pub participant_count: u32,
    /// Whether the caller has asked to join, and waits for an answer.
    pub requested: bool,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

/// Checks an email address just enough to be one: RFC 5321's 254 octets, one `@`
/// with something on either side, no blanks. Returns it in lower case.
///
/// # Errors
/// `VALIDATION_ERROR` at `pointer`.
pub fn validate_email(email: &str, pointer: &str) -> Result<String, Problem> {
    // Beyond ASCII two letters may fold into one: that would be two people's address.
    let email = email.trim().to_ascii_lowercase();
    let good = email.len() <= 254
        && !email.chars().any(|c| c.is_whitespace() || c.is_control())
        && matches!(email.split_once('@'), Some((local, domain)) if !local.is_empty() && !domain.is_empty() && !domain.contains('@'));
    if good {
        Ok(email)
    } else {
        Err(Problem::field(pointer, "not an email address"))
    }
}
