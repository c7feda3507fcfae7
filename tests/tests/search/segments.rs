//! Segments: the same for the same transcript, however it came to be.

use crate::stage::{NOW, Stage, id};
use connvo_core::transcript::segment::segments;
use connvo_server::search::index;
use connvo_server::transcript::segment::{segment, store as kept};
use connvo_server::transcript::store as chunks;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64;
use reqwest::Method;
use serde_json::{Value, json};

on_both!(
    a_transcript_is_read_in_segments,
    segments_are_those_of_the_whole_transcript_however_it_came,
    segments_are_not_for_strangers,
    a_chunk_is_processed_when_it_is_in_the_segments_and_says_why_it_is_not,
);

async fn a_transcript_is_read_in_segments(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let said = [
        (
            "1",
            0,
            "Ada",
            0,
            2_000,
            "The remote control needs a terrible battery.",
        ),
        (
            "2",
            0,
            "Ada",
            3_000,
            4_000,
            "A remote control with a battery is awful.",
        ),
        ("3", 0, "Bob", 4_000, 5_000, "Yes."),
    ];
    stage.say(&ada, &meeting, &said).await;
    stage.index().await;
    let path = format!("{meeting}/segments");
    let page = stage.get(&ada, &format!("{path}?limit=1")).await;
    let first = &page["items"][0];
    assert_eq!(
        (&first["startMs"], &first["endMs"]),
        (&json!(NOW), &json!(NOW + 4_000))
    );
    assert_eq!(first["speakers"], json!([{"label": "Ada"}]));
    assert_eq!(
        (&first["wordCount"], &first["confidence"]),
        (&json!(15), &json!(0.5))
    );
    assert_eq!(
        (&first["language"], &first["topics"]),
        (&json!("en"), &json!(["remote", "control", "battery"]))
    );
    assert!(
        first["keyPhrases"]
            .as_array()
            .unwrap()
            .contains(&json!("remote control"))
    );
    assert!(first["sentiment"].as_f64().unwrap() < -0.3);
    let next = page["next"].as_str().unwrap();
    let rest = stage.get(&ada, &format!("{path}?after={next}")).await;
    assert_eq!(
        (&rest["items"][0]["text"], &rest["next"]),
        (&json!("Yes."), &Value::Null)
    );
    // Again, and with a revision, the segment keeps its id.
    stage
        .say(
            &ada,
            &meeting,
            &[("1", 1, "Ada", 0, 2_000, "Something else.")],
        )
        .await;
    stage.index().await;
    let again = stage.get(&ada, &path).await;
    assert_eq!(again["items"][0]["id"], first["id"]);
    assert_eq!(
        again["items"][0]["text"],
        "Something else. A remote control with a battery is awful."
    );
    assert!(stage.texts(&ada, "terrible").await.is_empty());
}

async fn segments_are_those_of_the_whole_transcript_however_it_came(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    let meeting_id = id(&meeting);
    let mut dice = Pcg64::seed_from_u64(3);
    for round in 0..40 {
        let mut said = Vec::new();
        for _ in 0..dice.random_range(1..8) {
            let speaker = ["Ada", "Bob"][dice.random_range(0..2)];
            let from = dice.random_range(0..40_u64) * 5_000;
            let length = [100, 4_000, 9_000, 130_000][dice.random_range(0..4)];
            let words = dice.random_range(1..30);
            let text = format!("round {round} {}", "word ".repeat(words));
            let utterance = dice.random_range(0..60).to_string();
            said.push((utterance, round, speaker, from, from + length, text));
        }
        let said: Vec<_> = said
            .iter()
            .map(|(utterance, revision, speaker, from, to, text)| {
                (
                    utterance.as_str(),
                    *revision,
                    *speaker,
                    *from,
                    *to,
                    text.as_str(),
                )
            })
            .collect();
        stage.say(&ada, &meeting, &said).await;
        if round % 7 == 6 {
            let rows = dice.random_range(1..4);
            stage
                .sql(&format!(
                    "DELETE FROM transcript_chunks WHERE sequence IN (
                    SELECT sequence FROM transcript_chunks ORDER BY text LIMIT {rows})"
                ))
                .await;
            stage
                .sql("UPDATE transcript_chunks SET speaker_label = 'Zoë' WHERE segment_id = '7'")
                .await;
        }
        if round % 3 > 0 {
            continue;
        }
        stage.index().await;
        let all = chunks::entries(&stage.app.db, &meeting_id, 0, 0, 1_000)
            .await
            .unwrap();
        let expected: Vec<_> = segments(all)
            .into_iter()
            .map(|part| segment(&meeting_id, part))
            .collect();
        let stored = kept::page(&stage.app.db, &meeting_id, None, 0, 1_000)
            .await
            .unwrap();
        assert_eq!(stored, expected, "round {round}");
        let found = stage.search(&ada, "\"word\"", "&limit=100").await;
        let with = expected
            .iter()
            .filter(|one| one.segment.text.contains("word"))
            .count();
        assert_eq!(found.len(), with.min(100));
    }
}

async fn segments_are_not_for_strangers(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let bob = stage.sign_in("bob").await;
    let path = format!("{}/segments", stage.meeting(&ada).await);
    assert_eq!(
        stage.send(Method::GET, &path, Some(&bob), None).await.0,
        404
    );
    let bad = format!("{path}?after=x");
    assert_eq!(stage.send(Method::GET, &bad, Some(&ada), None).await.0, 422);
}

async fn a_chunk_is_processed_when_it_is_in_the_segments_and_says_why_it_is_not(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    stage
        .say(&ada, &meeting, &[("1", 0, "Ada", 0, 900, "Good morning.")])
        .await;
    stage.index().await;
    let path = format!("{meeting}/transcript");
    let told = async |path: &str| -> Vec<(Value, Value, Value)> {
        let read = stage.get(&ada, path).await;
        let items = read["items"].as_array().or(read.as_array()).unwrap();
        let of = |it: &Value, name: &str| it[name].clone();
        let one = |it| {
            (
                of(it, "text"),
                of(it, "processed"),
                of(it, "processingError"),
            )
        };
        items.iter().map(one).collect()
    };
    let ok = |text: &str| (json!(text), json!(true), Value::Null);
    assert_eq!(told(&path).await, [ok("Good morning.")]);
    // What is read to put the next together cannot be read back.
    stage
        .sql("UPDATE transcript_segments SET topics = 'no list'")
        .await;
    stage
        .say(
            &ada,
            &meeting,
            &[
                ("1", 1, "Ada", 0, 900, "Good evening."),
                ("2", 0, "Ada", 1_000, 1_900, "All here?"),
            ],
        )
        .await;
    index::once(&stage.app).await.unwrap_err();
    let failed = |text: &str| (json!(text), json!(false), json!("stored list is damaged"));
    let export = format!("{path}/export?format=json");
    for path in [&path, &format!("{path}?from={NOW}"), &export] {
        let expected = [failed("Good evening."), failed("All here?")];
        assert_eq!(told(path).await, expected, "{path}");
    }
    stage
        .sql("UPDATE transcript_segments SET topics = '[]'")
        .await;
    stage.index().await;
    let expected = [ok("Good evening."), ok("All here?")];
    assert_eq!(told(&format!("{path}?speaker=Ada")).await, expected);
}
