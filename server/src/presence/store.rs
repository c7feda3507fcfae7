//! Who is where, by node, in PostgreSQL alone: a database in a file has one server, which
//! knows it by itself.

use crate::db::{Db, StoreError, to_i64, to_id};
use connvo_core::id::{MeetingId, UserId};

/// A node that was not seen for so long is dead, and nobody is connected to it, in
/// milliseconds of the database's clock.
const DEAD_MS: i64 = connvo_core::meeting::presence::LINGER_MS as i64;

/// The database's time, in milliseconds since the Unix epoch.
macro_rules! now {
    () => {
        "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT"
    };
}

/// Somebody is in a meeting at this node.
///
/// # Errors
/// The store fails.
pub(super) async fn came(
    db: &Db,
    node: &str,
    (user, meeting): (&UserId, &MeetingId),
    now_ms: u64,
) -> Result<(), StoreError> {
    if let Db::Postgres(pool) = db {
        sqlx::query(
            "INSERT INTO node_people (node_id, meeting_id, user_id, created_at)
             VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(node)
        .bind(meeting.as_str())
        .bind(user.as_str())
        .bind(to_i64(now_ms))
        .execute(pool)
        .await?;
    }
    Ok(())
}

/// Somebody is in a meeting at this node no longer; whether they are at another that lives.
///
/// # Errors
/// The store fails.
pub(super) async fn went(
    db: &Db,
    node: &str,
    (user, meeting): (&UserId, &MeetingId),
) -> Result<bool, StoreError> {
    let Db::Postgres(pool) = db else {
        return Ok(false);
    };
    sqlx::query("DELETE FROM node_people WHERE node_id = $1 AND meeting_id = $2 AND user_id = $3")
        .bind(node)
        .bind(meeting.as_str())
        .bind(user.as_str())
        .execute(pool)
        .await?;
    let (elsewhere,): (bool,) = sqlx::query_as(concat!(
        "SELECT EXISTS (SELECT 1 FROM node_people p JOIN nodes n ON n.node_id = p.node_id
             WHERE p.meeting_id = $1 AND p.user_id = $2 AND n.seen_at >= ",
        now!(),
        " - $3)"
    ))
    .bind(meeting.as_str())
    .bind(user.as_str())
    .bind(DEAD_MS)
    .fetch_one(pool)
    .await?;
    Ok(elsewhere)
}

/// Who is in a meeting at other nodes that live, by id.
///
/// # Errors
/// The store fails.
pub(super) async fn elsewhere(
    db: &Db,
    node: &str,
    meeting: &MeetingId,
) -> Result<Vec<UserId>, StoreError> {
    let Db::Postgres(pool) = db else {
        return Ok(Vec::new());
    };
    let rows: Vec<(String,)> = sqlx::query_as(concat!(
        "SELECT DISTINCT p.user_id FROM node_people p JOIN nodes n ON n.node_id = p.node_id
         WHERE p.meeting_id = $1 AND p.node_id <> $2 AND n.seen_at >= ",
        now!(),
        " - $3 ORDER BY p.user_id LIMIT 10000"
    ))
    .bind(meeting.as_str())
    .bind(node)
    .bind(DEAD_MS)
    .fetch_all(pool)
    .await?;
    rows.iter().map(|(user,)| to_id(user)).collect()
}
