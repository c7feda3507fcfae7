//! What is taken of a chunk.

use super::*;

fn draft(text: &str) -> ChunkDraft {
    serde_json::from_value(serde_json::json!({
        "sourceId": "mic", "segmentId": "1", "text": text,
        "startMs": 310_000, "endMs": 311_000, "speaker": {"label": "Ada"}
    }))
    .unwrap()
}

#[test]
fn every_bad_field_is_named() {
    let mut bad = draft("");
    bad.end_ms = 0;
    bad.confidence = Some(2.0);
    let problem = validate(vec![draft("fine"), bad]).unwrap_err();
    let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(
        pointers,
        ["/chunks/1/text", "/chunks/1/endMs", "/chunks/1/confidence"]
    );
}

#[test]
fn text_is_measured_in_utf16_units() {
    assert!(validate(vec![draft(&"😀".repeat(2_000))]).is_ok());
    assert!(validate(vec![draft(&"😀".repeat(2_001))]).is_err());
}

#[test]
fn buckets_are_five_minutes_long() {
    assert_eq!(bucket(310_000), 300_000);
}

#[test]
fn an_empty_interim_text_is_taken_and_an_empty_final_one_is_not() {
    let mut taken_back = draft("");
    taken_back.is_interim = true;
    assert!(validate(vec![taken_back.clone()]).is_ok());
    taken_back.text = " ".into();
    assert!(validate(vec![taken_back]).is_err());
    assert!(validate(vec![draft("")]).is_err());
}

#[test]
fn words_are_within_the_chunk_and_no_more_than_its_text_may_be() {
    let word = |text: &str, start_ms, end_ms| Word {
        text: text.into(),
        start_ms,
        end_ms,
        confidence: Some(0.5),
    };
    let with = |words: Vec<Word>| {
        let mut draft = draft("good morning");
        draft.words = words;
        validate(vec![draft]).map_err(|problem| {
            let pointers = problem.errors.iter().map(|e| e.pointer.clone());
            pointers.collect::<Vec<_>>().join(" ")
        })
    };
    let good = word("good", 310_000, 310_400);
    assert!(with(vec![good.clone(), word("morning", 310_400, 311_000)]).is_ok());
    let refused = |words| with(words).unwrap_err();
    let early = word("early", 309_999, 310_400);
    assert_eq!(
        refused(vec![good.clone(), early]),
        "/chunks/0/words/1/startMs"
    );
    let late = word("late", 310_999, 311_001);
    assert_eq!(refused(vec![late]), "/chunks/0/words/0/startMs");
    let back = word("back", 310_500, 310_400);
    assert_eq!(refused(vec![back]), "/chunks/0/words/0/startMs");
    assert_eq!(
        refused(vec![word(" ", 310_000, 310_000)]),
        "/chunks/0/words/0/text"
    );
    let long = word(&"x".repeat(2_001), 310_000, 310_000);
    assert_eq!(refused(vec![long.clone(), long]), "/chunks/0/words/1/text");
    assert_eq!(refused(vec![good; 1_001]), "/chunks/0/words");
}

#[test]
fn a_name_of_the_meetings_is_not_a_callers_to_give() {
    let mut named = draft("hi");
    named.speaker.name = Some("Grace".into());
    let taken = validate(vec![named]).unwrap().remove(0);
    assert_eq!(taken.into_fields().speaker.name, None);
}
