//! How a person stands in a meeting: role, status, and what they may besides.

use super::Role;
use serde::{Deserialize, Serialize};

/// Where a participant is between being asked and being gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ParticipantStatus {
    /// Has asked to be let in: a stranger until then.
    Requested,
    /// Was asked.
    Invited,
    /// Will come.
    Accepted,
    /// Will not come; may think again.
    Declined,
    /// Is or was in the meeting, and is expected back.
    Joined,
    /// Has left for good; may come again.
    Left,
    /// Was sent away: a stranger from then on.
    Removed,
}

impl ParticipantStatus {
    /// Every status.
    pub const ALL: [Self; 7] = [
        Self::Requested,
        Self::Invited,
        Self::Accepted,
        Self::Declined,
        Self::Joined,
        Self::Left,
        Self::Removed,
    ];

    /// The status's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Invited => "invited",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Joined => "joined",
            Self::Left => "left",
            Self::Removed => "removed",
        }
    }

    /// The status of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|status| status.as_str() == name)
    }

    /// Whether the meeting is a secret to somebody who stands so.
    #[must_use]
    pub const fn is_stranger(self) -> bool {
        matches!(self, Self::Requested | Self::Removed)
    }

    /// Whether somebody who stands so may come and has not.
    #[must_use]
    pub const fn is_expected(self) -> bool {
        matches!(self, Self::Invited | Self::Accepted)
    }

    /// Whether somebody who stands so takes part.
    #[must_use]
    pub const fn takes_part(self) -> bool {
        matches!(self, Self::Invited | Self::Accepted | Self::Joined)
    }
}

/// What a participant is, and may do beyond the role. Hosts and co-hosts may all of
/// it, observers none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Standing {
    /// The role held.
    pub role: Role,
    /// Where the person is between being asked and being gone.
    pub status: ParticipantStatus,
    /// May share the screen.
    pub can_share: bool,
    /// May record.
    pub can_record: bool,
    /// May invite.
    pub can_invite: bool,
}

impl Standing {
    /// A person of this role and status, with what it brings and nothing besides.
    #[must_use]
    pub const fn new(role: Role, status: ParticipantStatus) -> Self {
        Self {
            role,
            status,
            can_share: true,
            can_record: false,
            can_invite: false,
        }
    }
}
