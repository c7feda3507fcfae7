//! What was used of the rate table.

use crate::fixture::{NOW, Store};
use connvo_core::rate::{WINDOW_MS, Window};
use connvo_server::rate::store::{Used, load, save, sweep};

on_both!(
    what_was_used_is_found_again_while_it_counts,
    of_two_counts_of_one_subject_the_larger_stands,
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
    let rows: Vec<Used> = (0..1_200)
        .map(|at| used(&format!("somebody {at}"), at + 1, NOW))
        .collect();
    save(&store.db, &rows).await.unwrap();
    let mut found = load(&store.db, NOW + WINDOW_MS).await.unwrap();
    found.sort_by_key(|used| used.window.parts().2);
    assert_eq!(found, rows);
    let over = NOW + 2 * WINDOW_MS;
    assert!(load(&store.db, over).await.unwrap().is_empty());
    while sweep(&store.db, over).await.unwrap() {}
    assert!(load(&store.db, NOW).await.unwrap().is_empty());
}

async fn of_two_counts_of_one_subject_the_larger_stands(store: Store) {
    for taken in [5, 9, 7] {
        let row = used("somebody", taken, NOW);
        save(&store.db, &[row]).await.unwrap();
    }
    let found = load(&store.db, NOW).await.unwrap();
    assert_eq!(found, [used("somebody", 9, NOW)]);
    let next = used("somebody", 1, NOW + WINDOW_MS);
    save(&store.db, std::slice::from_ref(&next)).await.unwrap();
    assert_eq!(load(&store.db, NOW).await.unwrap(), [next]);
}
