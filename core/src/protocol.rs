//! The live protocol: every frame of `/v1/live` and every command, in JSON and in
//! binary. HTTP handlers and socket calls carry the same `Command`s.
//!
//! Text frames are JSON ([`ClientFrame`], [`ServerFrame`]); note updates and
//! awareness travel as binary frames ([`lane`]).

pub mod command;
pub mod decode;
pub mod encode;
pub mod frame;
pub mod lane;
mod spoken;
pub mod varint;

pub use command::{Command, CommandReply};
pub use frame::{ClientFrame, Limits, Query, ServerFrame};

/// The WebSocket subprotocol of `/v1/live`.
pub const SUBPROTOCOL: &str = "connvo.v1";
/// Largest frame either side sends, in bytes, beside an update's own limit.
pub const FRAME_BYTES: usize = (1 << 20) + 1024;
/// Most bytes of events gathered into one frame.
pub const EVENTS_BYTES: usize = 256 << 10;
/// Most items in one events frame, page or snapshot.
pub const PAGE_ITEMS: usize = 100;
/// Subscriptions one connection may hold.
pub const SUBSCRIPTIONS: usize = 100;
/// Connections one person may hold, through both doors.
pub const CONNECTIONS: usize = 20;
/// Calls of one connection that may await their reply at once.
pub const CALLS_IN_FLIGHT: usize = 64;
/// Time between heartbeats, in milliseconds.
pub const HEARTBEAT_MS: u64 = 15_000;
/// Silence after which the other side counts as dead, in milliseconds.
pub const DEAD_MS: u64 = 30_000;

/// Close codes of the live socket (RFC 6455 and its registry).
pub mod close {
    /// Normal end.
    pub const NORMAL: u16 = 1000;
    /// Frames that make no sense.
    pub const MALFORMED: u16 = 1007;
    /// The token is missing, refused or expired.
    pub const POLICY: u16 = 1008;
    /// The server restarts: come back after the hint.
    pub const RESTART: u16 = 1012;
    /// Too slow, or too much at once: come back later.
    pub const TRY_LATER: u16 = 1013;
}
