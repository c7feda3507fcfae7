//! `/v1/me`.

use super::{User, store};
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json};
use axum::extract::State;
use connvo_core::error::Problem;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of people.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(me))
}

/// Who I am.
#[utoipa::path(get, path = "/v1/me", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = User), (status = 401, description = "No valid token")))]
async fn me(State(app): State<App>, caller: Caller) -> Result<Json<User>, Failure> {
    let user = store::get(&app.db, &caller.user_id).await?;
    Ok(Json(user.ok_or_else(|| Problem::not_found("the user"))?))
}
