//! `/v1/meetings/{id}/participants`, and what somebody does for themselves.

use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use crate::meeting::{authorise, people, store};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::access::Action;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Participant, ParticipantChanges, ParticipantDraft};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(participants, invite))
        .routes(routes!(remove, change))
        .routes(routes!(approve))
        .routes(routes!(refuse))
        .routes(routes!(join))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(leave))
        .routes(routes!(hand_over))
}

/// The members, by address. In a public meeting host and co-host see who was asked and who
/// asks to join; the others see who has come, without addresses.
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
    let by = authorise(&app, &caller, &id, Action::ReadParticipants).await?;
    let limit = page.limit(100)?;
    let after: String = page.after()?.unwrap_or_default();
    let (place, sees) = ((&caller.user_id, &id), by.sees());
    let items = store::seen(&app.db, place, sees, &after, limit + 1).await?;
    let cursor = |last: &Participant| sees.cursor(last);
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Invites somebody by address or user id, or changes their role.
#[utoipa::path(post, path = "/v1/meetings/{id}/participants", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    request_body(content = ParticipantDraft, example = json!({"email": "bob@example.org", "role": "participant"})),
    responses((status = 201, body = Participant),
        (status = 403, description = "Host and co-host invite, and as many as the plan allows"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The host's role stays; or the meeting is full (`full`)"),
        (status = 422, description = "A field is not valid")))]
async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<ParticipantDraft>,
) -> Result<(StatusCode, Json<Participant>), Failure> {
    let invited = people::invite(&app, &caller, &id, draft, key).await?;
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
    people::remove(&app, &caller, &id, &who, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Leaves the meeting for good. A host hands it to the co-host who has been there longest,
/// else to a participant. Who has asked to join takes that back, and may ask again.
#[utoipa::path(post, path = "/v1/meetings/{id}/leave", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 204, description = "Left; what you followed here has ended"),
        (status = 403, description = "You do not take part"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Nobody could be the host then")))]
async fn leave(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    people::leave(&app, &caller, &id, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Comes in. A stranger to a public meeting does so too, or else asks to: the status is `requested` then.
#[utoipa::path(post, path = "/v1/meetings/{id}/join", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Participant),
        (status = 403, description = "You were sent away, or the plan allows no more"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Over or full (`full`), or you wait for an answer")))]
async fn join(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Participant>, Failure> {
    Ok(Json(people::join(&app, &caller, &id, key).await?))
}

/// Says that one will come.
#[utoipa::path(post, path = "/v1/meetings/{id}/accept", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Participant),
        (status = 403, description = "You were sent away, or the plan allows no more"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Over or full (`full`), or not asked")))]
async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Participant>, Failure> {
    Ok(Json(people::answer(&app, &caller, &id, true, key).await?))
}

/// Says that one will not come.
#[utoipa::path(post, path = "/v1/meetings/{id}/decline", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Participant),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Over, or not asked; or you have come, or are the host")))]
async fn decline(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Participant>, Failure> {
    Ok(Json(people::answer(&app, &caller, &id, false, key).await?))
}

/// Lets in who has asked to join.
#[utoipa::path(post, path = "/v1/meetings/{id}/participants/{who}/approve", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("who" = String, Path, description = "Address or user id"), IdempotencyHeader),
    responses((status = 200, body = Participant),
        (status = 403, description = "Host and co-host answer, and the plan may allow no more"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Over or full (`full`), or they have not asked")))]
async fn approve(
    State(app): State<App>,
    caller: Caller,
    Path((id, who)): Path<(MeetingId, String)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Participant>, Failure> {
    Ok(Json(
        people::answer_request(&app, &caller, &id, (&who, true), key).await?,
    ))
}

/// Does not let in who has asked to join.
#[utoipa::path(post, path = "/v1/meetings/{id}/participants/{who}/refuse", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("who" = String, Path, description = "Address or user id"), IdempotencyHeader),
    responses((status = 200, body = Participant),
        (status = 403, description = "Host and co-host answer, and the plan may allow no more"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Over or full (`full`), or they have not asked")))]
async fn refuse(
    State(app): State<App>,
    caller: Caller,
    Path((id, who)): Path<(MeetingId, String)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Participant>, Failure> {
    Ok(Json(
        people::answer_request(&app, &caller, &id, (&who, false), key).await?,
    ))
}

/// Changes role and rights of a participant; what is left out stays.
#[utoipa::path(patch, path = "/v1/meetings/{id}/participants/{who}", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("who" = String, Path, description = "Address or user id"), IdempotencyHeader),
    request_body(content = ParticipantChanges, example = json!({"role": "co-host", "canRecord": true})),
    responses((status = 200, body = Participant),
        (status = 403, description = "Host and co-host change it"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The host's role stays; or they do not take part"),
        (status = 422, description = "A field is not valid")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    Path((id, who)): Path<(MeetingId, String)>,
    IdempotencyKey(key): IdempotencyKey,
    Json(changes): Json<ParticipantChanges>,
) -> Result<Json<Participant>, Failure> {
    let what = (who.as_str(), changes);
    Ok(Json(people::change(&app, &caller, &id, what, key).await?))
}

/// Whom a meeting is handed over to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct HostDraft {
    /// Somebody who takes part.
    user_id: UserId,
}

/// Makes somebody else the host; I am a co-host then.
#[utoipa::path(post, path = "/v1/meetings/{id}/host", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    request_body(content = HostDraft, example = json!({"userId": "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e"})),
    responses((status = 200, body = Participant),
        (status = 403, description = "The host hands it over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Over, or they do not take part"),
        (status = 422, description = "A field is not valid")))]
async fn hand_over(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<HostDraft>,
) -> Result<Json<Participant>, Failure> {
    let to = &draft.user_id;
    Ok(Json(people::hand_over(&app, &caller, &id, to, key).await?))
}
