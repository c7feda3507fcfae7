//! The database: SQLite in one file, or PostgreSQL. SQL is written once for both
//! (TEXT ids, BIGINT milliseconds, `$n`, `ON CONFLICT`, `RETURNING`); the
//! [`on_db!`](crate::on_db) macro compiles one body for either. Where the two truly
//! differ, a `match` stands in place.
//!
//! SQLite has one writer connection and a few readers; every write transaction
//! begins with `BEGIN IMMEDIATE`, so none has to turn from reader into writer.

pub mod each;
pub mod hold;
mod lock;
pub mod meta;
pub mod pieces;
pub mod postgres;
pub mod staged;
pub mod streams;
#[cfg(test)]
mod tests;
mod trouble;
mod tx;

use crate::config::Config;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::transcript::Word;
use lock::DirLock;
use postgres::{Lines, Pg};
use sqlx::Connection;
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use staged::Staged;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use trouble::Trouble;
pub use tx::Tx;

/// When to try again after the store was away, in milliseconds.
const RETRY_MS: u64 = 1_000;
/// Connections that read the SQLite file.
const SQLITE_READERS: u32 = 4;
/// Pages that the writer keeps in memory, in KiB: the ends of the busy meetings'
/// journals. Of the default 2 MiB it would read most of them again for each batch.
const SQLITE_WRITER_KIB: u32 = 32 << 10;
/// Pages in the write-ahead log before they are copied into the file (32 MiB): a
/// page that changed often since is copied once.
const SQLITE_WAL_PAGES: u32 = 8 << 10;

/// Why the store failed.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The database failed.
    #[error(transparent)]
    Sql(Arc<sqlx::Error>),
    /// The database cannot be prepared.
    #[error(transparent)]
    Migrate(Arc<sqlx::migrate::MigrateError>),
    /// A stored value is not what was written.
    #[error("stored {what} is damaged: {detail}")]
    Damaged {
        /// Which value.
        what: &'static str,
        /// What is wrong with it.
        detail: String,
    },
    /// The call was made before, under the same idempotency key.
    #[error("the call was made before, under the same idempotency key")]
    Repeated,
    /// The data folder cannot be used.
    #[error("{path}: {detail}")]
    Folder {
        /// The folder.
        path: String,
        /// Why.
        detail: String,
    },
}

impl StoreError {
    /// A stored value that cannot be read back.
    pub fn damaged(what: &'static str, detail: &impl ToString) -> Self {
        Self::Damaged {
            what,
            detail: detail.to_string(),
        }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(source: sqlx::Error) -> Self {
        Self::Sql(Arc::new(source))
    }
}

impl From<sqlx::migrate::MigrateError> for StoreError {
    fn from(source: sqlx::migrate::MigrateError) -> Self {
        Self::Migrate(Arc::new(source))
    }
}

/// The wire sees a code; the log sees the source, here, once.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::Repeated) {
            return Self::new(ErrorCode::Conflict, error.to_string());
        }
        tracing::error!(%error, "the store failed");
        if error.trouble() != Trouble::Lasting {
            let mut problem = Self::new(ErrorCode::Unavailable, "the store is away: try again");
            problem.retry_after_ms = Some(RETRY_MS);
            problem
        } else {
            Self::new(ErrorCode::Internal, "a fault of the server's own")
        }
    }
}

/// The database.
#[derive(Debug, Clone)]
pub enum Db {
    /// One file under the data folder.
    Sqlite {
        /// The one connection that writes.
        writer: SqlitePool,
        /// The connections that read.
        readers: SqlitePool,
        /// Keeps other servers off the folder for as long as it lives.
        lock: Arc<DirLock>,
        /// Transcript chunks that are not in their table yet.
        staged: Arc<Staged>,
    },
    /// PostgreSQL.
    Postgres(Pg),
}

impl Db {
    /// Opens what the settings name, and brings the tables up to date.
    ///
    /// # Errors
    /// Another server uses the folder; the database is away; a migration fails.
    pub async fn open(config: &Config) -> Result<Self, StoreError> {
        match (&config.database_url, config.direct_url()) {
            (Some(url), Some(direct)) => {
                postgres::migrate::run(direct).await?;
                Ok(Self::Postgres(Pg::connect(url, &config.lines).await?))
            }
            _ => Self::sqlite(&config.data_dir).await,
        }
    }

