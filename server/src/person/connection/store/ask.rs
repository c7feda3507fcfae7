//! Asking for a connection in the database.

use super::{GET_SQL, Row, hold, side, to_kind, to_state};
use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::person::connection::{
    Connection, ConnectionKind, ConnectionState, NewConnection, Side, ask_again, may_wait,
};

const BETWEEN_SQL: &str = "SELECT id, initiator_id, kind, state, responded_at FROM connections
    WHERE initiator_id = $1 AND recipient_id = $2 OR initiator_id = $2 AND recipient_id = $1";

/// How many requests of a person wait for an answer. Whoever holds their row is alone in
/// adding one.
const WAITING_SQL: &str =
    "SELECT COUNT(*) FROM connections WHERE initiator_id = $1 AND state = 'pending'";

#[derive(sqlx::FromRow)]
struct Between {
    id: String,
    initiator_id: String,
    kind: String,
    state: String,
    responded_at: Option<i64>,
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
            let between: Vec<Between> = sqlx::query_as(BETWEEN_SQL)
                .bind(me.as_str())
                .bind(other.as_str())
                .fetch_all(&mut *tx)
                .await?;
            let (waiting,): (i64,) = sqlx::query_as(WAITING_SQL)
                .bind(me.as_str())
                .fetch_one(&mut *tx)
                .await?;
            let visible = there && active == Some((true,));
            let allowed = allowed(me, new.kind(), (visible, &between), now_ms)?;
            let room = match state {
                ConnectionState::Pending => may_wait(to_u64(waiting)),
                _ => Ok(()),
            };
            match allowed.and_then(|replaced| room.map(|()| replaced)) {
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
    (visible, between): (bool, &[Between]),
    now_ms: u64,
) -> Result<Result<Vec<String>, Problem>, StoreError> {
    if !visible {
        return Ok(Err(Problem::not_found("the person")));
    }
    let mut blocks = Vec::new();
    let mut alike = Vec::new();
    for row in between {
        let (id, answered_at) = (&row.id, row.responded_at.map(to_u64));
        let who = side(&row.initiator_id, me);
        let (of, state) = (to_kind(&row.kind)?, to_state(&row.state)?);
        let same = match who {
            Side::Initiator => of == kind,
            Side::Recipient => kind.mirrored() == Some(of),
        };
        if state == ConnectionState::Blocked {
            blocks.push((id, state, who, answered_at));
        } else if same {
            alike.push((id, state, who, answered_at));
        }
    }
    blocks.sort_by_key(|block| block.2 == Side::Initiator);
    let mut replaced = Vec::new();
    for (id, state, who, answered_at) in blocks.into_iter().chain(alike) {
        if let Err(problem) = ask_again((state, who), answered_at, now_ms) {
            return Ok(Err(problem));
        }
        replaced.push(id.clone());
    }
    Ok(Ok(replaced))
}
