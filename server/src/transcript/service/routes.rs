//! `/v1/meetings/{id}/service-tokens`.

use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, Path};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::id::MeetingId;
use connvo_core::transcript::service::{FreshServiceToken, ServiceToken, ServiceTokenDraft};
use utoipa_axum::{router::OpenApiRouter, routes};

pub(in crate::transcript) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, make))
        .routes(routes!(revoke))
}

/// The programs that may send the meeting's transcript; their secrets are not told again.
#[utoipa::path(get, path = "/v1/meetings/{id}/service-tokens", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = Page<ServiceToken>, description = "At most 10, in the order made"),
        (status = 403, description = "Host and co-host see them"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting was called off")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Page<ServiceToken>>, Failure> {
    let items = super::list(&app, &caller, &id).await?;
    Ok(Json(Page { items, next: None }))
}

/// Makes a token with which a program sends this meeting's transcript, for anybody in it, and
/// tells it this once; it is good for nothing else. Sent again it makes another. It sends with
/// the right of who made it, and is void when they are no longer host or co-host here.
#[utoipa::path(post, path = "/v1/meetings/{id}/service-tokens", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    request_body(content = ServiceTokenDraft, example = json!({"name": "Captions"})),
    responses((status = 201, body = FreshServiceToken),
        (status = 403, description = "Host and co-host make them"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting was called off, or has as many as it may"),
        (status = 422, description = "A field is not valid")))]
async fn make(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Json(draft): Json<ServiceTokenDraft>,
) -> Result<(StatusCode, Json<FreshServiceToken>), Failure> {
    let made = super::make(&app, &caller, &id, &draft).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes a token back: it is good nowhere from now on.
#[utoipa::path(delete, path = "/v1/meetings/{id}/service-tokens/{tokenId}", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("tokenId" = String, Path, description = "Its `id`"), IdempotencyHeader),
    responses((status = 204, description = "It is no more"),
        (status = 403, description = "Host and co-host do so"),
        (status = 404, description = "Absent, or not yours to see; or no such token (any more)"),
        (status = 409, description = "The meeting was called off")))]
async fn revoke(
    State(app): State<App>,
    caller: Caller,
    Path((id, token)): Path<(MeetingId, String)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::revoke(&app, &caller, &id, &token, key).await?;
    Ok(StatusCode::NO_CONTENT)
}
