//! Nodes in the database, PostgreSQL's alone. Times are the database's own, in
//! milliseconds since the Unix epoch.

use crate::bus::{AccessChange, Kind};
use crate::config::Config;
use crate::db::{Db, StoreError, postgres, to_id, to_u64};
use connvo_core::id::{MeetingId, UserId};
use sqlx::{Connection, PgConnection};
use std::time::Duration;

/// Meetings whose heads are read at once.
pub(super) const MEETINGS: usize = 1_000;
/// A node that was not seen for so long is dead, and nobody is connected to it: as long as
/// somebody whose last socket is dead counts as there.
const DEAD_MS: i64 = 30_000;
/// How long revocations are kept.
const KEPT_MS: i64 = 600_000;
/// Revocations read at once.
const REVOCATIONS: i64 = 10_000;

/// The database's time.
macro_rules! now {
    () => {
        "(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::BIGINT"
    };
}

/// A line of one's own to the database.
///
/// # Errors
/// It is out of reach.
pub(super) async fn connect(config: &Config) -> Result<PgConnection, StoreError> {
    let url = config.direct_url().unwrap_or_default();
    let options = postgres::options(url, "connvo node")?;
    Ok(PgConnection::connect_with(&options).await?)
}

/// Says that a node is alive, and asks for the lease of the background work; whether it
/// has it now.
///
/// # Errors
/// The store fails.
pub(super) async fn beat(
    line: &mut PgConnection,
    node: &str,
    lease: Duration,
) -> Result<bool, StoreError> {
    sqlx::query(concat!(
        "INSERT INTO nodes (node_id, seen_at, created_at) VALUES ($1, ",
        now!(),
        ", ",
        now!(),
        ") ON CONFLICT (node_id) DO UPDATE SET seen_at = excluded.seen_at"
    ))
    .bind(node)
    .execute(&mut *line)
    .await?;
    let leased: Option<(i64,)> = sqlx::query_as(concat!(
        "INSERT INTO leases (name, node_id, until) VALUES ('background', $1, ",
        now!(),
        " + $2) ON CONFLICT (name) DO UPDATE SET node_id = excluded.node_id,
             until = excluded.until
         WHERE leases.node_id = excluded.node_id OR leases.until < ",
        now!(),
        " RETURNING until"
    ))
    .bind(node)
    .bind(i64::try_from(lease.as_millis()).unwrap_or(i64::MAX))
    .fetch_optional(line)
    .await?;
    Ok(leased.is_some())
}

/// Gives the lease and the place among the nodes back, at the end.
///
/// # Errors
/// The store fails.
pub async fn leave(db: &Db, node: &str) -> Result<(), StoreError> {
    if let Db::Postgres(pool) = db {
        sqlx::query("DELETE FROM leases WHERE node_id = $1")
            .bind(node)
            .execute(pool)
            .await?;
    }
    Ok(())
}

/// From which transaction on the journal may have rows that were not seen.
pub(super) struct Since(String);

/// The rows of the journal of revocations that may be new, by id, and where to read from
/// the next time: rows of transactions that were under way come again.
///
/// # Errors
/// The store fails.
pub(super) async fn revocations(
    line: &mut PgConnection,
    since: Option<&Since>,
) -> Result<(Vec<(i64, AccessChange)>, Since), StoreError> {
    // Before the rows are read: what commits between the two is read twice.
    let (next,): (String,) = sqlx::query_as("SELECT pg_snapshot_xmin(pg_current_snapshot())::text")
        .fetch_one(&mut *line)
        .await?;
    type Row = (i64, String, Option<String>, Option<String>, Option<String>);
    let from = since.map_or(next.as_str(), |since| since.0.as_str());
    let mut rows: Vec<Row> = Vec::new();
    loop {
        let page: Vec<Row> = sqlx::query_as(
            "SELECT id, kind, meeting_id, user_id, session_id FROM access_journal
             WHERE xid >= $1::text::xid8 AND id > $2 ORDER BY id LIMIT $3",
        )
        .bind(from)
        .bind(rows.last().map_or(0, |row| row.0))
        .bind(REVOCATIONS)
        .fetch_all(&mut *line)
        .await?;
        let is_last = (page.len() as i64) < REVOCATIONS;
        rows.extend(page);
        if is_last {
            break;
        }
    }
    let changes = rows.into_iter().map(|(id, kind, meeting, user, session)| {
        let meeting_id = || to_id(meeting.as_deref().unwrap_or_default());
        let user_id = || to_id(user.as_deref().unwrap_or_default());
        let change = match kind.as_str() {
            "member" => AccessChange::Member {
                meeting_id: meeting_id()?,
                user_id: user_id()?,
            },
            "meeting" => AccessChange::Meeting {
                meeting_id: meeting_id()?,
            },
            "session" => AccessChange::Session {
                user_id: user_id()?,
                session_id: session.unwrap_or_default(),
            },
            _ => AccessChange::Person {
                user_id: user_id()?,
            },
        };
        Ok((id, change))
    });
    Ok((changes.collect::<Result<_, StoreError>>()?, Since(next)))
}

/// Revocations that every node has read go.
///
/// # Errors
/// The store fails.
pub(super) async fn forget_revocations(line: &mut PgConnection) -> Result<(), StoreError> {
    sqlx::query(concat!(
        "DELETE FROM access_journal WHERE id IN (SELECT id FROM access_journal
             WHERE created_at < ",
        now!(),
        " - $1 ORDER BY created_at LIMIT $2)"
    ))
    .bind(KEPT_MS)
    .bind(REVOCATIONS)
    .execute(line)
    .await?;
    Ok(())
}

/// The heads of all journals of these meetings.
///
/// # Errors
/// The store fails.
pub(super) async fn heads(
    line: &mut PgConnection,
    meetings: &[MeetingId],
) -> Result<Vec<(MeetingId, Kind, u64)>, StoreError> {
    let ids: Vec<&str> = meetings.iter().map(MeetingId::as_str).collect();
    let rows: Vec<(String, String, i64)> =
        sqlx::query_as("SELECT meeting_id, kind, head FROM streams WHERE meeting_id = ANY($1)")
            .bind(ids)
            .fetch_all(line)
            .await?;
    rows.into_iter()
        .filter_map(|(meeting, kind, head)| Some((meeting, Kind::parse(&kind)?, head)))
        .map(|(meeting, kind, head)| Ok((to_id(&meeting)?, kind, to_u64(head))))
        .collect()
}

/// Takes dead nodes off the list; who was connected to them, and to no living one.
///
/// # Errors
/// The store fails.
pub(super) async fn bury(line: &mut PgConnection) -> Result<Vec<(MeetingId, UserId)>, StoreError> {
    let rows: Vec<(String, String)> = sqlx::query_as(concat!(
        "WITH dead AS (DELETE FROM nodes WHERE seen_at < ",
        now!(),
        " - $1 RETURNING node_id),
         gone AS (DELETE FROM node_people WHERE node_id IN (SELECT node_id FROM dead)
             RETURNING meeting_id, user_id, node_id)
         SELECT DISTINCT g.meeting_id, g.user_id FROM gone g WHERE NOT EXISTS (
             SELECT 1 FROM node_people p WHERE p.meeting_id = g.meeting_id
                 AND p.user_id = g.user_id AND p.node_id NOT IN (SELECT node_id FROM dead))"
    ))
    .bind(DEAD_MS)
    .fetch_all(line)
    .await?;
    rows.into_iter()
        .map(|(meeting, user)| Ok((to_id(&meeting)?, to_id(&user)?)))
        .collect()
}
