//! What somebody plans a meeting to be: asked for as a draft, checked by one function,
//! kept with the meeting, and changed by the same check.

mod changes;

pub use changes::MeetingChanges;

use crate::error::Problem;
use crate::person::check::Faults;
use serde::{Deserialize, Serialize};

/// Longest title, in UTF-16 code units.
pub const TITLE_UTF16: usize = 200;
/// Longest description, in UTF-16 code units.
pub const DESCRIPTION_UTF16: usize = 4_000;
/// Most tags of a meeting.
pub const TAGS: usize = 10;
/// Longest tag, in UTF-16 code units.
pub const TAG_UTF16: usize = 40;
/// Longest meeting that can be planned, in minutes.
pub const DURATION_MINUTES: u32 = 24 * 60;
/// Longest recurrence rule, in bytes.
pub const RRULE_BYTES: usize = 300;
/// What is planned begins before this moment (the year 2100), in milliseconds since the
/// Unix epoch.
pub const SCHEDULED_BEFORE_MS: u64 = 4_102_444_800_000;
/// Most participants that can be asked for; the plan may allow fewer.
pub const PARTICIPANTS: u32 = 10_000;

/// How a meeting comes about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum MeetingType {
    /// Once, at a time or whenever somebody starts it.
    #[default]
    Scheduled,
    /// Now: it runs from the moment that it is made.
    Instant,
    /// Again and again by a recurrence rule: it is the next of its series.
    Recurring,
}

impl MeetingType {
    /// The type's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "scheduled",
            Self::Instant => "instant",
            Self::Recurring => "recurring",
        }
    }

    /// The type of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Scheduled, Self::Instant, Self::Recurring]
            .into_iter()
            .find(|one| one.as_str() == name)
    }
}

/// What a meeting is to have, as far as its plan includes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingSettings {
    /// It is recorded. Not, unless said.
    pub recording: bool,
    /// What is said is written down. Yes, unless said.
    pub transcription: bool,
    /// The assistant gives hints. Yes, unless said.
    pub ai_assistant: bool,
}

impl Default for MeetingSettings {
    fn default() -> Self {
        Self {
            recording: false,
            transcription: true,
            ai_assistant: true,
        }
    }
}

/// What a meeting is planned to be.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingPlan {
    /// What it is about.
    pub title: String,
    /// What it is for.
    pub description: Option<String>,
    /// How it comes about.
    #[serde(rename = "type")]
    pub kind: MeetingType,
    /// When it is to begin, in milliseconds since the Unix epoch; null where that is open.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub scheduled_at: Option<u64>,
    /// In which timezone it was planned (IANA name): a recurring meeting keeps its hour
    /// there.
    pub timezone: Option<String>,
    /// How long it is to last, in minutes.
    pub duration_minutes: Option<u32>,
    /// Most participants, its host among them; null for as many as the plan allows.
    pub max_participants: Option<u32>,
    /// What it is to have.
    pub settings: MeetingSettings,
    /// Words to find it by.
    pub tags: Vec<String>,
    /// Whether anybody who is signed in may learn of it, and ask to join.
    pub is_public: bool,
    /// Whether host or co-host approve of who asks to join.
    pub requires_approval: bool,
    /// The recurrence rule (RFC 5545, section 3.3.10) of a recurring meeting.
    pub rrule: Option<String>,
}

/// What a caller asks for when making a meeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingDraft {
    /// What it is about; 1 to 200 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: String,
    /// What it is for; at most 4000 UTF-16 code units.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
    pub description: Option<String>,
    /// How it comes about; `scheduled`, unless said.
    #[serde(default, rename = "type")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<MeetingType>"))]
    pub kind: MeetingType,
    /// When it is to begin, in milliseconds since the Unix epoch, before the year 2100.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, type = "number | null"))]
    #[cfg_attr(feature = "openapi", schema(maximum = 4_102_444_799_999_u64))]
    pub scheduled_at: Option<u64>,
    /// IANA name of the timezone, as `Europe/Lisbon`.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub timezone: Option<String>,
    /// How long it is to last: 1 to 1440 minutes.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 1440))]
    pub duration_minutes: Option<u32>,
    /// Most participants, its host among them: from 1 to what the plan allows.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(minimum = 1, maximum = 10_000))]
    pub max_participants: Option<u32>,
    /// What it is to have.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<MeetingSettings>"))]
    pub settings: MeetingSettings,
    /// At most 10 words to find it by, each of 1 to 40 UTF-16 code units.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<Vec<String>>"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 10))]
    pub tags: Vec<String>,
    /// Whether anybody who is signed in may learn of it. Not, unless said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub is_public: bool,
    /// Whether who asks to join a public meeting waits for host or co-host. Not, unless
    /// said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub requires_approval: bool,
    /// The recurrence rule of a recurring meeting, as `FREQ=WEEKLY;BYDAY=MO` (RFC 5545,
    /// section 3.3.10): daily, weekly, monthly or yearly.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(max_length = 300))]
    pub rrule: Option<String>,
}

