//! What nodes tell each other.

use super::{AccessChange, Topic};
use crate::db::streams;
use connvo_core::id::{MeetingId, UserId};
use serde::{Deserialize, Serialize};

/// A journal of a meeting, as `streams.kind` names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Kind {
    /// The note's log.
    Note,
    /// The transcript.
    Transcript,
    /// The chat.
    Chat,
}

impl Kind {
    /// As `streams.kind` has it; absent for a journal that is not of these.
    #[must_use]
    pub fn parse(kind: &str) -> Option<Self> {
        match kind {
            streams::NOTE => Some(Self::Note),
            streams::TRANSCRIPT => Some(Self::Transcript),
            streams::CHAT => Some(Self::Chat),
            _ => None,
        }
    }
}

/// One client's presence in a note: ClientID, clock, state as JSON.
pub type State = (u64, u64, String);

/// A hint.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Hint {
    /// Rights may have changed.
    Access(AccessChange),
    /// Views that read these are to be read again.
    Topics(Vec<Topic>),
    /// A journal has grown up to a sequence.
    Grown {
        /// Of which meeting.
        meeting_id: MeetingId,
        /// Which journal.
        kind: Kind,
        /// Its last sequence.
        head: u64,
    },
    /// The meeting's room is to be opened again: the meeting is no more, or its note was
    /// started over.
    Reopen {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Somebody has left a meeting, with every device.
    Left {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Who.
        user_id: UserId,
    },
    /// Presence in a note, of people at the sending node: of the moment.
    Present {
        /// In which meeting's note.
        meeting_id: MeetingId,
        /// The states that changed.
        states: Vec<State>,
    },
    /// Who has a meeting's room open is to tell who is present there.
    WhoIsPresent {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// An interim chunk: of the moment.
    Interim {
        /// Of which meeting.
        meeting_id: MeetingId,
        /// What the chunk is the latest of.
        utterance: String,
        /// The chunk, as JSON.
        json: String,
    },
    /// How many live connections somebody holds at the sending node.
    Connected {
        /// Who.
        user_id: UserId,
        /// How many.
        count: usize,
    },
    /// Hints of the sending node may not have come: look at everything, and tell it what
    /// is only told by hints.
    Lost,
}
