//! `/v1/admin/flags`.

use super::store;
use crate::app::App;
use crate::audit;
use crate::auth::admin::Admin;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::flag::{Flag, FlagDraft};
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of flags.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get, put, delete))
}

/// Why an operator does something.
#[derive(Debug, Deserialize, IntoParams, ToSchema)]
pub struct Reason {
    /// For the record; 1 to 500 UTF-16 code units.
    #[param(min_length = 1, max_length = 500, example = "no longer needed")]
    pub reason: String,
}

/// Every flag, by key.
#[utoipa::path(get, path = "/v1/admin/flags", tag = "admin", security(("bearer" = [])), params(PageQuery),
    responses((status = 200, body = Page<Flag>),
        (status = 403, description = "For the platform's administrators")))]
async fn list(
    State(app): State<App>,
    admin: Admin,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Flag>>, Failure> {
    let limit = page.limit(100)?;
    let after: String = page.after()?.unwrap_or_default();
    audit::read(&app, &admin, "readFlags", "flags", json!({"after": after})).await?;
    let items = store::page(&app.db, &after, limit + 1).await?;
    Ok(Json(Page::of(items, limit, |last: &Flag| last.key.clone())))
}

/// One flag.
#[utoipa::path(get, path = "/v1/admin/flags/{key}", tag = "admin", security(("bearer" = [])),
    params(("key" = String, Path, description = "The flag's name", example = "insights")),
    responses((status = 200, body = Flag),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No such flag")))]
async fn get(
    State(app): State<App>,
    admin: Admin,
    Path(key): Path<String>,
) -> Result<Json<Flag>, Failure> {
    Ok(Json(super::get(&app, &admin, &key).await?))
}

/// Makes a flag, or makes it another. Open pages hear of it at once.
#[utoipa::path(put, path = "/v1/admin/flags/{key}", tag = "admin", security(("bearer" = [])),
    params(("key" = String, Path, description = "1 to 64 bytes of a-z, 0-9, dot, dash and underscore", example = "insights"), IdempotencyHeader),
    request_body(content = FlagDraft, example = json!({"value": true, "rollout": 25, "active": true,
        "rules": [{"plans": ["pro"], "value": true}], "reason": "a first quarter of the people"})),
    responses((status = 200, body = Flag),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No flag can have this key"),
        (status = 409, description = "There are too many flags"),
        (status = 422, description = "A field is not valid")))]
async fn put(
    State(app): State<App>,
    admin: Admin,
    Path(key): Path<String>,
    IdempotencyKey(once): IdempotencyKey,
    Json(draft): Json<FlagDraft>,
) -> Result<Json<Flag>, Failure> {
    Ok(Json(super::put(&app, &admin, &key, draft, once).await?))
}

/// Removes a flag.
#[utoipa::path(delete, path = "/v1/admin/flags/{key}", tag = "admin", security(("bearer" = [])),
    params(("key" = String, Path, description = "The flag's name", example = "insights"), Reason, IdempotencyHeader),
    responses((status = 204, description = "Removed"),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No such flag"),
        (status = 409, description = "The flag of a capability stays"),
        (status = 422, description = "A reason is needed")))]
async fn delete(
    State(app): State<App>,
    admin: Admin,
    Path(key): Path<String>,
    Query(query): Query<Reason>,
    IdempotencyKey(once): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::delete(&app, &admin, &key, &query.reason, once).await?;
    Ok(StatusCode::NO_CONTENT)
}
