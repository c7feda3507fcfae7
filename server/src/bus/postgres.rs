//! Hints through PostgreSQL: `NOTIFY` on a line of its own, outside every transaction that
//! writes, and `LISTEN` on another.

use super::drive::Broken;
use crate::config::Secret;
use crate::db;
use sqlx::postgres::{PgConnection, PgListener, PgPoolOptions};
use sqlx::{Connection, Executor};

/// What one notification carries at most: PostgreSQL refuses 8 000 bytes.
pub(super) const BYTES: usize = 7_900;
/// The channel; every database has its own.
const CHANNEL: &str = "connvo";

pub(super) struct Mouth(PgConnection);
pub(super) struct Ear(PgListener);

pub(super) async fn open(url: &Secret) -> Result<(Mouth, Ear), Broken> {
    let options = db::postgres::options(url.reveal(), "connvo bus")?;
    let mut mouth = PgConnection::connect_with(&options).await?;
    // A notification lost with the server's memory is one that nobody hears.
    mouth.execute("SET synchronous_commit = off").await?;
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .connect_with(options)
        .await?;
    let mut ear = PgListener::connect_with(&pool).await?;
    ear.eager_reconnect(false);
    ear.listen(CHANNEL).await?;
    Ok((Mouth(mouth), Ear(ear)))
}

impl Mouth {
    pub(super) async fn say(&mut self, message: &str) -> Result<(), Broken> {
        sqlx::query("SELECT pg_notify($1, $2)")
            .bind(CHANNEL)
            .bind(message)
            .execute(&mut self.0)
            .await?;
        Ok(())
    }
}

impl Ear {
    pub(super) async fn hear(&mut self) -> Result<String, Broken> {
        match self.0.try_recv().await? {
            Some(notification) => Ok(notification.payload().to_owned()),
            None => Err(Broken::Silent),
        }
    }
}
