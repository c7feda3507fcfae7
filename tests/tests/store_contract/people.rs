//! People: settings, interests, connections and deletion.

use crate::fixture::{NOW, Store, chunk, said};
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::meeting::MeetingState;
use connvo_core::person::connection::{
    Connection, ConnectionAction, ConnectionDraft, ConnectionKind, ConnectionStatus,
};
use connvo_core::person::interest::{InterestsDraft, Proficiency, Seed, UserInterest, seeds};
use connvo_core::person::settings::SettingsDraft;
use connvo_core::transcript::{ChunkDraft, Speaker, validate};
use connvo_server::idempotency::Once;
use connvo_server::person::store::Put;
use connvo_server::person::{connection, erase, store as person};
use connvo_server::{meeting, transcript, user};

on_both!(
    the_taxonomy_is_seeded_once_and_brought_up_to_date,
    interests_are_counted_however_often_they_are_said,
    two_requests_at_once_make_one_connection,
    a_block_meets_a_request_made_at_once,
    who_is_deleted_has_nothing_more,
    what_comes_in_the_name_of_the_deleted_is_made_anonymous,
    a_chosen_name_outlives_news_of_the_issuer,
    an_ended_meeting_is_counted_once_however_often_it_is_asked,
    the_later_sign_of_life_stands,
);

async fn count(store: &Store, slug: &str) -> u64 {
    let all = person::interests(&store.db, "", 100).await.unwrap();
    all.iter().find(|one| one.slug == slug).unwrap().usage_count
}

async fn says(store: &Store, user: &UserId, slugs: &[&str]) -> Put {
    let item = |slug: &&str| UserInterest {
        slug: (*slug).to_owned(),
        proficiency: Proficiency::Beginner,
    };
    let items = slugs.iter().map(item).collect();
    let new = InterestsDraft { items }.validate().unwrap();
    let along = (store.entry("putInterests"), &Once::default());
    let put = person::put_interests(&store.db, user, &new, along, NOW).await;
    put.unwrap()
}

pub async fn asks(
    store: &Store,
    from: &UserId,
    to: &UserId,
) -> Result<Connection, connvo_core::error::Problem> {
    let draft = ConnectionDraft {
        user_id: to.clone(),
        kind: ConnectionKind::Connection,
        message: None,
    };
    let new = draft.validate(from).unwrap();
    let (fresh, once) = (store.ids.connection(), Once::default());
    let along = (store.entry("askConnection"), &once);
    let asked = connection::store::ask(&store.db, (from, &fresh, &new), along, NOW).await;
    asked.unwrap()
}

pub async fn blocks(store: &Store, from: &UserId, to: &UserId) {
    let (fresh, once) = (store.ids.connection(), Once::default());
    let along = (store.entry("blockPerson"), &once);
    let blocked = connection::store::block(&store.db, (from, to, &fresh), along, NOW).await;
    blocked.unwrap().unwrap();
}

async fn between(store: &Store, me: &UserId) -> Vec<Connection> {
    let page = connection::store::page(&store.db, me, None, None, 100).await;
    page.unwrap()
}

async fn the_taxonomy_is_seeded_once_and_brought_up_to_date(store: Store) {
    let ada = store.user("ada").await;
    for _ in 0..2 {
        person::seed(&store.db, &seeds(), NOW).await.unwrap();
    }
    let all = person::interests(&store.db, "", 100).await.unwrap();
    assert_eq!(all.len(), seeds().len());
    says(&store, &ada, &["rust"]).await;
    let renamed = Seed {
        slug: "rust".into(),
        name: "The Rust language".into(),
        parent: None,
    };
    person::seed(&store.db, &[renamed], NOW).await.unwrap();
    let all = person::interests(&store.db, "rus", 1).await.unwrap();
    assert_eq!(
        (all[0].name.as_str(), all[0].usage_count),
        ("The Rust language", 1)
    );
    assert_eq!(all[0].parent, None);
}

