//! Connvo's server: HTTP, the live socket and the stock Yjs door over one store.
//!
//! Floors, top to bottom; none calls up: `cli` → `server` → `http` → the slices
//! (`auth`, `audit`, `user`, `person`, `org`, `flag`, `me`, `meeting`, `note`, `transcript`,
//! `chat`)
//! → `rooms`, `views` → `committer` → `db`, `bus`.
//! What other nodes say comes in through [`nodes`], beside the slices.
//! The doors `live` and `yjs` stand beside the slices, on [`socket`]; so does
//! [`webhook`], through which providers tell what has changed.
//! A slice's `routes` never name SQL, its `store` never names HTTP. What decides
//! something is in `connvo-core`.

pub mod actor;
pub mod app;
pub mod audit;
pub mod auth;
pub mod behind;
pub mod bus;
pub mod chat;
pub mod cli;
pub mod clock;
pub mod committer;
pub mod config;
pub mod connections;
pub mod db;
pub mod driven;
pub mod flag;
pub mod fresh;
pub mod health;
pub mod http;
pub mod idempotency;
mod lines;
pub mod listeners;
pub mod live;
pub mod me;
pub mod meeting;
pub mod metrics;
pub mod nodes;
pub mod note;
pub mod org;
pub mod person;
pub mod presence;
pub mod rate;
pub mod remembered;
pub mod replay;
pub mod rooms;
pub mod search;
pub mod server;
pub mod socket;
pub mod sweep;
pub mod transcript;
pub mod user;
pub mod views;
pub mod webhook;
pub mod workos;
pub mod yjs;
