//! Settings of the lines to PostgreSQL.

use crate::db::postgres::Lines;
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::num::NonZeroU32;
use std::time::Duration;

/// What stands between the server and its database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pooler {
    /// Nothing, or a pooler that keeps sessions.
    None,
    /// A pooler that gives a session to each transaction, as `PgBouncer` with
    /// `pool_mode = transaction`.
    Transaction,
}

/// Settings as given, each perhaps absent; the file has them under `[database]`.
#[derive(Debug, Clone, Copy, Default, Args, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct LineSettings {
    /// Connections to PostgreSQL that requests and background work share
    #[arg(long = "database-connections", env = "CONNVO_DATABASE_CONNECTIONS")]
    pub connections: Option<NonZeroU32>,
    /// Committers, each with a connection of its own beside those
    #[arg(long = "database-committers", env = "CONNVO_DATABASE_COMMITTERS")]
    pub committers: Option<NonZeroU32>,
    /// Longest statement in PostgreSQL, in milliseconds; 0 is no limit
    #[arg(long = "database-statement-ms", env = "CONNVO_DATABASE_STATEMENT_MS")]
    pub statement_ms: Option<u32>,
    /// Longest wait for a lock in PostgreSQL, in milliseconds; 0 is no limit
    #[arg(long = "database-lock-ms", env = "CONNVO_DATABASE_LOCK_MS")]
    pub lock_ms: Option<u32>,
    /// Longest pause within a transaction in PostgreSQL, in milliseconds; 0 is no limit
    #[arg(long = "database-idle-ms", env = "CONNVO_DATABASE_IDLE_MS")]
    pub idle_ms: Option<u32>,
    /// What stands between the server and PostgreSQL
    #[arg(long = "database-pooler", env = "CONNVO_DATABASE_POOLER")]
    pub pooler: Option<Pooler>,
}

impl LineSettings {
    /// These settings, and where one is absent, the file's.
    pub(super) fn over(self, file: Self) -> Self {
        Self {
            connections: self.connections.or(file.connections),
            committers: self.committers.or(file.committers),
            statement_ms: self.statement_ms.or(file.statement_ms),
            lock_ms: self.lock_ms.or(file.lock_ms),
            idle_ms: self.idle_ms.or(file.idle_ms),
            pooler: self.pooler.or(file.pooler),
        }
    }

    /// Fills in the defaults.
    pub(super) fn resolve(self) -> Lines {
        let usual = Lines::default();
        let ms =
            |given: Option<u32>, usual| given.map_or(usual, |ms| Duration::from_millis(ms.into()));
        Lines {
            connections: self.connections.map_or(usual.connections, NonZeroU32::get),
            committers: self.committers.map_or(usual.committers, NonZeroU32::get),
            statement: ms(self.statement_ms, usual.statement),
            lock: ms(self.lock_ms, usual.lock),
            idle: ms(self.idle_ms, usual.idle),
            is_pooled: self.pooler == Some(Pooler::Transaction),
        }
    }
}
