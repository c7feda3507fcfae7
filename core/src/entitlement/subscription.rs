//! What an organisation has subscribed to, and how that stands.

use super::{Plan, limits};
use serde::{Deserialize, Serialize};

/// How long a subscription whose payment is late keeps its plan, in milliseconds.
pub const PAST_DUE_GRACE_MS: u64 = 7 * limits::DAY_MS;

/// How a subscription stands, in the billing service's words: an open set, of which
/// what is not known here gives nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum SubscriptionStatus {
    /// The first payment is awaited.
    Incomplete,
    /// The first payment never came.
    IncompleteExpired,
    /// Before the first payment, by agreement.
    Trialing,
    /// Paid.
    Active,
    /// A payment is late.
    PastDue,
    /// Over.
    Canceled,
    /// Payments are no longer tried.
    Unpaid,
    /// A trial ended without a way to pay.
    Paused,
    /// A word that is not known here.
    #[serde(other)]
    Unknown,
}

impl SubscriptionStatus {
    /// Every status.
    pub const ALL: [Self; 9] = [
        Self::Incomplete,
        Self::IncompleteExpired,
        Self::Trialing,
        Self::Active,
        Self::PastDue,
        Self::Canceled,
        Self::Unpaid,
        Self::Paused,
        Self::Unknown,
    ];

    /// The status's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Incomplete => "incomplete",
            Self::IncompleteExpired => "incomplete_expired",
            Self::Trialing => "trialing",
            Self::Active => "active",
            Self::PastDue => "past_due",
            Self::Canceled => "canceled",
            Self::Unpaid => "unpaid",
            Self::Paused => "paused",
            Self::Unknown => "unknown",
        }
    }

    /// The status of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|status| status.as_str() == name)
            .unwrap_or(Self::Unknown)
    }
}

/// What an organisation has subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subscription {
    /// The plan.
    pub plan: Plan,
    /// How the subscription stands.
    pub status: SubscriptionStatus,
    /// Since when a payment is late, in milliseconds since the Unix epoch.
    pub past_due_since: Option<u64>,
}

impl Subscription {
    /// When the plan ends by itself: with the grace of a late payment, in milliseconds
    /// since the Unix epoch.
    #[must_use]
    pub fn ends_at(&self) -> Option<u64> {
        (self.status == SubscriptionStatus::PastDue).then(|| {
            self.past_due_since
                .unwrap_or(0)
                .saturating_add(PAST_DUE_GRACE_MS)
        })
    }

    /// Whether it gives its plan at `now_ms`.
    #[must_use]
    pub fn is_in_force(&self, now_ms: u64) -> bool {
        match self.status {
            SubscriptionStatus::Active | SubscriptionStatus::Trialing => true,
            SubscriptionStatus::PastDue => self.ends_at().is_some_and(|end| now_ms < end),
            _ => false,
        }
    }

    /// The plan that is in force at `now_ms`.
    #[must_use]
    pub fn plan_at(&self, now_ms: u64) -> Plan {
        if self.is_in_force(now_ms) {
            self.plan
        } else {
            Plan::Free
        }
    }
}

/// Which of several subscriptions gives most at `now_ms`: of those that give something the
/// one of the largest plan, of equals one that is paid, and the first. Absent where there is
/// none.
#[must_use]
pub fn largest(subscriptions: &[Subscription], now_ms: u64) -> Option<usize> {
    let gives = |held: &Subscription| {
        let is_paid = held.status != SubscriptionStatus::PastDue;
        (held.is_in_force(now_ms), held.plan, is_paid)
    };
    // Of equals the last is taken.
    let backwards = subscriptions.iter().enumerate().rev();
    let most = backwards.max_by_key(|(_, held)| gives(held));
    most.map(|(at, _)| at)
}

/// The largest plan in force at `now_ms`.
pub(super) fn plan_of(subscriptions: &[Subscription], now_ms: u64) -> Plan {
    let plans = subscriptions.iter().map(|held| held.plan_at(now_ms));
    plans.max().unwrap_or_default()
}

/// When the plan that is in force at `now_ms` becomes a smaller one by itself.
pub(super) fn shrinks_at(subscriptions: &[Subscription], now_ms: u64) -> Option<u64> {
    let plan = plan_of(subscriptions, now_ms);
    let ends = subscriptions.iter().filter_map(Subscription::ends_at);
    ends.filter(|end| now_ms < *end && plan_of(subscriptions, *end) < plan)
        .min()
}
