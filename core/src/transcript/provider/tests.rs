//! Each provider's messages, in the documented form, and what becomes of them.

use super::*;
use crate::transcript::ChunkDraft;
use serde_json::json;

const STARTED_AT: u64 = 1_800_000_000_000;

fn sender() -> Speaker {
    Speaker {
        label: "Ada".into(),
        user_id: Some("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d01".parse().unwrap()),
        name: None,
    }
}

fn draft(messages: Value) -> ProviderDraft {
    let Value::Array(messages) = messages else {
        panic!("a list of messages");
    };
    ProviderDraft {
        source_id: "mic".into(),
        started_at: STARTED_AT,
        speaker: None,
        language: None,
        messages,
    }
}

fn taken(provider: Provider, draft: &ProviderDraft) -> Vec<ChunkDraft> {
    let chunks = chunks(provider, draft, &sender()).unwrap();
    chunks.into_iter().map(NewChunk::into_fields).collect()
}

fn fixture(provider: Provider) -> Value {
    let text = match provider {
        Provider::WebSpeech => include_str!("fixtures/web_speech.json"),
        Provider::Deepgram => include_str!("fixtures/deepgram.json"),
        Provider::Assemblyai => include_str!("fixtures/assemblyai.json"),
        Provider::Whisper => include_str!("fixtures/whisper.json"),
        Provider::Livekit => include_str!("fixtures/livekit.json"),
    };
    serde_json::from_str(text).unwrap()
}

/// Segment, whether interim, text, and times from the stream's start.
fn told(chunks: &[ChunkDraft]) -> Vec<(&str, bool, &str, u64, u64)> {
    let told = chunks.iter().map(|it| {
        let (from, until) = (it.start_ms - STARTED_AT, it.end_ms - STARTED_AT);
        (
            it.segment_id.as_str(),
            it.is_interim,
            it.text.as_str(),
            from,
            until,
        )
    });
    told.collect()
}

fn labels(chunks: &[ChunkDraft]) -> Vec<&str> {
    chunks.iter().map(|it| it.speaker.label.as_str()).collect()
}

/// Of each segment: every later revision is at least the one before, and a final text is
/// above all interim ones.
fn assert_revisions_grow(chunks: &[ChunkDraft]) {
    for (at, later) in chunks.iter().enumerate() {
        let same = |it: &&ChunkDraft| it.segment_id == later.segment_id;
        for earlier in chunks[..at].iter().filter(same) {
            assert!(earlier.revision <= later.revision, "{earlier:?} {later:?}");
            if earlier.is_interim && !later.is_interim {
                assert!(earlier.revision < later.revision, "{earlier:?} {later:?}");
            }
        }
    }
}

#[test]
fn what_every_provider_says_in_order_has_growing_revisions_and_says_the_same_again() {
    for provider in Provider::ALL {
        let draft = draft(fixture(provider));
        let chunks = taken(provider, &draft);
        assert_revisions_grow(&chunks);
        assert_eq!(chunks, taken(provider, &draft), "{provider:?}");
        assert!(chunks.iter().any(|it| !it.is_interim), "{provider:?}");
        assert!(chunks.iter().all(|it| it.source_id == "mic"));
    }
}

#[test]
fn deepgram_interims_grow_into_turns_of_speakers() {
    let draft = draft(fixture(Provider::Deepgram));
    let chunks = taken(Provider::Deepgram, &draft);
    assert_eq!(
        told(&chunks),
        [
            ("1500", true, "another", 1_600, 2_100),
            ("1500", true, "Another big. Yes", 1_600, 3_300),
            ("1500", false, "Another big.", 1_600, 2_500),
            ("1500.1", false, "Yes.", 3_000, 3_300),
            ("1500.2", false, "Problem.", 3_400, 3_880),
            ("3880", true, "", 3_880, 5_000),
        ]
    );
    let of = [
        "Speaker 1",
        "Speaker 1",
        "Speaker 1",
        "Speaker 2",
        "Speaker 1",
        "Ada",
    ];
    assert_eq!(labels(&chunks), of);
    let first = &chunks[2];
    assert_eq!(first.utterance_id.as_deref(), Some("1500"));
    assert_eq!(first.language.as_deref(), Some("en"));
    assert!((first.confidence.unwrap() - 0.8).abs() < 1e-9);
    let words: Vec<_> = first.words.iter().map(|word| word.text.as_str()).collect();
    assert_eq!(words, ["Another", "big."]);
    assert_eq!((chunks[0].revision, chunks[1].revision), (2_500, 3_500));
}

