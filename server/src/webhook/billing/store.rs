//! What the billing service's events change in the database. The event is marked as
//! seen in the same transaction.

use super::event::{Change, Whose};
use crate::audit::{self, Trail};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::org::standing::subscription;
use crate::webhook::store::first_sight;
use crate::{on_db, on_tx};
use connvo_core::entitlement::{SubscriptionStatus, largest};
use connvo_core::id::OrgId;
use serde_json::json;
use std::collections::BTreeSet;

/// Whose events these are, as `webhook_events.provider` names it.
const PROVIDER: &str = "billing";
/// The lock on the organisation's row keeps two of its events apart.
const WHOSE_SQL: &str = "UPDATE orgs SET billing_customer = COALESCE(billing_customer, $1), updated_at = $3
    WHERE id = $2 AND (billing_customer IS NULL OR billing_customer = $1)
        AND NOT EXISTS (SELECT 1 FROM orgs other WHERE other.billing_customer = $1 AND other.id <> $2)
    RETURNING id, summary_at";
const OF_CUSTOMER_SQL: &str =
    "UPDATE orgs SET updated_at = $2 WHERE billing_customer = $1 RETURNING id, summary_at";

/// A subscription replaces what is known of itself by the billing service's own time, in
/// seconds: of one second, its end is the last event and its beginning the first.
const TOLD_SQL: &str = "INSERT INTO billing_subscriptions (org_id, provider_id, plan, status,
        past_due_since, period_end, event_at, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    ON CONFLICT (org_id, provider_id) DO UPDATE SET plan = excluded.plan,
        status = excluded.status,
        past_due_since = CASE WHEN excluded.past_due_since IS NULL THEN NULL
            ELSE COALESCE(billing_subscriptions.past_due_since, excluded.past_due_since) END,
        period_end = excluded.period_end,
        event_at = excluded.event_at, updated_at = excluded.updated_at
    WHERE billing_subscriptions.event_at < excluded.event_at
        OR (billing_subscriptions.event_at = excluded.event_at AND ($9 = 'deleted'
            OR ($9 = 'updated' AND billing_subscriptions.status <> 'canceled')))";
const ALL_SQL: &str = "SELECT plan, status, past_due_since FROM billing_subscriptions
    WHERE org_id = $1 ORDER BY event_at DESC, provider_id";
/// How long an event of a customer who is not known yet is asked for again, in
/// milliseconds: the event that binds the customer may be on its way.
const AWAITED_MS: u64 = 3_600_000;

/// What became of an event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// The plan of this organisation is another, or may be.
    Changed(OrgId),
    /// It was seen before.
    Seen,
    /// Something newer of the same is known.
    Older,
    /// No organisation is this customer, and none will be told of.
    Unknown,
    /// No organisation is this customer yet: the event is to come again, and was not
    /// marked as seen.
    Awaited,
}

