//! Feature flags.

use crate::fixture::{NOW, Store};
use connvo_core::flag::{Flag, seeds};
use connvo_server::audit::store::{Filter, page};
use connvo_server::flag::{FLAGS, store};
use connvo_server::idempotency::Once;
use serde_json::json;

on_both!(
    of_many_flags_put_at_once_no_more_are_stored_than_there_may_be,
    no_number_of_flags_hides_one,
    a_change_is_recorded_with_what_was_before,
);

fn flag(key: &str, rollout: u8) -> Flag {
    let mut flag = seeds().remove(0);
    (flag.key, flag.rollout) = (key.to_owned(), rollout);
    flag
}

async fn put(store: &Store, flag: &Flag) -> bool {
    let (entry, once) = (store.entry("putFlag"), Once::default());
    store::put(&store.db, flag, (entry, &once), NOW)
        .await
        .unwrap()
}

async fn of_many_flags_put_at_once_no_more_are_stored_than_there_may_be(store: Store) {
    store::seed(&store.db, &seeds(), NOW).await.unwrap();
    let more = FLAGS as usize - seeds().len() - 1;
    let more: Vec<_> = (0..more).map(|at| flag(&format!("a.{at}"), 1)).collect();
    store::seed(&store.db, &more, NOW).await.unwrap();
    let last: Vec<_> = (0..8).map(|at| flag(&format!("b.{at}"), 1)).collect();
    let put_all = last.iter().map(|flag| put(&store, flag));
    let stored = futures_util::future::join_all(put_all).await;
    assert_eq!(stored.iter().filter(|stored| **stored).count(), 1);
    let all = store::all(&store.db).await.unwrap();
    assert_eq!(all.len(), FLAGS as usize);
    // Another value of one that is there takes no room.
    assert!(put(&store, &flag("a.0", 2)).await);
}

async fn no_number_of_flags_hides_one(store: Store) {
    let many: Vec<_> = (0..FLAGS).map(|at| flag(&format!("a.{at}"), 1)).collect();
    store::seed(&store.db, &many, NOW).await.unwrap();
    store::seed(&store.db, &seeds(), NOW).await.unwrap();
    let all = store::all(&store.db).await.unwrap();
    for seed in seeds() {
        assert!(all.contains(&seed), "{}", seed.key);
    }
}

async fn a_change_is_recorded_with_what_was_before(store: Store) {
    store::seed(&store.db, &seeds(), NOW).await.unwrap();
    let (one, other) = (flag("a.new", 1), flag("a.new", 2));
    for flag in [&one, &other] {
        assert!(put(&store, flag).await);
        store.clock.advance(1);
    }
    let filter = Filter {
        action: Some("putFlag".into()),
        ..Filter::default()
    };
    let rows = page(&store.db, &filter, None, 10).await.unwrap();
    let told: Vec<_> = rows.iter().map(|row| row.changes["flag"].clone()).collect();
    let expected = [
        json!({"from": one, "to": other}),
        json!({"from": null, "to": one}),
    ];
    assert_eq!(told, expected);
}
