//! Administrators of the platform, whom the settings name by address.

use super::Caller;
use crate::actor::Actor;
use crate::app::App;
use crate::http::Failure;
use crate::{audit, user};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use connvo_core::error::{ErrorCode, Problem};
use std::ops::Deref;

/// A caller who administers the platform. In a handler it stands before whatever reads
/// the path, the query or the body: nobody else learns what those should be.
#[derive(Debug, Clone)]
pub struct Admin(Actor);

impl Deref for Admin {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequestParts<App> for Admin {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let Caller(actor) = Caller::from_request_parts(parts, app).await?;
        require_admin(app, &actor).await?;
        Ok(Self(actor))
    }
}

/// Whether somebody of this address administers the platform.
#[must_use]
pub fn is_admin(app: &App, email: Option<&str>) -> bool {
    email.is_some_and(|email| app.config.admins.iter().any(|admin| admin == email))
}

/// Whether the actor administers the platform; in the name of an administrator nobody
/// else does.
///
/// # Errors
/// `FORBIDDEN` (`admin`) to everybody else; the audit log has it.
pub async fn require_admin(app: &App, actor: &Actor) -> Result<(), Problem> {
    let user = user::store::get(&app.db, &actor.user_id).await?;
    let email = user.and_then(|user| user.email);
    if is_admin(app, email.as_deref()) && actor.acted_by.is_none() {
        return Ok(());
    }
    let detail = "this is for the platform's administrators";
    let problem = Problem::new(ErrorCode::Forbidden, detail).because("admin");
    audit::denied(app, actor, "administer", "admin", &problem);
    Err(problem)
}
