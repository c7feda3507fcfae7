//! Service tokens in the database.

use super::Service;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, hold, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::id::MeetingId;
use connvo_core::transcript::service::{PER_MEETING, ServiceToken};

/// The read that every request with one makes.
pub const FIND_SQL: &str = "SELECT t.id, t.name, t.meeting_id, t.created_by, t.expires_at
    FROM service_tokens t JOIN users u ON u.id = t.created_by
    WHERE t.secret_hash = $1 AND (t.expires_at IS NULL OR t.expires_at > $2)
        AND u.is_active AND u.deleted_at IS NULL";

/// The token with this hash that is good at `now_ms`: none of somebody's who may not come
/// in any more.
///
/// # Errors
/// The store fails.
pub async fn find(db: &Db, hash: &str, now_ms: u64) -> Result<Option<Service>, StoreError> {
    let found: Option<(String, String, String, String, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(FIND_SQL)
                .bind(hash)
                .bind(to_i64(now_ms))
                .fetch_optional(pool)
                .await?
        }
    );
    let service =
        |(id, name, meeting, made_by, until): (String, String, String, String, Option<i64>)| {
            Ok(Service {
                id,
                name,
                meeting_id: to_id(&meeting)?,
                made_by: to_id(&made_by)?,
                expires_at: until.map(to_u64),
            })
        };
    found.map(service).transpose()
}

/// Keeps a new token of a meeting, and forgets those that are out of their time; false
/// where there are [`PER_MEETING`] already.
///
/// # Errors
/// The store fails.
pub async fn insert(
    db: &Db,
    meeting: &MeetingId,
    (token, hash): (&ServiceToken, &str),
    entry: &Entry,
) -> Result<bool, StoreError> {
    let now = to_i64(token.created_at);
    let made = on_db!(
        db,
        transaction | tx | {
            // Held, so that two who make one at once are counted one after the other.
            hold::meeting(&mut tx, meeting).await?;
            sqlx::query("DELETE FROM service_tokens WHERE meeting_id = $1 AND expires_at <= $2")
                .bind(meeting.as_str())
                .bind(now)
                .execute(&mut *tx)
                .await?;
            let (count,): (i64,) =
                sqlx::query_as("SELECT COUNT(*) FROM service_tokens WHERE meeting_id = $1")
                    .bind(meeting.as_str())
                    .fetch_one(&mut *tx)
                    .await?;
            let fits = to_u64(count) < PER_MEETING as u64;
            if fits {
                sqlx::query(
                    "INSERT INTO service_tokens (id, meeting_id, name, secret_hash, created_by,
                         created_at, expires_at)
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                )
                .bind(&token.id)
                .bind(meeting.as_str())
                .bind(&token.name)
                .bind(hash)
                .bind(token.created_by.as_str())
                .bind(now)
                .bind(token.expires_at.map(to_i64))
                .execute(&mut *tx)
                .await?;
                audit::store::record(&mut tx, entry).await?;
            }
            fits
        }
    );
    Ok(made)
}

type Row = (String, String, String, i64, Option<i64>);

/// A meeting's tokens, good or out of their time, by id, which is in the order made; at most
/// [`PER_MEETING`].
///
/// # Errors
/// The store fails.
pub async fn list(db: &Db, meeting: &MeetingId) -> Result<Vec<ServiceToken>, StoreError> {
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT id, name, created_by, created_at, expires_at FROM service_tokens
                 WHERE meeting_id = $1 ORDER BY id",
            )
            .bind(meeting.as_str())
            .fetch_all(pool)
            .await?
        }
    );
    let token = |(id, name, created_by, created_at, expires_at): Row| {
        Ok(ServiceToken {
            id,
            name,
            created_by: to_id(&created_by)?,
            created_at: to_u64(created_at),
            expires_at: expires_at.map(to_u64),
        })
    };
    rows.into_iter().map(token).collect()
}

/// Forgets a meeting's token; false where there is none.
///
/// # Errors
/// The store fails.
pub async fn remove(
    db: &Db,
    meeting: &MeetingId,
    id: &str,
    (entry, once): (&Entry, &Once),
) -> Result<bool, StoreError> {
    let gone = on_db!(
        db,
        transaction | tx | {
            let gone = sqlx::query("DELETE FROM service_tokens WHERE meeting_id = $1 AND id = $2")
                .bind(meeting.as_str())
                .bind(id)
                .execute(&mut *tx)
                .await?
                .rows_affected()
                == 1;
            if gone {
                audit::store::record(&mut tx, entry).await?;
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
            }
            gone
        }
    );
    Ok(gone)
}
