//! A transaction lent to a store function that takes part in it: what is recorded or
//! remembered along with an effect is stored with it or not at all.

use sqlx::postgres::PgConnection;
use sqlx::sqlite::SqliteConnection;
use sqlx::{Postgres, Sqlite, Transaction};

/// The transaction of an [`on_db!`](crate::on_db) body, whichever database it is.
/// `&mut tx` becomes one.
pub enum Tx<'a> {
    /// Of the SQLite file.
    Sqlite(&'a mut SqliteConnection),
    /// Of PostgreSQL.
    Postgres(&'a mut PgConnection),
}

impl<'a> From<&'a mut Transaction<'_, Sqlite>> for Tx<'a> {
    fn from(tx: &'a mut Transaction<'_, Sqlite>) -> Self {
        Self::Sqlite(tx)
    }
}

impl<'a> From<&'a mut Transaction<'_, Postgres>> for Tx<'a> {
    fn from(tx: &'a mut Transaction<'_, Postgres>) -> Self {
        Self::Postgres(tx)
    }
}

impl<'a> From<&'a mut SqliteConnection> for Tx<'a> {
    fn from(line: &'a mut SqliteConnection) -> Self {
        Self::Sqlite(line)
    }
}

impl<'a> From<&'a mut PgConnection> for Tx<'a> {
    fn from(line: &'a mut PgConnection) -> Self {
        Self::Postgres(line)
    }
}

/// Runs one body in a lent transaction: `on_tx!(tx, |line| sqlx::query(…)
/// .execute(line).await?)`.
#[macro_export]
macro_rules! on_tx {
    ($tx:expr, |$line:ident| $body:expr) => {
        match $tx {
            $crate::db::Tx::Sqlite($line) => $body,
            $crate::db::Tx::Postgres($line) => $body,
        }
    };
}
