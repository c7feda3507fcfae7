//! What a deletion leaves to be done after its transaction: small pieces, by whoever
//! decided it and, after a crash, by the sweep. The row of the work goes with the last
//! of it, and with it the last that says who the person was.

use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::{on_db, on_tx};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::person::DELETED_NAME;

/// What the person was, for the work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// What they were called.
    pub name: String,
    /// Since when, in milliseconds since the Unix epoch.
    pub name_since: u64,
    /// Their address.
    pub email: Option<String>,
}

/// Where the person took part, not merely as who watches or was asked.
const TOOK_PART_SQL: &str = "INSERT INTO erasure_meetings (user_id, meeting_id, is_whole)
    SELECT p.user_id, p.meeting_id, FALSE FROM participants p
    WHERE p.user_id = $1 AND p.role <> 'observer'
        AND (p.role = 'host' OR p.status IN ('accepted', 'joined')
            OR EXISTS (SELECT 1 FROM note_clients n
                WHERE n.meeting_id = p.meeting_id AND n.user_id = p.user_id))";

/// Writes down what is to be done, before anything of it changes; `whole` are meetings
/// that are gone already.
pub(super) async fn begin(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    work: &Work,
    whole: &[MeetingId],
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(
            "INSERT INTO erasures (user_id, name, name_changed_at, email, created_at)
             VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(user.as_str())
        .bind(&work.name)
        .bind(to_i64(work.name_since))
        .bind(work.email.as_deref())
        .bind(to_i64(now_ms))
        .execute(&mut *line)
        .await?;
        for meeting in whole {
            sqlx::query(
                "INSERT INTO erasure_meetings (user_id, meeting_id, is_whole)
                 VALUES ($1, $2, TRUE)",
            )
            .bind(user.as_str())
            .bind(meeting.as_str())
            .execute(&mut *line)
            .await?;
        }
        if !work.name.is_empty() && work.name != DELETED_NAME {
            sqlx::query(TOOK_PART_SQL)
                .bind(user.as_str())
                .execute(&mut *line)
                .await?;
        }
    });
    Ok(())
}

/// Of whom something is still to be done, by id.
///
/// # Errors
/// The store fails.
pub async fn waiting(db: &Db, limit: u32) -> Result<Vec<UserId>, StoreError> {
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT user_id FROM erasures ORDER BY user_id LIMIT $1")
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.iter().map(|(id,)| to_id(id)).collect()
}

/// What is still to be done of one; absent when all of it is.
///
/// # Errors
/// The store fails.
pub async fn work(db: &Db, user: &UserId) -> Result<Option<Work>, StoreError> {
    let row: Option<(String, i64, Option<String>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as("SELECT name, name_changed_at, email FROM erasures WHERE user_id = $1")
                .bind(user.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    Ok(row.map(|(name, since, email)| Work {
        name,
        name_since: to_u64(since),
        email,
    }))
}

/// The next meeting to be gone through, and whether nothing of it stays.
///
/// # Errors
/// The store fails.
pub async fn next_meeting(db: &Db, user: &UserId) -> Result<Option<(MeetingId, bool)>, StoreError> {
    let row: Option<(String, bool)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT meeting_id, is_whole FROM erasure_meetings WHERE user_id = $1
                 ORDER BY meeting_id LIMIT 1",
            )
            .bind(user.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(|(id, whole)| Ok((to_id(&id)?, whole))).transpose()
}

/// A meeting is gone through.
///
/// # Errors
/// The store fails.
pub async fn meeting_done(db: &Db, user: &UserId, meeting: &MeetingId) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            sqlx::query("DELETE FROM erasure_meetings WHERE user_id = $1 AND meeting_id = $2")
                .bind(user.as_str())
                .bind(meeting.as_str())
                .execute(pool)
                .await?;
        }
    );
    Ok(())
}

/// All is done.
///
/// # Errors
/// The store fails.
pub async fn end(db: &Db, user: &UserId) -> Result<(), StoreError> {
    on_db!(
        db,
        write | pool | {
            sqlx::query("DELETE FROM erasures WHERE user_id = $1")
                .bind(user.as_str())
                .execute(pool)
                .await?;
        }
    );
    Ok(())
}
