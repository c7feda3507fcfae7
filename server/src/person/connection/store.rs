//! Connections in the database. Whoever changes what is between two people holds the
//! rows of both.

use super::super::store::LOCK_SQL;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::person::connection::{
    Connection, ConnectionAction, ConnectionKind, ConnectionState, NewConnection, Next, Side,
    ask_again, next,
};
use serde_json::json;

/// After every UUID.
const LAST_ID: &str = "g";

macro_rules! of_person {
    ($rest:literal) => {
        concat!(
            "SELECT c.id, c.initiator_id, c.kind, c.state, c.message, c.requested_at,
                c.responded_at, u.id AS other_id, u.name
            FROM connections c JOIN users u
                ON u.id = CASE WHEN c.initiator_id = $1 THEN c.recipient_id ELSE c.initiator_id END
            WHERE (c.initiator_id = $1 OR c.recipient_id = $1 AND c.state <> 'blocked') AND ",
            $rest
        )
    };
}

/// A page of a person's connections, newest first: ids are in order of time.
pub const PAGE_SQL: &str = of_person!(
    "c.id < $2 AND ($3 = '' OR c.state = $3) AND u.deleted_at IS NULL
        AND (u.is_active OR c.state = 'blocked')
    ORDER BY c.id DESC LIMIT $4"
);
const GET_SQL: &str = of_person!("c.id = $2");
const BETWEEN_SQL: &str = "SELECT id, initiator_id, kind, state FROM connections
    WHERE initiator_id = $1 AND recipient_id = $2 OR initiator_id = $2 AND recipient_id = $1";

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    initiator_id: String,
    kind: String,
    state: String,
    message: Option<String>,
    requested_at: i64,
    responded_at: Option<i64>,
    other_id: String,
    name: String,
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
            requested_at: to_u64(self.requested_at),
            responded_at: self.responded_at.map(to_u64),
        })
    }
}

fn to_kind(name: &str) -> Result<ConnectionKind, StoreError> {
    ConnectionKind::parse(name).ok_or_else(|| StoreError::damaged("connection kind", &name))
}

fn to_state(name: &str) -> Result<ConnectionState, StoreError> {
    ConnectionState::parse(name).ok_or_else(|| StoreError::damaged("connection state", &name))
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
    state: Option<ConnectionState>,
    after: Option<&ConnectionId>,
    limit: u32,
) -> Result<Vec<Connection>, StoreError> {
    let rows: Vec<Row> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PAGE_SQL)
                .bind(me.as_str())
                .bind(after.map_or(LAST_ID, ConnectionId::as_str))
                .bind(state.map_or("", ConnectionState::as_str))
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

/// Asks for a connection, under the id `fresh`. The inner error is a refusal: nothing
/// was changed.
///
/// # Errors
/// The store fails.
pub async fn ask(
    db: &Db,
    (me, fresh, new): (&UserId, &ConnectionId, &NewConnection),
    once: &Once,
    now_ms: u64,
) -> Result<Result<Connection, Problem>, StoreError> {
    let (other, now) = (new.user_id(), to_i64(now_ms));
    let state = new.kind().begins();
    let responded = (state == ConnectionState::Accepted).then_some(now);
    let asked = on_db!(
        db,
        transaction | tx | {
            let there = hold(&mut tx, me, other, now_ms).await?;
            let active: Option<(bool,)> =
                sqlx::query_as("SELECT is_active FROM users WHERE id = $1")
                    .bind(other.as_str())
                    .fetch_optional(&mut *tx)
                    .await?;
            let between: Vec<(String, String, String, String)> = sqlx::query_as(BETWEEN_SQL)
                .bind(me.as_str())
                .bind(other.as_str())
                .fetch_all(&mut *tx)
                .await?;
            let visible = there && active == Some((true,));
            match allowed(me, new.kind(), visible, &between)? {
                Err(problem) => Err(problem),
                Ok(replaced) => {
                    for id in replaced {
                        sqlx::query("DELETE FROM connections WHERE id = $1")
                            .bind(id)
                            .execute(&mut *tx)
                            .await?;
                    }
                    sqlx::query(
                        "INSERT INTO connections (id, initiator_id, recipient_id, kind, state,
                            message, requested_at, responded_at, updated_at)
                         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7)",
                    )
                    .bind(fresh.as_str())
                    .bind(me.as_str())
                    .bind(other.as_str())
                    .bind(new.kind().as_str())
                    .bind(state.as_str())
                    .bind(new.message())
                    .bind(now)
                    .bind(responded)
                    .execute(&mut *tx)
                    .await?;
                    let row: Row = sqlx::query_as(GET_SQL)
                        .bind(me.as_str())
                        .bind(fresh.as_str())
                        .fetch_one(&mut *tx)
                        .await?;
                    let made = row.connection(me)?;
                    idempotency::store::keep(&mut tx, once, 201, &made).await?;
                    Ok(made)
                }
            }
        }
    );
    Ok(asked)
}

