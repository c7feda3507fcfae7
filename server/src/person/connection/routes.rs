//! `/v1/connections` and `/v1/users/{id}/block`.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{
    Failure, IdempotencyHeader, IdempotencyKey, Json, Limited, Page, PageQuery, Path, Query,
};
use crate::rate::CONNECTIONS_ASK;
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::person::connection::{
    Connection, ConnectionAction, ConnectionDraft, ConnectionStatus,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of connections.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, ask))
        .routes(routes!(remove))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(block))
        .routes(routes!(unblock))
        .routes(routes!(block_user))
}

/// Which connections.
#[derive(Debug, Deserialize, IntoParams)]
pub struct ConnectionQuery {
    /// Only those in this state; `blocked` gives whom I have blocked.
    #[param(nullable = false)]
    state: Option<ConnectionStatus>,
    /// The `next` of the page before; the first page without it.
    #[param(nullable = false)]
    after: Option<String>,
    /// Most items wanted; 1 to 100.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

/// My connections, newest first.
#[utoipa::path(get, path = "/v1/connections", tag = "people", security(("bearer" = [])), params(ConnectionQuery),
    responses((status = 200, body = Page<Connection>), (status = 401, description = "No valid token")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<ConnectionQuery>,
) -> Result<Json<Page<Connection>>, Failure> {
    let (after, limit) = (query.after, query.limit);
    let page = PageQuery { after, limit };
    let limit = page.limit(50)?;
    let after: Option<ConnectionId> = page.after()?;
    let of = (&caller.user_id, query.state);
    let items = store::page(&app.db, of.0, of.1, after.as_ref(), limit + 1).await?;
    let cursor = |last: &Connection| last.id.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Asks somebody for a connection; following needs no answer.
#[utoipa::path(post, path = "/v1/connections", tag = "people", security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body(content = ConnectionDraft, example = json!({"userId": "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
        "kind": "mentor", "message": "You know what I want to learn."})),
    responses((status = 201, body = Connection),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "There is one like it, they have declined or ended one within a week (`cool-down`), 100 wait for an answer (`pending`), or you have blocked them"),
        (status = 422, description = "A field is not valid"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn ask(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<ConnectionDraft>,
) -> Limited<Result<(StatusCode, Json<Connection>), Failure>> {
    let asked = super::ask(&app, &caller, draft, key).await;
    let answer = asked.map(|asked| (StatusCode::CREATED, Json(asked)));
    Limited::of_person(&app, CONNECTIONS_ASK, &caller, answer.map_err(Failure))
}

/// Accepts what was asked of me; also what I declined before.
#[utoipa::path(post, path = "/v1/connections/{id}/accept", tag = "people", security(("bearer" = [])),
    params(("id" = ConnectionId, Path), IdempotencyHeader),
    responses((status = 200, body = Connection),
        (status = 403, description = "Whom you have asked answers"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Answered already")))]
async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Connection>, Failure> {
    let now = super::act(&app, &caller, &id, ConnectionAction::Accept, key).await?;
    Ok(Json(there(now)?))
}

/// Declines what was asked of me.
#[utoipa::path(post, path = "/v1/connections/{id}/decline", tag = "people", security(("bearer" = [])),
    params(("id" = ConnectionId, Path), IdempotencyHeader),
    responses((status = 200, body = Connection),
        (status = 403, description = "Whom you have asked answers"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Answered already")))]
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Connection>, Failure> {
    let now = super::act(&app, &caller, &id, ConnectionAction::Decline, key).await?;
    Ok(Json(there(now)?))
}

/// Blocks the other: neither sees the other any more.
#[utoipa::path(post, path = "/v1/connections/{id}/block", tag = "people", security(("bearer" = [])),
    params(("id" = ConnectionId, Path), IdempotencyHeader),
    responses((status = 204, description = "Blocked; all that was between you is gone"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn block(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::act(&app, &caller, &id, ConnectionAction::Block, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lifts my own block.
#[utoipa::path(post, path = "/v1/connections/{id}/unblock", tag = "people", security(("bearer" = [])),
    params(("id" = ConnectionId, Path), IdempotencyHeader),
    responses((status = 204, description = "Lifted; there is nothing between you"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Not blocked")))]
async fn unblock(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::act(&app, &caller, &id, ConnectionAction::Unblock, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends a connection, or takes a request back. Of one that was offered to me it stays that
/// I declined it, which stands for a week against being asked again; a second call, or one
/// for what I declined before, forgets that.
#[utoipa::path(delete, path = "/v1/connections/{id}", tag = "people", security(("bearer" = [])),
    params(("id" = ConnectionId, Path), IdempotencyHeader),
    responses((status = 204, description = "Ended"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "To be answered, declined, or blocked")))]
async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<ConnectionId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::act(&app, &caller, &id, ConnectionAction::Remove, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Blocks somebody: neither sees the other any more. `GET /v1/connections?state=blocked`
/// has the block, and its id lifts it.
#[utoipa::path(post, path = "/v1/users/{id}/block", tag = "people", security(("bearer" = [])),
    params(("id" = UserId, Path), IdempotencyHeader),
    responses((status = 204, description = "Blocked; all that was between you is gone"),
        (status = 404, description = "Nobody has this id"),
        (status = 422, description = "This is yourself")))]
async fn block_user(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UserId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::block(&app, &caller, &id, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn there(connection: Option<Connection>) -> Result<Connection, Problem> {
    connection.ok_or_else(|| Problem::not_found("the connection"))
}
