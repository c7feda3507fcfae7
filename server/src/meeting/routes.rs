//! `/v1/meetings`.

use super::{Seen, store};
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::access::Action;
use connvo_core::entitlement::Entitlements;
use connvo_core::id::MeetingId;
use connvo_core::meeting::{Meeting, MeetingDraft, MeetingState, Participant, ParticipantDraft};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of meetings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get))
        .routes(routes!(participants, invite))
        .routes(routes!(remove))
        .routes(routes!(leave))
        .routes(routes!(entitlements))
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
    params(IdempotencyHeader),
    request_body(content = MeetingDraft, example = json!({"title": "Weekly", "isPublic": false})),
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
    responses((status = 200, body = Seen, description = "With your standing as a member; without, of a public meeting"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Seen>, Failure> {
    Ok(Json(super::get(&app, &caller, &id).await?))
}

/// The members, by address.
#[utoipa::path(get, path = "/v1/meetings/{id}/participants", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<Participant>),
        (status = 403, description = "For those who take part"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn participants(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Participant>>, Failure> {
    super::authorise(&app, &caller, &id, Action::ReadParticipants).await?;
    let limit = page.limit(100)?;
    let after: String = page.after()?.unwrap_or_default();
    let place = (&caller.user_id, &id);
    let items = store::participants(&app.db, place, &after, limit + 1).await?;
    let cursor = |last: &Participant| last.email.clone();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Invites somebody by address, or changes their role.
#[utoipa::path(post, path = "/v1/meetings/{id}/participants", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    request_body(content = ParticipantDraft, example = json!({"email": "bob@example.org", "role": "participant"})),
    responses((status = 201, body = Participant),
        (status = 403, description = "Host and co-host invite, and as many as the plan allows"),
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

/// Sends a participant away, by address or user id.
#[utoipa::path(delete, path = "/v1/meetings/{id}/participants/{who}", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("who" = String, Path, description = "Address or user id"), IdempotencyHeader),
    responses((status = 204, description = "Away; what they followed here has ended"),
        (status = 403, description = "Host and co-host send away"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The host stays; or away already")))]
async fn remove(
    State(app): State<App>,
    caller: Caller,
    Path((id, who)): Path<(MeetingId, String)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::remove(&app, &caller, &id, &who, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves the meeting for good.
#[utoipa::path(post, path = "/v1/meetings/{id}/leave", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 204, description = "Left; what you followed here has ended"),
        (status = 403, description = "You do not take part"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The host stays")))]
async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::leave(&app, &caller, &id, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What may be used in the meeting, by the plan of its organisation.
#[utoipa::path(get, path = "/v1/meetings/{id}/entitlements", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = Entitlements), (status = 404, description = "Absent, or not yours to see")))]
async fn entitlements(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Entitlements>, Failure> {
    Ok(Json(super::entitlements(&app, &caller, &id).await?))
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
