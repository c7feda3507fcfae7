//! What administrators read and change, in the database.

use super::{AdminOrg, AdminUser, OverrideView};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use crate::org::standing::{grant, subscription};
use connvo_core::entitlement::{Grant, Subscription, largest};
use connvo_core::id::{OrgId, UserId};
use serde_json::{Value, json};

/// Most overrides read of one organisation: there are fewer keys, from two sources.
const OVERRIDES: i64 = 100;

// A row for each subscription of the organisations, the newest first.
macro_rules! select_orgs {
    ($rest:literal) => {
        concat!(
            "SELECT o.id, o.name, o.members, s.plan, s.status, s.past_due_since, s.period_end,
                o.billing_customer, o.created_at
            FROM (SELECT id, name, billing_customer, created_at,
                    (SELECT COUNT(*) FROM org_memberships p
                        WHERE p.org_id = orgs.id AND p.removed_at IS NULL) AS members
                FROM orgs ",
            $rest,
            ") o
            LEFT JOIN billing_subscriptions s ON s.org_id = o.id
            ORDER BY o.id, s.event_at DESC, s.provider_id"
        )
    };
}

#[derive(sqlx::FromRow)]
struct OrgRow {
    id: String,
    name: String,
    members: i64,
    plan: Option<String>,
    status: Option<String>,
    past_due_since: Option<i64>,
    period_end: Option<i64>,
    billing_customer: Option<String>,
    created_at: i64,
}

impl OrgRow {
    fn subscription(&self) -> Option<Subscription> {
        let (plan, status) = (self.plan.as_deref()?, self.status.as_deref()?);
        Some(subscription(plan, status, self.past_due_since))
    }

    fn org(&self) -> Result<AdminOrg, StoreError> {
        Ok(AdminOrg {
            id: to_id(&self.id)?,
            name: self.name.clone(),
            members: to_u64(self.members),
            plan: self.plan.clone(),
            status: self.status.clone(),
            period_end: self.period_end.map(to_u64),
            billing_customer: self.billing_customer.clone(),
            created_at: to_u64(self.created_at),
        })
    }
}

/// Organisations, each with the one of its subscriptions that gives most at `now_ms`.
fn orgs(rows: &[OrgRow], now_ms: u64) -> Result<Vec<AdminOrg>, StoreError> {
    let of_one = rows.chunk_by(|one, next| one.id == next.id);
    of_one
        .map(|rows| {
            let all: Vec<_> = rows.iter().filter_map(OrgRow::subscription).collect();
            rows[largest(&all, now_ms).unwrap_or(0)].org()
        })
        .collect()
}

/// A page of organisations whose name fits a pattern of `LIKE`, by id.
///
/// # Errors
/// The store fails.
pub async fn search_orgs(
    db: &Db,
    pattern: &str,
    (after, limit): (Option<&OrgId>, u32),
    now_ms: u64,
) -> Result<Vec<AdminOrg>, StoreError> {
    let rows: Vec<OrgRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(select_orgs!(
                "WHERE id > $1 AND removed_at IS NULL AND LOWER(name) LIKE $2 ESCAPE '!'
                ORDER BY id LIMIT $3"
            ))
            .bind(after.map_or("", OrgId::as_str))
            .bind(pattern)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    orgs(&rows, now_ms)
}

/// One organisation.
///
/// # Errors
/// The store fails.
pub(super) async fn org(db: &Db, id: &OrgId, now_ms: u64) -> Result<Option<AdminOrg>, StoreError> {
    let rows: Vec<OrgRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(select_orgs!("WHERE id = $1 AND removed_at IS NULL"))
                .bind(id.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    Ok(orgs(&rows, now_ms)?.pop())
}

/// What an organisation has beside its plan; what has expired is among it.
///
/// # Errors
/// The store fails.
pub async fn overrides(db: &Db, org: &OrgId) -> Result<Vec<OverrideView>, StoreError> {
    let rows: Vec<(String, String, i64, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT key, source, value, expires_at FROM entitlements
                WHERE org_id = $1 ORDER BY source, key LIMIT $2",
            )
            .bind(org.as_str())
            .bind(OVERRIDES)
            .fetch_all(pool)
            .await?
        }
    );
    let view = |(key, source, value, expires_at): (String, String, i64, Option<i64>)| {
        let value = grant(&key, value)?.value();
        Some(OverrideView {
            key,
            value,
            source,
            expires_at: expires_at.map(to_u64),
        })
    };
    Ok(rows.into_iter().filter_map(view).collect())
}

