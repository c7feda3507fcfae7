//! Connections in the database. Whoever changes what is between two people holds the
//! rows of both, and of both their profiles (where these change) before it.

mod ask;
mod block;

use super::super::store::{LOCK_SQL, connected};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::person::connection::{
    Connection, ConnectionAction, ConnectionKind, ConnectionStatus, Next, Side, next,
};
use serde_json::json;

pub use ask::ask;
pub use block::block;
use block::put_block;

/// After every UUID.
const LAST_ID: &str = "g";

/// A connection beside the other, whose name is told where `$1` may see them.
macro_rules! seen {
    ($of:literal) => {
        concat!(
            "SELECT c.id, c.initiator_id, c.kind, c.state, c.message, c.requested_at,
                c.responded_at, c.meeting_count, c.last_interaction_at, u.id AS other_id,
                CASE WHEN u.is_active AND u.deleted_at IS NULL AND NOT EXISTS (
                    SELECT 1 FROM connections b WHERE b.state = 'blocked'
                        AND b.initiator_id = u.id AND b.recipient_id = $1)
                    THEN u.name END AS name
            FROM connections c JOIN users u ON u.id = ",
            $of
        )
    };
}

/// The connections of `$1`: those they began, and those offered to them, but for blocks.
/// Each half is read in the order of its own index.
macro_rules! halves {
    ($rest:literal) => {
        concat!(
            "SELECT * FROM (",
            seen!("c.recipient_id WHERE c.initiator_id = $1 AND "),
            $rest,
            ") AS begun UNION ALL SELECT * FROM (",
            seen!("c.initiator_id WHERE c.recipient_id = $1 AND c.state <> 'blocked' AND "),
            $rest,
            ") AS offered"
        )
    };
}

/// A page of a person's connections, newest first: ids are in order of time.
pub const PAGE_SQL: &str = concat!(
    halves!(
        "c.id < $2 AND ($3 = '' OR c.state = $3) AND u.deleted_at IS NULL
            AND (u.is_active OR c.state = 'blocked') ORDER BY c.id DESC LIMIT $4"
    ),
    " ORDER BY id DESC LIMIT $4"
);

/// The same, with those to people who are not active.
pub const EXPORT_SQL: &str = concat!(
    halves!("c.id < $2 ORDER BY c.id DESC LIMIT $3"),
    " ORDER BY id DESC LIMIT $3"
);

const GET_SQL: &str = seen!(
    "CASE WHEN c.initiator_id = $1 THEN c.recipient_id ELSE c.initiator_id END
    WHERE (c.initiator_id = $1 OR c.recipient_id = $1 AND c.state <> 'blocked') AND c.id = $2"
);

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    initiator_id: String,
    kind: String,
    state: String,
    message: Option<String>,
    requested_at: i64,
    responded_at: Option<i64>,
    meeting_count: i64,
    last_interaction_at: Option<i64>,
    other_id: String,
    name: Option<String>,
}

impl Row {
    fn connection(self, me: &UserId) -> Result<Connection, StoreError> {
        Ok(Connection {
            id: to_id(&self.id)?,
            initiated_by_me: self.initiator_id == me.as_str(),
            user_id: to_id(&self.other_id)?,
            name: self.name,
            kind: to_kind(&self.kind)?,
            state: to_state(&self.state)?,
            message: self.message,
            meeting_count: to_u64(self.meeting_count),
            last_interaction: self.last_interaction_at.map(to_u64),
            requested_at: to_u64(self.requested_at),
            responded_at: self.responded_at.map(to_u64),
        })
    }
}

fn to_kind(name: &str) -> Result<ConnectionKind, StoreError> {
    ConnectionKind::parse(name).ok_or_else(|| StoreError::damaged("connection kind", &name))
}

fn to_state(name: &str) -> Result<ConnectionStatus, StoreError> {
    ConnectionStatus::parse(name).ok_or_else(|| StoreError::damaged("connection state", &name))
}

fn side(initiator: &str, me: &UserId) -> Side {
    if initiator == me.as_str() {
        Side::Initiator
    } else {
        Side::Recipient
    }
}

/// A page of a person's connections, newest first, older than `after`. Who has blocked
/// them is not in it; whom they have blocked is, in the state `blocked`.
///
/// # Errors
/// The store fails.
pub async fn page(
    db: &Db,
    me: &UserId,
    state: Option<ConnectionStatus>,
    after: Option<&ConnectionId>,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PAGE_SQL)
                .bind(me.as_str())
                .bind(after.map_or(LAST_ID, ConnectionId::as_str))
                .bind(state.map_or("", ConnectionStatus::as_str))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(|row| row.connection(me)).collect()
}

/// As [`page`], with connections to people who are not active: all that is kept.
///
/// # Errors
/// The store fails.
pub async fn all(
    db: &Db,
    me: &UserId,
    after: Option<&ConnectionId>,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(EXPORT_SQL)
                .bind(me.as_str())
                .bind(after.map_or(LAST_ID, ConnectionId::as_str))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(|row| row.connection(me)).collect()
}

