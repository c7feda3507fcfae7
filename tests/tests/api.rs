//! The HTTP surface, asked as a client would. The files mirror the URL tree.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/client.rs"]
mod client;
#[path = "api/dev/token.rs"]
mod dev_token;
#[path = "api/health.rs"]
mod health;
#[path = "api/openapi.rs"]
mod openapi;
#[path = "api/problems.rs"]
mod problems;

#[path = "api/v1/me.rs"]
mod v1_me;
#[path = "api/v1/meetings.rs"]
mod v1_meetings;
#[path = "api/v1/meetings/notes.rs"]
mod v1_notes;
#[path = "api/v1/meetings/notes/history.rs"]
mod v1_notes_history;
#[path = "api/v1/meetings/notes/ops.rs"]
mod v1_notes_ops;
#[path = "api/v1/meetings/notes/versions.rs"]
mod v1_notes_versions;
#[path = "api/v1/meetings/participants.rs"]
mod v1_participants;
#[path = "api/v1/meetings/start_end.rs"]
mod v1_start_end;
#[path = "api/v1/meetings/transcript.rs"]
mod v1_transcript;
