//! The databases that Connvo is measured on, and how many rows a second they take from a
//! bare insert: many rows a statement, a transaction each, durable as Connvo's are.

use super::Failure;
use super::machine::parent;
use crate::postgres;
use serde::{Deserialize, Serialize};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, Database, Executor, IntoArguments, QueryBuilder};
use std::time::Duration;
use tokio::time::Instant;

/// Meetings that the rows are spread over.
const MEETINGS: i64 = 1_000;
/// Rows of a statement.
const ROWS: i64 = 1_000;
/// How long rows are inserted.
const LONG: Duration = Duration::from_secs(5);
const TEXT: &str =
    "so what I would suggest is that we take this one first, and come back to the rest";
const TABLE: &str = "CREATE TABLE raw (meeting_id TEXT NOT NULL, sequence BIGINT NOT NULL,
    segment_id TEXT NOT NULL, text TEXT NOT NULL, start_ms BIGINT NOT NULL,
    end_ms BIGINT NOT NULL, label TEXT NOT NULL, created_at BIGINT NOT NULL,
    PRIMARY KEY (meeting_id, sequence))";

/// A database under measure.
#[derive(Debug)]
pub enum Store {
    /// A file of the server's own.
    Sqlite,
    /// A cluster of its own, and its first process.
    Postgres(postgres::Database, u32),
}

/// What a bare insert does.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Raw {
    /// Rows a second.
    pub rows_per_second: f64,
}

impl Store {
    /// A fresh PostgreSQL, durable.
    ///
    /// # Errors
    /// It does not start.
    pub async fn postgres() -> Result<Self, Failure> {
        let database = postgres::durable().await;
        let mut line = sqlx::PgConnection::connect(database.url()).await?;
        let (pid,): (i32,) = sqlx::query_as("SELECT pg_backend_pid()")
            .fetch_one(&mut line)
            .await?;
        line.close().await?;
        Ok(Self::Postgres(database, parent(u32::try_from(pid)?)?))
    }

    /// What it is called.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(..) => "PostgreSQL",
        }
    }

    /// Its address, where it is not a file.
    #[must_use]
    pub fn url(&self) -> Option<&str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(database, _) => Some(database.url()),
        }
    }

    /// The process whose children it is.
    #[must_use]
    pub const fn pid(&self) -> Option<u32> {
        match self {
            Self::Sqlite => None,
            Self::Postgres(_, pid) => Some(*pid),
        }
    }

    /// Inserts for some seconds, with nothing else running.
    ///
    /// # Errors
    /// The database fails.
    pub async fn raw(&self) -> Result<Raw, Failure> {
        match self {
            Self::Sqlite => {
                let folder = tempfile::TempDir::new()?;
                let options = SqliteConnectOptions::new()
                    .filename(folder.path().join("raw.sqlite3"))
                    .create_if_missing(true)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full);
                insert::<sqlx::Sqlite>(options.connect().await?).await
            }
            Self::Postgres(..) => {
                let database = postgres::durable().await;
                insert::<sqlx::Postgres>(sqlx::PgConnection::connect(database.url()).await?).await
            }
        }
    }
}

async fn insert<D: Database>(mut line: D::Connection) -> Result<Raw, Failure>
where
    for<'a> &'a mut D::Connection: Executor<'a, Database = D>,
    D::Arguments: IntoArguments<D>,
    for<'a> i64: sqlx::Encode<'a, D> + sqlx::Type<D>,
    for<'a> String: sqlx::Encode<'a, D> + sqlx::Type<D>,
    for<'a> &'a str: sqlx::Encode<'a, D> + sqlx::Type<D>,
{
    line.execute(sqlx::raw_sql(TABLE)).await?;
    let (begun, mut rows) = (Instant::now(), 0);
    while begun.elapsed() < LONG {
        let mut query = QueryBuilder::<D>::new("INSERT INTO raw ");
        query.push_values(rows..rows + ROWS, |mut row, at| {
            let (meeting, sequence) = (at % MEETINGS, at / MEETINGS);
            row.push_bind(format!("0197f7a4-5e0b-7c3a-9d2e-{meeting:012x}"))
                .push_bind(sequence)
                .push_bind(format!("3-{sequence}"))
                .push_bind(TEXT)
                .push_bind(1_750_000_000_000_i64 + sequence)
                .push_bind(1_750_000_002_900_i64 + sequence)
                .push_bind("Person 3")
                .push_bind(1_750_000_003_000_i64);
        });
        query.build().execute(&mut line).await?;
        rows += ROWS;
    }
    Ok(Raw {
        rows_per_second: rows as f64 / begun.elapsed().as_secs_f64(),
    })
}
