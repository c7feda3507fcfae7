//! What the provider of sign-in (WorkOS) tells of organisations and who belongs to them.
//! News come in any order and more than once: older than what is known, by the
//! provider's own time, they change nothing; of one time a removal is the newest.

mod store;

use crate::app::App;
use crate::audit::Trail;
use crate::me::{MeChange, tell};
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::org::{NAME_UTF16, OrgRole};

/// An organisation as the provider has it.
#[derive(Debug, Clone)]
pub struct ProviderOrg<'a> {
    /// The provider's id.
    pub workos_id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Whether it was removed.
    pub removed: bool,
    /// The provider's time of this, in milliseconds since the Unix epoch.
    pub updated_at: u64,
}

/// A membership as the provider has it.
#[derive(Debug, Clone)]
pub struct ProviderMembership<'a> {
    /// The provider's id of the organisation.
    pub workos_org_id: &'a str,
    /// The organisation's name, where it is told: one that is not known yet is made.
    pub org_name: Option<&'a str>,
    /// The person, who is known here.
    pub user_id: &'a UserId,
    /// The role's name; `admin` is an administrator, all else a member.
    pub role: &'a str,
    /// Whether the person belongs to it: not when it was removed, or is pending or
    /// inactive.
    pub active: bool,
    /// The provider's time of this, in milliseconds since the Unix epoch.
    pub updated_at: u64,
}

/// Takes news of an organisation; false when they are older than what is known.
///
/// # Errors
/// The store fails.
pub async fn organization(
    app: &App,
    news: &ProviderOrg<'_>,
    trail: &Trail,
) -> Result<bool, Problem> {
    let id = app.ids.org();
    let name = fit(news.name);
    let Some(org) = store::put_org(&app.db, &id, news, &name, trail).await? else {
        return Ok(false);
    };
    tell(app, MeChange::Org(org));
    Ok(true)
}

/// Takes news of a membership; false when they are older than what is known.
///
/// # Errors
/// The store fails.
pub async fn membership(
    app: &App,
    news: &ProviderMembership<'_>,
    trail: &Trail,
) -> Result<bool, Problem> {
    let id = app.ids.org();
    let role = OrgRole::parse(news.role).unwrap_or(OrgRole::Member);
    let name = fit(news.org_name.unwrap_or(news.workos_org_id));
    if !store::put_membership(&app.db, (&id, &name), news, role, trail).await? {
        return Ok(false);
    }
    tell(app, MeChange::User(news.user_id.clone()));
    Ok(true)
}

/// The provider's names are taken as they are, but for what no name here may be.
fn fit(name: &str) -> String {
    let name = name.trim().replace('\0', "");
    let mut units = 0;
    let short: String = name
        .chars()
        .take_while(|c| {
            units += c.len_utf16();
            units <= NAME_UTF16
        })
        .collect();
    if short.is_empty() { "?".into() } else { short }
}
