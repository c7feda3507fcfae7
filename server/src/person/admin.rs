//! `/v1/admin/users/{id}`: a person as the platform's administrators see them, and
//! whether they may come in.

use super::resource;
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry, Kind};
use crate::auth::admin::Admin;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Path};
use crate::idempotency::{Key, Once};
use crate::user::{self, Known};
use axum::extract::State;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::flag::validate_reason;
use connvo_core::id::UserId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of people for administrators.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(get, change))
}

/// What an administrator wants of somebody, and why.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UserChange {
    /// Whether they may come in.
    pub is_active: bool,
    /// Why, for the record; 1 to 500 UTF-16 code units.
    pub reason: String,
}

/// A person; the look is in the audit log.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn look(app: &App, admin: &Admin, id: &UserId) -> Result<Known, Problem> {
    let known = user::store::known(&app.db, id).await?;
    let known = known.ok_or_else(|| Problem::not_found("the user"))?;
    let entry = Entry::new(app, admin, Kind::Read, "readUser", &resource(id));
    audit::store::write(&app.db, &entry).await?;
    Ok(Known {
        last_seen_at: app.seen.latest(&known.id, known.last_seen_at),
        ..known
    })
}

/// Lets somebody in, or keeps them out everywhere: what they have open closes at once.
///
/// # Errors
/// `NOT_FOUND`, also for who is removed or deleted; `CONFLICT` for
/// oneself; `VALIDATION_ERROR` without a reason.
pub async fn set_active(
    app: &App,
    admin: &Admin,
    id: &UserId,
    draft: &UserChange,
    key: Option<Key>,
) -> Result<Known, Problem> {
    let once = Once::of(app, admin, "changeUser", key, &(id, draft));
    let reason = validate_reason(&draft.reason, "/reason")?;
    if *id == admin.user_id {
        let detail = "another administrator does that: you would lock yourself out";
        return Err(Problem::new(ErrorCode::Conflict, detail));
    }
    let work = async {
        let entry = Entry::change(app, admin, "changeUser", &resource(id))
            .with(json!({"isActive": {"to": draft.is_active}}))
            .because(reason);
        let (along, now) = ((&entry, &once), app.clock.now_ms());
        let known = user::store::change_active(&app.db, (id, draft.is_active), along, now).await?;
        let known = known.ok_or_else(|| Problem::not_found("the user"))?;
        app.access_changed(AccessChange::Person {
            user_id: id.clone(),
        });
        Ok(known)
    };
    once.run(app, work).await
}

/// One person.
#[utoipa::path(get, path = "/v1/admin/users/{id}", tag = "admin", security(("bearer" = [])),
    params(("id" = UserId, Path)),
    responses((status = 200, body = Known),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No such person")))]
async fn get(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
) -> Result<Json<Known>, Failure> {
    Ok(Json(look(&app, &admin, &id).await?))
}

/// Lets somebody in, or keeps them out: everything they have open closes at once.
#[utoipa::path(patch, path = "/v1/admin/users/{id}", tag = "admin", security(("bearer" = [])),
    params(("id" = UserId, Path), IdempotencyHeader),
    request_body(content = UserChange, example = json!({"isActive": false, "reason": "sends spam"})),
    responses((status = 200, body = Known),
        (status = 403, description = "For the platform's administrators"),
        (status = 404, description = "No such person, or removed for good"),
        (status = 409, description = "Another administrator decides about you"),
        (status = 422, description = "A reason is needed")))]
async fn change(
    State(app): State<App>,
    admin: Admin,
    Path(id): Path<UserId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<UserChange>,
) -> Result<Json<Known>, Failure> {
    Ok(Json(set_active(&app, &admin, &id, &draft, key).await?))
}
