//! `/v1/meetings`.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::access::Action;
use connvo_core::id::MeetingId;
use connvo_core::meeting::{Meeting, MeetingDraft, MeetingState, Participant, ParticipantDraft};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of meetings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(participants, invite))
        .routes(routes!(start))
        .routes(routes!(end))
}

/// My meetings, newest first.
#[utoipa::path(get, path = "/v1/meetings", tag = "meetings", security(("bearer" = [])), params(PageQuery),
    responses((status = 200, body = Page<Meeting>), (status = 401, description = "No valid token")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Meeting>>, Failure> {
    let limit = page.limit(50)?;
    let after: Option<MeetingId> = page.after()?;
    let items = store::of_user(&app.db, &caller.user_id, after.as_ref(), limit + 1).await?;
    let cursor = |last: &Meeting| last.id.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Makes a meeting; the caller is its host.
#[utoipa::path(post, path = "/v1/meetings", tag = "meetings", security(("bearer" = [])),
    params(IdempotencyHeader), request_body = MeetingDraft,
    responses((status = 201, body = Meeting), (status = 422, description = "A field is not valid")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<MeetingDraft>,
) -> Result<(StatusCode, Json<Meeting>), Failure> {
    let meeting = super::create(&app, &caller, draft, key).await?;
    Ok((StatusCode::CREATED, Json(meeting)))
}

/// One meeting.
#[utoipa::path(get, path = "/v1/meetings/{id}", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = Meeting), (status = 404, description = "Absent, or not yours to see")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Meeting>, Failure> {
    Ok(Json(super::get(&app, &caller, &id).await?))
}

/// The members, by address.
#[utoipa::path(get, path = "/v1/meetings/{id}/participants", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<Participant>), (status = 404, description = "Absent, or not yours to see")))]
async fn participants(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Participant>>, Failure> {
    super::authorise(&app, &caller, &id, Action::ReadMeeting).await?;
    let limit = page.limit(100)?;
    let after: String = page.after()?.unwrap_or_default();
    let items = store::participants(&app.db, &id, &after, limit + 1).await?;
    let cursor = |last: &Participant| last.email.clone();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Invites somebody by address, or changes their role.
#[utoipa::path(post, path = "/v1/meetings/{id}/participants", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader), request_body = ParticipantDraft,
    responses((status = 201, body = Participant),
        (status = 403, description = "Host and co-host invite"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The host's role stays"),
        (status = 422, description = "A field is not valid")))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<ParticipantDraft>,
) -> Result<(StatusCode, Json<Participant>), Failure> {
    let invited = super::invite(&app, &caller, &id, draft, key).await?;
    Ok((StatusCode::CREATED, Json(invited)))
}

/// Starts the meeting.
#[utoipa::path(post, path = "/v1/meetings/{id}/start", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Meeting),
        (status = 403, description = "Host and co-host start it"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Not scheduled any more")))]
async fn start(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Meeting>, Failure> {
    let next = MeetingState::Active;
    Ok(Json(super::advance(&app, &caller, &id, next, key).await?))
}

/// Ends the meeting.
#[utoipa::path(post, path = "/v1/meetings/{id}/end", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Meeting),
        (status = 403, description = "Host and co-host end it"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Not running")))]
async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Meeting>, Failure> {
    let next = MeetingState::Concluded;
    Ok(Json(super::advance(&app, &caller, &id, next, key).await?))
}