/// Which rows a request takes the place of, or why it is refused. Who is blocked hears
/// of that before anything else: that there is nobody.
fn allowed(
    me: &UserId,
    kind: ConnectionKind,
    visible: bool,
    between: &[(String, String, String, String)],
) -> Result<Result<Vec<String>, Problem>, StoreError> {
    if !visible {
        return Ok(Err(Problem::not_found("the person")));
    }
    let mut blocks = Vec::new();
    let mut alike = Vec::new();
    for (id, initiator, of, state) in between {
        let (who, of, state) = (side(initiator, me), to_kind(of)?, to_state(state)?);
        let same = match who {
            Side::Initiator => of == kind,
            Side::Recipient => kind.mirrored() == Some(of),
        };
        if state == ConnectionState::Blocked {
            blocks.push((id, state, who));
        } else if same {
            alike.push((id, state, who));
        }
    }
    blocks.sort_by_key(|block| block.2 == Side::Initiator);
    let mut replaced = Vec::new();
    for (id, state, who) in blocks.into_iter().chain(alike) {
        if let Err(problem) = ask_again(state, who) {
            return Ok(Err(problem));
        }
        replaced.push(id.clone());
    }
    Ok(Ok(replaced))
}

/// Does something with a connection; answers it as it is now, unless it is no more. The
/// inner error is a refusal: nothing was changed.
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
                Some(row) => next(to_state(&row.state)?, side(&row.initiator_id, me), action),
            };
            match step {
                Err(problem) => Err(problem),
                Ok(step) => {
                    match step {
                        Next::Gone => {
                            sqlx::query("DELETE FROM connections WHERE id = $1")
                                .bind(id.as_str())
                                .execute(&mut *tx)
                                .await?;
                        }
                        Next::Is(ConnectionState::Blocked) => {
                            put_block(&mut tx, (me, &other, id), now_ms).await?;
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
                        }
                    }
                    if matches!(action, ConnectionAction::Block | ConnectionAction::Unblock) {
                        let entry = entry.with(json!({"userId": other}));
                        audit::store::record(&mut tx, &entry).await?;
                    }
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

/// Blocks somebody, under the id `fresh` where there is no block yet. Who deleted their
/// account has nothing to be hidden: nothing is stored. The inner error is a refusal.
///
/// # Errors
/// The store fails.
pub async fn block(
    db: &Db,
    (me, other, fresh): (&UserId, &UserId, &ConnectionId),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<(), Problem>, StoreError> {
    let blocked = on_db!(
        db,
        transaction | tx | {
            let there = hold(&mut tx, me, other, now_ms).await?;
            let known: Option<(String,)> = sqlx::query_as("SELECT id FROM users WHERE id = $1")
                .bind(other.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            if known.is_none() {
                Err(Problem::not_found("the person"))
            } else {
                if there {
                    put_block(&mut tx, (me, other, fresh), now_ms).await?;
                    let entry = entry.with(json!({"userId": other}));
                    audit::store::record(&mut tx, &entry).await?;
                }
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
                Ok(())
            }
        }
    );
    Ok(blocked)
}

/// Puts a block in the place of all that is between two people, but for a block the
/// other way; one that is there already stays as it is.
async fn put_block(
    tx: impl Into<Tx<'_>>,
    (me, other, id): (&UserId, &UserId, &ConnectionId),
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        sqlx::query(
            "DELETE FROM connections WHERE state <> 'blocked'
                AND (initiator_id = $1 AND recipient_id = $2
                    OR initiator_id = $2 AND recipient_id = $1)",
        )
        .bind(me.as_str())
        .bind(other.as_str())
        .execute(&mut *line)
        .await?;
        sqlx::query(
            "INSERT INTO connections (id, initiator_id, recipient_id, kind, state, requested_at,
                responded_at, updated_at)
             VALUES ($1, $2, $3, 'connection', 'blocked', $4, $4, $4)
             ON CONFLICT DO NOTHING",
        )
        .bind(id.as_str())
        .bind(me.as_str())
        .bind(other.as_str())
        .bind(to_i64(now_ms))
        .execute(&mut *line)
        .await?;
    });
    Ok(())
}
