//! What the billing service's events make of an organisation.

use crate::fixture::{NOW, Store};
use crate::orgs::{org, plan, subscribed, whose};
use connvo_core::entitlement::{Feature, PAST_DUE_GRACE_MS, Plan};
use connvo_core::id::OrgId;
use connvo_server::audit::store::{Filter, page};
use connvo_server::org::admin::search_orgs;
use connvo_server::org::standing::of_user;
use connvo_server::webhook::billing::{Change, Effect, News, Whose, apply};
use serde_json::json;

on_both!(
    an_event_has_its_effect_once_and_older_ones_have_none,
    a_late_payment_is_counted_from_its_first_event,
    a_summary_replaces_the_whole_set,
    a_customer_is_bound_to_the_organisation_that_its_subscription_names,
    a_second_subscription_replaces_only_by_giving_something,
    of_one_second_the_end_is_the_last_and_the_beginning_the_first,
    an_event_of_an_unknown_customer_is_awaited_for_an_hour,
    of_several_subscriptions_the_largest_plan_applies,
    what_billing_changes_is_recorded_once,
);

/// Pro of a subscription of `cus_1`.
fn of_subscription(id: &str, org: &OrgId, status: &str, news: News) -> Change {
    Change::Subscription {
        news,
        whose: whose("cus_1", Some(org)),
        id: id.into(),
        plan: Plan::Pro,
        status: status.into(),
        period_end: None,
    }
}

async fn an_event_has_its_effect_once_and_older_ones_have_none(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let take = async |id: &str, at, plan, status: &str| {
        let change = subscribed(whose("cus_1", Some(&org)), plan, status);
        apply(&store.db, id, at, &change, &store.trail())
            .await
            .unwrap()
    };
    let changed = Effect::Changed(org.clone());
    assert_eq!(take("evt_1", 10, Plan::Pro, "active").await, changed);
    assert_eq!(take("evt_1", 10, Plan::Pro, "active").await, Effect::Seen);
    assert_eq!(take("evt_3", 30, Plan::Enterprise, "active").await, changed);
    assert_eq!(take("evt_2", 20, Plan::Pro, "active").await, Effect::Older);
    assert_eq!(plan(&store, &ada, NOW).await, Plan::Enterprise);
    assert_eq!(
        take("evt_4", 40, Plan::Enterprise, "canceled").await,
        changed
    );
    assert_eq!(plan(&store, &ada, NOW).await, Plan::Free);
}

async fn a_late_payment_is_counted_from_its_first_event(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    for (id, at) in [("evt_1", NOW), ("evt_2", NOW + 1_000)] {
        let change = subscribed(whose("cus_1", Some(&org)), Plan::Pro, "past_due");
        apply(&store.db, id, at, &change, &store.trail())
            .await
            .unwrap();
    }
    let end = NOW + PAST_DUE_GRACE_MS;
    assert_eq!(plan(&store, &ada, end - 1).await, Plan::Pro);
    assert_eq!(plan(&store, &ada, end).await, Plan::Free);
}

async fn a_summary_replaces_the_whole_set(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let known = subscribed(whose("cus_1", Some(&org)), Plan::Free, "active");
    apply(&store.db, "evt_0", 1, &known, &store.trail())
        .await
        .unwrap();
    let take = async |id: &str, at, features: &[Feature]| {
        let features = features.iter().map(|feature| feature.as_str()).collect();
        let change = Change::Features {
            whose: whose("cus_1", None),
            features,
        };
        apply(&store.db, id, at, &change, &store.trail())
            .await
            .unwrap();
        let found = of_user(&store.db, &ada, NOW).await.unwrap().entitlements;
        (found.has(Feature::Recording), found.has(Feature::AiIncall))
    };
    let (recording, incall) = (Feature::Recording, Feature::AiIncall);
    assert_eq!(take("evt_1", 10, &[recording]).await, (true, false));
    assert_eq!(take("evt_3", 30, &[incall]).await, (false, true));
    assert_eq!(take("evt_2", 20, &[recording]).await, (false, true));
    assert_eq!(take("evt_4", 40, &[]).await, (false, false));
}

