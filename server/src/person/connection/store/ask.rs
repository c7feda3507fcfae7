//! Asking for a connection in the database.

use super::{GET_SQL, Row, hold, side, to_kind, to_state};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::person::connection::{
    Connection, ConnectionKind, ConnectionStatus, NewConnection, Side, ask_again, concerns_all,
    may_wait,
};
use serde_json::json;

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

/// Asks for a connection, under the id `fresh`, which is recorded. The inner error is
/// a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn ask(
    db: &Db,
    (me, fresh, new): (&UserId, &ConnectionId, &NewConnection),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<Connection, Problem>, StoreError> {
    let (other, now) = (new.user_id(), to_i64(now_ms));
    let state = new.kind().begins();
    let responded = (state == ConnectionStatus::Accepted).then_some(now);
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
                ConnectionStatus::Pending => may_wait(to_u64(waiting)),
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
                    let entry = entry.with(json!({"userId": other, "connectionId": fresh,
                        "kind": new.kind(), "state": {"from": null, "to": state}}));
                    audit::store::record(&mut tx, &entry).await?;
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
    let mut found = Vec::new();
    for row in between {
        let who = side(&row.initiator_id, me);
        let (of, state) = (to_kind(&row.kind)?, to_state(&row.state)?);
        let like = state != ConnectionStatus::Blocked
            && match who {
                Side::Initiator => of == kind,
                Side::Recipient => kind.mirrored() == Some(of),
            };
        if like || concerns_all(state, who) {
            found.push((like, state, who, row));
        }
    }
    // Blocks first, the other's before one's own; then what is like it.
    found.sort_by_key(|(like, state, who, _)| {
        let blocked = *state == ConnectionStatus::Blocked;
        (!blocked, blocked && *who == Side::Initiator, !like)
    });
    let mut replaced = Vec::new();
    for (like, state, who, row) in found {
        let answered_at = row.responded_at.map(to_u64);
        if let Err(problem) = ask_again((state, who), answered_at, now_ms) {
            return Ok(Err(problem));
        }
        if like {
            replaced.push(row.id.clone());
        }
    }
    Ok(Ok(replaced))
}
