//! What somebody was allowed before the transaction is asked again in it.

use crate::fixture::{NOW, Store};
use crate::meetings::{invitation, invite, invite_by};
use connvo_core::access::{Action, Role};
use connvo_core::entitlement::resolve;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::Move;
use connvo_core::meeting::{MeetingState, ParticipantChanges};
use connvo_server::idempotency::Once;
use connvo_server::meeting::store::{
    Invited, Line, Mover, advance, change_participant, change_plan, come_in, hand_over, host_of,
    line, pause_transcription, take,
};

on_both!(
    of_two_who_are_given_the_meeting_at_once_one_is_the_host,
    who_is_no_longer_host_or_co_host_changes_nothing,
    whoever_asks_to_speak_when_it_has_ended_does_not_wait,
);

/// A meeting with two who have come beside its host.
async fn three(store: &Store) -> (MeetingId, [UserId; 3]) {
    let (ada, meeting) = store.hosted().await;
    let (bob, eve) = (store.user("bob").await, store.user("eve").await);
    for (name, user) in [("bob", &bob), ("eve", &eve)] {
        let new = invitation(&format!("{name}@example.org"), Role::CoHost);
        invite(store, &meeting, &new).await;
        let entry = store.entry("joinMeeting");
        let came = come_in(&store.db, (user, &meeting), &entry, NOW).await;
        assert!(came.unwrap());
    }
    (meeting, [ada, bob, eve])
}

async fn hands_over(
    store: &Store,
    meeting: &MeetingId,
    whom: (&UserId, &UserId),
) -> Result<(), Problem> {
    let (entry, once) = (store.entry("handOverHost"), Once::default());
    let done = hand_over(&store.db, meeting, whom, (entry, &once), NOW).await;
    done.unwrap().map(|_| ())
}

fn is_forbidden<T: std::fmt::Debug>(answer: Result<T, Problem>) {
    assert_eq!(answer.unwrap_err().code, ErrorCode::Forbidden);
}

async fn of_two_who_are_given_the_meeting_at_once_one_is_the_host(store: Store) {
    let (meeting, [ada, bob, eve]) = three(&store).await;
    let (one, other) = tokio::join!(
        hands_over(&store, &meeting, (&ada, &bob)),
        hands_over(&store, &meeting, (&ada, &eve))
    );
    assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
    let host = if one.is_ok() { &bob } else { &eve };
    is_forbidden(one.and(other));
    let found = host_of(&store.db, &meeting).await.unwrap().unwrap();
    assert_eq!(found.user_id.as_ref(), Some(host));
    is_forbidden(hands_over(&store, &meeting, (&ada, &ada)).await);
}

async fn who_is_no_longer_host_or_co_host_changes_nothing(store: Store) {
    let (meeting, [ada, bob, eve]) = three(&store).await;
    hands_over(&store, &meeting, (&ada, &bob)).await.unwrap();
    let plain: ParticipantChanges =
        serde_json::from_value(serde_json::json!({"role": "participant"})).unwrap();
    let (entry, once) = (|| store.entry("change"), Once::default());
    let what = (ada.as_str(), plain);
    let along = (entry(), &once);
    let changed = change_participant(&store.db, (&bob, &meeting), what, along, NOW).await;
    changed.unwrap().unwrap();
    // What follows is Ada's, who was the host a moment ago.
    let by = (&ada, &meeting);
    let what = (eve.as_str(), plain);
    let changed = change_participant(&store.db, by, what, (entry(), &once), NOW).await;
    is_forbidden(changed.unwrap());
    let free = resolve(&[], &[], NOW);
    let new = invitation("carol@example.org", Role::Participant);
    let refused = invite_by(&store, &ada, &meeting, &new).await;
    assert!(matches!(refused, Invited::Refused(_)), "{refused:?}");
    let away = Mover {
        by: &ada,
        whom: Some(eve.as_str()),
        action: Some(Action::RemoveParticipant),
        taken: Move::Remove,
    };
    let moved = take(&store.db, &meeting, away, &free, (entry(), &once, 204), NOW).await;
    is_forbidden(moved.unwrap());
    let titled = serde_json::from_value(serde_json::json!({"title": "Mine"})).unwrap();
    let what = (titled, "series");
    let changed = change_plan(&store.db, by, what, &free, (entry(), &once), NOW).await;
    is_forbidden(changed.unwrap());
    let step = (MeetingState::Scheduled, MeetingState::Active, None);
    let started = advance(&store.db, by, step, (&entry(), &once), NOW).await;
    is_forbidden(started.unwrap());
    let step = (MeetingState::Scheduled, MeetingState::Active, None);
    let started = advance(&store.db, (&bob, &meeting), step, (&entry(), &once), NOW).await;
    started.unwrap().unwrap();
    let paused = pause_transcription(&store.db, by, true, (&entry(), &once), NOW).await;
    is_forbidden(paused.unwrap());
}

async fn whoever_asks_to_speak_when_it_has_ended_does_not_wait(store: Store) {
    let (meeting, [ada, bob, _]) = three(&store).await;
    let (entry, once) = (|| store.entry("raiseHand"), Once::default());
    for step in [
        (MeetingState::Scheduled, MeetingState::Active, None),
        (MeetingState::Active, MeetingState::Concluded, None),
    ] {
        let moved = advance(&store.db, (&ada, &meeting), step, (&entry(), &once), NOW).await;
        moved.unwrap().unwrap();
    }
    let raise = (Action::RaiseHand, Line::Raise(bob.clone()));
    let raised = line(&store.db, (&bob, &meeting), raise, (entry(), &once), NOW).await;
    let problem = raised.unwrap().unwrap_err();
    assert_eq!(problem.code, ErrorCode::MeetingNotActive);
}
