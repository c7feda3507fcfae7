//! The sans-IO half of the browser: one connection's state machine. The shell
//! around it (WebSocket, IndexedDB, timers) carries out its effects and reports
//! what happened; so does the simulation.

pub mod backoff;
mod chat;
mod json;
pub mod note;
pub mod session;
mod table;
mod view;

pub use chat::ChatClient;
pub use note::{NoteEvent, NoteStatus, Peer};
pub use session::{CallOp, ConnectionState, Effect, Event, KeptCall, Session, Status};