/// Carries out what an event of `created_ms` changes, once.
///
/// # Errors
/// The store fails; the event is not marked as seen.
pub async fn apply(
    db: &Db,
    event_id: &str,
    created_ms: u64,
    change: &Change,
    trail: &Trail,
) -> Result<Effect, StoreError> {
    let trail = &trail.clone().told_by(PROVIDER, event_id);
    let now_ms = trail.now_ms();
    let now = to_i64(now_ms);
    let (Change::Subscription { whose, .. } | Change::Features { whose, .. }) = change;
    let Whose { customer, org_id } = whose;
    let effect = on_db!(
        db,
        transaction | tx | {
            if !first_sight(&mut tx, PROVIDER, event_id, now_ms).await? {
                Effect::Seen
            } else {
                let mut found: Option<(String, Option<i64>)> = sqlx::query_as(OF_CUSTOMER_SQL)
                    .bind(customer)
                    .bind(now)
                    .fetch_optional(&mut *tx)
                    .await?;
                if let (None, Some(org)) = (&found, org_id) {
                    found = sqlx::query_as(WHOSE_SQL)
                        .bind(customer)
                        .bind(org.as_str())
                        .bind(now)
                        .fetch_optional(&mut *tx)
                        .await?;
                }
                match (found, change) {
                    // The transaction is dropped, and with it the mark.
                    (None, _) if now_ms.saturating_sub(created_ms) < AWAITED_MS => {
                        return Ok(Effect::Awaited);
                    }
                    (None, _) => Effect::Unknown,
                    (
                        Some((org, _)),
                        Change::Subscription {
                            news,
                            id,
                            plan,
                            status,
                            period_end,
                            ..
                        },
                    ) => {
                        let since = SubscriptionStatus::parse(status);
                        let since = (since == SubscriptionStatus::PastDue).then_some(created_ms);
                        let from = followed(&mut tx, &org, now_ms).await?;
                        let told = sqlx::query(TOLD_SQL)
                            .bind(&org)
                            .bind(id)
                            .bind(plan.as_str())
                            .bind(status)
                            .bind(since.map(to_i64))
                            .bind(period_end.map(to_i64))
                            .bind(to_i64(created_ms))
                            .bind(now)
                            .bind(news.as_str())
                            .execute(&mut *tx)
                            .await?
                            .rows_affected();
                        if told == 0 {
                            Effect::Older
                        } else {
                            let to = followed(&mut tx, &org, now_ms).await?;
                            let changes = json!({
                                "subscription": {"id": id, "plan": plan, "status": status},
                                "plan": {"from": from.0, "to": to.0},
                                "status": {"from": from.1, "to": to.1},
                            });
                            let resource = format!("orgs/{org}");
                            let entry = trail.change("changeSubscription", &resource, changes);
                            audit::store::record(&mut tx, &entry).await?;
                            Effect::Changed(to_id(&org)?)
                        }
                    }
                    (Some((_, Some(known))), Change::Features { .. })
                        if to_u64(known) > created_ms =>
                    {
                        Effect::Older
                    }
                    (Some((org, _)), Change::Features { features, .. }) => {
                        let before: Vec<(String,)> = sqlx::query_as(
                            "DELETE FROM entitlements WHERE org_id = $1 AND source = 'billing'
                            RETURNING key",
                        )
                        .bind(&org)
                        .fetch_all(&mut *tx)
                        .await?;
                        let before: BTreeSet<_> =
                            before.iter().map(|(key,)| key.as_str()).collect();
                        if before != *features {
                            let changes = json!({"features": {"from": before, "to": features}});
                            let resource = format!("orgs/{org}");
                            let entry = trail.change("changeFeatures", &resource, changes);
                            audit::store::record(&mut tx, &entry).await?;
                        }
                        for feature in features {
                            sqlx::query(
                                "INSERT INTO entitlements
                                    (org_id, key, source, value, created_at, updated_at)
                                VALUES ($1, $2, 'billing', 1, $3, $3)",
                            )
                            .bind(&org)
                            .bind(*feature)
                            .bind(now)
                            .execute(&mut *tx)
                            .await?;
                        }
                        sqlx::query("UPDATE orgs SET summary_at = $2 WHERE id = $1")
                            .bind(&org)
                            .bind(to_i64(created_ms))
                            .execute(&mut *tx)
                            .await?;
                        Effect::Changed(to_id(&org)?)
                    }
                }
            }
        }
    );
    Ok(effect)
}

/// Plan and status of the subscription that gives an organisation most, where there is one.
async fn followed(
    tx: impl Into<Tx<'_>>,
    org: &str,
    now_ms: u64,
) -> Result<(Option<String>, Option<String>), StoreError> {
    on_tx!(tx.into(), |line| {
        let mut rows: Vec<(String, String, Option<i64>)> = sqlx::query_as(ALL_SQL)
            .bind(org)
            .fetch_all(&mut *line)
            .await?;
        let held = |row: &(String, String, Option<i64>)| subscription(&row.0, &row.1, row.2);
        let all: Vec<_> = rows.iter().map(held).collect();
        let most = largest(&all, now_ms).map(|at| rows.swap_remove(at));
        Ok(most.map(|(plan, status, _)| (plan, status)).unzip())
    })
}
