//! Text frames of the live socket.

use super::command::Command;
#[cfg(any(doc, feature = "ts"))]
use super::command::CommandReply;
use crate::access::Action;
use crate::error::Problem;
use crate::id::{MeetingId, SessionId, UserId};
use crate::limits::NoteLimits;
use serde::{Deserialize, Serialize};

/// What a subscription follows.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Query {
    /// The note as a CRDT, over binary frames (see [`super::lane`]).
    Note {
        /// Which meeting.
        meeting_id: MeetingId,
        /// The Yjs ClientID (53 bits) that the subscriber writes with.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        client_id: u64,
    },
    /// The note's log as JSON [`crate::note::NoteEntry`] items.
    NoteOps {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// The transcript as JSON [`crate::transcript::Chunk`] items; interim chunks
    /// arrive as `volatile`.
    Transcript {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// The chat as JSON [`crate::chat::Message`] items: an edited message comes again,
    /// with a higher revision.
    Chat {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// What a meeting's plan gives: one JSON [`crate::entitlement::Entitlements`], a
    /// fresh snapshot at every change.
    Entitlements {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// What the speakers of a meeting's transcript are called: one JSON
    /// [`crate::transcript::speaker::SpeakerNames`], a fresh snapshot at every change.
    Speakers {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// The members of a meeting, at most 500: one JSON list of
    /// [`crate::meeting::Participant`], a fresh snapshot at every change.
    Participants {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// A meeting as it is now: one JSON [`crate::meeting::MeetingNow`], a fresh snapshot at
    /// every change.
    MeetingState {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// The latest meetings of whoever subscribes, at most 100: one JSON list of
    /// [`crate::meeting::Meeting`], a fresh snapshot at every change.
    Meetings {},
    /// Whoever subscribes, with what they may use: one JSON
    /// [`crate::me::MeView`], a fresh snapshot at every change.
    Me {},
}

impl Query {
    /// The meeting that the query reads, if it reads one.
    #[must_use]
    pub const fn meeting_id(&self) -> Option<&MeetingId> {
        match self {
            Self::Note { meeting_id, .. }
            | Self::NoteOps { meeting_id }
            | Self::Transcript { meeting_id }
            | Self::Chat { meeting_id }
            | Self::Speakers { meeting_id }
            | Self::Participants { meeting_id }
            | Self::MeetingState { meeting_id }
            | Self::Entitlements { meeting_id } => Some(meeting_id),
            Self::Meetings {} | Self::Me {} => None,
        }
    }

    /// The query of a view's wire name, of a meeting where it is of one.
    #[must_use]
    pub fn view(kind: &str, meeting: Option<MeetingId>) -> Option<Self> {
        match (kind, meeting) {
            ("me", None) => Some(Self::Me {}),
            ("meetings", None) => Some(Self::Meetings {}),
            ("entitlements", Some(meeting_id)) => Some(Self::Entitlements { meeting_id }),
            ("participants", Some(meeting_id)) => Some(Self::Participants { meeting_id }),
            ("meetingState", Some(meeting_id)) => Some(Self::MeetingState { meeting_id }),
            ("speakers", Some(meeting_id)) => Some(Self::Speakers { meeting_id }),
            _ => None,
        }
    }

    /// What the query asks of its meeting; a person's own needs nothing.
    #[must_use]
    pub const fn action(&self) -> Option<Action> {
        match self {
            Self::Note { .. } | Self::NoteOps { .. } => Some(Action::ReadNote),
            Self::Chat { .. } => Some(Action::ReadChat),
            Self::Transcript { .. } | Self::Speakers { .. } => Some(Action::ReadTranscript),
            Self::Entitlements { .. } => Some(Action::ReadMeeting),
            Self::Participants { .. } => Some(Action::ReadParticipants),
            Self::MeetingState { .. } => Some(Action::ReadState),
            Self::Meetings {} | Self::Me {} => None,
        }
    }
}

/// Client → server.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ClientFrame {
    /// First frame: who is there.
    Hello {
        /// The bearer token.
        token: String,
        /// Name and version of the client program, for support.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        client: Option<String>,
    },
    /// A newer token, before the old one expires.
    Refresh {
        /// The bearer token.
        token: String,
    },
    /// Follow something.
    Subscribe {
        /// The client's own number for the subscription.
        sub: u32,
        /// What to follow.
        query: Query,
        /// The epoch that `after` belongs to, from `snapshot` or the note lane.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        epoch: Option<String>,
        /// The last sequence that the client has; absent on first sight.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
        after: Option<u64>,
    },
    /// Follow it no longer.
    Unsubscribe {
        /// The subscription.
        sub: u32,
    },
    /// Do something.
    Call {
        /// The client's own number for the call.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        id: u64,
        /// Idempotency key: a repeat gets the first answer.
        key: String,
        /// What to do.
        command: Command,
    },
    /// Heartbeat.
    Ping {},
}

/// Bounds that the client must keep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Limits {
    /// Bounds of a note.
    pub note: NoteLimits,
}

/// Server → client.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum ServerFrame {
    /// The token is good.
    Welcome {
        /// This connection.
        session: SessionId,
        /// Who the token names.
        user_id: UserId,
        /// The server's clock, milliseconds since the Unix epoch.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        server_time: u64,
        /// Changes when the store was restored from a backup: cursors of another
        /// epoch are worth nothing.
        store_epoch: String,
        /// Bounds that the client must keep.
        limits: Limits,
    },
    /// The state at a cursor; events follow from there.
    Snapshot {
        /// The subscription.
        sub: u32,
        /// The last sequence that the state includes.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        cursor: u64,
        /// The epoch of the cursor.
        epoch: String,
        /// Whether it replaces what the client had, instead of beginning it.
        reset: bool,
        /// The latest items, oldest first.
        #[cfg_attr(feature = "ts", ts(type = "unknown[]"))]
        items: Vec<serde_json::Value>,
    },
    /// Items in order: they cover `from`..=`to`. Empty (`from` = `to` + 1) says that
    /// a resumed subscription is up to date.
    Events {
        /// The subscription.
        sub: u32,
        /// The first sequence covered.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        from: u64,
        /// The last sequence covered.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        to: u64,
        /// The items.
        #[cfg_attr(feature = "ts", ts(type = "unknown[]"))]
        items: Vec<serde_json::Value>,
    },
    /// Something of the moment, without a cursor: the latest replaces the last.
    Volatile {
        /// The subscription.
        sub: u32,
        /// The item.
        #[cfg_attr(feature = "ts", ts(type = "unknown"))]
        item: serde_json::Value,
    },
    /// The answer to a call: `ok` or `error`.
    Reply {
        /// The call.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        id: u64,
        /// What became of it: a [`CommandReply`].
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<CommandReply>"))]
        ok: Option<serde_json::Value>,
        /// Why not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        error: Option<Problem>,
    },
    /// The subscription has ended, or never began.
    Revoked {
        /// The subscription.
        sub: u32,
        /// Why.
        error: Problem,
    },
    /// The server restarts: come back after this delay.
    Drain {
        /// Milliseconds.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        after_ms: u64,
    },
    /// Heartbeat.
    Pong {},
    /// A frame was refused; three strikes close the socket.
    Error {
        /// Why.
        error: Problem,
    },
}
