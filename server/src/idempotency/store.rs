//! Keys and first answers in the database.

use super::{Claim, Kept, Once};
use crate::db::{Db, StoreError, Tx, to_i64};
use crate::{on_db, on_tx};
use serde::Serialize;

/// How long an answer is kept, in milliseconds.
pub const KEPT_MS: u64 = 24 * 60 * 60 * 1000;
/// Most rows deleted at once.
const SWEPT_ROWS: i64 = 1_000;

impl Claim {
    /// What was stored before then counts no more, in milliseconds since the Unix
    /// epoch.
    fn expired(&self) -> i64 {
        to_i64(self.now_ms.saturating_sub(KEPT_MS))
    }
}

/// What is kept of the first call; absent when this is it.
///
/// # Errors
/// The store fails.
pub async fn find(db: &Db, once: &Once) -> Result<Option<Kept>, StoreError> {
    let Some(claim) = &once.0 else {
        return Ok(None);
    };
    let row: Option<(String, String)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT body_hash, response FROM idempotency_keys
             WHERE scope = $1 AND key = $2 AND created_at > $3",
            )
            .bind(&claim.scope)
            .bind(claim.key.as_str())
            .bind(claim.expired())
            .fetch_optional(pool)
            .await?
        }
    );
    Ok(row.map(|(body_hash, response)| Kept {
        body_hash,
        response,
    }))
}

/// Keeps the answer of a call in the transaction of its effect. Of two that are made
/// at once the later one waits for the earlier here, and fails.
///
/// # Errors
/// [`StoreError::Repeated`] when the call was made before; the store fails. Either
/// way the transaction must not be committed.
pub async fn keep(
    tx: impl Into<Tx<'_>>,
    once: &Once,
    status: u16,
    response: &impl Serialize,
) -> Result<(), StoreError> {
    let Some(claim) = &once.0 else { return Ok(()) };
    let response =
        serde_json::to_string(response).map_err(|error| StoreError::damaged("answer", &error))?;
    let kept = on_tx!(tx.into(), |line| sqlx::query(
        "INSERT INTO idempotency_keys (scope, key, body_hash, status, response, created_at)
         VALUES ($1, $2, $3, $4, $5, $6)
         ON CONFLICT (scope, key) DO UPDATE SET body_hash = excluded.body_hash,
             status = excluded.status, response = excluded.response,
             created_at = excluded.created_at
         WHERE idempotency_keys.created_at <= $7",
    )
    .bind(&claim.scope)
    .bind(claim.key.as_str())
    .bind(&claim.body_hash)
    .bind(i64::from(status))
    .bind(response)
    .bind(to_i64(claim.now_ms))
    .bind(claim.expired())
    .execute(line)
    .await?
    .rows_affected());
    if kept == 0 {
        return Err(StoreError::Repeated);
    }
    Ok(())
}

/// Holds a key without an answer; returns the hash of the body it is held with.
///
/// # Errors
/// The store fails.
pub async fn hold(db: &Db, once: &Once) -> Result<Option<String>, StoreError> {
    let Some(claim) = &once.0 else {
        return Ok(None);
    };
    let (held,): (String,) = on_db!(
        db,
        write | pool | {
            sqlx::query_as(
                "INSERT INTO idempotency_keys (scope, key, body_hash, status, response, created_at)
             VALUES ($1, $2, $3, 0, '', $4)
             ON CONFLICT (scope, key) DO UPDATE SET
                 body_hash = CASE WHEN idempotency_keys.created_at <= $5
                     THEN excluded.body_hash ELSE idempotency_keys.body_hash END,
                 created_at = CASE WHEN idempotency_keys.created_at <= $5
                     THEN excluded.created_at ELSE idempotency_keys.created_at END
             RETURNING body_hash",
            )
            .bind(&claim.scope)
            .bind(claim.key.as_str())
            .bind(&claim.body_hash)
            .bind(to_i64(claim.now_ms))
            .bind(claim.expired())
            .fetch_one(pool)
            .await?
        }
    );
    Ok(Some(held))
}

/// Deletes what has expired; returns whether there may be more.
///
/// # Errors
/// The store fails.
pub async fn sweep(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    let deleted = on_db!(
        db,
        write | pool | {
            sqlx::query(
                "DELETE FROM idempotency_keys WHERE (scope, key) IN (
                     SELECT scope, key FROM idempotency_keys WHERE created_at <= $1
                     ORDER BY created_at LIMIT $2)",
            )
            .bind(to_i64(now_ms.saturating_sub(KEPT_MS)))
            .bind(SWEPT_ROWS)
            .execute(pool)
            .await?
            .rows_affected()
        }
    );
    Ok(deleted > 0)
}
