//! Bases, checkpoints and the cut of the log.

use crate::fixture::{NOW, Store, typed};
use connvo_core::live::note::Base;
use connvo_server::note::store::{checkpoint_before, load, page, range, write_base};

on_both!(
    a_note_is_read_from_its_base_on,
    an_older_base_never_replaces_a_newer_one,
    a_new_epoch_replaces_a_base_of_the_same_version,
    a_checkpoint_is_kept_every_thousand_operations,
    the_log_is_cut_after_ninety_days_and_only_up_to_the_base,
);

const DAY_MS: u64 = 24 * 60 * 60 * 1000;

fn base(sequence: u64, text: &str) -> Base {
    Base {
        sequence,
        text: text.into(),
        state_v2: vec![0, 255, 7],
    }
}

async fn a_note_is_read_from_its_base_on(store: Store) {
    let (ada, meeting) = store.hosted().await;
    store.note(&meeting, typed(&ada, "a", 0, 5)).await.unwrap();
    let written = write_base(&store.db, &meeting, 1, &base(3, "né😀"), &[], NOW).await;
    assert!(written.unwrap());
    let stored = load(&store.db, &meeting).await.unwrap();
    assert_eq!(stored.base, Some(base(3, "né😀")));
    let after: Vec<_> = stored.entries.iter().map(|e| e.sequence).collect();
    assert_eq!(after, [4, 5]);
}

async fn an_older_base_never_replaces_a_newer_one(store: Store) {
    let (ada, meeting) = store.hosted().await;
    store.note(&meeting, typed(&ada, "a", 0, 5)).await.unwrap();
    let put = |sequence, text| {
        let (db, meeting) = (store.db.clone(), meeting.clone());
        async move {
            let written = write_base(&db, &meeting, 1, &base(sequence, text), &[], NOW).await;
            written.unwrap()
        }
    };
    assert!(put(4, "newer").await);
    assert!(!put(3, "older").await);
    assert!(!put(4, "as old").await);
    let stored = load(&store.db, &meeting).await.unwrap();
    assert_eq!(stored.base, Some(base(4, "newer")));
}

async fn a_new_epoch_replaces_a_base_of_the_same_version(store: Store) {
    let (_, meeting) = store.hosted().await;
    write_base(&store.db, &meeting, 1, &base(4, "one"), &[], NOW)
        .await
        .unwrap();
    let raised = write_base(&store.db, &meeting, 2, &base(4, "two"), &[], NOW).await;
    assert!(raised.unwrap());
    let stored = load(&store.db, &meeting).await.unwrap();
    assert_eq!((stored.epoch, stored.base), (2, Some(base(4, "two"))));
}

async fn a_checkpoint_is_kept_every_thousand_operations(store: Store) {
    let (_, meeting) = store.hosted().await;
    for at in [500, 1_000, 1_500, 2_000, 2_500] {
        write_base(&store.db, &meeting, 1, &base(at, &at.to_string()), &[], NOW)
            .await
            .unwrap();
    }
    for (asked, expected) in [
        (999, None),
        (1_000, Some(1_000)),
        (1_999, Some(1_000)),
        (2_499, Some(2_000)),
        // The base itself is the nearest here.
        (9_999, Some(2_500)),
    ] {
        let found = checkpoint_before(&store.db, &meeting, asked).await.unwrap();
        let expected = expected.map(|at: u64| (at, at.to_string()));
        assert_eq!(found, expected, "{asked}");
    }
}

async fn the_log_is_cut_after_ninety_days_and_only_up_to_the_base(store: Store) {
    let (ada, meeting) = store.hosted().await;
    store.note(&meeting, typed(&ada, "a", 0, 5)).await.unwrap();
    let put = |sequence, now| {
        let (db, meeting) = (store.db.clone(), meeting.clone());
        async move {
            let written = write_base(&db, &meeting, 1, &base(sequence, "x"), &[], now).await;
            assert!(written.unwrap());
        }
    };
    put(2, NOW + 89 * DAY_MS).await;
    assert_eq!(range(&store.db, &meeting, 1, 9).await.unwrap().len(), 5);
    put(3, NOW + 91 * DAY_MS).await;
    let left = range(&store.db, &meeting, 1, 9).await.unwrap();
    assert_eq!(left.iter().map(|e| e.sequence).collect::<Vec<_>>(), [4, 5]);
    let kept = checkpoint_before(&store.db, &meeting, 3).await.unwrap();
    assert_eq!(kept, Some((3, "x".into())));
    // The log is read from where it is kept.
    let page = page(&store.db, &meeting, 0, 1).await.unwrap();
    assert_eq!(page.first().map(|entry| entry.sequence), Some(4));
}
