//! People, sessions and events: what an issuer says of them, in whatever order.

use crate::fixture::{NOW, Store};
use connvo_server::auth::standing::Standing;
use connvo_server::user::Profile;
use connvo_server::webhook::store::{Effect, take};
use connvo_server::{auth, user};

on_both!(
    sessions_that_ended_long_ago_are_swept,
    a_person_and_their_session_are_met_once,
    a_session_that_ended_stays_ended,
    a_session_of_somebody_else_is_none,
    older_news_are_ignored,
    who_was_removed_does_not_come_back,
    an_event_has_its_effect_once,
    an_event_without_its_effect_is_not_taken,
);

fn profile(email: Option<&str>, name: &str, updated_at: Option<u64>) -> Profile {
    Profile {
        email: email.map(str::to_owned),
        name: name.into(),
        updated_at,
    }
}

async fn standing(store: &Store, user: &connvo_core::id::UserId, sid: Option<&str>) -> Standing {
    auth::store::standing(&store.db, user, sid, NOW)
        .await
        .unwrap()
}

async fn name(store: &Store, user: &connvo_core::id::UserId) -> (Option<String>, String) {
    let user = user::store::get(&store.db, user).await.unwrap().unwrap();
    (user.email, user.name)
}

async fn a_person_and_their_session_are_met_once(store: Store) {
    let known = profile(Some("ada@example.org"), "Ada", None);
    let meet = async || {
        let (fresh, who) = (store.ids.user(), ("user_1", Some("session_1")));
        auth::store::meet(&store.db, &fresh, who, &known, &store.trail())
            .await
            .unwrap()
            .user_id
    };
    assert!(
        auth::store::sight(&store.db, "user_1", Some("session_1"))
            .await
            .unwrap()
            .is_none()
    );
    let user = meet().await;
    assert_eq!(meet().await, user);
    let sight = auth::store::sight(&store.db, "user_1", Some("session_1")).await;
    let sight = sight.unwrap().unwrap();
    assert!(sight.complete && sight.user_id == user);
    assert_eq!(
        standing(&store, &user, Some("session_1")).await,
        Standing::Good
    );
    assert_eq!(standing(&store, &user, None).await, Standing::Good);
    let stranger = store.ids.user();
    assert_eq!(
        standing(&store, &stranger, None).await,
        Standing::Deactivated
    );
}

async fn a_session_that_ended_stays_ended(store: Store) {
    let ada = store.user("ada").await;
    let (event, who) = (("workos", "1"), ("ada", &store.ids.user()));
    let effect = Effect::SessionEnded("s");
    let ended = take(&store.db, event, who, effect, &store.trail()).await;
    assert_eq!(
        ended.unwrap().map(|taken| taken.met.user_id),
        Some(ada.clone())
    );
    let (fresh, nothing) = (store.ids.user(), profile(None, "", None));
    let met = auth::store::meet(
        &store.db,
        &fresh,
        ("ada", Some("s")),
        &nothing,
        &store.trail(),
    )
    .await;
    assert_eq!(met.unwrap().user_id, ada);
    assert_eq!(standing(&store, &ada, Some("s")).await, Standing::SignedOut);
    assert_eq!(
        name(&store, &ada).await.1,
        "ada",
        "an empty name takes none away"
    );
}

async fn a_session_of_somebody_else_is_none(store: Store) {
    let (ada, bob) = (store.user("ada").await, store.user("bob").await);
    let (fresh, nothing) = (store.ids.user(), profile(None, "", None));
    auth::store::meet(
        &store.db,
        &fresh,
        ("ada", Some("s")),
        &nothing,
        &store.trail(),
    )
    .await
    .unwrap();
    assert_eq!(standing(&store, &ada, Some("s")).await, Standing::Good);
    assert_eq!(standing(&store, &bob, Some("s")).await, Standing::SignedOut);
    assert_eq!(
        standing(&store, &bob, Some("unseen")).await,
        Standing::SignedOut
    );
}