async fn interests_are_counted_however_often_they_are_said(store: Store) {
    person::seed(&store.db, &seeds(), NOW).await.unwrap();
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let (one, other) = (["rust", "music"], ["music", "rust"]);
    for _ in 0..5 {
        let (one, other) = tokio::join!(says(&store, &ada, &one), says(&store, &bob, &other));
        assert!(matches!((one, other), (Put::Done(_), Put::Done(_))));
    }
    assert_eq!(
        (count(&store, "rust").await, count(&store, "music").await),
        (2, 2)
    );
    assert!(matches!(
        says(&store, &ada, &["alchemy"]).await,
        Put::Refused(_)
    ));
    assert_eq!(person::of_user(&store.db, &ada).await.unwrap().len(), 2);
    says(&store, &ada, &[]).await;
    assert_eq!(
        (count(&store, "rust").await, count(&store, "music").await),
        (1, 1)
    );
}

async fn two_requests_at_once_make_one_connection(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let (one, other) = tokio::join!(asks(&store, &ada, &bob), asks(&store, &bob, &ada));
    assert!(one.is_ok() ^ other.is_ok(), "{one:?} {other:?}");
    assert_eq!(between(&store, &ada).await.len(), 1);
}

async fn a_block_meets_a_request_made_at_once(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let (_, _) = tokio::join!(blocks(&store, &ada, &bob), asks(&store, &bob, &ada));
    let left = between(&store, &ada).await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].state, ConnectionStatus::Blocked);
    assert!(between(&store, &bob).await.is_empty());
    assert!(
        person::public(&store.db, &bob, &ada)
            .await
            .unwrap()
            .is_none()
    );
    let id: &ConnectionId = &left[0].id;
    let lift = async |who: &UserId| {
        let (what, once) = ((who, id, ConnectionAction::Unblock), Once::default());
        let along = (store.entry("unblockPerson"), &once);
        connection::store::act(&store.db, what, along, NOW)
            .await
            .unwrap()
    };
    assert!(lift(&bob).await.is_err());
    assert_eq!(lift(&ada).await.unwrap(), None);
    assert!(
        person::public(&store.db, &bob, &ada)
            .await
            .unwrap()
            .is_some()
    );
}

pub async fn deletes(store: &Store, user: &UserId) -> bool {
    let along = (store.entry("erasePerson"), &Once::default());
    let erased = erase::store::erase(&store.db, user, along, &store.trail()).await;
    erased.unwrap().is_ok()
}

async fn who_is_deleted_has_nothing_more(store: Store) {
    person::seed(&store.db, &seeds(), NOW).await.unwrap();
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    says(&store, &ada, &["rust"]).await;
    asks(&store, &bob, &ada).await.unwrap();
    assert!(deletes(&store, &ada).await);
    assert!(!deletes(&store, &ada).await, "once");
    assert_eq!(count(&store, "rust").await, 0);
    assert!(between(&store, &bob).await.is_empty());
    assert!(asks(&store, &bob, &ada).await.is_err());
    assert!(matches!(
        says(&store, &ada, &["rust"]).await,
        Put::Refused(_)
    ));
    let settings = SettingsDraft {
        name: Some("Ada".into()),
        ..SettingsDraft::default()
    };
    let (new, once) = (settings.validate().unwrap(), Once::default());
    let along = (store.entry("changeAccount"), &once);
    let changed = person::change(&store.db, &ada, &new, along, NOW).await;
    assert_eq!(changed.unwrap(), None);
    let host = meeting::store::find_participant(&store.db, (&ada, &meeting), ada.as_str()).await;
    assert_eq!(host.unwrap(), None, "the meeting was nobody else's");
    assert_ne!(
        store.user("ada").await,
        ada,
        "a later sign-in is somebody new"
    );
}

