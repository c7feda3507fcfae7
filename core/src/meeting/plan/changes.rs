//! What is changed of a meeting's plan, and while what of it can be.

use super::{MeetingPlan, MeetingSettings, MeetingType, NewMeeting};
use crate::error::{ErrorCode, Problem};
use crate::meeting::MeetingState;
use serde::{Deserialize, Deserializer, Serialize};

/// What a host wants changed of a meeting; what is left out stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingChanges {
    /// What it is about; 1 to 200 UTF-16 code units.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: Option<String>,
    /// What it is for; null for nothing.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "string | null"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 4000))]
    pub description: Option<Option<String>>,
    /// When it is to begin, in milliseconds since the Unix epoch; null for open. Only
    /// while it is scheduled.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number | null"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>, maximum = 4_102_444_799_999_u64))]
    pub scheduled_at: Option<Option<u64>>,
    /// IANA name of the timezone; null for none. Only while it is scheduled.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "string | null"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub timezone: Option<Option<String>>,
    /// How long it is to last, in minutes; null for open. Only while it is scheduled.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number | null"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, minimum = 1, maximum = 1440))]
    pub duration_minutes: Option<Option<u32>>,
    /// Most participants; null for as many as the plan allows. Until it is over.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number | null"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u32>, minimum = 1, maximum = 10_000))]
    pub max_participants: Option<Option<u32>>,
    /// What it is to have. Until it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub settings: Option<MeetingSettings>,
    /// Words to find it by.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(max_items = 10))]
    pub tags: Option<Vec<String>>,
    /// Whether anybody who is signed in may learn of it. Until it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub is_public: Option<bool>,
    /// Whether host or co-host approve of who asks to join. Until it is over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub requires_approval: Option<bool>,
    /// The recurrence rule of what is to come; null makes this the last of its series.
    /// Only while it is scheduled.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "string | null"))]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, max_length = 300))]
    pub rrule: Option<Option<String>>,
    /// The other `scheduledAt` is of this date of its series alone: before the next one.
    /// Nothing else is changed with it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub this_date_only: bool,
    /// The other `scheduledAt` is of this date of its series alone, one after the meeting's
    /// own (milliseconds since the Unix epoch): between those around it, and null calls it
    /// off. Nothing else is changed with it.
    #[serde(deserialize_with = "some", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
    #[cfg_attr(
        feature = "openapi",
        schema(nullable = false, maximum = 4_102_444_799_999_u64)
    )]
    pub occurrence_at: Option<u64>,
}

/// A member that is there, even as null, was given.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    from: D,
) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// A member that is there is not null.
fn some<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    T::deserialize(from).map(Some)
}

impl MeetingChanges {
    /// The names of what is to be changed, as the audit log has them.
    #[must_use]
    pub fn names(&self) -> Vec<&'static str> {
        let given = [
            ("title", self.title.is_some()),
            ("description", self.description.is_some()),
            ("scheduledAt", self.scheduled_at.is_some()),
            ("timezone", self.timezone.is_some()),
            ("durationMinutes", self.duration_minutes.is_some()),
            ("maxParticipants", self.max_participants.is_some()),
            ("settings", self.settings.is_some()),
            ("tags", self.tags.is_some()),
            ("isPublic", self.is_public.is_some()),
            ("requiresApproval", self.requires_approval.is_some()),
            ("rrule", self.rrule.is_some()),
            ("thisDateOnly", self.this_date_only),
            ("occurrenceAt", self.occurrence_at.is_some()),
        ];
        given
            .into_iter()
            .filter(|one| one.1)
            .map(|one| one.0)
            .collect()
    }

    /// Whether they are of when it is, and comes again.
    #[must_use]
    pub const fn has_dates(&self) -> bool {
        self.scheduled_at.is_some() || self.timezone.is_some() || self.rrule.is_some()
    }

    /// Whether one date may be moved so.
    fn moves_one(&self, plan: &MeetingPlan) -> Result<(), Problem> {
        let is_alone = self.names() == ["scheduledAt", "thisDateOnly"];
        if plan.rrule.is_some() && is_alone && self.scheduled_at != Some(None) {
            return Ok(());
        }
        let detail = "of a recurring meeting, with another scheduledAt and nothing else";
        Err(Problem::field("/thisDateOnly", detail))
    }

    /// Whether a later date may be moved, or called off, so.
    fn moves_later(&self, plan: &MeetingPlan) -> Result<(), Problem> {
        if plan.rrule.is_some() && self.names() == ["scheduledAt", "occurrenceAt"] {
            return Ok(());
        }
        let detail = "of a recurring meeting, with scheduledAt and nothing else";
        Err(Problem::field("/occurrenceAt", detail))
    }

    /// What the meeting is planned to be after the changes, while it is in `state`. A rule
    /// makes a scheduled meeting a recurring one, and null the other way. With
    /// `occurrence_at` it has the time of that date, to be looked at and not to be kept.
    ///
    /// # Errors
    /// `CONFLICT` for what cannot be changed (any more), `VALIDATION_ERROR` naming every
    /// field.
    pub fn apply(self, plan: MeetingPlan, state: MeetingState) -> Result<NewMeeting, Problem> {
        let over = matches!(state, MeetingState::Concluded | MeetingState::Cancelled);
        let late = |name: &&&str| match **name {
            "title" | "description" | "tags" => state == MeetingState::Cancelled,
            "scheduledAt" | "occurrenceAt" if self.occurrence_at.is_some() => over,
            "scheduledAt" | "timezone" | "durationMinutes" | "rrule" | "thisDateOnly" => {
                state != MeetingState::Scheduled
            }
            _ => over,
        };
        if let Some(name) = self.names().iter().find(late) {
            let detail = format!(
                "the meeting is {}: {name} cannot be changed",
                state.as_str()
            );
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        if self.this_date_only {
            self.moves_one(&plan)?;
        }
        let mut scheduled_at = self.scheduled_at.unwrap_or(plan.scheduled_at);
        if self.occurrence_at.is_some() {
            self.moves_later(&plan)?;
            scheduled_at = scheduled_at.or(plan.scheduled_at);
        }
        let kind = match (plan.kind, &self.rrule) {
            (MeetingType::Scheduled, Some(Some(_))) => MeetingType::Recurring,
            (MeetingType::Recurring, Some(None)) => MeetingType::Scheduled,
            (kind, _) => kind,
        };
        MeetingPlan {
            title: self.title.unwrap_or(plan.title),
            description: self.description.unwrap_or(plan.description),
            kind,
            scheduled_at,
            timezone: self.timezone.unwrap_or(plan.timezone),
            duration_minutes: self.duration_minutes.unwrap_or(plan.duration_minutes),
            max_participants: self.max_participants.unwrap_or(plan.max_participants),
            settings: self.settings.unwrap_or(plan.settings),
            tags: self.tags.unwrap_or(plan.tags),
            is_public: self.is_public.unwrap_or(plan.is_public),
            requires_approval: self.requires_approval.unwrap_or(plan.requires_approval),
            rrule: self.rrule.unwrap_or(plan.rrule),
        }
        .validate()
    }
}
