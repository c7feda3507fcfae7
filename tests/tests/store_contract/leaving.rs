//! What is around a deletion: who may go, what is forgotten, who waits for whom.

use crate::fixture::{NOW, Store, chunk, typed};
use crate::meetings;
use crate::orgs::{accept, invite, org};
use crate::people::{asks, deletes};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{MeetingState, ParticipantDraft};
use connvo_core::org::OrgRole;
use connvo_core::person::connection::{ConnectionAction, ConnectionDraft, ConnectionKind};
use connvo_core::transcript::{ChunkDraft, Speaker, validate};
use connvo_server::idempotency::store::{find, forget_about, hold};
use connvo_server::idempotency::{Key, Once};
use connvo_server::meeting;
use connvo_server::person::{connection, erase, store as person};

on_both!(
    of_two_last_administrators_who_go_at_once_one_stays,
    answers_about_who_is_deleted_are_forgotten_and_no_others,
    counting_meetings_and_ending_connections_wait_in_one_order,
    what_is_left_of_a_deletion_is_known_until_it_is_done,
);

/// Asks somebody to a meeting.
async fn asked(store: &Store, meeting: &MeetingId, name: &str) {
    let draft = serde_json::json!({"email": format!("{name}@example.org"), "role": "participant"});
    let draft: ParticipantDraft = serde_json::from_value(draft).unwrap();
    meetings::invite(store, meeting, &draft.validate().unwrap()).await;
}

async fn of_two_last_administrators_who_go_at_once_one_stays(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let acme = org(&store, &ada).await;
    let eve = store.user("eve").await;
    for (name, user, role) in [
        ("bob", &bob, OrgRole::Admin),
        ("eve", &eve, OrgRole::Member),
    ] {
        invite(&store, &acme, name, role).await;
        accept(&store, &acme, user).await;
    }
    let (one, other) = tokio::join!(deletes(&store, &ada), deletes(&store, &bob));
    assert!(one ^ other, "{one} {other}");
    let (gone, stays) = if one { (&ada, &bob) } else { (&bob, &ada) };
    let work = async |user| erase::store::work(&store.db, user).await.unwrap();
    assert!(work(gone).await.is_some());
    assert_eq!(
        work(stays).await,
        None,
        "nothing of theirs is to be changed"
    );
}

async fn answers_about_who_is_deleted_are_forgotten_and_no_others(store: Store) {
    let once = |user: &UserId, key: &str| {
        let key = Some(Key::parse(key).unwrap());
        Once::under(format!("{user} askConnection"), key, &(), NOW)
    };
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let eve = store.user("eve").await;
    // More than one page of them.
    for at in 0..600 {
        hold(&store.db, &once(&eve, &at.to_string())).await.unwrap();
    }
    for (from, to, key) in [(&ada, &bob, "a"), (&bob, &ada, "b"), (&bob, &eve, "c")] {
        let draft = ConnectionDraft {
            user_id: to.clone(),
            kind: ConnectionKind::Follow,
            message: None,
        };
        let (new, fresh) = (draft.validate(from).unwrap(), store.ids.connection());
        let once = once(from, key);
        let along = (store.entry("askConnection"), &once);
        let asked = connection::store::ask(&store.db, (from, &fresh, &new), along, NOW);
        asked.await.unwrap().unwrap();
    }
    let kept =
        async |user: &UserId, key: &str| find(&store.db, &once(user, key)).await.unwrap().is_some();
    assert!(deletes(&store, &ada).await);
    assert!(!kept(&ada, "a").await, "their own go at once");
    assert!(kept(&bob, "b").await);
    let work = erase::store::work(&store.db, &ada).await.unwrap().unwrap();
    assert_eq!(work.email.as_deref(), Some("ada@example.org"));
    forget_about(&store.db, &ada, work.email.as_deref())
        .await
        .unwrap();
    assert!(!kept(&bob, "b").await);
    assert!(kept(&bob, "c").await);
    for key in ["0", "599"] {
        assert!(kept(&eve, key).await);
    }
}

async fn counting_meetings_and_ending_connections_wait_in_one_order(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    for round in 0..10 {
        let meeting = store.meeting(&ada).await;
        asked(&store, &meeting, "bob").await;
        let said = ChunkDraft {
            source_id: "mic".into(),
            segment_id: "1".into(),
            utterance_id: None,
            revision: 0,
            is_interim: false,
            text: "hi".into(),
            start_ms: NOW,
            end_ms: NOW + 1,
            speaker: Speaker {
                label: "Bob".into(),
                user_id: Some(bob.clone()),
                name: None,
            },
            confidence: None,
            language: None,
            words: Vec::new(),
        };
        let mut chunks = validate(vec![said]).unwrap();
        chunks.push(chunk("mic", 2, 0, "of others"));
        store.transcript(&meeting, chunks).await;
        for step in [
            (MeetingState::Scheduled, MeetingState::Active, None),
            (MeetingState::Active, MeetingState::Concluded, None),
        ] {
            let (entry, once) = (store.entry("advance"), Once::default());
            let whose = (&ada, &meeting);
            let moved = meeting::store::advance(&store.db, whose, step, (&entry, &once), NOW);
            assert!(moved.await.unwrap().is_ok());
        }
        let asks = asks(&store, &ada, &bob).await.unwrap();
        let act = async |who: &UserId, action| {
            let (what, once) = ((who, &asks.id, action), Once::default());
            let along = (store.entry("act"), &once);
            connection::store::act(&store.db, what, along, NOW).await
        };
        act(&bob, ConnectionAction::Accept).await.unwrap().unwrap();
        let (counted, ended) = tokio::join!(
            person::count_meeting(&store.db, &meeting, NOW),
            act(&ada, ConnectionAction::Remove)
        );
        assert!(counted.unwrap(), "{round}");
        assert_eq!(ended.unwrap().unwrap(), None);
    }
    let counted = person::counted(&store.db, &bob).await.unwrap();
    assert_eq!((counted.meetings, counted.connections), (10, 0));
    let counted = person::counted(&store.db, &ada).await.unwrap();
    assert_eq!((counted.meetings, counted.connections), (10, 0));
}

async fn what_is_left_of_a_deletion_is_known_until_it_is_done(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let alone = store.meeting(&ada).await;
    let of_bob = store.meeting(&bob).await;
    asked(&store, &of_bob, "ada").await;
    let merely_asked = store.meeting(&bob).await;
    asked(&store, &merely_asked, "ada").await;
    store.note(&of_bob, typed(&ada, "tab", 0, 1)).await.unwrap();
    assert!(deletes(&store, &ada).await);
    let waiting = async || erase::store::waiting(&store.db, 10).await.unwrap();
    assert_eq!(waiting().await, std::slice::from_ref(&ada));
    let mut met = Vec::new();
    while let Some((id, whole)) = erase::store::next_meeting(&store.db, &ada).await.unwrap() {
        erase::store::meeting_done(&store.db, &ada, &id)
            .await
            .unwrap();
        met.push((id, whole));
    }
    let mut expected = vec![(alone, true), (of_bob, false)];
    expected.sort();
    assert_eq!(met, expected);
    erase::store::end(&store.db, &ada).await.unwrap();
    assert!(waiting().await.is_empty());
}
