//! `/v1/orgs` and its members, and `/v1/admin/{orgs,users}`.

use super::admin::{self, AdminOrg, AdminOrgDetail, AdminUser, OverrideDraft};
use super::invitation::routes as invitations;
use super::store;
use crate::app::App;
use crate::audit;
use crate::auth::Caller;
use crate::auth::admin::Admin;
use crate::flag::routes::Reason;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{Org, OrgAction, OrgDraft, OrgMember, OrgRoleDraft};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of organisations.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, close))
        .routes(routes!(members, invitations::invite))
        .merge(invitations::routes())
        .routes(routes!(change_member, remove_member))
        .routes(routes!(admin_orgs))
        .routes(routes!(admin_org))
        .routes(routes!(put_override, delete_override))
        .routes(routes!(admin_users))
}

/// The organisations that I belong to, or am asked to belong to (`status`).
#[utoipa::path(get, path = "/v1/orgs", tag = "orgs", security(("bearer" = [])), params(PageQuery),
    responses((status = 200, body = Page<Org>), (status = 401, description = "No valid token")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Org>>, Failure> {
    let limit = page.limit(50)?;
    let after: Option<OrgId> = page.after()?;
    let items = store::of_user(&app.db, &caller.user_id, after.as_ref(), limit + 1).await?;
    Ok(Json(Page::of(items, limit, |last: &Org| {
        last.id.to_string()
    })))
}

/// Makes an organisation; the caller is its administrator.
#[utoipa::path(post, path = "/v1/orgs", tag = "orgs", security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body(content = OrgDraft, example = json!({"name": "Acme"})),
    responses((status = 201, body = Org),
        (status = 409, description = "You belong to too many already"),
        (status = 422, description = "A field is not valid")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<OrgDraft>,
) -> Result<(StatusCode, Json<Org>), Failure> {
    let org = super::create(&app, &caller, draft, key).await?;
    Ok((StatusCode::CREATED, Json(org)))
}

/// One organisation.
#[utoipa::path(get, path = "/v1/orgs/{id}", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path)),
    responses((status = 200, body = Org), (status = 404, description = "Absent, or not yours to see")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OrgId>,
) -> Result<Json<Org>, Failure> {
    Ok(Json(super::get(&app, &caller, &id).await?))
}

/// Closes it for good: its members are none any more, and its meetings are on the free
/// plan.
#[utoipa::path(delete, path = "/v1/orgs/{id}", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), IdempotencyHeader),
    responses((status = 204, description = "Closed"),
        (status = 403, description = "Administrators close it"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "There are other administrators")))]
