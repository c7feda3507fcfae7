//! Chunks: duplicates, revisions, pages.

use crate::fixture::{NOW, Store, chunk};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::transcript::speaker::{NAMES, SpeakerName};
use connvo_core::transcript::{Chunk, NewChunk, validate};
use connvo_server::idempotency::Once;
use connvo_server::transcript::store::progress::progress;
use connvo_server::transcript::store::spoken::{Place, Which, spoken};
use connvo_server::transcript::store::{entries, forget, head, latest, speakers};
use serde_json::json;

on_both!(
    retrying_an_append_returns_the_same_chunk,
    a_duplicate_within_one_batch_is_stored_once,
    a_higher_revision_takes_the_place_of_a_lower_one,
    an_older_revision_changes_nothing,
    pages_begin_after_a_sequence_and_end_at_the_latest,
    words_and_utterances_are_stored_as_they_came,
    what_was_said_is_read_in_the_order_spoken_by_time_and_by_speaker,
    speakers_are_heard_under_labels_and_called_by_names,
    a_meeting_names_so_many_speakers_and_no_more,
    a_name_goes_with_the_last_that_was_said_under_its_label,
    what_was_not_looked_at_is_not_processed_and_has_not_failed,
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
    let first: Vec<_> = first
        .chunks
        .iter()
        .flatten()
        .map(|chunk| &**chunk)
        .collect();
    assert_eq!(stored.iter().collect::<Vec<_>>(), first);
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

fn said(segment: &str, label: &str, user: Option<&UserId>, start_ms: u64) -> NewChunk {
    let draft = json!({"sourceId": "mic", "segmentId": segment, "text": segment,
        "startMs": start_ms, "endMs": start_ms + 100, "speaker": {"label": label, "userId": user},
        "utteranceId": "u", "words": [{"text": segment, "startMs": start_ms, "endMs": start_ms + 50,
            "confidence": 0.25}, {"text": "é\"", "startMs": start_ms, "endMs": start_ms}]});
    validate(vec![serde_json::from_value(draft).unwrap()])
        .unwrap()
        .remove(0)
}

async fn words_and_utterances_are_stored_as_they_came(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let sent = said("one", "Ada", Some(&ada), NOW);
    let plain = chunk("mic", 2, 0, "no words");
    let both = vec![sent.clone(), plain.clone()];
    store.transcript(&meeting, both).await;
    let stored = entries(&store.db, &meeting, 0, 0, 100).await.unwrap();
    assert_eq!(stored[0].fields, sent.into_fields());
    assert_eq!(stored[1].fields, plain.into_fields());
    // A retry finds them as they are.
    let again = store
        .transcript(&meeting, vec![said("one", "Ada", Some(&ada), NOW)])
        .await;
    assert_eq!(again.chunks[0].as_deref(), Some(&stored[0]));
}

async fn what_was_said_is_read_in_the_order_spoken_by_time_and_by_speaker(store: Store) {
    let (_, meeting) = store.hosted().await;
    let other = store.meeting(&store.user("bob").await).await;
    store
        .transcript(&other, vec![said("elsewhere", "Ada", None, NOW + 10)])
        .await;
    for (segment, label, at) in [
        ("d", "Ada", 30),
        ("a", "Bob", 10),
        ("c", "Ada", 20),
        ("b", "Bob", 20),
        ("e", "Bob", 40),
    ] {
        store
            .transcript(&meeting, vec![said(segment, label, None, NOW + at)])
            .await;
    }
    let all = Which {
        after: Place::before(0),
        to: u64::MAX,
        speaker: None,
        since_ms: 0,
    };
    let read = async |which, limit| -> Vec<Chunk> {
        spoken(&store.db, &meeting, which, limit).await.unwrap()
    };
    let texts =
        |chunks: &[Chunk]| -> String { chunks.iter().map(|it| it.fields.text.as_str()).collect() };
    // Of those that begin at once, the first that came is the first.
    let chunks = read(all, 100).await;
    assert_eq!(texts(&chunks), "acbde");
    let next = Which {
        after: Place::of(&chunks[1]),
        ..all
    };
    assert_eq!(texts(&read(next, 2).await), "bd");
    let range = Which {
        after: Place::before(NOW + 20),
        to: NOW + 40,
        ..all
    };
    assert_eq!(texts(&read(range, 100).await), "cbd");
    let by = Which {
        speaker: Some("Bob"),
        ..range
    };
    assert_eq!(texts(&read(by, 100).await), "b");
    let late = Which {
        since_ms: NOW + 1,
        ..all
    };
    assert!(read(late, 100).await.is_empty());
}

async fn name(store: &Store, meeting: &MeetingId, label: &str, name: &str) -> bool {
    let (entry, once) = (store.entry("renameSpeaker"), Once::default());
    let named = SpeakerName {
        label: label.into(),
        name: name.into(),
    };
    speakers::rename(&store.db, meeting, &named, (&entry, &once), NOW)
        .await
        .unwrap()
}

async fn speakers_are_heard_under_labels_and_called_by_names(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let bob = store.user("bob").await;
    for (segment, label, user) in [
        ("1", "a", Some(&ada)),
        ("2", "a", Some(&ada)),
        ("3", "b", Some(&ada)),
        ("4", "b", Some(&bob)),
        ("5", "c", None),
        ("6", "d", Some(&bob)),
        ("7", "d", None),
    ] {
        store
            .transcript(&meeting, vec![said(segment, label, user, NOW)])
            .await;
    }
    assert!(name(&store, &meeting, "a", "Ada").await);
    assert!(name(&store, &meeting, "c", "Grace").await);
    assert!(name(&store, &meeting, "c", "c").await, "taken back");
    let heard = async |after: &str, since, limit| {
        let heard = speakers::heard(&store.db, &meeting, after, since, limit).await;
        let told = |it: connvo_core::transcript::speaker::SpeakerHeard| {
            (it.label, it.name, it.user_id, it.chunks, it.speaking_ms)
        };
        heard.unwrap().into_iter().map(told).collect::<Vec<_>>()
    };
    let of = |label: &str, name: &str, user: Option<&UserId>, chunks| {
        (
            label.to_owned(),
            name.to_owned(),
            user.cloned(),
            chunks,
            chunks * 100,
        )
    };
    let all = [
        of("a", "Ada", Some(&ada), 2),
        of("b", "b", None, 2),
        of("c", "c", None, 1),
        of("d", "d", None, 2),
    ];
    assert_eq!(heard("", 0, 100).await, all);
    assert_eq!(heard("a", 0, 2).await, all[1..3]);
    assert!(heard("", NOW + 1, 100).await.is_empty());
    let speaking = async |label| {
        let mut speaking = speakers::speaking(&store.db, &meeting, label, 0)
            .await
            .unwrap();
        speaking.sort_unstable();
        speaking
    };
    assert_eq!(speaking("a").await, [Some(ada.clone())]);
    let mut both = vec![Some(ada), Some(bob.clone())];
    both.sort_unstable();
    assert_eq!(speaking("b").await, both);
    assert_eq!(speaking("d").await, [None, Some(bob)]);
    assert!(speaking("e").await.is_empty());
}

async fn a_meeting_names_so_many_speakers_and_no_more(store: Store) {
    let (_, meeting) = store.hosted().await;
    for at in 0..NAMES {
        assert!(name(&store, &meeting, &at.to_string(), "x").await);
    }
    assert!(!name(&store, &meeting, "one more", "x").await);
    assert!(name(&store, &meeting, "0", "another").await);
    let names = speakers::names(&store.db, &meeting).await.unwrap();
    assert_eq!(
        (names.of("0"), names.of("one more")),
        ("another", "one more")
    );
}

async fn a_name_goes_with_the_last_that_was_said_under_its_label(store: Store) {
    let (_, meeting) = store.hosted().await;
    let chunks = vec![said("1", "a", None, NOW), said("2", "b", None, NOW)];
    store.transcript(&meeting, chunks).await;
    for label in ["a", "b"] {
        name(&store, &meeting, label, "Ada").await;
    }
    assert_eq!(forget(&store.db, &meeting, NOW + 1, 1).await.unwrap(), 1);
    speakers::forget(&store.db, &meeting).await.unwrap();
    let names = speakers::names(&store.db, &meeting).await.unwrap();
    assert_eq!((names.of("a"), names.of("b")), ("a", "Ada"));
}

async fn what_was_not_looked_at_is_not_processed_and_has_not_failed(store: Store) {
    let (_, meeting) = store.hosted().await;
    store
        .transcript(
            &meeting,
            vec![chunk("mic", 1, 0, "a"), chunk("mic", 2, 0, "b")],
        )
        .await;
    let read = async || {
        let chunks = entries(&store.db, &meeting, 0, 0, 100).await.unwrap();
        let progress = progress(&store.db, &meeting, &chunks).await.unwrap();
        let read = chunks.into_iter().map(|chunk| progress.of(chunk));
        read.map(|it| (it.chunk.fields.text, it.processed, it.processing_error))
            .collect::<Vec<_>>()
    };
    let waits = |text: &str| (text.to_owned(), false, None);
    assert_eq!(read().await, [waits("a"), waits("b")]);
    store
        .sql(&format!(
            "INSERT INTO search_cursors
                 (meeting_id, kind, head, turn, documents, length, updated_at)
             VALUES ('{meeting}', 'transcript', 2, 1, 0, 0, 0)"
        ))
        .await;
    let done = |text: &str| (text.to_owned(), true, None);
    assert_eq!(read().await, [done("a"), done("b")]);
    // What is changed where it stands has to be looked at again.
    store
        .sql(&format!(
            "UPDATE transcript_chunks SET speaker_label = 'Nobody'
             WHERE meeting_id = '{meeting}' AND sequence = 1"
        ))
        .await;
    assert_eq!(read().await, [waits("a"), done("b")]);
}
