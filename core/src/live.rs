//! The sans-IO half of the server: what a room and a connection do, without
//! sockets, clocks or storage. The server's tasks drive these machines; so does
//! the simulation.
//!
//! - [`room::Room`]: one meeting. Changes are staged, committed by the caller, and
//!   only then acknowledged and published to its journals.
//! - [`journal::Journal`]: recent entries of one stream, encoded once for all.
//! - [`connection::Connection`]: one live socket. A subscription is a cursor over
//!   a journal; a slow reader simply stays behind its cursor.
//! - [`stock::StockDoor`]: one stock y-websocket client.
//! - [`presence::Presence`]: who is in the note.

pub mod connection;
pub mod journal;
pub mod note;
pub mod pacing;
pub mod presence;
pub mod room;
pub mod stock;

pub use connection::{Connection, Effect};
pub use journal::{Item, Journal, Read};
pub use room::{Answer, Batch, Request, Room};
