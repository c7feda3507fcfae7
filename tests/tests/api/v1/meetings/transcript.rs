//! `/v1/meetings/{id}/transcript`.

use crate::client::{Api, NOW, Person, assert_problem};
use serde_json::{Value, json};

fn chunk(segment: &str, revision: u32, text: &str) -> Value {
    json!({"sourceId": "mic", "segmentId": segment, "revision": revision, "isInterim": false,
        "text": text, "startMs": NOW, "endMs": NOW + 900, "speaker": {"label": "Ada"},
        "confidence": 0.5, "language": "en"})
}

async fn running(ada: &Person<'_>) -> String {
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    format!("{meeting}/transcript")
}

#[tokio::test]
async fn final_chunks_are_numbered_and_interim_ones_are_not_stored() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    let mut interim = chunk("2", 0, "so");
    interim["isInterim"] = json!(true);
    let chunks =
        json!({"chunks": [chunk("1", 0, "good morning"), interim, chunk("2", 0, "so then")]});
    let (status, accepted) = ada.post(&path, chunks.clone()).await;
    assert_eq!(
        (status.as_u16(), accepted),
        (200, json!({"sequences": [1, null, 2]}))
    );
    let retried = ada.post(&path, chunks).await.1;
    assert_eq!(retried, json!({"sequences": [1, null, 2]}));
    let (_, page) = ada.get(&path).await;
    let mut expected = chunk("1", 0, "good morning");
    expected["sequence"] = json!(1);
    expected["revised"] = json!(false);
    expected["wordCount"] = json!(2);
    expected["createdAt"] = json!(NOW);
    assert_eq!(page["items"][0], expected);
    assert_eq!(
        (page["items"].as_array().unwrap().len(), &page["next"]),
        (2, &Value::Null)
    );
}

#[tokio::test]
async fn a_revision_comes_under_a_new_sequence() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    ada.post(
        &path,
        json!({"chunks": [chunk("1", 0, "wreck"), chunk("2", 0, "then")]}),
    )
    .await;
    let (_, accepted) = ada
        .post(&path, json!({"chunks": [chunk("1", 1, "recognise")]}))
        .await;
    assert_eq!(accepted, json!({"sequences": [3]}));
    let (_, page) = ada.get(&format!("{path}?after=1")).await;
    let texts: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| &c["text"])
        .collect();
    assert_eq!(texts, ["then", "recognise"]);
    assert_eq!(page["items"][1]["revised"], true);
}

#[tokio::test]
async fn bad_chunks_are_named_and_none_is_stored() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    let chunks = json!({"chunks": [chunk("1", 0, "fine"), chunk("", 0, " ")]});
    let answer = ada.post(&path, chunks).await;
    assert_problem(&answer, 422, "VALIDATION_ERROR");
    let pointers: Vec<_> = answer.1["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| &e["pointer"])
        .collect();
    assert_eq!(pointers, ["/chunks/1/segmentId", "/chunks/1/text"]);
    let many = json!({"chunks": vec![chunk("1", 0, "x"); 51]});
    assert_problem(&ada.post(&path, many).await, 422, "VALIDATION_ERROR");
    assert_eq!(ada.get(&path).await.1["items"], json!([]));
}

#[tokio::test]
async fn transcript_is_taken_only_while_the_meeting_runs_and_never_from_observers() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/transcript");
    let chunks = || json!({"chunks": [chunk("1", 0, "hi")]});
    assert_problem(&ada.post(&path, chunks()).await, 409, "MEETING_NOT_ACTIVE");
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    ada.invite(&meeting, "olga", "observer").await;
    let olga = api.sign_in("olga").await;
    assert_problem(&olga.post(&path, chunks()).await, 403, "FORBIDDEN");
    assert_eq!(olga.get(&path).await.0, 200);
    assert_eq!(ada.post(&path, chunks()).await.0, 200);
    ada.post(&format!("{meeting}/end"), Value::Null).await;
    assert_problem(&ada.post(&path, chunks()).await, 409, "MEETING_NOT_ACTIVE");
}

#[tokio::test]
async fn transcript_is_not_taken_where_it_is_switched_off() {
    let api = Api::start_with(|settings| settings.admins = vec!["root@example.org".into()]).await;
    let (ada, root) = (api.sign_in("ada").await, api.sign_in("root").await);
    let path = running(&ada).await;
    let chunk = json!({"chunks": [{"sourceId": "mic", "segmentId": "1", "text": "hi",
        "startMs": 1, "endMs": 2, "speaker": {"label": "Ada"}}]});
    assert_eq!(ada.post(&path, chunk.clone()).await.0, 200);
    let switch = async |rules: serde_json::Value, active: bool| {
        let flag = json!({"value": true, "rollout": 100, "active": active, "rules": rules,
            "reason": "a test"});
        let flag = root
            .api
            .request(reqwest::Method::PUT, "/v1/admin/flags/transcription")
            .bearer_auth(&root.token)
            .json(&flag);
        assert_eq!(flag.send().await.unwrap().status(), 200);
    };
    switch(json!([]), false).await;
    let refused = ada.post(&path, chunk.clone()).await;
    assert_eq!(refused.0, 403, "{}", refused.1);
    assert_eq!(refused.1["reason"], "flag");
    // Off for some: who asks decides.
    switch(
        json!([{"emailDomains": ["example.org"], "value": false}]),
        true,
    )
    .await;
    assert_eq!(ada.post(&path, chunk.clone()).await.0, 403);
    switch(
        json!([{"emailDomains": ["example.com"], "value": false}]),
        true,
    )
    .await;
    assert_eq!(ada.post(&path, chunk).await.0, 200);
    let (_, log) = root
        .get("/v1/admin/audit?action=appendTranscript&success=false")
        .await;
    assert_eq!(log["items"][0]["reason"], "flag", "{log}");
}
