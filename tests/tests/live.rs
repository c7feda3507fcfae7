//! Both live doors over a real server, spoken to by a typed client.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "live/line.rs"]
mod line;
#[path = "api/stage.rs"]
#[allow(dead_code)]
mod stage;

#[path = "live/abandoned.rs"]
mod abandoned;
#[path = "live/access.rs"]
mod access;
#[path = "live/bounds.rs"]
mod bounds;
#[path = "live/busy.rs"]
mod busy;
#[path = "live/carried.rs"]
mod carried;
#[path = "live/chat.rs"]
mod chat;
#[path = "live/crowd.rs"]
mod crowd;
#[path = "live/drain.rs"]
mod drain;
#[path = "live/heartbeat.rs"]
mod heartbeat;
#[path = "live/me.rs"]
mod me;
#[path = "live/pass.rs"]
mod pass;
#[path = "live/people.rs"]
mod people;
#[path = "live/resume.rs"]
mod resume;
#[path = "live/revoked.rs"]
mod revoked;
#[path = "live/rooms.rs"]
mod rooms;
#[path = "live/slow.rs"]
mod slow;
#[path = "live/table.rs"]
mod table;
#[path = "live/transcript.rs"]
mod transcript;

/// Which database the server of [`client`] has.
const POSTGRES: bool = false;
/// Whether there is a pooler between.
const POOLED: bool = false;