#[test]
fn a_speaker_that_the_caller_names_says_all_of_it() {
    let mut draft = draft(fixture(Provider::Deepgram));
    draft.speaker = Some(Speaker {
        label: "Grace".into(),
        user_id: None,
        name: None,
    });
    draft.language = Some("en-GB".into());
    let chunks = taken(Provider::Deepgram, &draft);
    assert_eq!(chunks.len(), 4);
    assert!(labels(&chunks).iter().all(|label| *label == "Grace"));
    assert_eq!(chunks[2].text, "Another big. Yes. Problem.");
    assert_eq!(chunks[2].confidence, Some(0.95));
    assert_eq!(chunks[3].language.as_deref(), Some("en-GB"));
}

#[test]
fn channels_of_a_deepgram_stream_are_segments_of_their_own() {
    let said = |channel| {
        json!({"type": "Results", "channel_index": [channel, 2], "duration": 1, "start": 0,
            "is_final": true, "channel": {"alternatives": [{"transcript": "hi"}]}})
    };
    let chunks = taken(Provider::Deepgram, &draft(json!([said(0), said(1)])));
    let keys: Vec<_> = chunks.iter().map(|it| it.segment_id.as_str()).collect();
    assert_eq!(keys, ["0:0", "1:0"]);
    assert_eq!(chunks[0].end_ms, STARTED_AT + 1_000);
}

#[test]
fn an_assemblyai_turn_ends_and_comes_again_formatted() {
    let chunks = taken(Provider::Assemblyai, &draft(fixture(Provider::Assemblyai)));
    assert_eq!(
        told(&chunks),
        [
            ("0", true, "hi", 1_920, 2_000),
            ("0", true, "hi my", 1_920, 2_880),
            ("0", false, "hi my name is sonny", 1_920, 3_360),
            ("0", false, "Hi, my name is Sonny.", 1_920, 3_360),
        ]
    );
    let revisions: Vec<_> = chunks.iter().map(|it| it.revision).collect();
    assert_eq!(revisions, [0, 1, 1 << 30, (1 << 30) + 1]);
    assert_eq!(labels(&chunks), ["Ada", "Ada", "Ada", "Speaker A"]);
    assert_eq!(chunks[2].speaker.user_id, sender().user_id);
    assert_eq!(chunks[3].language.as_deref(), Some("en"));
    assert_eq!(chunks[3].words.len(), 5);
}

#[test]
fn web_speech_results_that_vanish_are_taken_back() {
    let chunks = taken(Provider::WebSpeech, &draft(fixture(Provider::WebSpeech)));
    assert_eq!(
        told(&chunks),
        [
            ("0", true, "good", 2_000, 2_000),
            ("0", true, "good morning", 2_000, 2_600),
            ("1", true, "all", 2_600, 2_600),
            ("0", false, "Good morning all", 2_000, 3_100),
            ("1", true, "", 3_100, 3_100),
            ("1", true, "so", 4_000, 4_000),
        ]
    );
    assert_eq!(chunks[2].confidence, None, "0 is what is not known");
    assert_eq!(chunks[3].confidence, Some(0.93));
    assert_eq!(chunks[3].speaker, sender());
}

#[test]
fn whisper_segments_are_final_one_by_one_or_together() {
    let chunks = taken(Provider::Whisper, &draft(fixture(Provider::Whisper)));
    assert_eq!(
        told(&chunks),
        [
            ("0", false, "The beach was a popular spot.", 0, 3_320),
            ("2", false, "People were swimming.", 4_980, 8_470),
            ("3", false, "Bye.", 8_470, 9_000),
        ]
    );
    assert!((chunks[0].confidence.unwrap() - 0.751).abs() < 1e-3);
    assert_eq!(chunks[1].confidence, Some(1.0));
    assert_eq!(chunks[0].language, None, "an English name is no tag");
    assert_eq!(chunks[2].language.as_deref(), Some("en"));
    assert_eq!(chunks[1].words[0].text, "People");
}

#[test]
fn livekit_segments_have_times_or_were_received() {
    let chunks = taken(Provider::Livekit, &draft(fixture(Provider::Livekit)));
    assert_eq!(
        told(&chunks),
        [
            ("SG_1", true, "so what", 500, 900),
            ("SG_1", false, "So what we do", 500, 1_900),
            ("SG_2", true, "then", 3_000, 3_500),
            ("SG_3", false, "as a number of 64 bits", 4_000, 4_500),
        ]
    );
    assert_eq!(chunks[0].language, None);
}

#[test]
fn messages_without_speech_give_nothing() {
    for (provider, kinds) in [
        (
            Provider::Deepgram,
            ["Metadata", "SpeechStarted", "UtteranceEnd"],
        ),
        (
            Provider::Assemblyai,
            ["Begin", "SpeechStarted", "Termination"],
        ),
    ] {
        for kind in kinds {
            let draft = draft(json!([{"type": kind, "anything": [1]}]));
            assert!(taken(provider, &draft).is_empty(), "{kind}");
        }
    }
    let whole = draft(json!([{"text": "", "segments": []}]));
    assert!(taken(Provider::Whisper, &whole).is_empty());
    assert!(taken(Provider::Livekit, &whole).is_empty());
}

