//! Where requests came from (network address and user agent) goes from the audit log
//! before its rows do: of who deleted their account at once, of everybody after 90 days.
//! It is the one thing of a row that ever changes, and the tables allow no more of it.

use crate::db::pieces::{
    Bind::{Number, Text},
    piece,
};
use crate::db::{Db, StoreError, Tx};
use crate::on_tx;
use connvo_core::id::UserId;

/// How long it is kept, in milliseconds.
pub const PLACES_KEPT_MS: u64 = 90 * 24 * 60 * 60 * 1000;
/// Most rows changed at once.
const SWEPT_ROWS: u64 = 1_000;

// A refusal without a good token is counted under its address: that goes along.
macro_rules! forget {
    ($rest:literal) => {
        concat!(
            "UPDATE audit_logs SET ip = NULL, user_agent = NULL, flood = NULL
             WHERE (ip IS NOT NULL OR user_agent IS NOT NULL) AND ",
            $rest
        )
    };
}

/// All of one person's.
const OF_SQL: &str = forget!("actor_id = $1");

/// Forgets where the requests of somebody came from, who is erased in this transaction.
///
/// # Errors
/// The store fails.
pub async fn forget_of(tx: impl Into<Tx<'_>>, user: &UserId) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(OF_SQL)
            .bind(user.as_str())
            .execute(line)
            .await?;
    });
    Ok(())
}

/// Forgets what came late of somebody who was erased a short time ago.
///
/// # Errors
/// The store fails.
pub async fn forget_late(db: &Db, user: &UserId) -> Result<(), StoreError> {
    piece(db, OF_SQL, &[Text(user.as_str())]).await.map(drop)
}

/// As many of the oldest rows that tell from where.
pub const SWEEP_SQL: &str = forget!(
    "id IN (SELECT id FROM audit_logs
         WHERE (ip IS NOT NULL OR user_agent IS NOT NULL) AND id < $1
         ORDER BY id LIMIT $2)"
);

/// Forgets what is older than [`PLACES_KEPT_MS`]; returns whether there may be more.
///
/// # Errors
/// The store fails.
pub async fn sweep(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    let before = super::first_id(now_ms.saturating_sub(PLACES_KEPT_MS));
    let what = [Text(&before), Number(SWEPT_ROWS)];
    Ok(piece(db, SWEEP_SQL, &what).await? > 0)
}