async fn a_customer_is_bound_to_the_organisation_that_its_subscription_names(store: Store) {
    let ada = store.user("ada").await;
    let (one, other) = (org(&store, &ada).await, org(&store, &ada).await);
    let take = async |id: &str, whose: Whose| {
        let change = subscribed(whose, Plan::Pro, "active");
        apply(&store.db, id, NOW, &change, &store.trail())
            .await
            .unwrap()
    };
    assert_eq!(take("evt_1", whose("cus_1", None)).await, Effect::Awaited);
    let bound = take("evt_2", whose("cus_1", Some(&one))).await;
    assert_eq!(bound, Effect::Changed(one.clone()));
    // From now on the customer decides, whatever an event may name.
    let again = take("evt_3", whose("cus_1", Some(&other))).await;
    assert_eq!(again, Effect::Changed(one.clone()));
    // And an organisation of one customer is not another's.
    let taken = take("evt_4", whose("cus_2", Some(&one))).await;
    assert_eq!(taken, Effect::Awaited);
}

async fn a_second_subscription_replaces_only_by_giving_something(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let mut at = 0;
    let mut take = async |id: &str, status: &str| {
        at += 1;
        let change = of_subscription(id, &org, status, News::Updated);
        let event = format!("evt_{at}");
        apply(&store.db, &event, at, &change, &store.trail())
            .await
            .unwrap();
        plan(&store, &ada, NOW).await
    };
    assert_eq!(take("sub_1", "active").await, Plan::Pro);
    for nothing in ["incomplete", "incomplete_expired", "paused", "canceled"] {
        assert_eq!(take("sub_2", nothing).await, Plan::Pro, "{nothing}");
    }
    // The first is still the one that is followed.
    assert_eq!(take("sub_1", "canceled").await, Plan::Free);
    assert_eq!(take("sub_2", "incomplete").await, Plan::Free);
    assert_eq!(take("sub_2", "active").await, Plan::Pro);
    assert_eq!(take("sub_3", "trialing").await, Plan::Pro);
    assert_eq!(take("sub_2", "canceled").await, Plan::Pro);
}

async fn of_one_second_the_end_is_the_last_and_the_beginning_the_first(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let mut count = 0;
    let mut take = async |at, status: &str, news| {
        count += 1;
        let (event, change) = (
            format!("evt_{count}"),
            of_subscription("sub_1", &org, status, news),
        );
        apply(&store.db, &event, at, &change, &store.trail())
            .await
            .unwrap();
        plan(&store, &ada, NOW).await
    };
    assert_eq!(take(1_000, "active", News::Updated).await, Plan::Pro);
    assert_eq!(take(1_000, "incomplete", News::Created).await, Plan::Pro);
    assert_eq!(take(1_000, "canceled", News::Deleted).await, Plan::Free);
    assert_eq!(take(1_000, "active", News::Updated).await, Plan::Free);
    assert_eq!(take(1_000, "active", News::Created).await, Plan::Free);
    assert_eq!(take(2_000, "active", News::Updated).await, Plan::Pro);
}

async fn an_event_of_an_unknown_customer_is_awaited_for_an_hour(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let features = Change::Features {
        whose: whose("cus_1", None),
        features: [Feature::Recording.as_str()].into(),
    };
    let take = async |id: &str, change: &Change, now| {
        apply(&store.db, id, NOW, change, &store.trail_at(now))
            .await
            .unwrap()
    };
    let hour = 3_600_000;
    assert_eq!(take("evt_2", &features, NOW).await, Effect::Awaited);
    assert_eq!(
        take("evt_2", &features, NOW + hour - 1).await,
        Effect::Awaited
    );
    assert_eq!(
        take("evt_3", &features, NOW + hour).await,
        Effect::Unknown,
        "it is given up"
    );
    assert_eq!(take("evt_3", &features, NOW).await, Effect::Seen);
    let bound = of_subscription("sub_1", &org, "active", News::Created);
    let changed = Effect::Changed(org.clone());
    assert_eq!(take("evt_1", &bound, NOW).await, changed);
    // Nothing of it was kept, so that it has its effect when it comes again.
    assert_eq!(take("evt_2", &features, NOW).await, changed);
    let mine = of_user(&store.db, &ada, NOW).await.unwrap();
    assert!(mine.entitlements.has(Feature::Recording));
}

