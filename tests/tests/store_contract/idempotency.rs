//! Calls that have their effect once.

use crate::fixture::{NOW, Store};
use connvo_core::access::{ParticipantStatus, Role, Standing};
use connvo_core::id::UserId;
use connvo_core::meeting::{Meeting, MeetingPlan, MeetingState};
use connvo_server::db::StoreError;
use connvo_server::idempotency::store::{KEPT_MS, find, hold, sweep};
use connvo_server::idempotency::{Key, Once};
use connvo_server::meeting::store::{insert, of_user};

on_both!(
    of_many_calls_at_once_under_one_key_one_has_its_effect,
    a_key_is_free_again_after_a_day,
    a_held_key_keeps_the_body_it_was_first_used_with,
);

fn once(key: &str, body: &str, now_ms: u64) -> Once {
    let key = Key::parse(key).unwrap();
    Once::under("somebody createMeeting".into(), Some(key), &body, now_ms)
}

async fn make(store: &Store, host: &UserId, once: &Once) -> Result<(), StoreError> {
    let meeting = Meeting {
        id: store.ids.meeting(),
        plan: MeetingPlan {
            title: "Stand-up".into(),
            ..MeetingPlan::default()
        },
        state: MeetingState::Scheduled,
        standing: Standing::new(Role::Host, ParticipantStatus::Joined),
        organizer_id: host.clone(),
        series_id: None,
        participant_count: 1,
        occurrences: Vec::new(),
        occurrence_at: None,
        created_at: NOW,
        updated_at: NOW,
        started_at: None,
        ended_at: None,
        actual_duration: None,
    };
    insert(
        &store.db,
        &meeting,
        (None, None),
        &store.entry("createMeeting"),
        once,
    )
    .await
}

async fn of_many_calls_at_once_under_one_key_one_has_its_effect(store: Store) {
    let ada = store.user("ada").await;
    let same = once("one", "a", NOW);
    let calls = (0..8).map(|_| make(&store, &ada, &same));
    let outcomes = futures_util::future::join_all(calls).await;
    assert_eq!(outcomes.iter().filter(|made| made.is_ok()).count(), 1);
    for refused in outcomes.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, StoreError::Repeated), "{refused}");
    }
    let meetings = of_user(&store.db, &ada, None, 100).await.unwrap();
    assert_eq!(meetings.len(), 1);
    assert!(find(&store.db, &same).await.unwrap().is_some());
    assert_eq!(find(&store.db, &once("two", "a", NOW)).await.unwrap(), None);
}

async fn a_key_is_free_again_after_a_day(store: Store) {
    let ada = store.user("ada").await;
    make(&store, &ada, &once("one", "a", NOW)).await.unwrap();
    let in_time = once("one", "a", NOW + KEPT_MS - 1);
    assert!(find(&store.db, &in_time).await.unwrap().is_some());
    let late = once("one", "b", NOW + KEPT_MS);
    assert_eq!(find(&store.db, &late).await.unwrap(), None);
    make(&store, &ada, &late).await.unwrap();
    assert!(!sweep(&store.db, NOW + KEPT_MS).await.unwrap());
    assert!(sweep(&store.db, NOW + 2 * KEPT_MS).await.unwrap());
    assert_eq!(find(&store.db, &late).await.unwrap(), None);
}

async fn a_held_key_keeps_the_body_it_was_first_used_with(store: Store) {
    let held = async |body: &str, now| hold(&store.db, &once("one", body, now)).await.unwrap();
    let first = held("a", NOW).await;
    assert_eq!(held("a", NOW).await, first);
    assert_eq!(held("b", NOW).await, first);
    assert_ne!(held("b", NOW + KEPT_MS).await, first);
}
