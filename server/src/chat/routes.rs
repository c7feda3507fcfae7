//! `/v1/meetings/{id}/messages`.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{
    Failure, IdempotencyHeader, IdempotencyKey, Json, Limited, Page, PageQuery, Path, Query,
};
use crate::meeting::authorise;
use crate::rate::CHAT_WRITE;
use axum::extract::State;
use connvo_core::access::Action;
use connvo_core::chat::{Message, MessageDraft, MessageEdit};
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, MessageId};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of chats.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, post))
        .routes(routes!(edit, delete))
        .routes(routes!(react, unreact))
}

/// Which messages.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct MessagesQuery {
    /// The order: `history` gives the messages posted last first, `journal` every message
    /// by its latest change.
    #[serde(default)]
    #[param(inline, required = false)]
    order: Order,
    /// Only the answers in the thread that this message began, in the order posted.
    #[param(nullable = false, value_type = Option<String>, format = Uuid)]
    thread: Option<MessageId>,
}

#[derive(Debug, Clone, Copy, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
enum Order {
    #[default]
    History,
    Journal,
}

/// The chat, paged: as people read it back, as it changed, or one thread of it.
#[utoipa::path(get, path = "/v1/meetings/{id}/messages", tag = "chat", security(("bearer" = [])),
    params(("id" = MeetingId, Path), MessagesQuery, PageQuery),
    responses((status = 200, body = Page<Message>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(query): Query<MessagesQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Message>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadChat).await?;
    let limit = page.limit(100)?;
    let (after, db) = (page.after::<u64>()?, &app.db);
    let items = match (&query.thread, query.order) {
        (Some(first), _) => store::thread(db, (&id, first), after.unwrap_or(0), limit + 1).await?,
        (None, Order::Journal) => store::entries(db, &id, after.unwrap_or(0), limit + 1).await?,
        (None, Order::History) => {
            let before = after.unwrap_or(i64::MAX as u64);
            store::before(db, &id, before, limit + 1).await?
        }
    };
    let is_journal = query.thread.is_none() && matches!(query.order, Order::Journal);
    let cursor = |last: &Message| match is_journal {
        true => last.sequence.to_string(),
        false => last.posted_sequence.to_string(),
    };
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Posts a message. A retry with the same `id`, or the same `Idempotency-Key`, gets the
/// message that the first made.
#[utoipa::path(post, path = "/v1/meetings/{id}/messages", tag = "chat", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    request_body(content = MessageDraft, example = json!({"text": "Good morning."})),
    responses((status = 200, body = Message),
        (status = 403, description = "Observers do not write; the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The id is another message's"),
        (status = 422, description = "A field is not valid"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn post(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<MessageDraft>,
) -> Limited<Result<Json<Message>, Failure>> {
    let posted = super::post(&app, &caller, &id, draft, key).await;
    limited(&app, &caller, &id, posted)
}

/// Gives a message other words. Its author may.
#[utoipa::path(patch, path = "/v1/meetings/{id}/messages/{message}", tag = "chat", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("message" = MessageId, Path)),
    request_body(content = MessageEdit, example = json!({"text": "Good evening."})),
    responses((status = 200, body = Message),
        (status = 403, description = "It is another's; the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "It is deleted"),
        (status = 422, description = "A field is not valid"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn edit(
    State(app): State<App>,
    caller: Caller,
    Path((id, message)): Path<(MeetingId, MessageId)>,
    Json(edit): Json<MessageEdit>,
) -> Limited<Result<Json<Message>, Failure>> {
    let edited = super::edit(&app, &caller, &id, message, edit).await;
    limited(&app, &caller, &id, edited)
}

/// Takes a message's words away; its place stays. Its author may, and host and co-host.
#[utoipa::path(delete, path = "/v1/meetings/{id}/messages/{message}", tag = "chat", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("message" = MessageId, Path)),
    responses((status = 200, body = Message),
        (status = 403, description = "It is another's; the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path((id, message)): Path<(MeetingId, MessageId)>,
) -> Limited<Result<Json<Message>, Failure>> {
    let deleted = super::delete(&app, &caller, &id, message).await;
    limited(&app, &caller, &id, deleted)
}

/// Reacts to a message.
#[utoipa::path(put, path = "/v1/meetings/{id}/messages/{message}/reactions/{emoji}", tag = "chat", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("message" = MessageId, Path),
        ("emoji" = String, Path, description = "One emoji", example = "👍")),
    responses((status = 200, body = Message),
        (status = 403, description = "Observers do not write; the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "It is deleted"),
        (status = 422, description = "No emoji, or too many different ones"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn react(
    State(app): State<App>,
    caller: Caller,
    Path((id, message, emoji)): Path<(MeetingId, MessageId, String)>,
) -> Limited<Result<Json<Message>, Failure>> {
    let reacted = super::react(&app, &caller, &id, (message, emoji, true)).await;
    limited(&app, &caller, &id, reacted)
}

/// Takes one's reaction back.
#[utoipa::path(delete, path = "/v1/meetings/{id}/messages/{message}/reactions/{emoji}", tag = "chat", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("message" = MessageId, Path),
        ("emoji" = String, Path, description = "One emoji", example = "👍")),
    responses((status = 200, body = Message),
        (status = 403, description = "Observers do not write; the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "It is deleted"),
        (status = 422, description = "No emoji"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn unreact(
    State(app): State<App>,
    caller: Caller,
    Path((id, message, emoji)): Path<(MeetingId, MessageId, String)>,
) -> Limited<Result<Json<Message>, Failure>> {
    let reacted = super::react(&app, &caller, &id, (message, emoji, false)).await;
    limited(&app, &caller, &id, reacted)
}

fn limited(
    app: &App,
    caller: &Caller,
    id: &MeetingId,
    answer: Result<Message, Problem>,
) -> Limited<Result<Json<Message>, Failure>> {
    let answer = answer.map(Json).map_err(Failure);
    Limited::of(app, CHAT_WRITE, caller, id, answer)
}
