//! Changes to who may do what.

use connvo_core::id::{MeetingId, UserId};
use serde::{Deserialize, Serialize};

/// Rights may have changed: ask again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum AccessChange {
    /// Everybody's in a meeting: the meeting itself changed.
    Meeting {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// One person's in a meeting.
    Member {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Whose rights.
        user_id: UserId,
    },
    /// One person's everywhere: they were deactivated, removed, or let in again.
    Person {
        /// Whose rights.
        user_id: UserId,
    },
    /// One session of a person's everywhere: they signed out.
    Session {
        /// Whose rights.
        user_id: UserId,
        /// The issuer's name of the session.
        session_id: String,
    },
    /// Everybody's: this node can no longer know who may do what.
    CutOff,
}

impl AccessChange {
    /// Whether it may change what this person may do in this meeting.
    #[must_use]
    pub fn is_in(&self, meeting: &MeetingId, user: &UserId) -> bool {
        match self {
            Self::Meeting { meeting_id } => meeting_id == meeting,
            Self::Member {
                meeting_id,
                user_id,
            } => meeting_id == meeting && user_id == user,
            Self::Person { .. } | Self::Session { .. } | Self::CutOff => false,
        }
    }

    /// Whether it may change that this person may be here at all.
    #[must_use]
    pub fn is_of(&self, user: &UserId, session: Option<&str>) -> bool {
        match self {
            Self::Meeting { .. } | Self::Member { .. } | Self::CutOff => false,
            Self::Person { user_id } => user_id == user,
            Self::Session {
                user_id,
                session_id,
            } => user_id == user && Some(session_id.as_str()) == session,
        }
    }
}
