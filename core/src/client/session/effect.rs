//! What a session gives out: what the shell is to do, and what the application hears.

use super::CallOp;
use crate::client::note::NoteEvent;
use crate::error::Problem;
use crate::id::{MeetingId, UserId};
use crate::note::replica::StoreOp;
use serde::Serialize;

/// How the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Status {
    /// On its way.
    Connecting,
    /// Up.
    Live,
    /// Up, but silent for longer than it should be.
    Degraded,
    /// Down: the next attempt comes later, or when the network is back.
    Offline,
}

/// The connection as the application sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ConnectionState {
    /// How it stands.
    pub status: Status,
    /// Who the token names, once the server said so.
    pub user_id: Option<UserId>,
    /// The server's clock minus this one's, in milliseconds.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub clock_offset_ms: i64,
    /// When the next attempt comes, in milliseconds of this clock.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub retry_at: Option<u64>,
    /// Why the server last refused the connection.
    pub problem: Option<Problem>,
}

/// Something the application wants to know.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The connection changed.
    Connection(ConnectionState),
    /// Items of a journal, in order; each exactly once. With `reset` they replace
    /// all before them.
    Items {
        /// The subscription.
        sub: u32,
        /// Whether they replace what came before.
        reset: bool,
        /// The items.
        items: Vec<serde_json::Value>,
    },
    /// Something of the moment.
    Volatile {
        /// The subscription.
        sub: u32,
        /// The item.
        item: serde_json::Value,
    },
    /// A chat as it stands: every message that is here, in the order posted, with what
    /// this session asks for and is not answered yet.
    Chat {
        /// The subscription.
        sub: u32,
        /// The messages: a JSON list of [`crate::chat::view::ShownMessage`].
        messages: serde_json::Value,
    },
    /// The server ended a subscription.
    Ended {
        /// The subscription.
        sub: u32,
        /// Why.
        problem: Problem,
    },
    /// A call was answered.
    Reply {
        /// The call.
        id: u64,
        /// The answer: a [`crate::protocol::CommandReply`] as JSON.
        result: Result<serde_json::Value, Problem>,
    },
    /// A call of an earlier page was refused for good.
    Refused {
        /// What was asked for: a [`crate::protocol::Command`] as JSON.
        command: serde_json::Value,
        /// Why not.
        problem: Problem,
    },
    /// Something happened in a note.
    Note {
        /// The subscription.
        sub: u32,
        /// What.
        event: NoteEvent,
    },
}

/// What the shell is to do.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Get a token from the application, then call `token`.
    NeedToken,
    /// Open a socket, then call `opened` (or `closed`).
    Connect,
    /// Send a text frame.
    SendText(String),
    /// Send a binary frame.
    SendBinary(Vec<u8>),
    /// Close the socket; `closed` need not be called.
    Disconnect(u16),
    /// Keep this on the device.
    Store(MeetingId, StoreOp),
    /// Keep this call on the device, or no longer.
    StoreCall(CallOp),
    /// Tell the application.
    Event(Event),
}
