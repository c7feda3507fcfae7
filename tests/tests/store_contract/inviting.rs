//! What an invitation tells of who has the address, and whom it reaches.

use crate::fixture::{NOW, Store};
use crate::meetings::{invitation, invite, member};
use crate::people::{blocks, deletes};
use connvo_core::access::{Action, ParticipantStatus, Role};
use connvo_core::entitlement::resolve;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::Move;
use connvo_server::idempotency::Once;
use connvo_server::meeting::store::{
    Moved, Mover, come_in, find_participant, membership, of_user, participants, take,
};
use connvo_server::on_db;
use connvo_server::person::connection;

on_both!(
    an_address_tells_nobody_who_has_it_before_they_come_in,
    an_invitation_does_not_reach_who_has_blocked_its_sender,
    an_invitation_reaches_nobody_whom_its_sender_has_blocked,
    who_left_is_not_found_again_by_whom_they_blocked,
    an_invitation_and_a_deletion_at_once_keep_no_address,
);

/// Ids and names that `viewer` sees beside the host's.
async fn seen(
    store: &Store,
    viewer: &UserId,
    meeting: &MeetingId,
) -> Vec<(Option<UserId>, Option<String>)> {
    let listed = participants(&store.db, (viewer, meeting), "", 10).await;
    let guests = listed.unwrap().into_iter();
    let guests = guests.filter(|one| one.standing.role != Role::Host);
    guests.map(|one| (one.user_id, one.name)).collect()
}

async fn comes_in(store: &Store, user: &UserId, meeting: &MeetingId) -> bool {
    let entry = store.entry("joinMeeting");
    come_in(&store.db, (user, meeting), &entry, NOW)
        .await
        .unwrap()
}

/// Moves somebody, by the free plan.
pub async fn moves(store: &Store, meeting: &MeetingId, mover: Mover<'_>) -> Result<Moved, Problem> {
    let (free, once) = (resolve(&[], &[], NOW), Once::default());
    let along = (store.entry("move"), &once, 200);
    let moved = take(&store.db, meeting, mover, &free, along, NOW);
    moved.await.unwrap()
}

async fn meetings_of(store: &Store, user: &UserId) -> usize {
    of_user(&store.db, user, None, 10).await.unwrap().len()
}

async fn an_address_tells_nobody_who_has_it_before_they_come_in(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let (bob, eve) = (store.user("bob").await, store.user("eve").await);
    let new = invitation("bob@example.org", Role::Participant);
    let unknown = invitation("nobody@example.org", Role::Participant);
    let mut answer = member(invite(&store, &meeting, &new).await);
    answer.email = "nobody@example.org".into();
    assert_eq!(answer, member(invite(&store, &meeting, &unknown).await));
    let hidden = (None, None);
    assert_eq!(
        seen(&store, &ada, &meeting).await,
        [hidden.clone(), hidden.clone()]
    );
    let of_bob = async || {
        let found = find_participant(&store.db, (&ada, &meeting), bob.as_str()).await;
        found.unwrap()
    };
    assert_eq!(of_bob().await, None, "by id neither");
    let own = (Some(bob.clone()), Some("bob".to_owned()));
    assert_eq!(seen(&store, &bob, &meeting).await[0], own);
    assert!(!comes_in(&store, &eve, &meeting).await);
    assert!(comes_in(&store, &bob, &meeting).await);
    assert!(!comes_in(&store, &bob, &meeting).await, "once");
    assert_eq!(seen(&store, &ada, &meeting).await, [own.clone(), hidden]);
    let joined = of_bob().await.unwrap();
    assert_eq!(joined.standing.status, ParticipantStatus::Joined);
    // Who was here is known, whatever became of them.
    let removed = Mover {
        by: &ada,
        whom: Some(bob.as_str()),
        action: Some(Action::RemoveParticipant),
        taken: Move::Remove,
    };
    moves(&store, &meeting, removed).await.unwrap();
    assert_eq!(seen(&store, &ada, &meeting).await[0], own);
}

async fn an_invitation_does_not_reach_who_has_blocked_its_sender(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    blocks(&store, &bob, &ada).await;
    let new = invitation("bob@example.org", Role::Participant);
    let answer = member(invite(&store, &meeting, &new).await);
    assert_eq!((answer.user_id, answer.name), (None, None));
    // Signing in again does not bring it either.
    assert_eq!(store.user("bob").await, bob);
    assert_eq!(meetings_of(&store, &bob).await, 0);
    assert_eq!(membership(&store.db, &bob, &meeting).await.unwrap(), None);
    assert!(!comes_in(&store, &bob, &meeting).await);
    let page = connection::store::page(&store.db, &bob, None, None, 10).await;
    let block = page.unwrap().remove(0).id;
    let lift = connvo_core::person::connection::ConnectionAction::Unblock;
    let (entry, once) = (store.entry("unblockPerson"), Once::default());
    let lifted = connection::store::act(&store.db, (&bob, &block, lift), (entry, &once), NOW).await;
    lifted.unwrap().unwrap();
    store.user("bob").await;
    assert_eq!(meetings_of(&store, &bob).await, 1, "it was waiting");
}

async fn an_invitation_reaches_nobody_whom_its_sender_has_blocked(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    let new = invitation("bob@example.org", Role::Participant);
    invite(&store, &meeting, &new).await;
    assert_eq!(meetings_of(&store, &bob).await, 1);
    blocks(&store, &ada, &bob).await;
    invite(&store, &meeting, &new).await;
    assert_eq!(meetings_of(&store, &bob).await, 0);
}

async fn who_left_is_not_found_again_by_whom_they_blocked(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    let new = invitation("bob@example.org", Role::Participant);
    invite(&store, &meeting, &new).await;
    assert!(comes_in(&store, &bob, &meeting).await);
    let left = Mover {
        by: &bob,
        whom: None,
        action: Some(Action::LeaveMeeting),
        taken: Move::Leave,
    };
    moves(&store, &meeting, left).await.unwrap();
    blocks(&store, &bob, &ada).await;
    let answer = member(invite(&store, &meeting, &new).await);
    assert_eq!((answer.user_id, answer.name), (None, None));
    assert_eq!(meetings_of(&store, &bob).await, 0);
}

async fn an_invitation_and_a_deletion_at_once_keep_no_address(store: Store) {
    let (_, meeting) = store.hosted().await;
    for at in 0..5 {
        let name = format!("guest-{at}");
        let guest = store.user(&name).await;
        let new = invitation(&format!("{name}@example.org"), Role::Observer);
        let (_, deleted) = tokio::join!(invite(&store, &meeting, &new), deletes(&store, &guest));
        assert!(deleted);
        // Either the invitation came first and went with its owner, or it waits for
        // whoever has the address next.
        let bound: Result<(i64,), connvo_server::db::StoreError> = async {
            Ok(on_db!(
                &store.db,
                read | pool | {
                    sqlx::query_as(
                        "SELECT COUNT(*) FROM participants WHERE email = $1 AND user_id IS NOT NULL",
                    )
                    .bind("bob@example.org")
                    .fetch_one(pool)
                    .await?
                }
            ))
        }
        .await;
        assert_eq!(bound.unwrap().0, 0, "{name}");
    }
}
