//! What the committer stores, and how it numbers.

use crate::fixture::{NOW, Store, chunk, claim, entry, said, typed};
use connvo_core::id::MeetingId;
use connvo_server::committer::{Append, CommitError, Committer, NoteBatch, TranscriptBatch};
use connvo_server::{note, transcript};
use std::sync::Arc;

on_both!(
    entries_come_back_as_they_were_written,
    a_batch_against_another_head_is_refused_whole,
    a_misnumbered_batch_is_refused,
    a_client_id_belongs_to_whoever_wrote_with_it_first,
    a_claim_never_moves_back,
    claims_alone_are_stored_without_a_row,
    an_append_to_no_meeting_is_refused,
    note_and_transcript_of_one_append_are_stored_together_or_not_at_all,
    many_meetings_at_once_are_numbered_without_gaps,
    two_nodes_number_one_journal_without_gaps,
);

async fn entries_come_back_as_they_were_written(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let batch = typed(&ada, "tab", 0, 3);
    store.note(&meeting, batch.clone()).await.unwrap();
    let stored = note::store::load(&store.db, &meeting).await.unwrap();
    let written: Vec<_> = batch.entries.iter().map(|e| (**e).clone()).collect();
    assert_eq!(stored.entries, written);
    assert_eq!(stored.clients, batch.claims);
    assert_eq!((stored.epoch, stored.base), (1, None));
    let range = note::store::range(&store.db, &meeting, 2, 3).await.unwrap();
    assert_eq!(range, written[1..2]);
    let found = note::store::find(&store.db, &meeting, "tab", 3)
        .await
        .unwrap();
    assert_eq!(found.as_ref(), written.last());
    let absent = note::store::find(&store.db, &meeting, "tab", 4)
        .await
        .unwrap();
    assert_eq!(absent, None);
    assert_eq!(note::store::head(&store.db, &meeting).await.unwrap(), 3);
}

async fn a_batch_against_another_head_is_refused_whole(store: Store) {
    let (ada, meeting) = store.hosted().await;
    store.note(&meeting, typed(&ada, "a", 0, 2)).await.unwrap();
    let refused = store.note(&meeting, typed(&ada, "b", 1, 2)).await;
    assert!(matches!(refused, Err(CommitError::Conflict)));
    let stored = note::store::load(&store.db, &meeting).await.unwrap();
    assert_eq!((stored.entries.len(), stored.clients.len()), (2, 1));
}

async fn a_misnumbered_batch_is_refused(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let mut batch = typed(&ada, "a", 0, 2);
    batch.entries[1] = Arc::new(entry(&ada, 3, "a", 2));
    let refused = store.note(&meeting, batch).await;
    assert!(matches!(refused, Err(CommitError::Conflict)));
    assert_eq!(note::store::head(&store.db, &meeting).await.unwrap(), 0);
}

async fn a_client_id_belongs_to_whoever_wrote_with_it_first(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    store.note(&meeting, typed(&ada, "7", 0, 1)).await.unwrap();
    let stolen = store.note(&meeting, typed(&bob, "7", 1, 1)).await;
    assert!(matches!(stolen, Err(CommitError::Conflict)));
    let of_server = NoteBatch {
        claims: vec![claim(None, "7", 9)],
        ..typed(&ada, "8", 1, 1)
    };
    let stolen = store.note(&meeting, of_server).await;
    assert!(matches!(stolen, Err(CommitError::Conflict)));
    store.note(&meeting, typed(&ada, "7", 1, 1)).await.unwrap();
}

async fn a_claim_never_moves_back(store: Store) {
    let (ada, meeting) = store.hosted().await;
    store.note(&meeting, typed(&ada, "7", 0, 5)).await.unwrap();
    let behind = NoteBatch {
        expected_head: 5,
        entries: Vec::new(),
        claims: vec![claim(Some(&ada), "7", 2)],
    };
    store.note(&meeting, behind).await.unwrap();
    let stored = note::store::load(&store.db, &meeting).await.unwrap();
    assert_eq!(stored.clients, [claim(Some(&ada), "7", 5)]);
}

