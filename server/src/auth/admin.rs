//! Administrators of the platform, whom the settings name by address.

use crate::actor::Actor;
use crate::app::App;
use crate::{audit, user};
use connvo_core::error::{ErrorCode, Problem};

/// Whether somebody of this address administers the platform.
#[must_use]
pub fn is_admin(app: &App, email: Option<&str>) -> bool {
    email.is_some_and(|email| app.config.admins.iter().any(|admin| admin == email))
}

/// Whether the actor administers the platform.
///
/// # Errors
/// `FORBIDDEN` (`admin`) to everybody else; the audit log has it.
pub async fn require_admin(app: &App, actor: &Actor) -> Result<(), Problem> {
    let user = user::store::get(&app.db, &actor.user_id).await?;
    let email = user.and_then(|user| user.email);
    if is_admin(app, email.as_deref()) {
        return Ok(());
    }
    let detail = "this is for the platform's administrators";
    let problem = Problem::new(ErrorCode::Forbidden, detail).because("admin");
    audit::denied(app, actor, "administer", "admin", &problem);
    Err(problem)
}
