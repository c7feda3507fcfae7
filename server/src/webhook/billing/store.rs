//! What the billing service's events change in the database. The event is marked as
//! seen in the same transaction.

use super::event::{Change, Whose};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::on_db;
use crate::webhook::store::first_sight;
use connvo_core::entitlement::SubscriptionStatus;
use connvo_core::id::OrgId;

/// Whose events these are, as `webhook_events.provider` names it.
const PROVIDER: &str = "billing";
/// The lock on the organisation's row keeps two of its events apart.
const WHOSE_SQL: &str = "UPDATE orgs SET billing_customer = COALESCE(billing_customer, $1), updated_at = $3
    WHERE id = $2 AND (billing_customer IS NULL OR billing_customer = $1)
        AND NOT EXISTS (SELECT 1 FROM orgs other WHERE other.billing_customer = $1 AND other.id <> $2)
    RETURNING id, summary_at";
const OF_CUSTOMER_SQL: &str =
    "UPDATE orgs SET updated_at = $2 WHERE billing_customer = $1 RETURNING id, summary_at";

/// A subscription replaces what is stored by the billing service's own time, in seconds:
/// of one second, the end of a subscription is its last event and the beginning its first.
/// Another subscription takes its place only by giving something, or where nothing is lost:
/// an attempt that was never paid, or the end of an earlier one, is no news of it.
const SUBSCRIBE_SQL: &str = "INSERT INTO subscriptions (org_id, plan, status, past_due_since,
        period_end, provider_id, event_at, created_at, updated_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)
    ON CONFLICT (org_id) DO UPDATE SET plan = excluded.plan,
        status = excluded.status,
        past_due_since = CASE
            WHEN excluded.past_due_since IS NULL THEN NULL
            WHEN subscriptions.provider_id = excluded.provider_id
                THEN COALESCE(subscriptions.past_due_since, excluded.past_due_since)
            ELSE excluded.past_due_since END,
        period_end = excluded.period_end,
        provider_id = excluded.provider_id,
        event_at = excluded.event_at, updated_at = excluded.updated_at
    WHERE (subscriptions.provider_id = excluded.provider_id
            AND (subscriptions.event_at < excluded.event_at
                OR (subscriptions.event_at = excluded.event_at AND ($9 = 'deleted'
                    OR ($9 = 'updated' AND subscriptions.status <> 'canceled')))))
        OR (subscriptions.provider_id <> excluded.provider_id
            AND subscriptions.event_at <= excluded.event_at
            AND (excluded.status IN ('active', 'trialing', 'past_due')
                OR subscriptions.status NOT IN ('active', 'trialing', 'past_due')))";
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
    now_ms: u64,
) -> Result<Effect, StoreError> {
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
                        let changed = sqlx::query(SUBSCRIBE_SQL)
                            .bind(&org)
                            .bind(plan.as_str())
                            .bind(status)
                            .bind(since.map(to_i64))
                            .bind(period_end.map(to_i64))
                            .bind(id)
                            .bind(to_i64(created_ms))
                            .bind(now)
                            .bind(news.as_str())
                            .execute(&mut *tx)
                            .await?
                            .rows_affected();
                        match changed {
                            0 => Effect::Older,
                            _ => Effect::Changed(to_id(&org)?),
                        }
                    }
                    (Some((_, Some(known))), Change::Features { .. })
                        if to_u64(known) > created_ms =>
                    {
                        Effect::Older
                    }
                    (Some((org, _)), Change::Features { features, .. }) => {
                        sqlx::query(
                            "DELETE FROM entitlements WHERE org_id = $1 AND source = 'billing'",
                        )
                        .bind(&org)
                        .execute(&mut *tx)
                        .await?;
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
