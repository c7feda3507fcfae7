//! `/v1/orgs/{id}/invitations`, and what leads to them and from them.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use crate::org::authorise;
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::id::OrgId;
use connvo_core::org::{Org, OrgAction, OrgInvitation, OrgMemberDraft};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of invitations, but for [`invite`], which shares its path with the members.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(withdraw))
        .routes(routes!(accept))
}

/// Asks somebody by address to belong to it, or offers another role. The answer is the
/// same whether an account has the address or not; they belong to it once they accept.
#[utoipa::path(post, path = "/v1/orgs/{id}/members", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), IdempotencyHeader),
    request_body(content = OrgMemberDraft, example = json!({"email": "bob@example.org", "role": "member"})),
    responses((status = 201, body = OrgInvitation),
        (status = 403, description = "Administrators invite"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "A member already, or too many invitations wait"),
        (status = 422, description = "A field is not valid")))]
pub(in crate::org) async fn invite(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OrgId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<OrgMemberDraft>,
) -> Result<(StatusCode, Json<OrgInvitation>), Failure> {
    let invitation = super::invite(&app, &caller, &id, draft, key).await?;
    Ok((StatusCode::CREATED, Json(invitation)))
}

/// Who is asked and has not accepted, by address.
#[utoipa::path(get, path = "/v1/orgs/{id}/invitations", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), PageQuery),
    responses((status = 200, body = Page<OrgInvitation>),
        (status = 403, description = "Administrators see invitations"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OrgId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<OrgInvitation>>, Failure> {
    authorise(&app, &caller, &id, OrgAction::ManageMembers).await?;
    let limit = page.limit(100)?;
    let after: String = page.after()?.unwrap_or_default();
    let items = store::page(&app.db, &id, &after, limit + 1).await?;
    let cursor = |last: &OrgInvitation| last.email.clone();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/v1/orgs/{id}/invitations/{email}", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), ("email" = String, Path), IdempotencyHeader),
    responses((status = 204, description = "Taken back"),
        (status = 403, description = "Administrators take invitations back"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 422, description = "Not an address")))]
async fn withdraw(
    State(app): State<App>,
    caller: Caller,
    Path((id, email)): Path<(OrgId, String)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<StatusCode, Failure> {
    super::withdraw(&app, &caller, &id, &email, key).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Accepts: the caller belongs to it from now on. To decline is to take oneself out.
#[utoipa::path(post, path = "/v1/orgs/{id}/accept", tag = "orgs", security(("bearer" = [])),
    params(("id" = OrgId, Path), IdempotencyHeader),
    responses((status = 200, body = Org),
        (status = 404, description = "You are not asked"),
        (status = 409, description = "You belong to too many already")))]
async fn accept(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<OrgId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Org>, Failure> {
    Ok(Json(super::accept(&app, &caller, &id, key).await?))
}
