//! Events in the database: each is taken once, in the transaction of its effect.

use crate::auth;
use crate::db::{Db, StoreError, Tx, to_i64};
use crate::user::{self, Profile};
use crate::{on_db, on_tx};
use connvo_core::id::UserId;

/// How long an event is remembered, in milliseconds: far longer than its signature is
/// good and its provider tries again.
const KEPT_MS: u64 = 30 * 24 * 3_600_000;

/// Whether an event comes for the first time. Who is told so has its effect in the
/// same transaction, or none of both is kept. Of two deliveries at once the second
/// waits for the first.
///
/// # Errors
/// The store fails.
pub async fn first_sight(
    conn: impl Into<Tx<'_>>,
    provider: &str,
    event_id: &str,
    now_ms: u64,
) -> Result<bool, StoreError> {
    on_tx!(conn.into(), |conn| {
        sqlx::query("DELETE FROM webhook_events WHERE created_at < $1")
            .bind(to_i64(now_ms.saturating_sub(KEPT_MS)))
            .execute(&mut *conn)
            .await?;
        let made = sqlx::query(
            "INSERT INTO webhook_events (provider, event_id, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (provider, event_id) DO NOTHING",
        )
        .bind(provider)
        .bind(event_id)
        .bind(to_i64(now_ms))
        .execute(&mut *conn)
        .await?
        .rows_affected();
        Ok(made == 1)
    })
}

/// What an event does to the people known.
pub enum Effect<'e> {
    /// What the issuer says of a user has changed.
    Profile(&'e Profile),
    /// The user is gone.
    Removed,
    /// A session has begun, and ends by itself at this time.
    SessionBegan(&'e str, Option<u64>),
    /// A session has ended.
    SessionEnded(&'e str),
}

/// Takes an event about the user of `subject`; `fresh` is the id of somebody new.
/// Absent when it was taken before.
///
/// # Errors
/// The store fails.
pub async fn take(
    db: &Db,
    (provider, event_id): (&str, &str),
    (subject, fresh): (&str, &UserId),
    effect: Effect<'_>,
    now_ms: u64,
) -> Result<Option<UserId>, StoreError> {
    let nothing = Profile {
        email: None,
        name: String::new(),
        updated_at: None,
    };
    let taken = on_db!(
        db,
        transaction | tx | {
            if first_sight(&mut tx, provider, event_id, now_ms).await? {
                let user_id = match &effect {
                    Effect::Removed => user::store::remove(&mut tx, fresh, subject, now_ms).await?,
                    Effect::Profile(profile) => {
                        user::store::meet(&mut tx, fresh, subject, profile, now_ms).await?
                    }
                    Effect::SessionBegan(..) | Effect::SessionEnded(_) => {
                        user::store::meet(&mut tx, fresh, subject, &nothing, now_ms).await?
                    }
                };
                match &effect {
                    Effect::SessionBegan(sid, expires_at) => {
                        auth::store::begin(&mut tx, sid, &user_id, *expires_at, now_ms).await?;
                    }
                    Effect::SessionEnded(sid) => {
                        auth::store::end(&mut tx, sid, &user_id, now_ms).await?;
                    }
                    Effect::Profile(_) | Effect::Removed => {}
                }
                Some(user_id)
            } else {
                None
            }
        }
    );
    Ok(taken)
}

/// The user of `subject`, made with `fresh` as the id where nothing is known yet.
///
/// # Errors
/// The store fails.
pub async fn meet(
    db: &Db,
    subject: &str,
    fresh: &UserId,
    now_ms: u64,
) -> Result<UserId, StoreError> {
    let nothing = Profile {
        email: None,
        name: String::new(),
        updated_at: None,
    };
    Ok(on_db!(
        db,
        transaction | tx | user::store::meet(&mut tx, fresh, subject, &nothing, now_ms).await?
    ))
}
