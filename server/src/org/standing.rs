//! What applies to a meeting or a person: the subscription and the overrides of their
//! organisation, read in one query, and resolved by core.

use super::store::to_role;
use crate::app::App;
use crate::db::{Db, StoreError, to_id, to_u64};
use crate::on_db;
use connvo_core::entitlement::{
    Entitlements, Feature, Grant, Limit, Override, Plan, Subscription, SubscriptionStatus, resolve,
};
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::me::MyOrg;

/// What applies to a meeting: a row for each override, and one where there is none.
pub const OF_MEETING_SQL: &str =
    "SELECT m.started_at, s.plan, s.status, s.past_due_since, e.key, e.value, e.expires_at
    FROM meetings m
    LEFT JOIN orgs o ON o.id = m.org_id AND o.removed_at IS NULL
    LEFT JOIN subscriptions s ON s.org_id = o.id
    LEFT JOIN entitlements e ON e.org_id = o.id
    WHERE m.id = $1 ORDER BY e.source, e.key";

const OF_ORG_SQL: &str =
    "SELECT NULL, s.plan, s.status, s.past_due_since, e.key, e.value, e.expires_at
    FROM orgs o
    LEFT JOIN subscriptions s ON s.org_id = o.id
    LEFT JOIN entitlements e ON e.org_id = o.id
    WHERE o.id = $1 AND o.removed_at IS NULL ORDER BY e.source, e.key";

/// What applies to a person, by organisation, the one joined first first.
pub const OF_USER_SQL: &str =
    "SELECT o.id, o.name, p.role, s.plan, s.status, s.past_due_since, e.key, e.value, e.expires_at
    FROM org_memberships p
    JOIN orgs o ON o.id = p.org_id
    LEFT JOIN subscriptions s ON s.org_id = o.id
    LEFT JOIN entitlements e ON e.org_id = o.id
    WHERE p.user_id = $1 AND p.removed_at IS NULL AND o.removed_at IS NULL
    ORDER BY p.created_at, o.id, e.source, e.key";

#[derive(sqlx::FromRow)]
struct Held {
    plan: Option<String>,
    status: Option<String>,
    past_due_since: Option<i64>,
    key: Option<String>,
    value: Option<i64>,
    expires_at: Option<i64>,
}

#[derive(sqlx::FromRow)]
struct MeetingRow {
    started_at: Option<i64>,
    #[sqlx(flatten)]
    held: Held,
}

#[derive(sqlx::FromRow)]
struct UserRow {
    id: String,
    name: String,
    role: String,
    #[sqlx(flatten)]
    held: Held,
}

impl Held {
    fn subscription(&self) -> Option<Subscription> {
        Some(Subscription {
            plan: Plan::parse(self.plan.as_deref()?).unwrap_or_default(),
            status: SubscriptionStatus::parse(self.status.as_deref()?),
            past_due_since: self.past_due_since.map(to_u64),
        })
    }

    fn own(&self) -> Option<Override> {
        Some(Override {
            grant: grant(self.key.as_deref()?, self.value?)?,
            expires_at: self.expires_at.map(to_u64),
        })
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

fn entitlements<'a>(rows: impl Iterator<Item = &'a Held> + Clone, now_ms: u64) -> Entitlements {
    let subscription = rows.clone().next().and_then(Held::subscription);
    let overrides: Vec<_> = rows.filter_map(Held::own).collect();
    resolve(subscription.as_ref(), &overrides, now_ms)
}

/// What applies to a meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// When it began, in milliseconds since the Unix epoch.
    pub started_at: Option<u64>,
    /// What may be used in it.
    pub entitlements: Entitlements,
}

/// What applies to a meeting: what its organisation has, else the free plan.
///
/// # Errors
/// The store fails.
pub async fn of_meeting(app: &App, meeting: &MeetingId) -> Result<Standing, StoreError> {
    let rows: Vec<MeetingRow> = on_db!(
        &app.db,
        read | pool | {
            sqlx::query_as(OF_MEETING_SQL)
                .bind(meeting.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    let started_at = rows.first().and_then(|row| row.started_at);
    Ok(Standing {
        started_at: started_at.map(to_u64),
        entitlements: entitlements(rows.iter().map(|row| &row.held), app.clock.now_ms()),
    })
}

/// What an organisation has at `now_ms`; the free plan for one that is not there.
///
/// # Errors
/// The store fails.
pub async fn of_org(db: &Db, org: &OrgId, now_ms: u64) -> Result<Entitlements, StoreError> {
    let rows: Vec<Held> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_ORG_SQL)
                .bind(org.as_str())
                .fetch_all(pool)
                .await?
        }
    );
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
    let rows: Vec<UserRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_USER_SQL)
                .bind(user.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    let mut personal = Personal {
        org: None,
        entitlements: resolve(None, &[], now_ms),
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
