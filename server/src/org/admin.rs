//! Organisations and people as the platform's administrators see and change them.

mod store;

use super::resource;
use super::standing::of_org;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::auth::admin::Admin;
use crate::idempotency::{Key, Once};
use crate::views::Topic;
use connvo_core::entitlement::{Entitlements, Grant};
use connvo_core::error::Problem;
use connvo_core::flag::validate_reason;
use connvo_core::id::{OrgId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

pub use store::{overrides, search_orgs, search_users};

/// Longest search text, in bytes.
const SEARCH_BYTES: usize = 200;

/// An organisation, as administrators see it.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminOrg {
    /// Its id.
    pub id: OrgId,
    /// Its name.
    pub name: String,
    /// How many belong to it.
    pub members: u64,
    /// The plan subscribed to, in force or not; of several subscriptions that of the one
    /// that gives most.
    pub plan: Option<String>,
    /// How the subscription stands, in the billing service's word.
    pub status: Option<String>,
    /// When the paid period ends, in milliseconds since the Unix epoch.
    pub period_end: Option<u64>,
    /// The billing service's customer.
    pub billing_customer: Option<String>,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
}

/// Something that an organisation has beside its plan, or in its place.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OverrideView {
    /// The feature or limit.
    pub key: String,
    /// True or false for a feature, a number for a limit.
    pub value: Value,
    /// `billing` for what was bought, `operator` for what administrators gave.
    pub source: String,
    /// Until when, in milliseconds since the Unix epoch; for good where absent.
    pub expires_at: Option<u64>,
}

/// An organisation with all that its members may use.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminOrgDetail {
    /// The organisation.
    #[serde(flatten)]
    pub org: AdminOrg,
    /// What it has beside its plan.
    pub overrides: Vec<OverrideView>,
    /// What follows.
    pub entitlements: Entitlements,
}

/// What an administrator sets a feature or limit to.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OverrideDraft {
    /// True or false for a feature, a number for a limit.
    value: Value,
    /// Until when, in milliseconds since the Unix epoch; for good where absent.
    #[serde(default)]
    expires_at: Option<u64>,
    /// Why, for the record; 1 to 500 UTF-16 code units.
    #[schema(min_length = 1, max_length = 500)]
    #[schema(min_length = 1, max_length = 500)]
    reason: String,
}

/// A person, as administrators see them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AdminUser {
    /// The user's id.
    pub id: UserId,
    /// Email address, once known.
    pub email: Option<String>,
    /// The name shown.
    pub name: String,
    /// Whether they may come in.
    pub is_active: bool,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
}

/// Checks a search text and makes it a pattern of `LIKE` with the escape `!`.
///
/// # Errors
/// `VALIDATION_ERROR` when it is too long.
pub fn pattern(search: Option<&str>) -> Result<String, Problem> {
    let search = search.unwrap_or_default().trim().to_lowercase();
    if search.len() > SEARCH_BYTES || search.contains('\0') {
        let detail = format!("at most {SEARCH_BYTES} bytes");
        return Err(Problem::field("/search", detail));
    }
    let escaped: String = search
        .chars()
        .flat_map(|c| {
            matches!(c, '!' | '%' | '_')
                .then_some('!')
                .into_iter()
                .chain([c])
        })
        .collect();
    Ok(format!("%{escaped}%"))
}

/// An organisation with all that its members may use; the audit log has who read it.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn detail(app: &App, admin: &Admin, org: &OrgId) -> Result<AdminOrgDetail, Problem> {
    audit::read(app, admin, "readOrg", &resource(org), json!({})).await?;
    view(app, org).await
}

async fn view(app: &App, org: &OrgId) -> Result<AdminOrgDetail, Problem> {
    let now = app.clock.now_ms();
    let found = store::org(&app.db, org, now).await?;
    Ok(AdminOrgDetail {
        org: found.ok_or_else(|| Problem::not_found("the organisation"))?,
        overrides: overrides(&app.db, org).await?,
        entitlements: of_org(&app.db, org, now).await?,
    })
}

/// Sets a feature or limit of an organisation. A call that is repeated under its key
/// changes nothing more, and is answered with how things stand.
///
/// # Errors
/// `NOT_FOUND` for an organisation or key that is not there;
/// `VALIDATION_ERROR` naming the field.
pub async fn put_override(
    app: &App,
    admin: &Admin,
    (org, name): (&OrgId, &str),
    draft: OverrideDraft,
    key: Option<Key>,
) -> Result<AdminOrgDetail, Problem> {
    let once = Once::of(app, admin, "putOverride", key, &(org, name, &draft));
    let work = async {
        let grant = Grant::parse(name, &draft.value)?;
        let reason = validate_reason(&draft.reason, "/reason")?;
        let now = app.clock.now_ms();
        if draft.expires_at.is_some_and(|at| at <= now) {
            return Err(Problem::field("/expiresAt", "this is in the past"));
        }
        let change = store::OverrideChange {
            org,
            key: grant.key(),
            set: Some((grant, draft.expires_at)),
            entry: Entry::change(app, admin, "putOverride", &resource(org)).because(reason),
            once: &once,
        };
        if !store::change_override(&app.db, change, now).await? {
            return Err(Problem::not_found("the organisation"));
        }
        app.touched(&[Topic::Org(org.clone())]);
        Ok(())
    };
    once.run(app, work).await?;
    view(app, org).await
}

/// Takes back what an administrator has set.
///
/// # Errors
/// `NOT_FOUND`; `VALIDATION_ERROR` without a reason.
pub async fn delete_override(
    app: &App,
    admin: &Admin,
    (org, name): (&OrgId, &str),
    reason: &str,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, admin, "deleteOverride", key, &(org, name, reason));
    let work = async {
        let reason = validate_reason(reason, "/reason")?;
        let change = store::OverrideChange {
            org,
            key: name,
            set: None,
            entry: Entry::change(app, admin, "deleteOverride", &resource(org)).because(reason),
            once: &once,
        };
        if !store::change_override(&app.db, change, app.clock.now_ms()).await? {
            return Err(Problem::not_found("the override"));
        }
        app.touched(&[Topic::Org(org.clone())]);
        Ok(())
    };
    once.run(app, work).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_text_stands_for_itself() {
        assert_eq!(pattern(Some(" Ada_100%! ")).unwrap(), "%ada!_100!%!!%");
        assert_eq!(pattern(None).unwrap(), "%%");
        assert!(pattern(Some(&"x".repeat(201))).is_err());
    }
}
