//! Links to calendars in the database.

use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::id::UserId;

/// Keeps a link in the place of the one before.
///
/// # Errors
/// The store fails.
pub async fn put(
    db: &Db,
    user: &UserId,
    hash: &str,
    entry: &Entry,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            sqlx::query(
                "INSERT INTO calendar_links (user_id, secret_hash, created_at)
                 VALUES ($1, $2, $3)
                 ON CONFLICT (user_id) DO UPDATE SET secret_hash = $2, created_at = $3",
            )
            .bind(user.as_str())
            .bind(hash)
            .bind(to_i64(now_ms))
            .execute(&mut *tx)
            .await?;
            audit::store::record(&mut tx, entry).await?;
        }
    );
    Ok(())
}

/// When somebody's link was made, in milliseconds since the Unix epoch; absent without one.
///
/// # Errors
/// The store fails.
pub async fn created_at(db: &Db, user: &UserId) -> Result<Option<u64>, StoreError> {
    let found: Option<(i64,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT created_at FROM calendar_links WHERE user_id = $1")
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(found.map(|(at,)| to_u64(at)))
}

/// Forgets somebody's link.
///
/// # Errors
/// The store fails.
pub async fn remove(db: &Db, user: &UserId, entry: &Entry) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            let gone = sqlx::query("DELETE FROM calendar_links WHERE user_id = $1")
                .bind(user.as_str())
                .execute(&mut *tx)
                .await?;
            if gone.rows_affected() > 0 {
                audit::store::record(&mut tx, entry).await?;
            }
        }
    );
    Ok(())
}

/// Whose link has this hash: nobody's who may not come in any more.
///
/// # Errors
/// The store fails.
pub async fn whose(db: &Db, hash: &str) -> Result<Option<UserId>, StoreError> {
    let found: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT l.user_id FROM calendar_links l JOIN users u ON u.id = l.user_id
                 WHERE l.secret_hash = $1 AND u.is_active AND u.deleted_at IS NULL",
            )
            .bind(hash)
            .fetch_optional(pool)
            .await?
        }
    );
    found.map(|(id,)| to_id(&id)).transpose()
}