async fn older_news_are_ignored(store: Store) {
    let fresh = store.ids.user();
    let tell = async |event: &str, profile: Profile| {
        let (event, who) = (("workos", event), ("user_1", &fresh));
        take(
            &store.db,
            event,
            who,
            Effect::Profile(&profile),
            &store.trail(),
        )
        .await
        .unwrap()
        .unwrap()
        .met
        .user_id
    };
    let user = tell("1", profile(Some("new@example.org"), "New", Some(20))).await;
    tell("2", profile(Some("old@example.org"), "Old", Some(10))).await;
    let new = (Some("new@example.org".to_owned()), "New".to_owned());
    assert_eq!(name(&store, &user).await, new);
    // An address that is no longer verified is theirs no longer.
    tell("3", profile(None, "Newer", Some(30))).await;
    assert_eq!(name(&store, &user).await, (None, "Newer".to_owned()));
}

async fn who_was_removed_does_not_come_back(store: Store) {
    let ada = store.user("ada").await;
    let fresh = store.ids.user();
    let who = ("ada", &fresh);
    let removed = take(
        &store.db,
        ("workos", "1"),
        who,
        Effect::Removed,
        &store.trail(),
    )
    .await;
    assert_eq!(
        removed.unwrap().map(|met| met.met.user_id),
        Some(ada.clone())
    );
    let late = profile(Some("ada@example.org"), "Ada", Some(NOW));
    take(
        &store.db,
        ("workos", "2"),
        who,
        Effect::Profile(&late),
        &store.trail(),
    )
    .await
    .unwrap();
    assert_eq!(name(&store, &ada).await.0, None, "the address is free");
    assert_eq!(standing(&store, &ada, None).await, Standing::Deactivated);
    let active = user::store::set_active(&store.db, &ada, true, NOW).await;
    assert!(!active.unwrap());
    let bob = store.user("bob").await;
    for active in [false, true] {
        let found = user::store::set_active(&store.db, &bob, active, NOW).await;
        assert!(found.unwrap());
        let good = standing(&store, &bob, None).await == Standing::Good;
        assert_eq!(good, active);
    }
}

async fn an_event_has_its_effect_once(store: Store) {
    let ada = store.user("ada").await;
    let fresh = store.ids.user();
    let end = async |provider: &str, event: &str, now: u64| {
        let effect = Effect::SessionEnded("s");
        let trail = store.trail_at(now);
        take(
            &store.db,
            (provider, event),
            ("ada", &fresh),
            effect,
            &trail,
        )
        .await
        .unwrap()
        .map(|taken| taken.met.user_id)
    };
    assert_eq!(end("workos", "1", NOW).await, Some(ada.clone()));
    assert_eq!(end("workos", "1", NOW).await, None);
    assert_eq!(end("other", "1", NOW).await, Some(ada.clone()));
    // Nobody tries again after so long: it is forgotten.
    let month = 31 * 24 * 3_600_000;
    assert_eq!(end("workos", "1", NOW + month).await, Some(ada));
}

async fn an_event_without_its_effect_is_not_taken(store: Store) {
    let ada = store.user("ada").await;
    let fresh = store.ids.user();
    // PostgreSQL takes no NUL in a text; SQLite does: then there is nothing to see.
    let refused = Effect::SessionEnded("a\0b");
    let failed = take(
        &store.db,
        ("workos", "1"),
        ("ada", &fresh),
        refused,
        &store.trail(),
    )
    .await;
    let again = take(
        &store.db,
        ("workos", "1"),
        ("ada", &fresh),
        Effect::SessionEnded("s"),
        &store.trail(),
    )
    .await
    .unwrap();
    assert_eq!(
        again.map(|taken| taken.met.user_id),
        failed.is_err().then_some(ada)
    );
}

async fn sessions_that_ended_long_ago_are_swept(store: Store) {
    const MONTH: u64 = 31 * 24 * 3_600_000;
    let ada = store.user("ada").await;
    let nobody = store.ids.user();
    for (event, effect) in [
        ("1", Effect::SessionEnded("revoked")),
        ("2", Effect::SessionBegan("over", Some(NOW))),
        ("3", Effect::SessionBegan("open", None)),
    ] {
        let whom = ("ada", &nobody);
        take(&store.db, ("workos", event), whom, effect, &store.trail())
            .await
            .unwrap();
    }
    assert!(!auth::store::sweep(&store.db, NOW + 1).await.unwrap());
    assert!(auth::store::sweep(&store.db, NOW + MONTH).await.unwrap());
    assert!(!auth::store::sweep(&store.db, NOW + MONTH).await.unwrap());
    assert_eq!(standing(&store, &ada, Some("open")).await, Standing::Good);
}
