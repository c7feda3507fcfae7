//! Organisations, their members, and what applies to them.

use crate::fixture::{NOW, Store};
use connvo_core::entitlement::Plan;
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{Org, OrgMemberDraft, OrgRole, OrgStatus};
use connvo_server::idempotency::Once;
use connvo_server::org::invitation::store as invitations;
use connvo_server::org::standing::of_user;
use connvo_server::org::store::{
    Put, change_member, close, get, insert, members, of_user as orgs_of, remove_member,
};
use connvo_server::webhook::billing::{Change, News, Whose, apply};

on_both!(
    an_organisation_keeps_one_administrator,
    who_cannot_come_in_is_no_administrator,
    an_invitation_counts_for_nothing_until_it_is_accepted,
    a_closed_organisation_gives_no_plan_and_counts_for_nobody,
    a_person_belongs_to_a_bounded_number_of_organisations,
    of_two_plans_the_larger_applies,
);

pub(crate) async fn org(store: &Store, admin: &UserId) -> OrgId {
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

pub(crate) fn whose(customer: &str, org: Option<&OrgId>) -> Whose {
    Whose {
        customer: customer.into(),
        org_id: org.cloned(),
    }
}

pub(crate) fn subscribed(whose: Whose, plan: Plan, status: &str) -> Change {
    Change::Subscription {
        news: News::Updated,
        whose,
        id: "sub_1".into(),
        plan,
        status: status.into(),
        period_end: None,
    }
}

pub(crate) async fn plan(store: &Store, user: &UserId, now: u64) -> Plan {
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
