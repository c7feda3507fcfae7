//! What was used of the rate table.

use crate::fixture::{NOW, Store};
use connvo_core::rate::{WINDOW_MS, Window};
use connvo_server::rate::store::{Used, add, load, sweep};

on_both!(
    what_was_used_is_found_again_while_it_counts,
    what_nodes_count_of_one_subject_adds_up,
);

fn used(subject: &str, taken: u64, now_ms: u64) -> Used {
    let mut window = Window::default();
    window.take(10_000, taken, now_ms).unwrap();
    Used {
        action: "notes.op".into(),
        subject: subject.into(),
        window,
    }
}

async fn what_was_used_is_found_again_while_it_counts(store: Store) {
    // More than are read at once.
    let rows: Vec<Used> = (0..6_200)
        .map(|at| used(&format!("somebody {at}"), at + 1, NOW))
        .collect();
    add(&store.db, &rows).await.unwrap();
    let mut found = load(&store.db, NOW + WINDOW_MS).await.unwrap();
    found.sort_by_key(|used| used.window.parts().2);
    assert_eq!(found, rows);
    let over = NOW + 2 * WINDOW_MS;
    assert!(load(&store.db, over).await.unwrap().is_empty());
    while sweep(&store.db, over).await.unwrap() {}
    assert!(load(&store.db, NOW).await.unwrap().is_empty());
}

async fn what_nodes_count_of_one_subject_adds_up(store: Store) {
    let counted = |at: u64, before: u64, now: u64| Used {
        action: "notes.op".into(),
        subject: "somebody".into(),
        window: Window::stored(at - at % WINDOW_MS, before, now),
    };
    // In the bucket, in the next, of the one before by a node that comes late, much later.
    for (at, taken, expected) in [
        (NOW, 5, counted(NOW, 0, 5)),
        (NOW, 7, counted(NOW, 0, 12)),
        (NOW + WINDOW_MS, 1, counted(NOW + WINDOW_MS, 12, 1)),
        (NOW, 3, counted(NOW + WINDOW_MS, 15, 1)),
        (NOW + 5 * WINDOW_MS, 2, counted(NOW + 5 * WINDOW_MS, 0, 2)),
        (NOW, 9, counted(NOW + 5 * WINDOW_MS, 0, 2)),
    ] {
        let all = add(&store.db, &[used("somebody", taken, at)]).await;
        assert_eq!(all.unwrap(), std::slice::from_ref(&expected));
        assert_eq!(load(&store.db, NOW).await.unwrap(), [expected]);
    }
}
