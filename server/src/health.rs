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
/// answers. A server that cannot hear the others is ready, and says that it is slower.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = String), (status = 503, description = "Not now")))]
async fn readyz(State(app): State<App>) -> Result<&'static str, Failure> {
    if app.leaving.is_cancelled() || app.shutdown.is_cancelled() {
        return Err(Problem::new(ErrorCode::Unavailable, "the server is going down").into());
    }
    if app.nodes.is_cut_off() {
        let why = "the server is cut off from its database";
        return Err(Problem::new(ErrorCode::Unavailable, why).into());
    }
    match app.db.ping().await {
        // Busy is not away: whether it is in reach is known from a line of its own.
        Err(error) if error.is_crowd() && !app.nodes.is_cut_off() => return Ok("ready; busy"),
        answered => answered?,
    }
    if !app.bus.is_up() {
        return Ok("ready; the bus is away: the database is asked each second");
    }
    Ok("ready")
}