async fn what_comes_in_the_name_of_the_deleted_is_made_anonymous(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let meeting = store.meeting(&bob).await;
    assert!(deletes(&store, &ada).await);
    let draft = ChunkDraft {
        source_id: "mic".into(),
        segment_id: "late".into(),
        utterance_id: None,
        revision: 0,
        is_interim: false,
        text: "late".into(),
        start_ms: NOW,
        end_ms: NOW + 1,
        speaker: Speaker {
            label: "Ada".into(),
            user_id: Some(ada.clone()),
            name: None,
        },
        confidence: None,
        language: None,
        words: Vec::new(),
    };
    let mut chunks = validate(vec![draft]).unwrap();
    chunks.push(chunk("mic", 1, 0, "of others"));
    store
        .committer
        .append(said(&meeting, chunks))
        .await
        .unwrap();
    let left = async |fresh_ms: u64| {
        let found = erase::store::said::erased(&store.db, "", fresh_ms, 10).await;
        let found = found.unwrap().into_iter();
        let found = found.map(|one| (one.user_id, one.is_fresh, one.is_named));
        found.collect::<Vec<_>>()
    };
    assert_eq!(left(0).await, [(ada.clone(), true, true)]);
    assert_eq!(left(2 * NOW).await, [(ada.clone(), false, true)]);
    assert_eq!(
        erase::store::said::all_chunks(&store.db, &ada)
            .await
            .unwrap(),
        1
    );
    assert_eq!(left(0).await, [(ada.clone(), true, false)]);
    let beyond = erase::store::said::erased(&store.db, ada.as_str(), 0, 10).await;
    assert_eq!(beyond.unwrap(), []);
    let kept = transcript::store::entries(&store.db, &meeting, 0, 0, 10)
        .await
        .unwrap();
    let labels: Vec<_> = kept
        .iter()
        .map(|one| one.fields.speaker.label.as_str())
        .collect();
    assert_eq!(labels, ["Deleted user", "Zoë"]);
}

async fn a_chosen_name_outlives_news_of_the_issuer(store: Store) {
    let ada = store.user("ada").await;
    let settings = SettingsDraft {
        name: Some("Ada L.".into()),
        ..SettingsDraft::default()
    };
    let (new, once) = (settings.validate().unwrap(), Once::default());
    let along = (store.entry("changeAccount"), &once);
    person::change(&store.db, &ada, &new, along, NOW)
        .await
        .unwrap();
    assert_eq!(store.user("ada").await, ada);
    let kept = user::store::get(&store.db, &ada).await.unwrap().unwrap();
    assert_eq!(kept.name, "Ada L.");
}

async fn an_ended_meeting_is_counted_once_however_often_it_is_asked(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let counted = async || {
        person::count_meeting(&store.db, &meeting, NOW)
            .await
            .unwrap()
    };
    assert!(!counted().await, "it has not ended");
    for step in [
        (MeetingState::Scheduled, MeetingState::Active, None),
        (MeetingState::Active, MeetingState::Concluded, None),
    ] {
        let along = (store.entry("advance"), Once::default());
        let (whose, along) = ((&ada, &meeting), (&along.0, &along.1));
        let moved = meeting::store::advance(&store.db, whose, step, along, NOW).await;
        assert!(moved.unwrap().is_ok());
    }
    let waiting = async || person::uncounted(&store.db, "", 10).await.unwrap();
    assert_eq!(waiting().await, std::slice::from_ref(&meeting));
    let (one, other) = tokio::join!(counted(), counted());
    assert!(one ^ other);
    assert!(waiting().await.is_empty());
    let seen = person::public(&store.db, &ada, &ada).await.unwrap();
    assert_eq!(seen.unwrap().meeting_count, 1);
}

async fn the_later_sign_of_life_stands(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    assert!(deletes(&store, &bob).await);
    for at in [NOW + 1, NOW] {
        let rows = [(ada.clone(), at), (bob.clone(), at)];
        user::store::seen(&store.db, &rows).await.unwrap();
    }
    let seen = async |id| user::store::known(&store.db, id).await.unwrap().unwrap();
    assert_eq!(seen(&ada).await.last_seen_at, Some(NOW + 1));
    assert_eq!(seen(&bob).await.last_seen_at, None, "they are deleted");
}
