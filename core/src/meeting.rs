//! Meetings: their fields, their states, which state may follow which, and who follows
//! the host.

mod heir;

use crate::access::{ParticipantStatus, Role, Standing};
use crate::error::{ErrorCode, Problem};
use crate::id::{MeetingId, UserId};
use serde::{Deserialize, Serialize};

pub use heir::{Candidate, who_inherits};

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

/// Longest title, in UTF-16 code units.
pub const TITLE_UTF16: usize = 200;

/// What a caller asks for when making a meeting.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MeetingDraft {
    /// What it is about; 1 to 200 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 200))]
    pub title: String,
    /// Whether anybody who is signed in may learn of it. Not, unless said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub is_public: bool,
}

/// A validated meeting, not yet stored.
#[derive(Debug, Clone)]
pub struct NewMeeting {
    title: String,
    is_public: bool,
}

impl NewMeeting {
    /// The trimmed title.
    #[must_use]
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Whether anybody who is signed in may learn of it.
    #[must_use]
    pub const fn is_public(&self) -> bool {
        self.is_public
    }
}

impl MeetingDraft {
    /// Checks the draft.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` naming the field.
    pub fn validate(self) -> Result<NewMeeting, Problem> {
        let title = self.title.trim().replace('\0', "");
        match title.encode_utf16().count() {
            0 => Err(Problem::field("/title", "a title is needed")),
            length if length > TITLE_UTF16 => Err(Problem::field(
                "/title",
                format!("{length} UTF-16 code units; at most {TITLE_UTF16} are allowed"),
            )),
            _ => Ok(NewMeeting {
                title,
                is_public: self.is_public,
            }),
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
    /// What it is about.
    pub title: String,
    /// Where it is in its life.
    pub state: MeetingState,
    /// Whether anybody who is signed in may learn of it.
    pub is_public: bool,
    /// How the caller stands in it.
    #[serde(flatten)]
    pub standing: Standing,
    /// Who made it.
    pub organizer_id: UserId,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub started_at: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub ended_at: Option<u64>,
}

/// A public meeting as strangers see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PublicMeeting {
    /// The meeting's id.
    pub id: MeetingId,
    /// What it is about.
    pub title: String,
    /// Where it is in its life.
    pub state: MeetingState,
    /// True.
    pub is_public: bool,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

/// What a caller asks for when inviting somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParticipantDraft {
    /// The person's email address.
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 254))]
    pub email: String,
    /// The role given.
    pub role: Role,
    /// A participant may share the screen. Yes, unless said.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub can_share: bool,
    /// A participant may record. Not, unless said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub can_record: bool,
    /// A participant may invite. Not, unless said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub can_invite: bool,
}

const fn yes() -> bool {
    true
}

/// A validated invitation, not yet stored.
#[derive(Debug, Clone)]
pub struct NewParticipant {
    email: String,
    standing: Standing,
}

impl NewParticipant {
    /// The lower-cased address.
    #[must_use]
    pub fn email(&self) -> &str {
        &self.email
    }

    /// Role and rights given.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }
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

impl ParticipantDraft {
    /// Checks the draft.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a bad address or for a second host.
    pub fn validate(self) -> Result<NewParticipant, Problem> {
        if self.role == Role::Host {
            return Err(Problem::field(
                "/role",
                "a meeting has one host: invite as co-host, participant or observer",
            ));
        }
        Ok(NewParticipant {
            email: validate_email(&self.email, "/email")?,
            standing: Standing {
                role: self.role,
                status: ParticipantStatus::Invited,
                can_share: self.can_share,
                can_record: self.can_record,
                can_invite: self.can_invite,
            },
        })
    }
}

/// A member of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    /// The person; absent to others until they have come into the meeting.
    pub user_id: Option<UserId>,
    /// The address invited.
    pub email: String,
    /// The person's name; absent as the id is.
    pub name: Option<String>,
    /// How the person stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub invited_at: u64,
}
