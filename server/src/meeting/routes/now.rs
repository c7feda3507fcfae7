//! `/v1/meetings/{id}/state`, `/hand`, `/speakers` and `/transcription`.

use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Limited, Path};
use crate::meeting::now;
use crate::rate::MEETINGS_SPEAK;
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::MeetingNow;
use connvo_core::protocol::command::Speakers;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(state))
        .routes(routes!(raise, lower))
        .routes(routes!(next))
        .routes(routes!(lower_other))
        .routes(routes!(pause))
        .routes(routes!(resume))
}

/// The meeting as it is now: who is there, who waits to speak, what is written down.
#[utoipa::path(get, path = "/v1/meetings/{id}/state", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = MeetingNow),
        (status = 403, description = "For those who take part"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn state(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<MeetingNow>, Failure> {
    Ok(Json(now::state(&app, &caller, &id).await?))
}

/// Raises my hand: I wait to speak.
#[utoipa::path(post, path = "/v1/meetings/{id}/hand", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Speakers),
        (status = 403, description = "You do not take part"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn raise(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Limited<Result<Json<Speakers>, Failure>> {
    let speakers = now::raise_hand(&app, &caller, &id, key).await;
    let answer = speakers.map(Json).map_err(Failure);
    Limited::of(&app, MEETINGS_SPEAK, &caller, &id, answer)
}

/// Lowers my hand.
#[utoipa::path(delete, path = "/v1/meetings/{id}/hand", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Speakers),
        (status = 403, description = "You do not take part"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn lower(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Limited<Result<Json<Speakers>, Failure>> {
    let speakers = now::lower_hand(&app, &caller, &id, None, key).await;
    let answer = speakers.map(Json).map_err(Failure);
    Limited::of(&app, MEETINGS_SPEAK, &caller, &id, answer)
}

/// Gives the word to whoever waits longest.
#[utoipa::path(post, path = "/v1/meetings/{id}/speakers/next", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Speakers),
        (status = 403, description = "Host and co-host do so"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn next(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Limited<Result<Json<Speakers>, Failure>> {
    let speakers = now::next_speaker(&app, &caller, &id, key).await;
    let answer = speakers.map(Json).map_err(Failure);
    Limited::of(&app, MEETINGS_SPEAK, &caller, &id, answer)
}

/// Lowers somebody's hand.
#[utoipa::path(delete, path = "/v1/meetings/{id}/speakers/{user}", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("user" = UserId, Path), IdempotencyHeader),
    responses((status = 200, body = Speakers),
        (status = 403, description = "Host and co-host do so"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn lower_other(
    State(app): State<App>,
    caller: Caller,
    Path((id, user)): Path<(MeetingId, UserId)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Limited<Result<Json<Speakers>, Failure>> {
    let speakers = now::lower_hand(&app, &caller, &id, Some(user), key).await;
    let answer = speakers.map(Json).map_err(Failure);
    Limited::of(&app, MEETINGS_SPEAK, &caller, &id, answer)
}

/// Pauses the transcript: what is said is not written down for now.
#[utoipa::path(post, path = "/v1/meetings/{id}/transcription/pause", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 204, description = "So it is"),
        (status = 403, description = "Host and co-host do so"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running")))]
async fn pause(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    now::pause_transcription(&app, &caller, &id, true, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Goes on with the transcript, or begins it.
#[utoipa::path(post, path = "/v1/meetings/{id}/transcription/resume", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 204, description = "So it is"),
        (status = 403, description = "Host and co-host do so"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running")))]
async fn resume(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    now::pause_transcription(&app, &caller, &id, false, key).await?;
    Ok(StatusCode::NO_CONTENT)
}
