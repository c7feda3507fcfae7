//! Users in the database.

use super::User;
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::id::UserId;

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

/// The user of a subject, made with `fresh` as its id at first sight; name and
/// address are brought up to date. Invitations that wait for the address become
/// the user's.
///
/// # Errors
/// The store fails.
pub async fn ensure(
    db: &Db,
    fresh: &UserId,
    subject: &str,
    email: Option<&str>,
    name: &str,
    now_ms: u64,
) -> Result<UserId, StoreError> {
    let now = to_i64(now_ms);
    let id: String = on_db!(
        db,
        transaction | tx | {
            let (id,): (String,) = sqlx::query_as(
                "INSERT INTO users (id, subject, email, name, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $5)
             ON CONFLICT (subject) DO UPDATE SET email = COALESCE(excluded.email, users.email),
                 name = excluded.name, updated_at = excluded.updated_at
             RETURNING id",
            )
            .bind(fresh.as_str())
            .bind(subject)
            .bind(email)
            .bind(name)
            .bind(now)
            .fetch_one(&mut *tx)
            .await?;
            if let Some(email) = email {
                sqlx::query(
                    "UPDATE participants SET user_id = $1, updated_at = $3
                 WHERE email = $2 AND user_id IS NULL AND NOT EXISTS (
                     SELECT 1 FROM participants AS other
                     WHERE other.meeting_id = participants.meeting_id AND other.user_id = $1)",
                )
                .bind(&id)
                .bind(email)
                .bind(now)
                .execute(&mut *tx)
                .await?;
            }
            id
        }
    );
    to_id(&id)
}
