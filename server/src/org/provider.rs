//! What the provider of sign-in (WorkOS) tells of organisations and who belongs to them.
//! News come in any order and more than once: older than what is known, by the
//! provider's own time, they change nothing; of one time a removal is the newest.

mod store;

use crate::audit::Trail;
use crate::db::{StoreError, Tx};
use connvo_core::id::{OrgId, UserId};
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
    /// The role's name; `admin` is an administrator, all else a member.
    pub role: &'a str,
    /// Whether the person belongs to it: not when it was removed, or is pending or
    /// inactive.
    pub active: bool,
    /// The provider's time of this, in milliseconds since the Unix epoch.
    pub updated_at: u64,
}

/// Takes news of an organisation, in the transaction of their event, `fresh` as its id at
/// first sight; absent when they are older than what is known.
///
/// # Errors
/// The store fails.
pub async fn organization(
    tx: impl Into<Tx<'_>>,
    fresh: &OrgId,
    news: &ProviderOrg<'_>,
    trail: &Trail,
) -> Result<Option<OrgId>, StoreError> {
    store::put_org(tx, fresh, news, &fit(news.name), trail).await
}

/// Holds an organisation that is known already, before anybody who belongs to it: whoever
/// deletes a person takes the rows in that order, too.
///
/// # Errors
/// The store fails.
pub async fn hold(tx: impl Into<Tx<'_>>, workos_org_id: &str) -> Result<(), StoreError> {
    store::hold(tx, workos_org_id).await.map(|_| ())
}

/// Takes news of a membership of `user`, in the transaction of their event, `fresh` as the
/// id of an organisation not known yet; false when they are older than what is known.
///
/// # Errors
/// The store fails.
pub async fn membership(
    tx: impl Into<Tx<'_>>,
    (fresh, user): (&OrgId, &UserId),
    news: &ProviderMembership<'_>,
    trail: &Trail,
) -> Result<bool, StoreError> {
    let role = OrgRole::parse(news.role).unwrap_or(OrgRole::Member);
    let name = fit(news.org_name.unwrap_or(news.workos_org_id));
    store::put_membership(tx, (fresh, &name), user, (news, role), trail).await
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
