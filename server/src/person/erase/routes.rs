//! `DELETE /v1/me`.

use super::Receipt;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json};
use axum::extract::State;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The route of deletion.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(erase))
}

/// Deletes me, for good, and all that says who I am. My tokens are good no longer; who
/// signs in with the same address later is somebody new.
#[utoipa::path(delete, path = "/v1/me", tag = "people", security(("bearer" = [])),
    params(IdempotencyHeader),
    responses((status = 200, description = "The receipt", body = Receipt),
        (status = 404, description = "Deleted already"),
        (status = 409, description = "You are the last administrator of an organisation with other members")))]
async fn erase(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Receipt>, Failure> {
    Ok(Json(super::erase(&app, &caller, key).await?))
}
