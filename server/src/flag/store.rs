//! Flags in the database.

use super::FLAGS;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::flag::{CAPABILITIES, Flag};
use serde_json::json;

const GET_SQL: &str = "SELECT definition FROM feature_flags WHERE key = $1";

fn flag((definition,): (String,)) -> Result<Flag, StoreError> {
    serde_json::from_str(&definition).map_err(|error| StoreError::damaged("flag", &error))
}

fn definition(flag: &Flag) -> Result<String, StoreError> {
    serde_json::to_string(flag).map_err(|error| StoreError::damaged("flag", &error))
}

/// Stores the flags that there are from the start, where they are not there yet: those of
/// the capabilities are there even beyond the bound.
///
/// # Errors
/// The store fails.
pub async fn seed(db: &Db, flags: &[Flag], now_ms: u64) -> Result<(), StoreError> {
    let rows = flags
        .iter()
        .map(|flag| Ok((flag.key.as_str(), definition(flag)?)))
        .collect::<Result<Vec<_>, StoreError>>()?;
    on_db!(
        db,
        transaction | tx | {
            for (key, definition) in &rows {
                sqlx::query(
                    "INSERT INTO feature_flags (key, definition, created_at, updated_at)
                    VALUES ($1, $2, $3, $3) ON CONFLICT (key) DO NOTHING",
                )
                .bind(*key)
                .bind(definition)
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
            }
        }
    );
    Ok(())
}

/// Every flag, by key: as many as [`put`] lets in, and always those of the capabilities.
///
/// # Errors
/// The store fails.
pub async fn all(db: &Db) -> Result<Vec<Flag>, StoreError> {
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT definition FROM feature_flags ORDER BY key")
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(flag).collect()
}

/// A page of flags, by key.
///
/// # Errors
/// The store fails.
pub async fn page(db: &Db, after: &str, limit: u32) -> Result<Vec<Flag>, StoreError> {
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT definition FROM feature_flags WHERE key > $1 ORDER BY key LIMIT $2",
            )
            .bind(after)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    rows.into_iter().map(flag).collect()
}

/// One flag.
///
/// # Errors
/// The store fails.
pub async fn get(db: &Db, key: &str) -> Result<Option<Flag>, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(GET_SQL)
                .bind(key)
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(flag).transpose()
}

/// Holds whoever else changes flags, until this transaction ends: the row of a capability is
/// always there.
async fn hold(tx: impl Into<Tx<'_>>) -> Result<(), StoreError> {
    let (capability, _) = CAPABILITIES[0];
    on_tx!(tx.into(), |line| {
        sqlx::query("UPDATE feature_flags SET updated_at = updated_at WHERE key = $1")
            .bind(capability)
            .execute(line)
            .await?;
        Ok(())
    })
}

/// Stores a flag and records the change; false when it would be one too many.
///
/// # Errors
/// The store fails.
pub async fn put(
    db: &Db,
    new: &Flag,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<bool, StoreError> {
    let key = new.key.as_str();
    let definition = definition(new)?;
    let stored = on_db!(
        db,
        transaction | tx | {
            hold(&mut tx).await?;
            let before: Option<(String,)> = sqlx::query_as(GET_SQL)
                .bind(key)
                .fetch_optional(&mut *tx)
                .await?;
            let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM feature_flags")
                .fetch_one(&mut *tx)
                .await?;
            let room = before.is_some() || to_u64(count) < u64::from(FLAGS);
            if room {
                sqlx::query(
                    "INSERT INTO feature_flags (key, definition, created_at, updated_at)
                    VALUES ($1, $2, $3, $3)
                    ON CONFLICT (key) DO UPDATE
                        SET definition = excluded.definition, updated_at = excluded.updated_at",
                )
                .bind(key)
                .bind(&definition)
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
                let from = before.map(flag).transpose()?;
                let entry = entry.with(json!({"flag": {"from": from, "to": new}}));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 200, new).await?;
            }
            room
        }
    );
    Ok(stored)
}

/// Removes a flag and records it; false when there is none.
///
/// # Errors
/// The store fails.
pub async fn delete(db: &Db, key: &str, (entry, once): (Entry, &Once)) -> Result<bool, StoreError> {
    let removed = on_db!(
        db,
        transaction | tx | {
            hold(&mut tx).await?;
            let removed: Option<(String,)> =
                sqlx::query_as("DELETE FROM feature_flags WHERE key = $1 RETURNING definition")
                    .bind(key)
                    .fetch_optional(&mut *tx)
                    .await?;
            let from = removed.map(flag).transpose()?;
            let found = from.is_some();
            if found {
                let entry = entry.with(json!({"flag": {"from": from, "to": null}}));
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
            }
            found
        }
    );
    Ok(removed)
}
