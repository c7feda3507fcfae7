//! Blocks in the database.

use super::super::super::store::connected;
use super::{accepted, hold};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use serde_json::json;

/// Blocks somebody, under the id `fresh` where there is no block yet. Who deleted their
/// account has nothing to be hidden: nothing is stored. The inner error is a refusal.
///
/// # Errors
/// The store fails.
pub async fn block(
    db: &Db,
    (me, other, fresh): (&UserId, &UserId, &ConnectionId),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<(), Problem>, StoreError> {
    let blocked = on_db!(
        db,
        transaction | tx | {
            let there = hold(&mut tx, me, other, now_ms).await?;
            let known: Option<(String,)> = sqlx::query_as("SELECT id FROM users WHERE id = $1")
                .bind(other.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            if known.is_none() {
                Err(Problem::not_found("the person"))
            } else {
                if there {
                    let before = accepted(&mut tx, me, other).await?;
                    connected(&mut tx, &[me, other], -before, now_ms).await?;
                    put_block(&mut tx, (me, other, fresh), now_ms).await?;
                    let entry = entry.with(json!({"userId": other}));
                    audit::store::record(&mut tx, &entry).await?;
                }
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
                Ok(())
            }
        }
    );
    Ok(blocked)
}

/// Puts a block in the place of all that is between two people, but for a block the
/// other way; one that is there already stays as it is.
pub(super) async fn put_block(
    tx: impl Into<Tx<'_>>,
    (me, other, id): (&UserId, &UserId, &ConnectionId),
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(
            "DELETE FROM connections WHERE state <> 'blocked'
                AND (initiator_id = $1 AND recipient_id = $2
                    OR initiator_id = $2 AND recipient_id = $1)",
        )
        .bind(me.as_str())
        .bind(other.as_str())
        .execute(&mut *line)
        .await?;
        sqlx::query(
            "INSERT INTO connections (id, initiator_id, recipient_id, kind, state, requested_at,
                responded_at, updated_at)
             VALUES ($1, $2, $3, 'connection', 'blocked', $4, $4, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(id.as_str())
        .bind(me.as_str())
        .bind(other.as_str())
        .bind(to_i64(now_ms))
        .execute(&mut *line)
        .await?;
    });
    Ok(())
}
