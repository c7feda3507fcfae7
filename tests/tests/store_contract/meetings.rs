//! Meetings, members and users.

use crate::fixture::{NOW, Store};
use connvo_core::access::{ParticipantStatus, Role, Standing};
use connvo_core::entitlement::resolve;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{MeetingState, NewParticipant, Participant, ParticipantDraft, Whom};
use connvo_server::idempotency::Once;
use connvo_server::meeting::store::{self, Invited, advance, membership, of_user, participants};
use connvo_server::user;

on_both!(
    a_stranger_has_no_membership,
    an_invitation_waits_for_its_address,
    inviting_again_changes_the_role_but_never_the_hosts,
    a_meeting_has_as_many_members_as_the_plan_allows,
    a_state_moves_once,
    my_meetings_come_newest_first_page_by_page,
    the_store_keeps_its_epoch,
);

pub fn invitation(email: &str, role: Role) -> NewParticipant {
    let email = Some(email.into());
    let given = Standing::new(role, ParticipantStatus::Invited);
    let draft = ParticipantDraft {
        email,
        user_id: None,
        role,
        can_share: given.can_share,
        can_record: given.can_record,
        can_invite: given.can_invite,
    };
    draft.validate().unwrap()
}

/// The host invites.
pub async fn invite(store: &Store, meeting: &MeetingId, new: &NewParticipant) -> Invited {
    let host = store::host_of(&store.db, meeting).await.unwrap();
    let host = host.and_then(|host| host.user_id).unwrap();
    invite_by(store, &host, meeting, new).await
}

/// Somebody invites.
pub async fn invite_by(
    store: &Store,
    by: &UserId,
    meeting: &MeetingId,
    new: &NewParticipant,
) -> Invited {
    let free = resolve(&[], &[], NOW);
    let (once, entry) = (Once::default(), store.entry("invite"));
    let invited = store::invite(&store.db, meeting, (by, new), &free, (entry, &once), NOW);
    invited.await.unwrap()
}

pub fn member(invited: Invited) -> Participant {
    match invited {
        Invited::Member(member, _) => member,
        other => panic!("{other:?}"),
    }
}

async fn a_stranger_has_no_membership(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    let of = |user| {
        let (db, meeting) = (store.db.clone(), meeting.clone());
        async move { membership(&db, &user, &meeting).await.unwrap() }
    };
    assert_eq!(
        of(ada).await.map(|member| member.standing.role),
        Some(Role::Host)
    );
    assert_eq!(of(bob).await, None);
}

async fn an_invitation_waits_for_its_address(store: Store) {
    let (_, meeting) = store.hosted().await;
    let new = invitation("bob@example.org", Role::Observer);
    let invited = member(invite(&store, &meeting, &new).await);
    assert_eq!((invited.user_id, invited.name), (None, None));
    let bob = store.user("bob").await;
    let member = membership(&store.db, &bob, &meeting).await.unwrap();
    assert_eq!(
        member.map(|member| member.standing.role),
        Some(Role::Observer)
    );
}

async fn inviting_again_changes_the_role_but_never_the_hosts(store: Store) {
    let (_, meeting) = store.hosted().await;
    let put = async |email, role| invite(&store, &meeting, &invitation(email, role)).await;
    put("bob@example.org", Role::Participant).await;
    let changed = member(put("bob@example.org", Role::Observer).await);
    assert_eq!(changed.standing.role, Role::Observer);
    assert_eq!(put("ada@example.org", Role::Observer).await, Invited::Host);
}

async fn a_meeting_has_as_many_members_as_the_plan_allows(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let guest = |at: usize| invitation(&format!("guest-{at}@example.org"), Role::Observer);
    let (guests, extra): (Vec<_>, _) = ((0..8).map(guest).collect(), guest(0));
    let invitations = guests.iter().map(|new| invite(&store, &meeting, new));
    let became = futures_util::future::join_all(invitations).await;
    let members = became
        .iter()
        .filter(|one| matches!(one, Invited::Member(..)));
    assert_eq!(members.count(), 5, "six with the host");
    let known = participants(&store.db, (&ada, &meeting), "", 10)
        .await
        .unwrap();
    assert_eq!(known.len(), 6);
    // Who is in already may get another role.
    let again = known
        .iter()
        .any(|one| *extra.whom() == Whom::Address(one.email.clone()));
    let invited = invite(&store, &meeting, &extra).await;
    assert_eq!(matches!(invited, Invited::Member(..)), again);
}

async fn a_state_moves_once(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let start = || {
        let (from, to) = (MeetingState::Scheduled, MeetingState::Active);
        let (store, ada, meeting) = (&store, &ada, &meeting);
        async move {
            let entry = store.entry("startMeeting");
            let along = (&entry, &Once::default());
            let moved = advance(&store.db, (ada, meeting), (from, to, None), along, NOW).await;
            moved.map(|moved| moved.is_ok())
        }
    };
    assert!(start().await.unwrap());
    assert!(!start().await.unwrap());
    let member = membership(&store.db, &ada, &meeting).await.unwrap();
    assert_eq!(member.unwrap().state, MeetingState::Active);
}

async fn my_meetings_come_newest_first_page_by_page(store: Store) {
    let ada = store.user("ada").await;
    let bob = store.user("bob").await;
    let mut mine = Vec::new();
    for _ in 0..5 {
        mine.push(store.meeting(&ada).await);
        store.meeting(&bob).await;
        store.clock.advance(1);
    }
    mine.reverse();
    let mut seen = Vec::new();
    while let page = of_user(&store.db, &ada, seen.last(), 2).await.unwrap()
        && !page.is_empty()
    {
        seen.extend(page.into_iter().map(|meeting| meeting.id));
    }
    assert_eq!(seen, mine);
}

async fn the_store_keeps_its_epoch(store: Store) {
    let epoch = |fresh| connvo_server::db::meta::epoch(&store.db, fresh, NOW);
    assert_eq!(epoch("first").await.unwrap(), "first");
    assert_eq!(epoch("second").await.unwrap(), "first");
    let ada = store.user("ada").await;
    let fresh = store.ids.user();
    let trail = store.trail();
    let again = user::store::ensure(&store.db, &fresh, "ada", None, "Ada L.", &trail);
    assert_eq!(again.await.unwrap(), ada);
    let kept = user::store::get(&store.db, &ada).await.unwrap().unwrap();
    assert_eq!(kept.email.as_deref(), Some("ada@example.org"));
    assert_eq!(kept.name, "Ada L.");
}