async fn close(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OrgId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::close(&app, &caller, &id, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Who belongs to it.
#[utoipa::path(get, path = "/v1/orgs/{id}/members", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<OrgMember>), (status = 404, description = "Absent, or not yours to see")))]
async fn members(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OrgMember>>, Failure> {
    super::authorise(&app, &caller, &id, OrgAction::Read).await?;
    let limit = page.limit(100)?;
    let after: Option<UserId> = page.after()?;
    let items = store::members(&app.db, &id, after.as_ref(), limit + 1).await?;
    let cursor = |last: &OrgMember| last.user_id.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Changes a member's role.
#[utoipa::path(put, path = "/v1/orgs/{id}/members/{user}", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), ("user" = UserId, Path), IdempotencyHeader),
    request_body(content = OrgRoleDraft, example = json!({"role": "admin"})),
    responses((status = 200, body = OrgMember),
        (status = 403, description = "Administrators change roles"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The last administrator stays one"),
        (status = 422, description = "A field is not valid")))]
async fn change_member(
    State(app): State<App>,
    caller: Caller,
    Path((id, user)): Path<(OrgId, UserId)>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<OrgRoleDraft>,
) -> Result<Json<OrgMember>, Failure> {
    let member = super::change_member(&app, &caller, &id, &user, &draft, key).await?;
    Ok(Json(member))
}

/// Takes a member out, or oneself: who is asked to belong to it declines so.
#[utoipa::path(delete, path = "/v1/orgs/{id}/members/{user}", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), ("user" = UserId, Path), IdempotencyHeader),
    responses((status = 204, description = "Taken out"),
        (status = 403, description = "Administrators take others out"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The last administrator stays")))]
async fn remove_member(
    State(app): State<App>,
    caller: Caller,
    Path((id, user)): Path<(OrgId, UserId)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::remove_member(&app, &caller, &id, &user, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which page of what is searched for.
#[derive(Debug, Deserialize, IntoParams)]
pub struct SearchQuery {
    /// A part of the name or address, in any case; at most 200 bytes.
    #[param(nullable = false, max_length = 200)]
    search: Option<String>,
    /// The `next` of the page before; the first page without it.
    #[param(nullable = false)]
    after: Option<String>,
    /// Most items wanted; 1 to 100.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl SearchQuery {
    /// What the audit log has of it: words that may be a name or an address as their hash.
    fn asked(&self) -> serde_json::Value {
        let hash = |search: &String| audit::address_hash("search", search);
        json!({"searchHash": self.search.as_ref().map(hash), "after": self.after})
    }

    /// The pattern that is searched for, and the page.
    fn parts(self) -> Result<(String, PageQuery), Failure> {
        let pattern = admin::pattern(self.search.as_deref())?;
        let (after, limit) = (self.after, self.limit);
        Ok((pattern, PageQuery { after, limit }))
    }
}

/// Organisations by a part of their name.
#[utoipa::path(get, path = "/v1/admin/orgs", tag = "admin", security(("bearer" = [])), params(SearchQuery),
    responses((status = 200, body = Page<AdminOrg>),
        (status = 403, description = "For the platform's administrators")))]
async fn admin_orgs(
    State(app): State<App>,
    by: Admin,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Page<AdminOrg>>, Failure> {
    let asked = query.asked();
    let (pattern, page) = query.parts()?;
    let (limit, after) = (page.limit(50)?, page.after::<OrgId>()?);
    audit::read(&app, &by, "readOrgs", "orgs", asked).await?;
    let (page, now) = ((after.as_ref(), limit + 1), app.clock.now_ms());
    let items = admin::search_orgs(&app.db, &pattern, page, now).await?;
    let cursor = |last: &AdminOrg| last.id.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// One organisation with all that its members may use.
#[utoipa::path(get, path = "/v1/admin/orgs/{id}", tag = "admin", security(("bearer" = [])),
    params(("id" = OrgId, Path)),
    responses((status = 200, body = AdminOrgDetail),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No such organisation")))]
async fn admin_org(
    State(app): State<App>,
    by: Admin,
    Path(id): Path<OrgId>,
) -> Result<Json<AdminOrgDetail>, Failure> {
    Ok(Json(admin::detail(&app, &by, &id).await?))
}

/// Sets a feature or limit of an organisation, whatever its plan. Open pages hear of it
/// at once.
#[utoipa::path(put, path = "/v1/admin/orgs/{id}/entitlements/{key}", tag = "admin", security(("bearer" = [])),
    params(("id" = OrgId, Path), ("key" = String, Path, description = "A feature or limit, as `recording` or `participants`", example = "recording"), IdempotencyHeader),
    request_body(content = OverrideDraft, example = json!({"value": true, "reason": "a pilot"})),
    responses((status = 200, body = AdminOrgDetail),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No such organisation, feature or limit"),
        (status = 422, description = "A field is not valid")))]
async fn put_override(
    State(app): State<App>,
    by: Admin,
    Path((id, key)): Path<(OrgId, String)>,
    IdempotencyKey(once): IdempotencyKey,
    Json(draft): Json<OverrideDraft>,
) -> Result<Json<AdminOrgDetail>, Failure> {
    let detail = admin::put_override(&app, &by, (&id, &key), draft, once).await?;
    Ok(Json(detail))
}

/// Takes back what an administrator has set.
#[utoipa::path(delete, path = "/v1/admin/orgs/{id}/entitlements/{key}", tag = "admin", security(("bearer" = [])),
    params(("id" = OrgId, Path), ("key" = String, Path, description = "A feature or limit", example = "recording"), Reason, IdempotencyHeader),
    responses((status = 204, description = "Taken back"),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "Nothing is set"),
        (status = 422, description = "A reason is needed")))]
async fn delete_override(
    State(app): State<App>,
    by: Admin,
    Path((id, key)): Path<(OrgId, String)>,
    Query(query): Query<Reason>,
    IdempotencyKey(once): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    admin::delete_override(&app, &by, (&id, &key), &query.reason, once).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// People by a part of their name or address.
#[utoipa::path(get, path = "/v1/admin/users", tag = "admin", security(("bearer" = [])), params(SearchQuery),
    responses((status = 200, body = Page<AdminUser>),
        (status = 403, description = "For the platform's administrators")))]
async fn admin_users(
    State(app): State<App>,
    by: Admin,
    Query(query): Query<SearchQuery>,
) -> Result<Json<Page<AdminUser>>, Failure> {
    let asked = query.asked();
    let (pattern, page) = query.parts()?;
    let (limit, after) = (page.limit(50)?, page.after::<UserId>()?);
    audit::read(&app, &by, "readUsers", "users", asked).await?;
    let items = admin::search_users(&app.db, &pattern, after.as_ref(), limit + 1).await?;
    let cursor = |last: &AdminUser| last.id.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}
