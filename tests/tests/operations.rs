//! What an operator does: migrates, limits, pools, restarts; and the files of `server/deploy`.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "live/line.rs"]
#[allow(dead_code)]
mod line;

#[path = "operations/backups.rs"]
mod backups;
#[path = "operations/deploy.rs"]
mod deploy;
#[path = "operations/migrations.rs"]
mod migrations;
#[path = "operations/partitions.rs"]
mod partitions;
#[path = "operations/rolling.rs"]
mod rolling;
#[path = "operations/stuck.rs"]
mod stuck;

/// Which database the server of [`client`] has.
const POSTGRES: bool = true;
/// Whether there is a pooler between.
const POOLED: bool = false;
