//! What views read and commits touch.

use connvo_core::id::{MeetingId, OrgId, UserId};
use serde::{Deserialize, Serialize};

/// Something that views are made of.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    /// What one person may use, and who they are.
    Person(UserId),
    /// The meetings that a person is asked to or takes part in.
    MeetingsOf(UserId),
    /// An organisation: its plan, its members.
    Org(OrgId),
    /// The feature flags.
    Flags,
    /// A meeting's own fields and its state.
    Meeting(MeetingId),
    /// Who belongs to a meeting, and as what.
    Participants(MeetingId),
    /// Who is in a meeting now, who wants to speak, what is being recorded.
    State(MeetingId),
    /// What the speakers of a transcript are called.
    Speakers(MeetingId),
}
