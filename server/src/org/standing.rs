//! What applies to a meeting or a person: the subscriptions and the overrides of their
//! organisation, read in one query, and resolved by core.

mod store;

use super::store::to_role;
use crate::app::App;
use crate::db::{Db, StoreError, to_id, to_u64};
use connvo_core::entitlement::{
    Entitlements, Feature, Grant, Limit, Override, Plan, Subscription, SubscriptionStatus, resolve,
};
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::me::MyOrg;
use std::sync::Arc;
use store::Held;

pub use store::{OF_MEETING_SQL, OF_USER_SQL};

impl Held {
    fn subscription(&self) -> Option<Subscription> {
        let (plan, status) = (self.plan.as_deref()?, self.status.as_deref()?);
        Some(subscription(plan, status, self.past_due_since))
    }

    fn own(&self) -> Option<Override> {
        Some(Override {
            grant: grant(self.key.as_deref()?, self.value?)?,
            expires_at: self.expires_at.map(to_u64),
        })
    }
}

/// A stored subscription; one of a plan that is not known gives nothing.
#[must_use]
pub fn subscription(plan: &str, status: &str, past_due_since: Option<i64>) -> Subscription {
    Subscription {
        plan: Plan::parse(plan).unwrap_or_default(),
        status: SubscriptionStatus::parse(status),
        past_due_since: past_due_since.map(to_u64),
    }
}

/// What a stored override sets; nothing for a key of another version.
pub(super) fn grant(key: &str, value: i64) -> Option<Grant> {
    if let Some(feature) = Feature::parse(key) {
        return Some(Grant::Feature(feature, value != 0));
    }
    let most = u32::try_from(value).unwrap_or(u32::MAX);
    Limit::parse(key).map(|limit| Grant::Limit(limit, most))
}

/// What entitlements come from. What they are changes with the time.
#[derive(Debug)]
struct Grounds {
    subscriptions: Vec<Subscription>,
    overrides: Vec<Override>,
}

impl Grounds {
    /// Rows repeat subscriptions and overrides, which does them no harm.
    fn of<'a>(rows: impl Iterator<Item = &'a Held> + Clone) -> Self {
        Self {
            subscriptions: rows.clone().filter_map(Held::subscription).collect(),
            overrides: rows.filter_map(Held::own).collect(),
        }
    }

    fn at(&self, now_ms: u64) -> Entitlements {
        resolve(&self.subscriptions, &self.overrides, now_ms)
    }
}

fn entitlements<'a>(rows: impl Iterator<Item = &'a Held> + Clone, now_ms: u64) -> Entitlements {
    Grounds::of(rows).at(now_ms)
}

/// What the store has of a meeting's standing.
#[derive(Debug)]
pub struct Known {
    org_id: Option<OrgId>,
    started_at: Option<u64>,
    grounds: Grounds,
}

impl Known {
    fn at(&self, now_ms: u64) -> Standing {
        Standing {
            org_id: self.org_id.clone(),
            started_at: self.started_at,
            entitlements: self.grounds.at(now_ms),
        }
    }
}

/// What applies to a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The organisation that the meeting belongs to, which may be gone.
    pub org_id: Option<OrgId>,
    /// When it began, in milliseconds since the Unix epoch.
    pub started_at: Option<u64>,
    /// What may be used in it.
    pub entitlements: Entitlements,
}

/// What applies to a meeting: what its organisation has, else the free plan; from memory
/// where that was read a moment ago and has not changed.
///
/// # Errors
/// The store fails.
pub async fn of_meeting(app: &App, meeting: &MeetingId) -> Result<Standing, StoreError> {
    let now = app.clock.now_ms();
    if let Some(known) = app.standings.get(&(), meeting, now) {
        return Ok(known.at(now));
    }
    let changes = app.standings.changes();
    let rows = store::of_meeting(&app.db, meeting).await?;
    let started_at = rows.first().and_then(|row| row.started_at);
    let org_id = rows.first().and_then(|row| row.org_id.as_deref());
    let known = Arc::new(Known {
        org_id: org_id.map(to_id).transpose()?,
        started_at: started_at.map(to_u64),
        grounds: Grounds::of(rows.iter().map(|row| &row.held)),
    });
    let standing = known.at(now);
    app.standings.keep((), meeting.clone(), known, changes, now);
    Ok(standing)
}

/// What an organisation has at `now_ms`; the free plan for one that is not there.
///
/// # Errors
/// The store fails.
pub async fn of_org(db: &Db, org: &OrgId, now_ms: u64) -> Result<Entitlements, StoreError> {
    let rows = store::of_org(db, org).await?;
    Ok(entitlements(rows.iter(), now_ms))
}

/// What applies to a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Personal {
    /// The organisation whose plan it is.
    pub org: Option<MyOrg>,
    /// What may be used.
    pub entitlements: Entitlements,
    /// Every organisation that the person belongs to.
    pub org_ids: Vec<OrgId>,
}

/// What applies to a person at `now_ms`: of their organisations the one with the largest
/// plan in force, of equals the one joined first; else the free plan.
///
/// # Errors
/// The store fails.
pub async fn of_user(db: &Db, user: &UserId, now_ms: u64) -> Result<Personal, StoreError> {
    let rows = store::of_user(db, user).await?;
    let mut personal = Personal {
        org: None,
        entitlements: resolve(&[], &[], now_ms),
        org_ids: Vec::new(),
    };
    for of_one in rows.chunk_by(|one, next| one.id == next.id) {
        let found = entitlements(of_one.iter().map(|row| &row.held), now_ms);
        let id: OrgId = to_id(&of_one[0].id)?;
        personal.org_ids.push(id.clone());
        if personal.org.is_none() || found.plan > personal.entitlements.plan {
            personal.org = Some(MyOrg {
                id,
                name: of_one[0].name.clone(),
                role: to_role(&of_one[0].role)?,
            });
            personal.entitlements = found;
        }
    }
    Ok(personal)
}
