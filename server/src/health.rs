//! `/healthz`: the process lives. `/readyz`: it may be sent traffic.

use crate::app::App;
use crate::http::Failure;
use axum::extract::State;
use connvo_core::error::{ErrorCode, Problem};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of probes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
}

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String)))]
async fn healthz() -> &'static str {
    "ok"
}

/// Whether the server may be sent traffic: it is not going down, and its database
/// answers.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = String), (status = 503, description = "Not now")))]
async fn readyz(State(app): State<App>) -> Result<&'static str, Failure> {
    if app.shutdown.is_cancelled() {
        return Err(Problem::new(ErrorCode::Unavailable, "the server is going down").into());
    }
    app.db.ping().await?;
    Ok("ready")
}
