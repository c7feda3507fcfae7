//! `/v1/me/export`.

use crate::app::App;
use crate::auth::Caller;
use crate::http::Failure;
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The route of the export.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(export))
}

/// Everything kept about me, one JSON object a line: `{"type": "user", "data": {…}}`. The
/// last one, of the type `end`, counts the others: without it the export is not whole.
#[utoipa::path(get, path = "/v1/me/export", tag = "people", security(("bearer" = [])),
    responses((status = 200, description = "JSON lines", body = String, content_type = "application/x-ndjson"),
        (status = 401, description = "No valid token")))]
async fn export(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let lines = super::begin(&app, &caller).await?;
    let headers = [
        (CONTENT_TYPE, "application/x-ndjson"),
        (CACHE_CONTROL, "no-store"),
        (
            CONTENT_DISPOSITION,
            "attachment; filename=\"connvo.ndjson\"",
        ),
    ];
    Ok((headers, Body::from_stream(lines)).into_response())
}
