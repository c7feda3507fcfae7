//! Organisations, their members, and what applies to them.

use crate::fixture::{NOW, Store};
use connvo_core::entitlement::{Feature, Plan};
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{Org, OrgMemberDraft, OrgRole, OrgStatus};
use connvo_server::audit::store::{Filter, page};
use connvo_server::idempotency::Once;
use connvo_server::org::invitation::store as invitations;
use connvo_server::org::standing::of_user;
use connvo_server::org::store::{
    Put, change_member, close, get, insert, members, of_user as orgs_of, remove_member,
};
use connvo_server::webhook::billing::{Change, Effect, News, Whose, apply};
use serde_json::json;

on_both!(
    an_organisation_keeps_one_administrator,
    who_cannot_come_in_is_no_administrator,
    an_invitation_counts_for_nothing_until_it_is_accepted,
    a_closed_organisation_gives_no_plan_and_counts_for_nobody,
    a_person_belongs_to_a_bounded_number_of_organisations,
    of_two_plans_the_larger_applies,
    an_event_has_its_effect_once_and_older_ones_have_none,
    a_late_payment_is_counted_from_its_first_event,
    a_summary_replaces_the_whole_set,
    a_customer_is_bound_to_the_organisation_that_its_subscription_names,
    a_second_subscription_replaces_only_by_giving_something,
    of_several_subscriptions_the_largest_plan_applies,
    what_billing_changes_is_recorded_once,
    of_one_second_the_end_is_the_last_and_the_beginning_the_first,
    an_event_of_an_unknown_customer_is_awaited_for_an_hour,
);

pub async fn org(store: &Store, admin: &UserId) -> OrgId {
    let org = Org {
        id: store.ids.org(),
        name: "Acme".into(),
        role: OrgRole::Admin,
        status: OrgStatus::Active,
        created_at: store.clock.now_ms(),
    };
    store.clock.advance(1);
    let entry = store.entry("createOrg");
    assert!(
        insert(&store.db, &org, admin, &entry, &Once::default())
            .await
            .unwrap()
    );
    org.id
}

fn whose(customer: &str, org: Option<&OrgId>) -> Whose {
    Whose {
        customer: customer.into(),
        org_id: org.cloned(),
    }
}

fn subscribed(whose: Whose, plan: Plan, status: &str) -> Change {
    Change::Subscription {
        news: News::Updated,
        whose,
        id: "sub_1".into(),
        plan,
        status: status.into(),
        period_end: None,
    }
}

async fn plan(store: &Store, user: &UserId, now: u64) -> Plan {
    let found = of_user(&store.db, user, now).await.unwrap();
    found.entitlements.plan
}

pub async fn invite(store: &Store, org: &OrgId, name: &str, role: OrgRole) {
    let email = format!("{name}@example.org");
    let new = OrgMemberDraft { email, role }.validate().unwrap();
    let (entry, once) = (store.entry("inviteToOrg"), Once::default());
    let invited = invitations::put(&store.db, org, &new, (entry, &once), NOW).await;
    assert!(matches!(invited, Ok(invitations::Invited::Done(_))));
}

pub async fn accept(store: &Store, org: &OrgId, user: &UserId) -> Put<Org> {
    let (entry, once) = (store.entry("acceptInvitation"), Once::default());
    let accepted = invitations::accept(&store.db, org, user, (entry, &once), NOW);
    accepted.await.unwrap()
}

async fn remove(store: &Store, org: &OrgId, user: &UserId) -> Put<()> {
    let (entry, once) = (store.entry("removeMember"), Once::default());
    let removed = remove_member(&store.db, org, user, (entry, &once), NOW);
    removed.await.unwrap()
}

async fn change(store: &Store, org: &OrgId, user: &UserId, role: OrgRole) -> &'static str {
    let (entry, once) = (store.entry("changeMember"), Once::default());
    let changed = change_member(&store.db, org, (user, role), (entry, &once), NOW);
    match changed.await.unwrap() {
        Put::Done(member) if member.role == role => "done",
        Put::Absent => "absent",
        Put::LastAdmin(_) => "last",
        other => panic!("{other:?}"),
    }
}

async fn close_it(store: &Store, org: &OrgId, user: &UserId) -> Put<()> {
    let (entry, once) = (store.entry("closeOrg"), Once::default());
    let closed = close(&store.db, org, user, (entry, &once), NOW);
    closed.await.unwrap()
}