#[test]
fn what_is_malformed_is_named_by_its_place() {
    let words = |words: Value| {
        json!({"type": "Results", "start": 0, "duration": 1, "is_final": true,
            "channel": {"alternatives": [{"transcript": "hi", "words": words}]}})
    };
    let turn = |words: Value| {
        json!({"type": "Turn", "turn_order": 0, "end_of_turn": true, "transcript": "hi",
            "words": words})
    };
    let web = |results: Value| json!({"timeStamp": 1, "resultIndex": 0, "results": results});
    let long = "x".repeat(4_001);
    let of = |list: &str| format!("/messages/0/channel/alternatives/0/words{list}");
    for (provider, message, pointer) in [
        (Provider::Deepgram, json!("hi"), "/messages/0/type".into()),
        (
            Provider::Deepgram,
            json!({"type": 1}),
            "/messages/0/type".into(),
        ),
        (
            Provider::Deepgram,
            json!({"type": "Results"}),
            "/messages/0/start".into(),
        ),
        (
            Provider::Deepgram,
            json!({"type": "Results", "start": -1}),
            "/messages/0/start".into(),
        ),
        (
            Provider::Deepgram,
            json!({"type": "Results", "start": 1e300}),
            "/messages/0/start".into(),
        ),
        (Provider::Deepgram, words(json!("hi")), of("")),
        (
            Provider::Deepgram,
            words(json!([{"start": 0, "end": 1}])),
            of("/0/word"),
        ),
        (
            Provider::Deepgram,
            words(json!([{"word": "hi", "start": 0}])),
            of("/0/end"),
        ),
        (
            Provider::Deepgram,
            words(json!([{"word": "hi", "start": 0, "end": 1, "speaker": -1}])),
            of("/0/speaker"),
        ),
        (
            Provider::Assemblyai,
            turn(json!([])),
            "/messages/0/words".into(),
        ),
        (
            Provider::Assemblyai,
            turn(json!([{"text": "hi", "start": "soon", "end": 1}])),
            "/messages/0/words/0/start".into(),
        ),
        (
            Provider::WebSpeech,
            web(json!([{}])),
            "/messages/0/results/0/isFinal".into(),
        ),
        (
            Provider::WebSpeech,
            web(json!([{"isFinal": true, "0": {"transcript": 1}}])),
            "/messages/0/results/0/0/transcript".into(),
        ),
        (
            Provider::WebSpeech,
            web(json!([{"isFinal": true, "0": {"transcript": long}}])),
            "/messages/0".into(),
        ),
        (
            Provider::WebSpeech,
            json!({"timeStamp": 1, "resultIndex": 0, "results": [], "resultsBefore": 99_999}),
            "/messages/0".into(),
        ),
        (
            Provider::Whisper,
            json!({"segments": [{"id": [], "start": 0, "end": 1, "text": "hi"}]}),
            "/messages/0/segments/0/id".into(),
        ),
        (
            Provider::Livekit,
            json!({"segments": [{"id": "a", "text": "hi"}]}),
            "/messages/0/segments/0/final".into(),
        ),
    ] {
        let refused = chunks(provider, &draft(json!([message])), &sender()).unwrap_err();
        assert_eq!(refused.code, crate::error::ErrorCode::ValidationError);
        assert_eq!(refused.errors[0].pointer, pointer, "{provider:?} {refused}");
    }
}

#[test]
fn calls_are_bounded_and_what_holds_for_all_is_said_once() {
    let said = json!({"id": "1", "start": 0, "end": 1, "text": "hi"});
    let refused = |draft: &ProviderDraft| {
        let refused = chunks(Provider::Whisper, draft, &sender()).unwrap_err();
        let pointers = refused.errors.into_iter().map(|error| error.pointer);
        pointers.collect::<Vec<_>>()
    };
    assert_eq!(refused(&draft(json!([]))), ["/messages"]);
    assert_eq!(
        refused(&draft(json!(vec![said.clone(); 51]))),
        ["/messages"]
    );
    let whole = json!({"segments": vec![said.clone(); 50]});
    assert_eq!(taken(Provider::Whisper, &draft(json!([whole]))).len(), 50);
    let more = json!([whole, said]);
    assert_eq!(refused(&draft(more)), ["/messages/1"]);
    let mut nameless = draft(json!([said, said]));
    nameless.source_id = String::new();
    assert_eq!(refused(&nameless), ["/sourceId"]);
    let mut late = draft(json!([said]));
    late.started_at = u64::MAX;
    assert_eq!(refused(&late), ["/messages/0"]);
}
