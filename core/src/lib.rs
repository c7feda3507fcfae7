//! Connvo's rules: one crate, compiled into the server and, as WebAssembly, into
//! the browser. It is pure: no IO, no clock, no randomness; time and random
//! numbers come in as arguments, and state machines take inputs and return outputs.

pub mod access;
pub mod chat;
pub mod client;
pub mod entitlement;
pub mod error;
pub mod flag;
pub mod id;
pub mod json;
pub mod limits;
pub mod live;
pub mod me;
pub mod meeting;
pub mod note;
pub mod org;
pub mod person;
pub mod planted;
pub mod protocol;
pub mod rate;
pub mod search;
pub mod transcript;