async fn an_organisation_keeps_one_administrator(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let org = org(&store, &ada).await;
    assert_eq!(change(&store, &org, &bob, OrgRole::Member).await, "absent");
    invite(&store, &org, "bob", OrgRole::Member).await;
    assert!(matches!(accept(&store, &org, &bob).await, Put::Done(_)));
    assert_eq!(change(&store, &org, &ada, OrgRole::Member).await, "last");
    let last = remove(&store, &org, &ada).await;
    assert!(matches!(last, Put::LastAdmin(_)));
    assert_eq!(change(&store, &org, &bob, OrgRole::Admin).await, "done");
    assert_eq!(remove(&store, &org, &ada).await, Put::Done(()));
    assert_eq!(remove(&store, &org, &ada).await, Put::Absent);
    let left = members(&store.db, &org, None, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    assert_eq!(get(&store.db, &org, &ada).await.unwrap(), None);
}

async fn who_cannot_come_in_is_no_administrator(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let org = org(&store, &ada).await;
    invite(&store, &org, "bob", OrgRole::Admin).await;
    assert!(matches!(accept(&store, &org, &bob).await, Put::Done(_)));
    let active = async |active: bool| {
        let set = connvo_server::user::store::set_active(&store.db, &bob, active, NOW);
        assert!(set.await.unwrap());
    };
    active(false).await;
    assert_eq!(change(&store, &org, &ada, OrgRole::Member).await, "last");
    active(true).await;
    assert_eq!(change(&store, &org, &ada, OrgRole::Member).await, "done");
}

async fn an_invitation_counts_for_nothing_until_it_is_accepted(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let org = org(&store, &ada).await;
    let change = subscribed(whose("cus_1", Some(&org)), Plan::Pro, "active");
    apply(&store.db, "evt_1", NOW, &change, &store.trail())
        .await
        .unwrap();
    invite(&store, &org, "bob", OrgRole::Admin).await;
    invite(&store, &org, "eve", OrgRole::Member).await;
    assert_eq!(plan(&store, &bob, NOW).await, Plan::Free);
    assert_eq!(get(&store.db, &org, &bob).await.unwrap(), None);
    let left = members(&store.db, &org, None, 10).await.unwrap();
    assert_eq!(left.len(), 1);
    // Nobody else decides yet.
    let last = remove(&store, &org, &ada).await;
    assert!(matches!(last, Put::LastAdmin(_)));
    let seen = orgs_of(&store.db, &bob, None, 10).await.unwrap();
    assert_eq!((seen.len(), seen[0].status), (1, OrgStatus::Pending));
    assert!(matches!(accept(&store, &org, &bob).await, Put::Done(_)));
    assert_eq!(accept(&store, &org, &bob).await, Put::Absent);
    assert_eq!(plan(&store, &bob, NOW).await, Plan::Pro);
    // Who comes later finds what waits for the address, and may decline.
    let eve = store.user("eve").await;
    let (entry, once) = (store.entry("declineInvitation"), Once::default());
    let declined = invitations::decline(&store.db, &org, &eve, (entry, &once));
    assert!(declined.await.unwrap());
    assert_eq!(accept(&store, &org, &eve).await, Put::Absent);
}

async fn a_closed_organisation_gives_no_plan_and_counts_for_nobody(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let first = org(&store, &ada).await;
    let change = subscribed(whose("cus_1", Some(&first)), Plan::Pro, "active");
    apply(&store.db, "evt_1", NOW, &change, &store.trail())
        .await
        .unwrap();
    invite(&store, &first, "bob", OrgRole::Admin).await;
    assert!(matches!(accept(&store, &first, &bob).await, Put::Done(_)));
    let refused = close_it(&store, &first, &ada).await;
    assert!(matches!(refused, Put::LastAdmin(_)));
    assert_eq!(remove(&store, &first, &bob).await, Put::Done(()));
    assert_eq!(close_it(&store, &first, &ada).await, Put::Done(()));
    assert_eq!(close_it(&store, &first, &ada).await, Put::Absent);
    assert_eq!(plan(&store, &ada, NOW).await, Plan::Free);
    assert_eq!(orgs_of(&store.db, &ada, None, 10).await.unwrap(), []);
    // There is room for as many as before.
    for _ in 0..connvo_server::org::PER_PERSON {
        org(&store, &ada).await;
    }
}

async fn a_person_belongs_to_a_bounded_number_of_organisations(store: Store) {
    let ada = store.user("ada").await;
    for _ in 0..connvo_server::org::PER_PERSON {
        org(&store, &ada).await;
    }
    let another = Org {
        id: store.ids.org(),
        name: "One too many".into(),
        role: OrgRole::Admin,
        status: OrgStatus::Active,
        created_at: NOW,
    };
    let entry = store.entry("createOrg");
    assert!(
        !insert(&store.db, &another, &ada, &entry, &Once::default())
            .await
            .unwrap()
    );
    let first = orgs_of(&store.db, &ada, None, 15).await.unwrap();
    let last = first.last().map(|org| &org.id);
    let rest = orgs_of(&store.db, &ada, last, 15).await.unwrap();
    assert_eq!((first.len(), rest.len()), (15, 5));
}

async fn of_two_plans_the_larger_applies(store: Store) {
    let ada = store.user("ada").await;
    assert_eq!(plan(&store, &ada, NOW).await, Plan::Free);
    let (first, second) = (org(&store, &ada).await, org(&store, &ada).await);
    let mine = async || of_user(&store.db, &ada, NOW).await.unwrap().org.unwrap().id;
    assert_eq!(mine().await, first);
    let change = subscribed(whose("cus_2", Some(&second)), Plan::Pro, "active");
    apply(&store.db, "evt_1", NOW, &change, &store.trail())
        .await
        .unwrap();
    assert_eq!(mine().await, second);
    assert_eq!(plan(&store, &ada, NOW).await, Plan::Pro);
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
    let end = NOW + connvo_core::entitlement::PAST_DUE_GRACE_MS;
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
