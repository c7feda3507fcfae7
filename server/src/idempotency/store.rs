//! Keys and first answers in the database.

use super::{Claim, Kept, Once};
use crate::db::pieces::{Bind::Number, piece};
use crate::db::{Db, StoreError, Tx, to_i64};
use crate::{on_db, on_tx};
use connvo_core::id::UserId;
use serde::Serialize;

/// How long an answer is kept, in milliseconds.
pub const KEPT_MS: u64 = 24 * 60 * 60 * 1000;
/// Most rows deleted at once.
const SWEPT_ROWS: u64 = 1_000;

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

/// Forgets every answer of a person's own calls, who is erased in this transaction.
///
/// # Errors
/// The store fails.
pub async fn forget_of(tx: impl Into<Tx<'_>>, user: &UserId) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        // A scope is the id, a blank and a verb: in every collation these bounds hold it.
        sqlx::query(
            "DELETE FROM idempotency_keys
             WHERE scope >= $1 AND scope < $2 AND scope LIKE $3",
        )
        .bind(user.as_str())
        .bind(format!("{user}zzzz"))
        .bind(format!("{user} %"))
        .execute(line)
        .await?;
    });
    Ok(())
}

/// Kept answers looked at in one read.
const LOOKED_AT: i64 = 500;

/// A page of keys, and whether their answers mention one of two texts.
const MENTION_SQL: &str = "SELECT scope, key,
        response LIKE $3 ESCAPE '!' OR response LIKE $4 ESCAPE '!'
    FROM idempotency_keys WHERE (scope, key) > ($1, $2) ORDER BY scope, key LIMIT $5";

/// Forgets every answer that mentions a person by id or by address, a page at a time.
///
/// # Errors
/// The store fails; what was forgotten until then stays so.
pub async fn forget_about(db: &Db, user: &UserId, email: Option<&str>) -> Result<(), StoreError> {
    let of = |text: &str| format!("%{}%", escaped(text));
    // As it stands in JSON, and nothing of it is a wildcard.
    let address = email.map(|email| serde_json::json!(email).to_string());
    let address = of(address.as_deref().unwrap_or(user.as_str()));
    let (mut after, mut more) = ((String::new(), String::new()), true);
    while more {
        let page: Vec<(String, String, bool)> = on_db!(
            db,
            read | pool | {
                sqlx::query_as(MENTION_SQL)
                    .bind(&after.0)
                    .bind(&after.1)
                    .bind(of(user.as_str()))
                    .bind(&address)
                    .bind(LOOKED_AT)
                    .fetch_all(pool)
                    .await?
            }
        );
        more = page.len() as u64 == LOOKED_AT.unsigned_abs();
        if let Some((scope, key, _)) = page.last() {
            after = (scope.clone(), key.clone());
        }
        let about: Vec<_> = page.into_iter().filter(|row| row.2).collect();
        if about.is_empty() {
            continue;
        }
        on_db!(
            db,
            transaction | tx | {
                for (scope, key, _) in &about {
                    sqlx::query("DELETE FROM idempotency_keys WHERE scope = $1 AND key = $2")
                        .bind(scope)
                        .bind(key)
                        .execute(&mut *tx)
                        .await?;
                }
            }
        );
    }
    Ok(())
}

fn escaped(text: &str) -> String {
    text.replace('!', "!!")
        .replace('%', "!%")
        .replace('_', "!_")
}

/// Deletes what has expired; returns whether there may be more.
///
/// # Errors
/// The store fails.
pub async fn sweep(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM idempotency_keys WHERE (scope, key) IN (
        SELECT scope, key FROM idempotency_keys WHERE created_at <= $1
        ORDER BY created_at LIMIT $2)";
    let what = [Number(now_ms.saturating_sub(KEPT_MS)), Number(SWEPT_ROWS)];
    Ok(piece(db, SQL, &what).await? > 0)
}
