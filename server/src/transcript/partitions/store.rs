//! Partitions in PostgreSQL's catalogue; SQLite has none. Their names and bounds are made
//! here and in the migration, of digits and letters.

use crate::db::{Db, StoreError, to_i64};
use sqlx::AssertSqlSafe;

/// Whoever writes waits behind us for no longer.
const SOON: &str = "BEGIN; SET LOCAL lock_timeout = '300ms'";

/// A month that has no partition.
#[derive(sqlx::FromRow)]
pub(super) struct Month {
    name: String,
    begin: String,
    end: String,
}

/// Each partition's name and the end of its range; the one of all else has none.
macro_rules! partitions {
    () => {
        r"(SELECT c.relname::text AS name,
            substring(pg_get_expr(c.relpartbound, c.oid) FROM 'TO \(''([^'']+)''\)') AS upper
          FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
          WHERE i.inhparent = 'transcript_chunks'::regclass)"
    };
}

/// The months without a partition from `now_ms` on, up to `ahead` months later.
pub(super) async fn missing(db: &Db, now_ms: u64, ahead: i32) -> Result<Vec<Month>, StoreError> {
    let Db::Postgres(pool) = db else {
        return Ok(Vec::new());
    };
    let months = sqlx::query_as(concat!(
        "SELECT 'transcript_chunks_' || to_char(m, 'YYYY_MM') AS name,
             transcript_bound(m) AS begin, transcript_bound(m + INTERVAL '1 month') AS end
         FROM date_trunc('month', to_timestamp($1::float8 / 1000) AT TIME ZONE 'UTC') AS this,
             generate_series(this, this + make_interval(months => $2), INTERVAL '1 month') AS m
         WHERE transcript_bound(m) >= COALESCE((SELECT MAX(p.upper) FROM ",
        partitions!(),
        " p), '') ORDER BY m"
    ))
    .bind(to_i64(now_ms))
    .bind(ahead)
    .fetch_all(pool)
    .await?;
    Ok(months)
}

/// Makes a month's partition beside the table, then a part of it: nobody is held up by its
/// indexes. What of the month was kept with all else goes there, while nobody reads or
/// writes: who had looked up the table's parts before would look for it where it was, and
/// find nothing.
pub(super) async fn make(db: &Db, month: &Month) -> Result<(), StoreError> {
    let Db::Postgres(pool) = db else {
        return Ok(());
    };
    let Month { name, begin, end } = month;
    let mut tx = pool.begin_with(SOON).await?;
    let make = format!(
        "CREATE TABLE {name} (LIKE transcript_chunks INCLUDING ALL);
         LOCK TABLE ONLY transcript_chunks IN ACCESS EXCLUSIVE MODE;
         LOCK TABLE transcript_chunks_other IN ACCESS EXCLUSIVE MODE;
         WITH moved AS (DELETE FROM transcript_chunks_other
             WHERE meeting_id >= '{begin}' AND meeting_id < '{end}' RETURNING *)
         INSERT INTO {name} SELECT * FROM moved;
         ALTER TABLE transcript_chunks ATTACH PARTITION {name}
             FOR VALUES FROM ('{begin}') TO ('{end}')"
    );
    sqlx::raw_sql(AssertSqlSafe(make)).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// The partitions of months that were over so many days before `now_ms`.
pub(super) async fn over(db: &Db, now_ms: u64, days: i32) -> Result<Vec<String>, StoreError> {
    let Db::Postgres(pool) = db else {
        return Ok(Vec::new());
    };
    let names: Vec<(String,)> = sqlx::query_as(concat!(
        "SELECT p.name FROM ",
        partitions!(),
        " p WHERE p.upper <= transcript_bound(
             to_timestamp($1::float8 / 1000) AT TIME ZONE 'UTC' - make_interval(days => $2))
         ORDER BY p.upper"
    ))
    .bind(to_i64(now_ms))
    .bind(days)
    .fetch_all(pool)
    .await?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

/// Drops a partition if nothing is in it; whether it did.
pub(super) async fn give_up(db: &Db, name: &str) -> Result<bool, StoreError> {
    let Db::Postgres(pool) = db else {
        return Ok(false);
    };
    let is_empty = format!("SELECT NOT EXISTS (SELECT 1 FROM {name})");
    // Before anybody is kept waiting.
    let (is_empty_now,): (bool,) = sqlx::query_as(AssertSqlSafe(is_empty.as_str()))
        .fetch_one(pool)
        .await?;
    if !is_empty_now {
        return Ok(false);
    }
    let mut tx = pool.begin_with(SOON).await?;
    // In the order of whoever reads or writes.
    let lock = format!(
        "LOCK TABLE ONLY transcript_chunks IN ACCESS EXCLUSIVE MODE;
         LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE"
    );
    sqlx::raw_sql(AssertSqlSafe(lock)).execute(&mut *tx).await?;
    let (is_empty,): (bool,) = sqlx::query_as(AssertSqlSafe(is_empty))
        .fetch_one(&mut *tx)
        .await?;
    if is_empty {
        let drop = format!("DROP TABLE {name}");
        sqlx::raw_sql(AssertSqlSafe(drop)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(is_empty)
}
