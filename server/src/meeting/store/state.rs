//! Where meetings are in their life, in the database.

use super::{GET_SQL, MeetingRow, meeting};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::meeting::{Meeting, MeetingState};

/// Moves a meeting from one state to the next; false when it was not in `from`.
pub(super) async fn step(
    tx: impl Into<Tx<'_>>,
    id: &MeetingId,
    (from, next): (MeetingState, MeetingState),
    now_ms: u64,
) -> Result<bool, StoreError> {
    let sql = match next {
        MeetingState::Active => {
            "UPDATE meetings SET state = $2, updated_at = $3, started_at = $3 WHERE id = $1 AND state = $4"
        }
        _ => {
            "UPDATE meetings SET state = $2, updated_at = $3, ended_at = $3 WHERE id = $1 AND state = $4"
        }
    };
    on_tx!(tx.into(), |line| {
        let moved = sqlx::query(sql)
            .bind(id.as_str())
            .bind(next.as_str())
            .bind(to_i64(now_ms))
            .bind(from.as_str())
            .execute(line)
            .await?;
        Ok(moved.rows_affected() == 1)
    })
}

/// Moves a meeting from one state to the next, and gives it as `user` sees it; absent
/// when it was not in `from`.
///
/// # Errors
/// The store fails.
pub async fn advance(
    db: &Db,
    (user, id): (&UserId, &MeetingId),
    (from, next): (MeetingState, MeetingState),
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<Option<Meeting>, StoreError> {
    let moved = on_db!(
        db,
        transaction | tx | {
            if step(&mut tx, id, (from, next), now_ms).await? {
                let row: Option<MeetingRow> = sqlx::query_as(GET_SQL)
                    .bind(user.as_str())
                    .bind(id.as_str())
                    .fetch_optional(&mut *tx)
                    .await?;
                let moved = row.map(meeting).transpose()?;
                if let Some(moved) = &moved {
                    audit::store::record(&mut tx, entry).await?;
                    idempotency::store::keep(&mut tx, once, 200, moved).await?;
                } else {
                    // Sent away just now: nothing of it stands.
                    tx.rollback().await?;
                    return Ok(None);
                }
                moved
            } else {
                None
            }
        }
    );
    Ok(moved)
}

/// Ends a running meeting without anybody who asks for it; false when it does not run.
///
/// # Errors
/// The store fails.
pub async fn conclude(
    db: &Db,
    id: &MeetingId,
    entry: &Entry,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let end = (MeetingState::Active, MeetingState::Concluded);
    let ended = on_db!(
        db,
        transaction | tx | {
            let ended = step(&mut tx, id, end, now_ms).await?;
            if ended {
                audit::store::record(&mut tx, entry).await?;
            }
            ended
        }
    );
    Ok(ended)
}

/// A meeting that runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// Its id.
    pub id: MeetingId,
    /// Whose plan it has.
    pub org_id: Option<OrgId>,
    /// Since when, in milliseconds since the Unix epoch.
    pub started_at: u64,
}

/// A page of the meetings that run, by id.
pub const RUNNING_SQL: &str = "SELECT id, org_id, started_at FROM meetings
    WHERE state = 'active' AND started_at IS NOT NULL AND id > $1 ORDER BY id LIMIT $2";

/// A page of the meetings that run, by id.
///
/// # Errors
/// The store fails.
pub async fn running(
    db: &Db,
    after: Option<&MeetingId>,
    limit: u32,
) -> Result<Vec<Running>, StoreError> {
    let rows: Vec<(String, Option<String>, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(RUNNING_SQL)
                .bind(after.map_or("", MeetingId::as_str))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    let running = |(id, org, started_at): (String, Option<String>, i64)| {
        Ok(Running {
            id: to_id(&id)?,
            org_id: org.as_deref().map(to_id).transpose()?,
            started_at: to_u64(started_at),
        })
    };
    rows.into_iter().map(running).collect()
}
