//! What the server says of a meeting in its chat.

use crate::client::{Answer, Api, Person, assert_problem};
use crate::line::{Line, SUB, id, ticking};
use connvo_core::protocol::frame::{Query, ServerFrame};
use reqwest::Method;
use serde_json::{Value, json};

/// What the chat has, in the order posted: kind, text, who is mentioned.
async fn chat(person: &Person<'_>, meeting: &str) -> Vec<(String, String, Vec<String>)> {
    let (status, page) = person.get(&format!("{meeting}/messages")).await;
    assert_eq!(status, 200, "{page}");
    let text = |one: &Value| one.as_str().unwrap().to_owned();
    let all = page["items"].as_array().unwrap().iter().rev();
    all.map(|one| {
        let mentions = one["mentions"].as_array().unwrap().iter().map(text);
        (text(&one["kind"]), text(&one["text"]), mentions.collect())
    })
    .collect()
}

fn said(event: &str, whom: &[&str]) -> (String, String, Vec<String>) {
    let whom = whom.iter().map(|id| (*id).to_owned()).collect();
    ("system".into(), event.into(), whom)
}

#[tokio::test]
async fn a_meetings_course_is_in_its_chat_between_what_people_write() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    let meeting = ada.meeting().await;
    for name in ["bob", "eve", "nobody"] {
        ada.invite(&meeting, name, "participant").await;
    }
    for person in [&bob, &eve] {
        person.post(&format!("{meeting}/join"), None).await;
    }
    let start = format!("{meeting}/start");
    assert_problem(&bob.post(&start, None).await, 403, "FORBIDDEN");
    assert_eq!(chat(&ada, &meeting).await, [], "nothing has happened");
    assert_eq!(ada.post(&start, None).await.0, 200);
    assert_problem(&ada.post(&start, None).await, 409, "CONFLICT");
    let path = format!("{meeting}/messages");
    let (_, message) = bob.post(&path, json!({"text": "hi"})).await;
    assert_eq!(message["sequence"], 2, "numbered behind it");
    let taken = format!("{meeting}/transcription");
    for _ in 0..2 {
        ada.post(&format!("{taken}/pause"), None).await;
    }
    ada.post(&format!("{taken}/resume"), None).await;
    // Who has never come in is missed by nobody.
    for gone in ["eve", "nobody"] {
        let place = format!("{meeting}/participants/{gone}@example.org");
        assert_eq!(ada.delete(&place).await.0, 204);
    }
    let over = json!({"userId": bob.id});
    assert_eq!(ada.post(&format!("{meeting}/host"), over).await.0, 200);
    assert_eq!(bob.post(&format!("{meeting}/leave"), None).await.0, 204);
    assert_eq!(ada.post(&format!("{meeting}/end"), None).await.0, 200);
    let expected = [
        said("meetingStarted", &[&ada.id]),
        ("text".into(), "hi".into(), Vec::new()),
        said("transcriptionPaused", &[&ada.id]),
        said("transcriptionResumed", &[&ada.id]),
        said("participantRemoved", &[&eve.id]),
        said("hostChanged", &[&bob.id]),
        said("hostChanged", &[&ada.id]),
        said("meetingEnded", &[&ada.id]),
    ];
    assert_eq!(chat(&ada, &meeting).await, expected);
    let (_, people) = ada.get(&format!("{meeting}/participants")).await;
    let counts: u64 = people["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["messageCount"].as_u64().unwrap())
        .sum();
    assert_eq!(counts, 1, "it is nobody's");
}

#[tokio::test]
async fn what_the_server_says_stays_as_it_is() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), None).await;
    let path = format!("{meeting}/messages");
    let (_, page) = ada.get(&path).await;
    let one = page["items"][0].clone();
    assert_eq!(
        (&one["authorId"], &one["revision"]),
        (&Value::Null, &json!(0))
    );
    let own = format!("{path}/{}", one["id"].as_str().unwrap());
    let refused: [Answer; 3] = [
        ada.patch(&own, json!({"text": "never"})).await,
        ada.delete(&own).await,
        ada.put(&format!("{own}/reactions/%F0%9F%91%8D"), Value::Null)
            .await,
    ];
    for refused in &refused {
        assert_problem(refused, 409, "CONFLICT");
    }
    let answer = json!({"text": "yes", "replyToId": one["id"]});
    assert_problem(&ada.post(&path, answer).await, 422, "VALIDATION_ERROR");
    let forged = json!({"text": "meetingEnded", "kind": "system"});
    assert_problem(&ada.post(&path, forged).await, 422, "VALIDATION_ERROR");
    assert_eq!(ada.get(&path).await.1["items"], json!([one]));
    // It is no words of anybody's, to be found.
    connvo_server::search::index::once(&api.app).await.unwrap();
    let (_, found) = ada.get("/v1/search?q=meetingStarted").await;
    assert_eq!(found["items"], json!([]));
}

#[tokio::test]
async fn who_follows_the_chat_hears_it_at_once() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::of(&ada).await;
    let query = Query::Chat {
        meeting_id: id(&meeting),
    };
    line.subscribe(query, None).await;
    let ServerFrame::Snapshot { cursor: 0, .. } = line.frame().await else {
        panic!("an empty chat");
    };
    let heard = async |line: &mut Line| match line.frame().await {
        ServerFrame::Events {
            sub: SUB,
            from,
            to,
            items,
        } => (from, to, items[0]["text"].clone()),
        other => panic!("{other:?}"),
    };
    ada.post(&format!("{meeting}/start"), None).await;
    assert_eq!(heard(&mut line).await, (1, 1, json!("meetingStarted")));
    let send = async |path: &str, body: Value| {
        let path = format!("{meeting}/{path}");
        let answer = api.send(Method::POST, &path, Some(&ada.token), Some(&body));
        assert!(answer.await.0.is_success());
    };
    send("messages", json!({"text": "hi"})).await;
    assert_eq!(heard(&mut line).await, (2, 2, json!("hi")));
    send("end", Value::Null).await;
    assert_eq!(heard(&mut line).await, (3, 3, json!("meetingEnded")));
}
