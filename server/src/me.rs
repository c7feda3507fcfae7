//! The person who asks: who they are, what they may use, and which flags are on for
//! them.

pub mod routes;

use crate::app::App;
use crate::auth::is_admin;
use crate::org::standing::{Personal, of_user};
use crate::{flag, user};
use connvo_core::error::Problem;
use connvo_core::flag::Context;
use connvo_core::id::{OrgId, UserId};
use connvo_core::me::{MeView, MyUser};

/// What a person's own pages show of them, and the organisations that it depends on.
///
/// # Errors
/// `NOT_FOUND` when the person is not there any more; `UNAVAILABLE`.
pub async fn view(app: &App, user: &UserId) -> Result<(MeView, Vec<OrgId>), Problem> {
    let found = user::store::get(&app.db, user).await?;
    let found = found.ok_or_else(|| Problem::not_found("the user"))?;
    let Personal {
        org,
        entitlements,
        org_ids,
    } = of_user(&app.db, user, app.clock.now_ms()).await?;
    let context = Context {
        user_id: user,
        email: found.email.as_deref(),
        org_id: org.as_ref().map(|org| &org.id),
        plan: entitlements.plan,
        environment: &app.config.environment,
    };
    let flags = flag::evaluate_all(app, &context).await?;
    let is_admin = is_admin(app, found.email.as_deref());
    let view = MeView {
        is_admin,
        user: MyUser {
            id: found.id,
            email: found.email,
            name: found.name,
        },
        org,
        entitlements,
        flags,
    };
    Ok((view, org_ids))
}
