//! Tables brought up to date, beside servers that run on them.
//!
//! Laws:
//! - One at a time: the library takes a lock of the session's, so this needs a line without a
//!   pooler between.
//! - Nobody waits long behind a migration: a lock that is not to be had at once is asked for
//!   again later.
//! - A server starts over tables that are ahead of it: the version before runs on while the
//!   next one comes, and takes its place again when that must be.

use crate::db::StoreError;
use sqlx::migrate::{MigrateError, Migrator};
use sqlx::{Connection, Executor, PgConnection};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Whoever comes after a migration that waits for a lock waits with it: so long.
const LOCK: &str = "SET lock_timeout = '1s'";
/// Between two tries.
const APART: Duration = Duration::from_millis(500);
/// How long locks are tried for.
const PATIENCE: Duration = Duration::from_secs(600);
/// The lock could not be had.
const NO_LOCK: &str = "55P03";
/// The lock was had by two.
const DEADLOCK: &str = "40P01";

/// The tables' history.
#[must_use]
pub fn history() -> Migrator {
    let mut history = sqlx::migrate!("migrations/postgres");
    history.set_ignore_missing(true);
    history
}

/// Brings the tables at an address up to date.
///
/// # Errors
/// The database is out of reach; a migration fails; its locks are not to be had for long.
pub async fn run(url: &str) -> Result<(), StoreError> {
    let options = super::options(url, "connvo migrate")?;
    let begun = Instant::now();
    loop {
        // Another one each time: what a failed one held is free.
        let mut line = PgConnection::connect_with(&options).await?;
        line.execute(LOCK).await?;
        let done = history().run(&mut line).await;
        line.close().await?;
        match done {
            Err(error) if is_in_the_way(&error) && begun.elapsed() < PATIENCE => {
                tracing::info!(%error, "somebody holds the tables: trying again");
                sleep(APART).await;
            }
            done => return Ok(done?),
        }
    }
}

fn is_in_the_way(error: &MigrateError) -> bool {
    let (MigrateError::Execute(error) | MigrateError::ExecuteMigration(error, _)) = error else {
        return false;
    };
    let error = error.as_database_error();
    error.is_some_and(|error| {
        let code = error.code();
        code.is_some_and(|code| [NO_LOCK, DEADLOCK].contains(&&*code))
    })
}