async fn claims_alone_are_stored_without_a_row(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let batch = NoteBatch {
        expected_head: 0,
        entries: Vec::new(),
        claims: vec![claim(Some(&ada), "7", 4), claim(None, "1", 0)],
    };
    store.note(&meeting, batch).await.unwrap();
    let mut stored = note::store::load(&store.db, &meeting).await.unwrap();
    stored.clients.sort_by(|a, b| a.client_id.cmp(&b.client_id));
    let expected = [claim(None, "1", 0), claim(Some(&ada), "7", 4)];
    assert_eq!(stored.clients, expected);
    assert!(stored.entries.is_empty());
}

async fn an_append_to_no_meeting_is_refused(store: Store) {
    let nowhere = store.ids.meeting();
    let refused = store
        .committer
        .append(said(&nowhere, vec![chunk("mic", 1, 0, "hi")]))
        .await;
    assert!(matches!(refused, Err(CommitError::Conflict)));
}

async fn note_and_transcript_of_one_append_are_stored_together_or_not_at_all(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let both = |head| Append {
        meeting: meeting.clone(),
        note: Some(typed(&ada, "a", head, 1)),
        transcript: Some(TranscriptBatch {
            chunks: vec![chunk("mic", head, 0, "hi")],
            created_at: NOW,
        }),
        chat: Vec::new(),
        records: Vec::new(),
    };
    let stored = store.committer.append(both(0)).await.unwrap();
    assert_eq!(stored.chunks[0].as_ref().unwrap().sequence, 1);
    let refused = store.committer.append(both(5)).await;
    assert!(matches!(refused, Err(CommitError::Conflict)));
    let head = transcript::store::head(&store.db, &meeting).await.unwrap();
    assert_eq!(head, 1);
}

async fn many_meetings_at_once_are_numbered_without_gaps(store: Store) {
    const MEETINGS: usize = 24;
    const TURNS: u64 = 12;
    let ada = store.user("ada").await;
    let store = Arc::new(store);
    let mut tasks = tokio::task::JoinSet::new();
    let mut meetings = Vec::new();
    for _ in 0..MEETINGS {
        let meeting = store.meeting(&ada).await;
        meetings.push(meeting.clone());
        let (shared, author, id) = (Arc::clone(&store), ada.clone(), meeting.clone());
        tasks.spawn(async move {
            for turn in 0..TURNS {
                let batch = typed(&author, "tab", turn * 2, 2);
                shared.note(&id, batch).await.unwrap();
            }
        });
        for source in ["one", "two"] {
            let (shared, id) = (Arc::clone(&store), meeting.clone());
            tasks.spawn(async move {
                for turn in 0..TURNS {
                    let chunks = vec![chunk(source, turn, 0, "hi")];
                    shared.transcript(&id, chunks).await;
                }
            });
        }
    }
    tasks.join_all().await;
    for meeting in &meetings {
        let log = note::store::load(&store.db, meeting).await.unwrap().entries;
        let numbers: Vec<u64> = log.iter().map(|entry| entry.sequence).collect();
        assert_eq!(numbers, (1..=2 * TURNS).collect::<Vec<_>>());
        assert_eq!(
            transcript_numbers(&store, meeting).await,
            (1..=2 * TURNS).collect::<Vec<_>>()
        );
    }
}

async fn transcript_numbers(store: &Store, meeting: &MeetingId) -> Vec<u64> {
    let chunks = transcript::store::entries(&store.db, meeting, 0, 0, 1_000).await;
    chunks.unwrap().iter().map(|chunk| chunk.sequence).collect()
}

async fn two_nodes_number_one_journal_without_gaps(store: Store) {
    const EACH: u64 = 40;
    let (_, meeting) = store.hosted().await;
    let mut tasks = tokio::task::JoinSet::new();
    for node in ["here", "there"] {
        let (committer, meeting) = (Committer::start(&store.db), meeting.clone());
        for at in 0..EACH {
            let append = said(&meeting, vec![chunk(node, at, 0, "hi")]);
            let committer = committer.clone();
            tasks.spawn(async move { committer.append(append).await.unwrap() });
        }
    }
    let answers = tasks.join_all().await;
    let mut given: Vec<u64> = answers
        .iter()
        .flat_map(|answer| answer.chunks.iter().flatten())
        .map(|chunk| chunk.sequence)
        .collect();
    given.sort_unstable();
    assert_eq!(given, (1..=2 * EACH).collect::<Vec<_>>());
    assert_eq!(transcript_numbers(&store, &meeting).await, given);
}
