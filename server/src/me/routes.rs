//! `/v1/me/entitlements` and `/v1/flags`.

use super::view;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json};
use axum::extract::State;
use connvo_core::me::MeView;
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of what a person may use.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(entitlements))
        .routes(routes!(flags))
}

/// Who I am, what I may use, and which flags are on for me. The live query `me` follows
/// the same.
#[utoipa::path(get, path = "/v1/me/entitlements", tag = "plans", security(("bearer" = [])),
    responses((status = 200, body = MeView), (status = 401, description = "No valid token")))]
async fn entitlements(State(app): State<App>, caller: Caller) -> Result<Json<MeView>, Failure> {
    let (me, _) = view(&app, &caller.user_id).await?;
    Ok(Json(me))
}

/// Every flag by its key, as evaluated for me; `false` is off.
#[utoipa::path(get, path = "/v1/flags", tag = "flags", security(("bearer" = [])),
    responses((status = 200, description = "Values by key", body = BTreeMap<String, Value>,
            example = json!({"insights": true, "stream": false})),
        (status = 401, description = "No valid token")))]
async fn flags(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<BTreeMap<String, Value>>, Failure> {
    let (me, _) = view(&app, &caller.user_id).await?;
    Ok(Json(me.flags))
}