async fn of_several_subscriptions_the_largest_plan_applies(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let mut at = 0;
    let mut take = async |id: &str, plan_of_it: Plan, status: &str| {
        at += 1;
        let change = Change::Subscription {
            news: News::Updated,
            whose: whose("cus_1", Some(&org)),
            id: id.into(),
            plan: plan_of_it,
            status: status.into(),
            period_end: None,
        };
        let (event, trail) = (format!("evt_{at}"), store.trail());
        let told = apply(&store.db, &event, NOW + at, &change, &trail).await;
        assert_eq!(told.unwrap(), Effect::Changed(org.clone()));
        plan(&store, &ada, NOW).await
    };
    let (enterprise, pro) = (Plan::Enterprise, Plan::Pro);
    assert_eq!(take("sub_1", enterprise, "active").await, enterprise);
    assert_eq!(take("sub_2", pro, "active").await, enterprise);
    assert_eq!(take("sub_1", enterprise, "past_due").await, enterprise);
    // The other one was not forgotten.
    assert_eq!(take("sub_1", enterprise, "canceled").await, pro);
    assert_eq!(take("sub_1", enterprise, "active").await, enterprise);
    assert_eq!(take("sub_2", pro, "canceled").await, enterprise);
    assert_eq!(take("sub_1", enterprise, "unpaid").await, Plan::Free);
    // The grace of the larger runs out beside a smaller one that is paid: no event says so.
    assert_eq!(take("sub_2", pro, "active").await, pro);
    assert_eq!(take("sub_1", enterprise, "past_due").await, enterprise);
    let end = NOW + 9 + PAST_DUE_GRACE_MS;
    assert_eq!(plan(&store, &ada, end - 1).await, enterprise);
    assert_eq!(plan(&store, &ada, end).await, pro);
    let seen = async |now| {
        let page = search_orgs(&store.db, "%%", (None, 10), now).await.unwrap();
        assert_eq!(page.len(), 1);
        (page[0].plan.clone(), page[0].status.clone())
    };
    let is = |plan: &str, status: &str| (Some(plan.to_owned()), Some(status.to_owned()));
    assert_eq!(seen(end - 1).await, is("enterprise", "past_due"));
    assert_eq!(seen(end).await, is("pro", "active"));
}

async fn what_billing_changes_is_recorded_once(store: Store) {
    let ada = store.user("ada").await;
    let org = org(&store, &ada).await;
    let active = of_subscription("sub_1", &org, "active", News::Created);
    let trail = store.trail();
    for event in ["evt_1", "evt_1"] {
        apply(&store.db, event, NOW, &active, &trail).await.unwrap();
    }
    let features = Change::Features {
        whose: whose("cus_1", None),
        features: [Feature::Recording.as_str()].into(),
    };
    for event in ["evt_2", "evt_2", "evt_3"] {
        apply(&store.db, event, NOW, &features, &trail)
            .await
            .unwrap();
    }
    let rows = async |action: &str| {
        let filter = Filter {
            action: Some(action.into()),
            ..Filter::default()
        };
        page(&store.db, &filter, None, 10).await.unwrap()
    };
    let told = rows("changeSubscription").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].resource, format!("orgs/{org}"));
    assert_eq!(told[0].changes["plan"], json!({"from": null, "to": "pro"}));
    assert_eq!(told[0].changes["eventId"], "evt_1");
    let told = rows("changeFeatures").await;
    assert_eq!(told.len(), 1);
    let recording = json!({"from": [], "to": ["recording"]});
    assert_eq!(told[0].changes["features"], recording);
}
