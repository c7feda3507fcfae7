//! `POST /v1/meetings/{id}/transcript/{provider}`.

use crate::client::{Api, NOW, Person, assert_problem};
use serde_json::{Value, json};

async fn running(ada: &Person<'_>) -> String {
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    format!("{meeting}/transcript")
}

fn sent(messages: impl Into<Value>) -> Value {
    json!({"sourceId": "mic", "startedAt": NOW, "messages": messages.into()})
}

fn results(start: f64, is_final: bool, text: &str) -> Value {
    json!({"type": "Results", "channel_index": [0, 1], "start": start, "duration": 1.0,
        "is_final": is_final, "speech_final": is_final,
        "channel": {"alternatives": [{"transcript": text, "confidence": 0.9}]}})
}

fn turn(formatted: bool, text: &str) -> Value {
    json!({"type": "Turn", "turn_order": 0, "turn_is_formatted": formatted, "end_of_turn": true,
        "transcript": text, "words": [{"text": text, "start": 100, "end": 200,
            "confidence": 0.9, "word_is_final": true}]})
}

#[tokio::test]
async fn a_providers_messages_are_chunks_of_the_sender() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    let deepgram = format!("{path}/deepgram");
    let messages = sent(json!([
        {"type": "Metadata", "request_id": "x"},
        results(1.5, false, "good"),
        results(1.5, true, "Good morning."),
    ]));
    let (status, accepted) = ada.post(&deepgram, messages.clone()).await;
    assert_eq!(
        (status.as_u16(), accepted),
        (200, json!({"sequences": [null, 1]}))
    );
    let again = ada.post(&deepgram, messages).await.1;
    assert_eq!(again, json!({"sequences": [null, 1]}), "a retry");
    let (_, page) = ada.get(&path).await;
    let [said] = page["items"].as_array().unwrap().as_slice() else {
        panic!("one chunk: {page}");
    };
    for (field, value) in [
        ("text", json!("Good morning.")),
        ("startMs", json!(NOW + 1_500)),
        ("endMs", json!(NOW + 2_500)),
        ("confidence", json!(0.9)),
        ("speaker", json!({"label": "ada", "userId": ada.id})),
    ] {
        assert_eq!(said[field], value, "{field}");
    }
    let silent = sent(json!([{"type": "UtteranceEnd"}]));
    assert_eq!(
        ada.post(&deepgram, silent).await.1,
        json!({"sequences": []})
    );
}

#[tokio::test]
async fn a_formatted_turn_takes_the_place_of_the_final_one() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    for (at, message) in [turn(false, "hi"), turn(true, "Hi."), turn(false, "hi")]
        .into_iter()
        .enumerate()
    {
        let answer = ada
            .post(&format!("{path}/assemblyai"), sent(json!([message])))
            .await;
        let sequence = [json!(1), json!(2), Value::Null][at].clone();
        assert_eq!(answer.1, json!({"sequences": [sequence]}));
    }
    let (_, page) = ada.get(&path).await;
    assert_eq!(page["items"].as_array().unwrap().len(), 1);
    assert_eq!(page["items"][0]["text"], "Hi.");
    assert_eq!(page["items"][0]["revised"], true);
}

#[tokio::test]
async fn what_is_not_of_the_providers_form_is_named_and_nothing_is_stored() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    let good = results(0.0, true, "fine");
    let bad = json!({"type": "Results", "start": 1, "duration": "long", "is_final": true});
    let refused = ada
        .post(&format!("{path}/deepgram"), sent(json!([good, bad])))
        .await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
    assert_eq!(refused.1["errors"][0]["pointer"], "/messages/1/duration");
    let none = ada.post(&format!("{path}/deepgram"), sent(json!([]))).await;
    assert_eq!(none.1["errors"][0]["pointer"], "/messages");
    let absent = ada
        .post(&format!("{path}/nobody"), sent(json!([good])))
        .await;
    assert_problem(&absent, 404, "NOT_FOUND");
    assert_eq!(ada.get(&path).await.1["items"], json!([]));
    let large = json!({"type": "Metadata", "pad": "x".repeat(2 << 20)});
    let refused = ada
        .post(&format!("{path}/deepgram"), sent(json!([large])))
        .await;
    assert_problem(&refused, 413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn messages_are_taken_as_chunks_are_from_who_may_send_them_and_no_others() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/transcript/deepgram");
    let said = || sent(json!([results(0.0, true, "hi")]));
    assert_problem(&ada.post(&path, said()).await, 409, "MEETING_NOT_ACTIVE");
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    for (name, role) in [("olga", "observer"), ("bob", "participant")] {
        ada.invite(&meeting, name, role).await;
    }
    let (olga, bob) = (api.sign_in("olga").await, api.sign_in("bob").await);
    assert_problem(&olga.post(&path, said()).await, 403, "FORBIDDEN");
    let mut of_ada = said();
    of_ada["speaker"] = json!({"label": "Ada", "userId": ada.id});
    let refused = bob.post(&path, of_ada.clone()).await;
    assert_problem(&refused, 403, "FORBIDDEN");
    assert_eq!(refused.1["reason"], "speaker");
    assert_eq!(ada.post(&path, of_ada).await.0, 200);
}

#[tokio::test]
async fn ten_updates_a_second_with_bursts_of_fifty_are_taken_and_more_is_told_when() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = format!("{}/deepgram", running(&ada).await);
    let burst = || sent(json!(vec![results(0.0, false, "so"); 50]));
    // A minute at ten a second, in bursts of fifty.
    for _ in 0..12 {
        assert_eq!(ada.post(&path, burst()).await.0, 200);
        api.app.clock.advance(5_000);
    }
    for _ in 0..24 {
        let answer = ada.post(&path, burst()).await;
        if answer.0 == 429 {
            assert_problem(&answer, 429, "RATE_LIMITED");
            assert!(answer.1["retryAfterMs"].as_u64().unwrap() > 0);
            return;
        }
    }
    panic!("a thousand at once are not refused");
}
