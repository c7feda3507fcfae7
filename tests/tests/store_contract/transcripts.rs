//! Chunks: duplicates, revisions, pages.

use crate::fixture::{Store, chunk};
use connvo_server::transcript::store::{entries, head, latest};

on_both!(
    retrying_an_append_returns_the_same_chunk,
    a_duplicate_within_one_batch_is_stored_once,
    a_higher_revision_takes_the_place_of_a_lower_one,
    an_older_revision_changes_nothing,
    pages_begin_after_a_sequence_and_end_at_the_latest,
);

async fn retrying_an_append_returns_the_same_chunk(store: Store) {
    let (_, meeting) = store.hosted().await;
    let first = store
        .transcript(&meeting, vec![chunk("mic", 1, 0, "hi there")])
        .await;
    let again = store
        .transcript(&meeting, vec![chunk("mic", 1, 0, "hi there")])
        .await;
    assert_eq!(first, again);
    let stored = entries(&store.db, &meeting, 0, 0, 100).await.unwrap();
    assert_eq!(
        stored,
        first.chunks.into_iter().flatten().collect::<Vec<_>>()
    );
    assert_eq!((stored[0].word_count, stored[0].revised), (2, false));
}

async fn a_duplicate_within_one_batch_is_stored_once(store: Store) {
    let (_, meeting) = store.hosted().await;
    let twice = vec![chunk("mic", 1, 0, "hi"), chunk("mic", 1, 0, "hi")];
    let stored = store.transcript(&meeting, twice).await;
    assert_eq!(stored.chunks[0], stored.chunks[1]);
    assert_eq!(head(&store.db, &meeting).await.unwrap(), 1);
    assert_eq!(
        entries(&store.db, &meeting, 0, 0, 100).await.unwrap().len(),
        1
    );
}

async fn a_higher_revision_takes_the_place_of_a_lower_one(store: Store) {
    let (_, meeting) = store.hosted().await;
    let said = |revision, text| vec![chunk("mic", 1, revision, text)];
    store
        .transcript(&meeting, said(0, "recognise speech"))
        .await;
    let mut both = said(1, "wreck a nice beach");
    both.extend(said(2, "recognise speech!"));
    let stored = store.transcript(&meeting, both).await;
    let numbers: Vec<_> = stored.chunks.iter().flatten().map(|c| c.sequence).collect();
    assert_eq!(numbers, [2, 3]);
    let kept = entries(&store.db, &meeting, 0, 0, 100).await.unwrap();
    assert_eq!(kept.len(), 1);
    assert_eq!((kept[0].sequence, kept[0].revised), (3, true));
    assert_eq!(kept[0].fields.text, "recognise speech!");
    assert_eq!(head(&store.db, &meeting).await.unwrap(), 3);
}

async fn an_older_revision_changes_nothing(store: Store) {
    let (_, meeting) = store.hosted().await;
    store
        .transcript(&meeting, vec![chunk("mic", 1, 5, "final")])
        .await;
    let late = store
        .transcript(&meeting, vec![chunk("mic", 1, 4, "early")])
        .await;
    assert_eq!(late.chunks, [None]);
    assert_eq!(head(&store.db, &meeting).await.unwrap(), 1);
}

async fn pages_begin_after_a_sequence_and_end_at_the_latest(store: Store) {
    let (_, meeting) = store.hosted().await;
    let chunks = (1..=9).map(|at| chunk("mic", at, 0, "hi")).collect();
    store.transcript(&meeting, chunks).await;
    let numbers = |chunks: Vec<connvo_core::transcript::Chunk>| -> Vec<u64> {
        chunks.iter().map(|chunk| chunk.sequence).collect()
    };
    let page = entries(&store.db, &meeting, 4, 0, 3).await.unwrap();
    assert_eq!(numbers(page), [5, 6, 7]);
    let page = latest(&store.db, &meeting, 8, 0, 3).await.unwrap();
    assert_eq!(numbers(page), [6, 7, 8]);
}