    /// Opens the file under `data_dir`, making both where absent.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn sqlite(data_dir: &Path) -> Result<Self, StoreError> {
        let lock = Arc::new(DirLock::take(data_dir)?);
        let options = SqliteConnectOptions::new()
            .filename(data_dir.join("connvo.sqlite3"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // Acknowledged means on disk.
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .pragma("temp_store", "memory");
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            // A file does not go away as a server does.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            // A full disk makes SQLite roll back by itself. sqlx's own rollback fails then,
            // and its connection would take itself to be in a transaction for ever.
            .before_acquire(|writer, _| {
                let is_clean = !writer.is_in_transaction();
                Box::pin(async move { Ok(is_clean) })
            })
            .connect_with(
                options
                    .clone()
                    .pragma("cache_size", format!("-{SQLITE_WRITER_KIB}"))
                    .pragma("wal_autocheckpoint", SQLITE_WAL_PAGES.to_string()),
            )
            .await?;
        sqlx::migrate!("migrations/sqlite").run(&writer).await?;
        staged::recover(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self::Sqlite {
            writer,
            readers,
            lock,
            staged: Arc::default(),
        })
    }

    /// Opens the database at a `postgres://` URL.
    ///
    /// # Errors
    /// As [`Db::open`].
    pub async fn postgres(url: &str) -> Result<Self, StoreError> {
        postgres::migrate::run(url).await?;
        Ok(Self::Postgres(Pg::connect(url, &Lines::default()).await?))
    }

    /// The same database for the committers, who wait for nobody's lines: how many there are
    /// to be, and what each writes to.
    #[must_use]
    pub fn committing(&self) -> (usize, Self) {
        match self {
            Self::Sqlite { .. } => (1, self.clone()),
            Self::Postgres(pool) => {
                let count = usize::try_from(pool.lines().committers).unwrap_or(1);
                (count, Self::Postgres(pool.committing()))
            }
        }
    }

    /// Whether the database answers.
    ///
    /// # Errors
    /// It does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        crate::on_db!(
            self,
            read | pool | {
                sqlx::query("SELECT 1").execute(pool).await?;
                Ok(())
            }
        )
    }

    /// Closes every connection, once what runs on it is done.
    pub async fn close(&self) {
        match self {
            Self::Sqlite {
                writer, readers, ..
            } => {
                // Of what cannot be moved now nothing is lost.
                let _ = staged::flush_all(self).await;
                readers.close().await;
                writer.close().await;
            }
            Self::Postgres(pool) => pool.close().await,
        }
    }
}

/// Runs one body on whichever database it is. `read` and `write` lend a pool,
/// `transaction` a write transaction that is committed when the body ends (and
/// rolled back by `?`), `snapshot` a transaction whose reads all see one moment.
#[macro_export]
macro_rules! on_db {
    ($db:expr, read |$pool:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { readers: $pool, .. } => $body,
            $crate::db::Db::Postgres($pool) => $body,
        }
    };
    ($db:expr, write |$pool:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { writer: $pool, .. } => $body,
            $crate::db::Db::Postgres($pool) => $body,
        }
    };
    ($db:expr, transaction |$tx:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { writer, .. } => {
                let mut $tx = writer.begin_with("BEGIN IMMEDIATE").await?;
                let out = $body;
                $tx.commit().await?;
                out
            }
            $crate::db::Db::Postgres(pool) => {
                let mut $tx = pool.begin().await?;
                let out = $body;
                $tx.commit().await?;
                out
            }
        }
    };
    ($db:expr, snapshot |$tx:ident| $body:expr) => {
        match $db {
            $crate::db::Db::Sqlite { readers, .. } => {
                let mut $tx = readers.begin().await?;
                let out = $body;
                $tx.rollback().await?;
                out
            }
            $crate::db::Db::Postgres(pool) => {
                let mut $tx = pool
                    .begin_with("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
                    .await?;
                let out = $body;
                $tx.rollback().await?;
                out
            }
        }
    };
}

/// A count or time as the databases keep it.
#[must_use]
pub fn to_i64(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A count or time as it came back.
#[must_use]
pub fn to_u64(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

/// An id as it came back.
///
/// # Errors
/// It is not one.
pub fn to_id<Id: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<Id, StoreError> {
    text.parse()
        .map_err(|error| StoreError::damaged("id", &error))
}

/// Words of a chunk as they are stored; absent where there are none.
///
/// # Errors
/// They make no JSON.
pub fn to_words(words: &[Word]) -> Result<Option<String>, StoreError> {
    if words.is_empty() {
        return Ok(None);
    }
    let json = serde_json::to_string(words);
    json.map(Some)
        .map_err(|error| StoreError::damaged("words", &error))
}
