//! `/v1/webhooks`.

use super::{EVENT_BYTES, whole, workos};
use crate::actor::RequestInfo;
use crate::app::App;
use crate::http::Failure;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of webhooks.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(of_workos))
        .layer(DefaultBodyLimit::max(EVENT_BYTES))
}

/// An event of WorkOS: `user.*` and `session.*` have their effect once, others are
/// none of ours. Older news of a user than what is known is taken and ignored.
#[utoipa::path(post, path = "/v1/webhooks/workos", tag = "webhooks",
    params(("WorkOS-Signature" = String, Header, description = "`t=<ms>, v1=<hex of HMAC-SHA256 over t.body>`",
        example = "t=1800000000000, v1=5257a869e7ecebeda32affa62cdca3fa51cad7e77a0e56ff536d0ce8e108d8bd")),
    request_body(content = workos::Event, content_type = "application/json",
        description = "`{object: \"event\", id, event, data, created_at}`; at most 256 KiB",
        example = json!({"object": "event", "id": "event_01", "event": "user.updated",
            "created_at": "2026-11-24T09:00:00.000Z",
            "data": {"object": "user", "id": "user_01", "email": "ada@example.org", "email_verified": true,
                "first_name": "Ada", "last_name": "Lovelace", "updated_at": "2026-11-24T09:00:00.000Z"}})),
    responses((status = 200, description = "Taken, now or before"),
        (status = 401, description = "Not signed with the secret, altered, or not of this moment; after too many from one address it is 429"),
        (status = 404, description = "No webhook secret is set"),
        (status = 422, description = "Signed, but not an event")))]
async fn of_workos(
    State(app): State<App>,
    request: RequestInfo,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Failure> {
    let body = whole(body)?;
    let signature = headers
        .get("workos-signature")
        .and_then(|signature| signature.to_str().ok());
    workos::take(&app, request, signature.unwrap_or_default(), &body).await?;
    Ok(StatusCode::OK)
}
