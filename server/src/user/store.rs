//! Users in the database.

use super::{Known, Profile, User};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
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

/// Invitations that wait for an address become those of who has it.
const CLAIM_SQL: &str = "UPDATE participants SET user_id = $1, updated_at = $3
    WHERE email = $2 AND user_id IS NULL AND NOT EXISTS (
        SELECT 1 FROM participants AS other
        WHERE other.meeting_id = participants.meeting_id AND other.user_id = $1)";

/// The user of a subject, made with `fresh` as its id at first sight; address and name
/// (unless the person chose it here) are brought up to date. Invitations that wait for the address become
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
    let profile = Profile {
        email: email.map(str::to_owned),
        name: name.to_owned(),
        updated_at: None,
    };
    let user_id = on_db!(
        db,
        transaction | tx | meet(&mut tx, fresh, subject, &profile, now_ms).await?
    );
    Ok(user_id)
}

/// As [`ensure`], within a transaction, by what an issuer says. What is older than
/// what was said before changes nothing; who was removed stays removed.
///
/// # Errors
/// The store fails.
pub async fn meet(
    conn: impl Into<Tx<'_>>,
    fresh: &UserId,
    subject: &str,
    profile: &Profile,
    now_ms: u64,
) -> Result<UserId, StoreError> {
    let now = to_i64(now_ms);
    on_tx!(conn.into(), |conn| {
        let written: Option<(String, Option<String>)> = sqlx::query_as(
            "INSERT INTO users (id, subject, email, name, provider_updated_at, created_at, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $6)
         ON CONFLICT (subject) DO UPDATE SET
             email = CASE WHEN excluded.provider_updated_at IS NULL
                 THEN COALESCE(excluded.email, users.email) ELSE excluded.email END,
             name = CASE WHEN excluded.name = '' OR users.own_name
                 THEN users.name ELSE excluded.name END,
             provider_updated_at = COALESCE(excluded.provider_updated_at, users.provider_updated_at),
             updated_at = excluded.updated_at
         WHERE users.deleted_at IS NULL AND (
             users.provider_updated_at IS NULL OR excluded.provider_updated_at IS NULL
             OR users.provider_updated_at <= excluded.provider_updated_at)
         RETURNING id, email",
        )
        .bind(fresh.as_str())
        .bind(subject)
        .bind(profile.email.as_deref())
        .bind(&profile.name)
        .bind(profile.updated_at.map(to_i64))
        .bind(now)
        .fetch_optional(&mut *conn)
        .await?;
        let Some((id, email)) = written else {
            let (id,): (String,) = sqlx::query_as("SELECT id FROM users WHERE subject = $1")
                .bind(subject)
                .fetch_one(&mut *conn)
                .await?;
            return to_id(&id);
        };
        if let Some(email) = email {
            sqlx::query(CLAIM_SQL)
                .bind(&id)
                .bind(email)
                .bind(now)
                .execute(&mut *conn)
                .await?;
        }
        to_id(&id)
    })
}

/// Removes the user of a subject: they are kept out for good, and their address is
/// free. A subject that was never seen is kept out too: its tokens may still come.
///
/// # Errors
/// The store fails.
pub async fn remove(
    conn: impl Into<Tx<'_>>,
    fresh: &UserId,
    subject: &str,
    now_ms: u64,
) -> Result<UserId, StoreError> {
    on_tx!(conn.into(), |conn| {
        let (id,): (String,) = sqlx::query_as(
            "INSERT INTO users (id, subject, name, is_active, deleted_at, created_at, updated_at)
         VALUES ($1, $2, '', FALSE, $3, $3, $3)
         ON CONFLICT (subject) DO UPDATE SET is_active = FALSE, email = NULL,
             deleted_at = COALESCE(users.deleted_at, excluded.deleted_at),
             updated_at = excluded.updated_at
         RETURNING id",
        )
        .bind(fresh.as_str())
        .bind(subject)
        .bind(to_i64(now_ms))
        .fetch_one(&mut *conn)
        .await?;
        to_id(&id)
    })
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

/// As [`set_active`], recorded; absent when there is no such user, or they were removed.
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
                audit::store::record(&mut tx, entry).await?;
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