/// Holds both people's rows, always in the same order; false when one is deleted or was
/// never there.
async fn hold(
    tx: impl Into<Tx<'_>>,
    one: &UserId,
    other: &UserId,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let (first, second) = if one < other {
        (one, other)
    } else {
        (other, one)
    };
    let mut there = 0;
    on_tx!(tx.into(), |line| {
        for user in [first, second] {
            there += sqlx::query(LOCK_SQL)
                .bind(user.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *line)
                .await?
                .rows_affected();
        }
    });
    Ok(there == 2)
}

/// How many accepted connections there are between two people, of those that count.
async fn accepted(tx: impl Into<Tx<'_>>, one: &UserId, other: &UserId) -> Result<i64, StoreError> {
    on_tx!(tx.into(), |line| {
        let (count,): (i64,) = sqlx::query_as(
            "SELECT COUNT(*) FROM connections WHERE state = 'accepted' AND kind <> 'follow'
                AND (initiator_id = $1 AND recipient_id = $2
                    OR initiator_id = $2 AND recipient_id = $1)",
        )
        .bind(one.as_str())
        .bind(other.as_str())
        .fetch_one(&mut *line)
        .await?;
        Ok(count)
    })
}

/// Whether a connection is one of those that are counted.
fn counts(kind: ConnectionKind, state: ConnectionStatus) -> i64 {
    i64::from(state == ConnectionStatus::Accepted && kind != ConnectionKind::Follow)
}

/// Does something with a connection, which is recorded; answers it as it is now, unless it
/// is no more. The inner error is a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn act(
    db: &Db,
    (me, id, action): (&UserId, &ConnectionId, ConnectionAction),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<Option<Connection>, Problem>, StoreError> {
    let absent = || Problem::not_found("the connection");
    let Some(other) = get(db, me, id).await?.map(|found| found.user_id) else {
        return Ok(Err(absent()));
    };
    let done = on_db!(
        db,
        transaction | tx | {
            hold(&mut tx, me, &other, now_ms).await?;
            let row: Option<Row> = sqlx::query_as(GET_SQL)
                .bind(me.as_str())
                .bind(id.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let step = match &row {
                None => Err(absent()),
                Some(row) => {
                    let (kind, state) = (to_kind(&row.kind)?, to_state(&row.state)?);
                    let next = next(state, side(&row.initiator_id, me), action);
                    next.map(|next| (kind, state, next))
                }
            };
            match step {
                Err(problem) => Err(problem),
                Ok((kind, state, step)) => {
                    let was = counts(kind, state);
                    let by = match step {
                        Next::Gone => -was,
                        Next::Is(ConnectionStatus::Blocked) => {
                            -accepted(&mut tx, me, &other).await?
                        }
                        Next::Is(state) => counts(kind, state) - was,
                    };
                    connected(&mut tx, &[me, &other], by, now_ms).await?;
                    let to = match step {
                        Next::Gone => {
                            sqlx::query("DELETE FROM connections WHERE id = $1")
                                .bind(id.as_str())
                                .execute(&mut *tx)
                                .await?;
                            None
                        }
                        Next::Is(ConnectionStatus::Blocked) => {
                            put_block(&mut tx, (me, &other, id), now_ms).await?;
                            Some(ConnectionStatus::Blocked)
                        }
                        Next::Is(state) => {
                            sqlx::query(
                                "UPDATE connections SET state = $2, responded_at = $3,
                                    updated_at = $3 WHERE id = $1",
                            )
                            .bind(id.as_str())
                            .bind(state.as_str())
                            .bind(to_i64(now_ms))
                            .execute(&mut *tx)
                            .await?;
                            Some(state)
                        }
                    };
                    let entry = entry.with(json!({"userId": other, "connectionId": id,
                        "state": {"from": state, "to": to}}));
                    audit::store::record(&mut tx, &entry).await?;
                    let row: Option<Row> = sqlx::query_as(GET_SQL)
                        .bind(me.as_str())
                        .bind(id.as_str())
                        .fetch_optional(&mut *tx)
                        .await?;
                    let now = row.map(|row| row.connection(me)).transpose()?;
                    idempotency::store::keep(&mut tx, once, 200, &now).await?;
                    Ok(now)
                }
            }
        }
    );
    Ok(done)
}

/// A connection as `me` sees it; absent to everybody but the two, and to who is blocked.
///
/// # Errors
/// The store fails.
pub async fn get(
    db: &Db,
    me: &UserId,
    id: &ConnectionId,
) -> Result<Option<Connection>, StoreError> {
    let row: Option<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(GET_SQL)
                .bind(me.as_str())
                .bind(id.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|row| row.connection(me)).transpose()
}
