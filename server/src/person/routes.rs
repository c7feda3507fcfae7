//! `/v1/me` and `/v1/users/{id}`, `/v1/interests`.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use axum::extract::State;
use connvo_core::id::UserId;
use connvo_core::person::interest::{Interest, InterestsDraft, UserInterest};
use connvo_core::person::profile::{ProfileDraft, PublicProfile};
use connvo_core::person::settings::{Account, SettingsDraft};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of people.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(me, change))
        .routes(routes!(own_profile, put_profile))
        .routes(routes!(profile))
        .routes(routes!(interests))
        .routes(routes!(own_interests, put_interests))
        .merge(super::connection::routes::routes())
        .merge(super::export::routes::routes())
        .merge(super::erase::routes::routes())
        .merge(super::admin::routes())
}

/// Who I am.
#[utoipa::path(get, path = "/v1/me", tag = "people", security(("bearer" = [])),
    responses((status = 200, body = Account), (status = 401, description = "No valid token")))]
async fn me(State(app): State<App>, caller: Caller) -> Result<Json<Account>, Failure> {
    Ok(Json(super::account(&app, &caller).await?))
}

/// Changes my name and settings; what is left out stays.
#[utoipa::path(patch, path = "/v1/me", tag = "people", security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body(content = SettingsDraft, example = json!({"name": "Ada", "timezone": "Europe/Lisbon",
        "language": "pt-PT", "notificationSettings": {"email": true, "push": false, "meeting": true}})),
    responses((status = 200, body = Account), (status = 422, description = "A field is not valid")))]
async fn change(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<SettingsDraft>,
) -> Result<Json<Account>, Failure> {
    Ok(Json(super::change(&app, &caller, &draft, key).await?))
}

/// What I say of myself.
#[utoipa::path(get, path = "/v1/me/profile", tag = "people", security(("bearer" = [])),
    responses((status = 200, body = ProfileDraft), (status = 401, description = "No valid token")))]
async fn own_profile(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<ProfileDraft>, Failure> {
    Ok(Json(store::profile(&app.db, &caller.user_id).await?))
}

/// Says something else of myself: this takes the place of all that was said before.
#[utoipa::path(put, path = "/v1/me/profile", tag = "people", security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body(content = ProfileDraft, example = json!({"bio": "I draw machines.",
        "jobTitle": "Engineer", "languages": ["en"], "skills": ["drawing"],
        "availableForMentoring": true})),
    responses((status = 200, body = ProfileDraft), (status = 422, description = "A field is not valid")))]
async fn put_profile(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<ProfileDraft>,
) -> Result<Json<ProfileDraft>, Failure> {
    Ok(Json(super::put_profile(&app, &caller, &draft, key).await?))
}

/// What somebody says of themselves.
#[utoipa::path(get, path = "/v1/users/{id}", tag = "people", security(("bearer" = [])),
    params(("id" = UserId, Path)),
    responses((status = 200, body = PublicProfile), (status = 404, description = "Absent, or not yours to see")))]
async fn profile(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<UserId>,
) -> Result<Json<PublicProfile>, Failure> {
    Ok(Json(super::profile(&app, &caller, &id).await?))
}

/// What people can be interested in, by slug; `parent` makes it a tree.
#[utoipa::path(get, path = "/v1/interests", tag = "people", security(("bearer" = [])), params(PageQuery),
    responses((status = 200, body = Page<Interest>), (status = 401, description = "No valid token")))]
async fn interests(
    State(app): State<App>,
    _: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Interest>>, Failure> {
    let limit = page.limit(100)?;
    let after: String = page.after()?.unwrap_or_default();
    let items = store::interests(&app.db, &after, limit + 1).await?;
    let cursor = |last: &Interest| last.slug.clone();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// A person's interests, by slug; at most 50.
#[derive(Debug, Serialize, ToSchema)]
struct Interests {
    /// The interests.
    items: Vec<UserInterest>,
}

/// What interests me.
#[utoipa::path(get, path = "/v1/me/interests", tag = "people", security(("bearer" = [])),
    responses((status = 200, body = Interests), (status = 401, description = "No valid token")))]
async fn own_interests(State(app): State<App>, caller: Caller) -> Result<Json<Interests>, Failure> {
    let items = store::of_user(&app.db, &caller.user_id).await?;
    Ok(Json(Interests { items }))
}

/// Says what interests me now: this takes the place of all that was said before.
#[utoipa::path(put, path = "/v1/me/interests", tag = "people", security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body(content = InterestsDraft, example = json!({"items": [{"slug": "rust", "proficiency": "expert"}]})),
    responses((status = 200, body = Interests), (status = 422, description = "A field is not valid")))]
async fn put_interests(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<InterestsDraft>,
) -> Result<Json<Interests>, Failure> {
    let items = super::put_interests(&app, &caller, draft, key).await?;
    Ok(Json(Interests { items }))
}
