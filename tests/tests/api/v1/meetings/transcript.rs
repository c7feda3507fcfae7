//! `/v1/meetings/{id}/transcript`.

use crate::client::{Api, NOW, Person, assert_problem};
use connvo_server::search::index;
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
    index::once(&api.app).await.unwrap();
    let (_, page) = ada.get(&path).await;
    let mut expected = chunk("1", 0, "good morning");
    expected["sequence"] = json!(1);
    expected["revised"] = json!(false);
    expected["wordCount"] = json!(2);
    expected["createdAt"] = json!(NOW);
    expected["processed"] = json!(true);
    expected["processingError"] = json!(null);
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

#[tokio::test]
async fn words_and_utterances_are_given_back_and_bad_ones_named() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = running(&ada).await;
    let mut said = chunk("1", 0, "good morning");
    said["utteranceId"] = json!("turn-1");
    said["words"] = json!([
        {"text": "good", "startMs": NOW, "endMs": NOW + 400, "confidence": 0.9},
        {"text": "morning", "startMs": NOW + 400, "endMs": NOW + 900}]);
    let (status, _) = ada.post(&path, json!({"chunks": [said]})).await;
    assert_eq!(status, 200);
    let (_, page) = ada.get(&path).await;
    for field in ["words", "utteranceId"] {
        assert_eq!(page["items"][0][field], said[field], "{field}");
    }
    said["words"][1]["endMs"] = json!(NOW + 901);
    said["utteranceId"] = json!("");
    let refused = ada.post(&path, json!({"chunks": [said]})).await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
    let pointers = refused.1["errors"].as_array().unwrap().iter();
    let pointers: Vec<_> = pointers.map(|error| &error["pointer"]).collect();
    assert_eq!(
        pointers,
        ["/chunks/0/utteranceId", "/chunks/0/words/1/startMs"]
    );
}

#[tokio::test]
async fn a_participant_sends_in_no_other_persons_name() {
    let api = Api::start_with(|settings| settings.admins = vec!["root@example.org".into()]).await;
    let (ada, root) = (api.sign_in("ada").await, api.sign_in("root").await);
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let path = format!("{meeting}/transcript");
    for (name, role) in [("bob", "participant"), ("cleo", "co-host")] {
        ada.invite(&meeting, name, role).await;
    }
    let (bob, cleo) = (api.sign_in("bob").await, api.sign_in("cleo").await);
    let said = |segment: &str, by: Option<&str>| {
        let mut chunk = chunk(segment, 0, "hi");
        chunk["speaker"] = json!({"label": "Somebody", "userId": by});
        json!({"chunks": [chunk]})
    };
    assert_eq!(bob.post(&path, said("1", None)).await.0, 200, "a voice");
    assert_eq!(bob.post(&path, said("2", Some(&bob.id))).await.0, 200);
    let refused = bob.post(&path, said("3", Some(&ada.id))).await;
    assert_problem(&refused, 403, "FORBIDDEN");
    assert_eq!(refused.1["reason"], "speaker");
    let mut interim = said("3", Some(&ada.id));
    interim["chunks"][0]["isInterim"] = json!(true);
    assert_problem(&bob.post(&path, interim).await, 403, "FORBIDDEN");
    for other in [&ada, &cleo] {
        let sent = other.post(&path, said(&other.id, Some(&bob.id))).await;
        assert_eq!(sent.0, 200, "{}", sent.1);
    }
    assert_eq!(ada.get(&path).await.1["items"].as_array().unwrap().len(), 4);
    let (_, log) = root
        .get("/v1/admin/audit?action=appendTranscript&success=false")
        .await;
    assert_eq!(log["items"][0]["reason"], "speaker", "{log}");
}
