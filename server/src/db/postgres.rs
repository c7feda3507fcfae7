//! Lines to PostgreSQL: how many, how long anything may take on them, and what is different
//! where a pooler (PgBouncer in transaction mode) stands between.
//!
//! A pooler that keeps sessions is none: nothing is asked for when a line opens that it might
//! refuse, and what is set is set once the line is there.
//!
//! Laws of a line by way of a pooler in transaction mode:
//! - Every statement is part of a transaction: the messages of one that is not might come to
//!   two sessions.
//! - What is set is set for the transaction, and what is prepared is good for no longer.

mod executor;
pub mod migrate;

use super::StoreError;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::{AssertSqlSafe, Executor, Postgres, Transaction};
use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for a free line.
const ACQUIRE: Duration = Duration::from_secs(5);

/// How PostgreSQL is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lines {
    /// Lines that requests and background work share.
    pub connections: u32,
    /// Committers, each with a line of its own: requests do not hold them up. More of them
    /// take smaller batches: two cost a third more a delivery than one.
    pub committers: u32,
    /// Longest statement; zero is no limit.
    pub statement: Duration,
    /// Longest wait for a lock; zero is no limit.
    pub lock: Duration,
    /// Longest pause within a transaction; zero is no limit.
    pub idle: Duration,
    /// Whether a pooler in transaction mode stands between.
    pub is_pooled: bool,
}

impl Default for Lines {
    fn default() -> Self {
        Self {
            connections: 16,
            committers: 1,
            statement: Duration::from_secs(30),
            lock: Duration::from_secs(5),
            idle: Duration::from_secs(30),
            is_pooled: false,
        }
    }
}

impl Lines {
    /// The limits, as PostgreSQL calls them, in milliseconds.
    fn limits(&self) -> [(&'static str, u128); 3] {
        [
            ("statement_timeout", self.statement.as_millis()),
            ("lock_timeout", self.lock.as_millis()),
            ("idle_in_transaction_session_timeout", self.idle.as_millis()),
        ]
    }

    /// How a transaction begins: what others have prepared in its session goes (the driver
    /// names each statement, and so does theirs), and it has its limits.
    fn local(&self) -> String {
        let set = |(name, ms): (&str, u128)| format!("; SET LOCAL {name} = {ms}");
        format!("; DEALLOCATE ALL{}", self.limits().map(set).concat())
    }

    /// What a line is told when it has opened: its limits, unless each transaction is told.
    fn session(&self) -> Option<Arc<str>> {
        let set = |(name, ms): (&str, u128)| format!("SET {name} = {ms};");
        let all = || self.limits().map(set).concat().into();
        (!self.is_pooled).then(all)
    }

    /// A pool of at most so many lines.
    fn pool(&self, count: u32) -> PgPoolOptions {
        let session = self.session();
        PgPoolOptions::new()
            .max_connections(count)
            .acquire_timeout(ACQUIRE)
            .after_connect(move |line, _| {
                let session = session.clone();
                Box::pin(async move {
                    if let Some(session) = session {
                        line.execute(AssertSqlSafe(session)).await?;
                    }
                    Ok(())
                })
            })
    }
}

/// How to reach PostgreSQL at an address, as this part of the server: with nothing in it that
/// a pooler would not know.
///
/// # Errors
/// The address is none.
pub fn options(url: &str, part: &str) -> Result<PgConnectOptions, sqlx::Error> {
    let options: PgConnectOptions = url.parse()?;
    Ok(options.application_name(part).extra_float_digits(None))
}

/// A pool of lines; cheap to clone.
#[derive(Debug, Clone)]
pub struct Pg {
    pool: PgPool,
    lines: Arc<Lines>,
    /// What begins a transaction where one must say more than `BEGIN`.
    local: Option<Arc<str>>,
}

impl Deref for Pg {
    type Target = PgPool;
    fn deref(&self) -> &PgPool {
        &self.pool
    }
}

impl Pg {
    /// Connects.
    ///
    /// # Errors
    /// The address is none, or the database is out of reach.
    pub(super) async fn connect(url: &str, lines: &Lines) -> Result<Self, StoreError> {
        let mut options = options(url, "connvo")?;
        if lines.is_pooled {
            options = options.statement_cache_capacity(0);
        }
        let pool = lines.pool(lines.connections).connect_with(options).await?;
        Ok(Self {
            pool,
            local: lines.is_pooled.then(|| lines.local().into()),
            lines: Arc::new(lines.clone()),
        })
    }

    /// The committers' own lines to the same database: they are closed with these.
    pub(super) fn committing(&self) -> Self {
        let options = (*self.pool.connect_options()).clone();
        let pool = self.lines.pool(self.lines.committers);
        let pool = pool.connect_lazy_with(options.application_name("connvo committer"));
        let (all, own) = (self.pool.clone(), pool.clone());
        tokio::spawn(async move {
            all.close_event().await;
            own.close().await;
        });
        Self {
            pool,
            ..self.clone()
        }
    }

    /// How it is used.
    #[must_use]
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Begins a transaction.
    ///
    /// # Errors
    /// The database is out of reach.
    pub async fn begin(&self) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        self.begin_with("BEGIN").await
    }

    /// Begins a transaction with a statement of its own.
    ///
    /// # Errors
    /// As [`Pg::begin`].
    pub async fn begin_with(
        &self,
        begin: &'static str,
    ) -> Result<Transaction<'static, Postgres>, sqlx::Error> {
        match &self.local {
            None => self.pool.begin_with(begin).await,
            Some(local) => {
                // What the caller sets is said last: it holds.
                let (begin, own) = begin.split_once(';').unwrap_or((begin, ""));
                let begin = AssertSqlSafe(format!("{begin}{local};{own}"));
                self.pool.begin_with(begin).await
            }
        }
    }
}
