//! Users in the database.

mod erased;
mod meet;

use super::{Known, User};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::id::UserId;
use serde_json::json;

pub use erased::{erased, subject_hash};
pub use meet::{ensure, meet, remove};

/// The user of a token's subject, if that was seen before.
///
/// # Errors
/// The store fails.
pub async fn by_subject(db: &Db, subject: &str) -> Result<Option<UserId>, StoreError> {
    let row: Option<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT id FROM users WHERE subject = $1")
                .bind(subject)
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(id,)| to_id(&id)).transpose()
}

/// The user with an id.
///
/// # Errors
/// The store fails.
pub async fn get(db: &Db, id: &UserId) -> Result<Option<User>, StoreError> {
    let row: Option<(String, Option<String>, String, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT id, email, name, created_at FROM users WHERE id = $1")
                .bind(id.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(id, email, name, created_at)| {
        Ok(User {
            id: to_id(&id)?,
            email,
            name,
            created_at: to_u64(created_at),
        })
    })
    .transpose()
}

/// Lets a user in or keeps them out; false when there is none, or their issuer
/// removed them.
///
/// # Errors
/// The store fails.
pub async fn set_active(
    db: &Db,
    id: &UserId,
    active: bool,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let found = on_db!(
        db,
        write | pool | {
            sqlx::query(
                "UPDATE users SET is_active = $2, updated_at = $3
             WHERE id = $1 AND deleted_at IS NULL",
            )
            .bind(id.as_str())
            .bind(active)
            .bind(to_i64(now_ms))
            .execute(pool)
            .await?
            .rows_affected()
        }
    );
    Ok(found == 1)
}

#[derive(sqlx::FromRow)]
struct KnownRow {
    id: String,
    email: Option<String>,
    name: String,
    timezone: Option<String>,
    language: Option<String>,
    is_active: bool,
    last_seen_at: Option<i64>,
    deleted_at: Option<i64>,
    created_at: i64,
}

impl KnownRow {
    fn known(self) -> Result<Known, StoreError> {
        Ok(Known {
            id: to_id(&self.id)?,
            email: self.email,
            name: self.name,
            timezone: self.timezone,
            language: self.language,
            is_active: self.is_active,
            last_seen_at: self.last_seen_at.map(to_u64),
            deleted_at: self.deleted_at.map(to_u64),
            created_at: to_u64(self.created_at),
        })
    }
}

/// All that is known of an account.
///
/// # Errors
/// The store fails.
pub async fn known(db: &Db, id: &UserId) -> Result<Option<Known>, StoreError> {
    let row: Option<KnownRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT id, email, name, timezone, language, is_active, last_seen_at, deleted_at,
                    created_at FROM users WHERE id = $1",
            )
            .bind(id.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(KnownRow::known).transpose()
}

/// Holds somebody, and tells whether they may come in.
const HOLD_SQL: &str = "UPDATE users SET updated_at = updated_at
    WHERE id = $1 AND deleted_at IS NULL RETURNING is_active";

/// As [`set_active`], recorded with what was before; absent when there is no such user, or they were removed.
///
/// # Errors
/// The store fails.
pub async fn change_active(
    db: &Db,
    (id, active): (&UserId, bool),
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<Option<Known>, StoreError> {
    let changed = on_db!(
        db,
        transaction | tx | {
            let was: Option<(bool,)> = sqlx::query_as(HOLD_SQL)
                .bind(id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let row: Option<KnownRow> = sqlx::query_as(
                "UPDATE users SET is_active = $2, updated_at = $3
                 WHERE id = $1 AND deleted_at IS NULL
                 RETURNING id, email, name, timezone, language, is_active, last_seen_at,
                    deleted_at, created_at",
            )
            .bind(id.as_str())
            .bind(active)
            .bind(to_i64(now_ms))
            .fetch_optional(&mut *tx)
            .await?;
            let changed = row.map(KnownRow::known).transpose()?;
            if let Some(changed) = &changed {
                let was = was.map(|(was,)| was);
                let changes = json!({"isActive": {"from": was, "to": active}});
                let entry = entry.clone().with(changes);
                audit::store::record(&mut tx, &entry).await?;
                idempotency::store::keep(&mut tx, once, 200, changed).await?;
            }
            changed
        }
    );
    Ok(changed)
}

/// People written in one transaction: writers wait for no more than that.
const SEEN: usize = 200;

/// Stores when people were last heard of, in milliseconds since the Unix epoch; of two
/// nodes that say so the later stands. Who is deleted has nothing of the kind.
///
/// # Errors
/// The store fails; what was stored until then stays stored.
pub async fn seen(db: &Db, rows: &[(UserId, u64)]) -> Result<(), StoreError> {
    for rows in rows.chunks(SEEN) {
        on_db!(
            db,
            transaction | tx | {
                for (user, at) in rows {
                    sqlx::query(
                        "UPDATE users SET last_seen_at = $2 WHERE id = $1 AND deleted_at IS NULL
                             AND (last_seen_at IS NULL OR last_seen_at < $2)",
                    )
                    .bind(user.as_str())
                    .bind(to_i64(*at))
                    .execute(&mut *tx)
                    .await?;
                }
            }
        );
    }
    Ok(())
}
