//! What was used of the rate table, in the database.

use crate::db::pieces::{
    Bind::{Number, Text},
    piece,
};
use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::on_db;
use connvo_core::id::UserId;
use connvo_core::rate::{TABLE, WINDOW_MS, Window};

/// Most rows written with one statement, or deleted at once.
const ROWS: usize = 500;

/// One subject's use of one action.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    /// What is limited.
    pub action: String,
    /// Whose use it is.
    pub subject: String,
    /// How much was used when.
    pub window: Window,
}

type Row = (String, String, i64, i64, i64);

/// Rows read at once.
const PAGE: usize = 5_000;

/// A page of what is read at the start.
pub const LOAD_SQL: &str =
    "SELECT action, subject, began_at, used_before, used_now FROM rate_limits
    WHERE began_at > $1 AND (action, subject) > ($2, $3) ORDER BY action, subject LIMIT $4";

/// Everything that still counts at `now_ms`.
///
/// # Errors
/// The store fails.
pub async fn load(db: &Db, now_ms: u64) -> Result<Vec<Used>, StoreError> {
    let mut all: Vec<Used> = Vec::new();
    loop {
        let (action, subject) = all
            .last()
            .map_or(("", ""), |last| (&last.action, &last.subject));
        let rows: Vec<Row> = on_db!(
            db,
            read | pool | {
                sqlx::query_as(LOAD_SQL)
                    .bind(to_i64(now_ms.saturating_sub(2 * WINDOW_MS)))
                    .bind(action)
                    .bind(subject)
                    .bind(PAGE as i64)
                    .fetch_all(pool)
                    .await?
            }
        );
        let is_last = rows.len() < PAGE;
        all.extend(rows.into_iter().map(stored));
        if is_last {
            return Ok(all);
        }
    }
}

fn stored((action, subject, began_at, before, now): Row) -> Used {
    Used {
        action,
        subject,
        window: Window::stored(to_u64(began_at), to_u64(before), to_u64(now)),
    }
}

/// A row of before and one to be added: those of one bucket are added up, of two the
/// later goes on.
const ADD_SQL: &str = " ON CONFLICT (action, subject) DO UPDATE SET
    used_before = CASE
        WHEN excluded.began_at = rate_limits.began_at THEN rate_limits.used_before
        WHEN excluded.began_at = rate_limits.began_at + 60000 THEN rate_limits.used_now
        WHEN excluded.began_at > rate_limits.began_at THEN 0
        WHEN excluded.began_at + 60000 = rate_limits.began_at
            THEN rate_limits.used_before + excluded.used_now
        ELSE rate_limits.used_before END,
    used_now = CASE
        WHEN excluded.began_at = rate_limits.began_at
            THEN rate_limits.used_now + excluded.used_now
        WHEN excluded.began_at > rate_limits.began_at THEN excluded.used_now
        ELSE rate_limits.used_now END,
    began_at = CASE WHEN excluded.began_at > rate_limits.began_at THEN excluded.began_at
        ELSE rate_limits.began_at END
    RETURNING action, subject, began_at, used_before, used_now";

/// Nothing is added of who is deleted: what was counted of them before comes too late. Rows
/// are held in the same order by every writer.
const OF_THE_LIVING_SQL: &str = ") AS taken WHERE NOT EXISTS (SELECT 1 FROM users u
        WHERE u.id = substr(taken.column2, 1, 36) AND u.erased_at IS NOT NULL)
    ORDER BY taken.column1, taken.column2";

/// Adds what was used since the last time, in the present bucket of each window, each
/// subject once; answers what was used in all.
///
/// # Errors
/// The store fails.
pub async fn add(db: &Db, used: &[Used]) -> Result<Vec<Used>, StoreError> {
    let mut all = Vec::with_capacity(used.len());
    for rows in used.chunks(ROWS) {
        let added: Vec<Row> = on_db!(
            db,
            write | pool | {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO rate_limits (action, subject, began_at, used_before, used_now)
                     SELECT column1, column2, CAST(column3 AS BIGINT), CAST(column4 AS BIGINT),
                         CAST(column5 AS BIGINT) FROM (",
                );
                query.push_values(rows, |mut row, used| {
                    let (began_at, before, now) = used.window.parts();
                    row.push_bind(&used.action)
                        .push_bind(&used.subject)
                        .push_bind(to_i64(began_at))
                        .push_bind(to_i64(before))
                        .push_bind(to_i64(now));
                });
                query.push(OF_THE_LIVING_SQL).push(ADD_SQL);
                query.build_query_as().fetch_all(pool).await?
            }
        );
        all.extend(added.into_iter().map(stored));
    }
    Ok(all)
}

/// Deletes what was used by somebody who is deleted, wherever they took part.
///
/// # Errors
/// The store fails.
pub async fn forget(db: &Db, user: &UserId) -> Result<(), StoreError> {
    const SQL: &str = "DELETE FROM rate_limits WHERE action = $2 AND subject IN (
        SELECT $1 UNION SELECT $1 || ' ' || meeting_id FROM participants WHERE user_id = $1
        UNION SELECT $1 || ' ' || meeting_id FROM erasure_meetings WHERE user_id = $1)";
    for rate in TABLE {
        piece(db, SQL, &[Text(user.as_str()), Text(rate.action)]).await?;
    }
    Ok(())
}

/// Deletes what counts no more; returns whether there may be more.
///
/// # Errors
/// The store fails.
pub async fn sweep(db: &Db, now_ms: u64) -> Result<bool, StoreError> {
    const SQL: &str = "DELETE FROM rate_limits WHERE (action, subject) IN (
        SELECT action, subject FROM rate_limits WHERE began_at <= $1
        ORDER BY began_at LIMIT $2)";
    let what = [
        Number(now_ms.saturating_sub(2 * WINDOW_MS)),
        Number(ROWS as u64),
    ];
    Ok(piece(db, SQL, &what).await? > 0)
}