/// A change of one override.
pub(super) struct OverrideChange<'a> {
    /// Whose.
    pub(super) org: &'a OrgId,
    /// The feature or limit.
    pub(super) key: &'a str,
    /// What it is set to and until when; taken back where absent.
    pub(super) set: Option<(Grant, Option<u64>)>,
    /// What is recorded of it.
    pub(super) entry: Entry,
    /// The call, where it may be repeated.
    pub(super) once: &'a Once,
}

/// Holds the organisation, and so whoever else sets something of it.
const HOLD_SQL: &str = "UPDATE orgs SET updated_at = updated_at WHERE id = $1";
/// What an operator has set.
const SET_SQL: &str = "SELECT value, expires_at FROM entitlements
    WHERE org_id = $1 AND key = $2 AND source = 'operator'";

/// Makes the change and records it with what was set before; false when there is no such
/// organisation, or nothing to take back.
///
/// # Errors
/// The store fails.
pub(super) async fn change_override(
    db: &Db,
    change: OverrideChange<'_>,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let set = |value: Value, until: Option<u64>| json!({"value": value, "expiresAt": until});
    let to = change.set.map(|(grant, until)| set(grant.value(), until));
    let now = to_i64(now_ms);
    let changed = on_db!(
        db,
        transaction | tx | {
            sqlx::query(HOLD_SQL)
                .bind(change.org.as_str())
                .execute(&mut *tx)
                .await?;
            let before: Option<(i64, Option<i64>)> = sqlx::query_as(SET_SQL)
                .bind(change.org.as_str())
                .bind(change.key)
                .fetch_optional(&mut *tx)
                .await?;
            let changed = match change.set {
                Some((grant, expires_at)) => {
                    let value = match grant {
                        Grant::Feature(_, given) => i64::from(given),
                        Grant::Limit(_, most) => i64::from(most),
                    };
                    sqlx::query(
                        "INSERT INTO entitlements
                            (org_id, key, source, value, expires_at, created_at, updated_at)
                        SELECT id, $2, 'operator', $3, $4, $5, $5 FROM orgs
                            WHERE id = $1 AND removed_at IS NULL
                        ON CONFLICT (org_id, source, key) DO UPDATE SET value = excluded.value,
                            expires_at = excluded.expires_at, updated_at = excluded.updated_at",
                    )
                    .bind(change.org.as_str())
                    .bind(change.key)
                    .bind(value)
                    .bind(expires_at.map(to_i64))
                    .bind(now)
                    .execute(&mut *tx)
                    .await?
                    .rows_affected()
                }
                None => sqlx::query(
                    "DELETE FROM entitlements
                    WHERE org_id = $1 AND key = $2 AND source = 'operator'",
                )
                .bind(change.org.as_str())
                .bind(change.key)
                .execute(&mut *tx)
                .await?
                .rows_affected(),
            };
            if changed == 1 {
                let from = before.map(|(value, until)| {
                    let value = grant(change.key, value).map_or(value.into(), Grant::value);
                    set(value, until.map(to_u64))
                });
                let changes = json!({"key": change.key, "from": from, "to": to});
                let entry = change.entry.clone().with(changes);
                audit::store::record(&mut tx, &entry).await?;
                let status = if change.set.is_some() { 200 } else { 204 };
                idempotency::store::keep(&mut tx, change.once, status, &()).await?;
            }
            changed
        }
    );
    Ok(changed == 1)
}

/// A page of people whose address or name fits a pattern of `LIKE`, by id.
///
/// # Errors
/// The store fails.
pub async fn search_users(
    db: &Db,
    pattern: &str,
    after: Option<&UserId>,
    limit: u32,
) -> Result<Vec<AdminUser>, StoreError> {
    let rows: Vec<(String, Option<String>, String, bool, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT id, email, name, is_active, created_at FROM users
                WHERE id > $1 AND (LOWER(name) LIKE $2 ESCAPE '!' OR email LIKE $2 ESCAPE '!')
                ORDER BY id LIMIT $3",
            )
            .bind(after.map_or("", UserId::as_str))
            .bind(pattern)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    let user = |(id, email, name, is_active, created_at): (_, _, _, _, i64)| {
        let id: String = id;
        Ok(AdminUser {
            id: to_id(&id)?,
            email,
            name,
            is_active,
            created_at: to_u64(created_at),
        })
    };
    rows.into_iter().map(user).collect()
}
