//! Events of the billing service, as far as they matter here.

use connvo_core::entitlement::{Feature, Plan, SubscriptionStatus};
use connvo_core::error::Problem;
use connvo_core::id::OrgId;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};
use utoipa::ToSchema;

/// Longest id of the billing service's that is kept, in bytes.
const ID_BYTES: usize = 255;

/// The envelope of an event.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BillingEvent)]
pub(super) struct Event {
    /// The event's own id: each has its effect once.
    pub(super) id: String,
    /// What happened, as `customer.subscription.updated`.
    r#type: String,
    /// Seconds since the Unix epoch.
    pub(super) created: u64,
    /// To what.
    data: Data,
}

/// What an event is about.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = BillingEventData)]
struct Data {
    /// A subscription, or a summary of active entitlements.
    object: Value,
}

#[derive(Debug, Deserialize)]
struct SubscriptionObject {
    id: String,
    customer: Expandable,
    status: String,
    #[serde(default)]
    metadata: HashMap<String, String>,
    #[serde(default)]
    items: List<Item>,
    /// Seconds since the Unix epoch; of newer versions, it is the items'.
    #[serde(default)]
    current_period_end: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Item {
    #[serde(default)]
    price: Option<Price>,
    #[serde(default)]
    current_period_end: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Price {
    #[serde(default)]
    lookup_key: Option<String>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct SummaryObject {
    customer: Expandable,
    entitlements: List<ActiveEntitlement>,
}

#[derive(Debug, Deserialize)]
struct ActiveEntitlement {
    lookup_key: String,
}

#[derive(Debug, Deserialize)]
struct List<T> {
    #[serde(default = "Vec::new")]
    data: Vec<T>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { data: Vec::new() }
    }
}

/// An id, or the object that has it.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Expandable {
    Id(String),
    Object { id: String },
}

impl Expandable {
    fn id(self) -> String {
        match self {
            Self::Id(id) | Self::Object { id } => id,
        }
    }
}

/// Whose plan it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The billing service's customer.
    pub customer: String,
    /// Our organisation, where the event names it: then the customer is its own from
    /// now on.
    pub org_id: Option<OrgId>,
}

/// What became of a subscription. Events of one second have no order but this.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// It began: of one second, the first.
    Created,
    /// It is another.
    Updated,
    /// It ended: of one second, the last.
    Deleted,
}

impl News {
    /// The word that the store's query knows.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Deleted => "deleted",
        }
    }
}

/// What an event changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// A subscription is as this.
    Subscription {
        /// What became of it.
        news: News,
        /// Whose.
        whose: Whose,
        /// The billing service's id of it.
        id: String,
        /// The plan.
        plan: Plan,
        /// How it stands, in the billing service's word.
        status: String,
        /// When the paid period ends, in milliseconds since the Unix epoch.
        period_end: Option<u64>,
    },
    /// These features are granted by what was bought, and no others.
    Features {
        /// Whose.
        whose: Whose,
        /// The full set.
        features: BTreeSet<&'static str>,
    },
}

impl Change {
    /// A word for log lines.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Subscription { .. } => "subscription",
            Self::Features { .. } => "features",
        }
    }

    /// What an event changes; nothing for events that do not matter here.
    pub(super) fn of(event: Event) -> Result<Option<Self>, Problem> {
        let object = event.data.object;
        let change = match event.r#type.as_str() {
            "customer.subscription.created" => subscription(read(object)?, News::Created),
            "customer.subscription.updated" => subscription(read(object)?, News::Updated),
            "customer.subscription.deleted" => subscription(read(object)?, News::Deleted),
            "entitlements.active_entitlement_summary.updated" => features(read(object)?),
            _ => return Ok(None),
        };
        let bounded = |id: &str| (1..=ID_BYTES).contains(&id.len()) && !id.contains('\0');
        let ids = match &change {
            Self::Subscription {
                whose, id, status, ..
            } => vec![&whose.customer, id, status, &event.id],
            Self::Features { whose, .. } => vec![&whose.customer, &event.id],
        };
        if !ids.into_iter().all(|id| bounded(id)) {
            return Err(Problem::field("/data/object", "an id is empty or too long"));
        }
        Ok(Some(change))
    }
}

fn read<T: serde::de::DeserializeOwned>(object: Value) -> Result<T, Problem> {
    serde_json::from_value(object)
        .map_err(|error| Problem::field("/data/object", error.to_string()))
}

fn subscription(object: SubscriptionObject, news: News) -> Change {
    let org_id = object.metadata.get("org_id");
    let org_id = org_id.and_then(|id| id.parse().ok());
    let prices = || {
        object
            .items
            .data
            .iter()
            .filter_map(|item| item.price.as_ref())
    };
    let named = |word: &String| Plan::parse(word);
    // A lookup key may say more than the plan, as `pro_yearly`.
    let looked_up = |key: &String| Plan::parse(key.split(['_', '-', '.']).next()?);
    let plan = prices()
        .filter_map(|price| price.lookup_key.as_ref().and_then(looked_up))
        .chain(prices().filter_map(|price| price.metadata.get("plan").and_then(named)))
        .max()
        .or_else(|| object.metadata.get("plan").and_then(named))
        .unwrap_or_default();
    let ends = object
        .items
        .data
        .iter()
        .filter_map(|item| item.current_period_end);
    let period_end = object.current_period_end.into_iter().chain(ends).max();
    Change::Subscription {
        news,
        whose: Whose {
            customer: object.customer.id(),
            org_id,
        },
        id: object.id,
        plan,
        status: match news {
            News::Deleted => SubscriptionStatus::Canceled.as_str().to_owned(),
            News::Created | News::Updated => object.status,
        },
        period_end: period_end.map(|end| end.saturating_mul(1_000)),
    }
}

/// Features of other products are passed over.
fn features(object: SummaryObject) -> Change {
    let known = |one: ActiveEntitlement| Feature::parse(&one.lookup_key).map(Feature::as_str);
    Change::Features {
        features: object
            .entitlements
            .data
            .into_iter()
            .filter_map(known)
            .collect(),
        whose: Whose {
            customer: object.customer.id(),
            org_id: None,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn plan_of(change: impl FnOnce(&mut Value)) -> Plan {
        let mut object = json!({"id": "sub_1", "customer": "cus_1", "status": "active",
            "items": {"data": [{"price": {"lookup_key": null, "metadata": {}}}]}});
        change(&mut object);
        let event = json!({"id": "evt_1", "type": "customer.subscription.updated",
            "created": 1, "data": {"object": object}});
        match Change::of(serde_json::from_value(event).unwrap()) {
            Ok(Some(Change::Subscription { plan, .. })) => plan,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn the_plan_is_named_by_the_price_or_else_by_the_subscription() {
        assert_eq!(plan_of(|_| {}), Plan::Free);
        assert_eq!(
            plan_of(|o| o["metadata"] = json!({"plan": "pro"})),
            Plan::Pro
        );
        let key = |key: &str| {
            let key = json!(key);
            plan_of(|o| o["items"]["data"][0]["price"]["lookup_key"] = key)
        };
        assert_eq!(key("enterprise"), Plan::Enterprise);
        assert_eq!(key("pro_yearly"), Plan::Pro);
        assert_eq!(key("protractor"), Plan::Free);
        let metadata = json!({"plan": "enterprise"});
        let price = |o: &mut Value| o["items"]["data"][0]["price"]["metadata"] = metadata;
        assert_eq!(plan_of(price), Plan::Enterprise);
    }
}