/// A validated meeting, not yet stored. Whether its recurrence rule can be followed is
/// for who expands it to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMeeting(MeetingPlan);

impl NewMeeting {
    /// What it is planned to be, cleaned.
    #[must_use]
    pub const fn plan(&self) -> &MeetingPlan {
        &self.0
    }

    /// The same, to keep.
    #[must_use]
    pub fn into_plan(self) -> MeetingPlan {
        self.0
    }
}

impl MeetingDraft {
    /// Checks the draft.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field.
    pub fn validate(self) -> Result<NewMeeting, Problem> {
        MeetingPlan {
            title: self.title,
            description: self.description,
            kind: self.kind,
            scheduled_at: self.scheduled_at,
            timezone: self.timezone,
            duration_minutes: self.duration_minutes,
            max_participants: self.max_participants,
            settings: self.settings,
            tags: self.tags,
            is_public: self.is_public,
            requires_approval: self.requires_approval,
            rrule: self.rrule,
        }
        .validate()
    }
}

impl MeetingPlan {
    /// Checks the plan; what is good already stays as it is.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming every field.
    pub fn validate(self) -> Result<NewMeeting, Problem> {
        let mut faults = Faults::default();
        let title = faults.some_text("/title", &self.title, TITLE_UTF16);
        let description = self.description.as_deref();
        let description = faults.optional("/description", description, DESCRIPTION_UTF16);
        let timezone = self.timezone.as_deref();
        let timezone = timezone.map(|name| faults.timezone("/timezone", name));
        let tags = faults.words("/tags", &self.tags, (TAGS, TAG_UTF16));
        for (at, tag) in tags.iter().enumerate() {
            if tag.chars().any(char::is_control) {
                faults.add(format!("/tags/{at}"), "a tag has no control characters");
            }
        }
        let mut within = |pointer: &str, value: Option<u32>, most: u32| {
            if value.is_some_and(|value| !(1..=most).contains(&value)) {
                faults.add(pointer, format!("a whole number from 1 to {most}"));
            }
        };
        within("/durationMinutes", self.duration_minutes, DURATION_MINUTES);
        within("/maxParticipants", self.max_participants, PARTICIPANTS);
        if self
            .scheduled_at
            .is_some_and(|at| at >= SCHEDULED_BEFORE_MS)
        {
            faults.add(
                "/scheduledAt",
                "milliseconds since the Unix epoch, before 2100",
            );
        }
        let rrule = self
            .rrule
            .as_deref()
            .map(|rule| clean_rule(rule, &mut faults));
        match (self.kind, self.scheduled_at, &rrule) {
            (MeetingType::Instant, Some(_), _) => {
                faults.add("/scheduledAt", "an instant meeting begins when it is made");
            }
            (MeetingType::Recurring, None, _) => {
                faults.add("/scheduledAt", "a recurring meeting needs its first time");
            }
            (MeetingType::Recurring, _, None) => {
                faults.add("/rrule", "a recurring meeting needs a recurrence rule");
            }
            (MeetingType::Scheduled | MeetingType::Instant, _, Some(_)) => {
                faults.add("/rrule", "only a recurring meeting has a recurrence rule");
            }
            _ => {}
        }
        faults.or(NewMeeting(Self {
            title,
            description,
            timezone,
            tags,
            rrule,
            ..self
        }))
    }
}

/// The rule in upper case and without its name. What it says is checked where it is
/// expanded; how often it may come is bounded here.
fn clean_rule(rule: &str, faults: &mut Faults) -> String {
    let rule = rule.trim().to_ascii_uppercase();
    let rule = rule.strip_prefix("RRULE:").unwrap_or(&rule).to_owned();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=;,+-".contains(&byte);
    let daily = rule.split(';').any(|part| {
        matches!(
            part.split_once('='),
            Some(("FREQ", "DAILY" | "WEEKLY" | "MONTHLY" | "YEARLY"))
        )
    });
    let within_day = ["BYHOUR", "BYMINUTE", "BYSECOND"];
    let within_day = rule.split(';').any(|part| {
        part.split_once('=')
            .is_some_and(|(name, _)| within_day.contains(&name))
    });
    if rule.is_empty() || rule.len() > RRULE_BYTES || !rule.bytes().all(plain) {
        faults.add(
            "/rrule",
            format!("a rule of RFC 5545 of at most {RRULE_BYTES} characters"),
        );
    } else if !daily || within_day {
        faults.add(
            "/rrule",
            "DAILY, WEEKLY, MONTHLY or YEARLY, once a day at most",
        );
    }
    rule
}

#[cfg(test)]
mod tests;
