//! `Idempotency-Key`.

use crate::client::{Answer, Api, Person, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

async fn post(person: &Person<'_>, path: &str, key: &str, body: Value) -> Answer {
    let request = person
        .api
        .request(Method::POST, path)
        .bearer_auth(&person.token)
        .header("idempotency-key", key);
    let request = if body.is_null() {
        request
    } else {
        request.json(&body)
    };
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

#[tokio::test]
async fn a_repeated_call_gets_the_first_answer_and_has_no_effect() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Stand-up"});
    let first = post(&ada, "/v1/meetings", "one", draft.clone()).await;
    assert_eq!(first.0, 201);
    api.app.clock.advance(1_000);
    assert_eq!(
        post(&ada, "/v1/meetings", "one", draft.clone()).await,
        first
    );
    let meeting = format!("/v1/meetings/{}", first.1["id"].as_str().unwrap());
    for (what, body) in [
        (
            "participants",
            json!({"email": "bob@example.org", "role": "observer"}),
        ),
        ("start", Value::Null),
        ("end", Value::Null),
    ] {
        let path = format!("{meeting}/{what}");
        let first = post(&ada, &path, what, body.clone()).await;
        assert!(first.0.is_success(), "{first:?}");
        api.app.clock.advance(1_000);
        assert_eq!(post(&ada, &path, what, body).await, first);
    }
    // The first answer, also when the state has moved on.
    let started = post(&ada, &format!("{meeting}/start"), "start", Value::Null).await;
    assert_eq!(started.1["state"], "active");
    let (_, meetings) = ada.get("/v1/meetings").await;
    assert_eq!(meetings["items"].as_array().map(Vec::len), Some(1));
}

#[tokio::test]
async fn a_key_with_another_body_is_a_conflict_and_with_another_person_a_key_of_its_own() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = |title: &str| json!({"title": title});
    let first = post(&ada, "/v1/meetings", "one", draft("a")).await;
    let other = post(&ada, "/v1/meetings", "one", draft("b")).await;
    assert_problem(&other, 409, "CONFLICT");
    assert_eq!(other.1["reason"], "idempotency-key");
    let bobs = post(&bob, "/v1/meetings", "one", draft("b")).await;
    assert_eq!(bobs.0, 201);
    assert_ne!(bobs.1["id"], first.1["id"]);
    // A day later the key is free.
    api.app.clock.advance(24 * 3_600_000);
    let ada = api.sign_in("ada").await;
    assert_eq!(post(&ada, "/v1/meetings", "one", draft("b")).await.0, 201);
    for bad in ["", &"x".repeat(129)] {
        let answer = post(&ada, "/v1/meetings", bad, draft("c")).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn calls_at_once_under_one_key_have_one_effect_and_one_answer() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Stand-up"});
    let calls = (0..8).map(|_| post(&ada, "/v1/meetings", "one", draft.clone()));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers[0].0, 201, "{}", answers[0].1);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let (_, meetings) = ada.get("/v1/meetings").await;
    assert_eq!(meetings["items"].as_array().map(Vec::len), Some(1));
    let start = format!(
        "/v1/meetings/{}/start",
        answers[0].1["id"].as_str().unwrap()
    );
    let calls = (0..8).map(|_| post(&ada, &start, "go", Value::Null));
    let answers = futures_util::future::join_all(calls).await;
    assert_eq!(answers[0].0, 200, "{}", answers[0].1);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}

#[tokio::test]
async fn a_call_that_failed_may_be_sent_again_under_its_key() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let end = format!("{meeting}/end");
    assert_problem(&post(&ada, &end, "end", Value::Null).await, 409, "CONFLICT");
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    assert_eq!(post(&ada, &end, "end", Value::Null).await.0, 200);
}

#[tokio::test]
async fn a_restore_under_a_used_key_is_a_conflict_with_another_version() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "a"}])).await;
    let restore = |n: u64| format!("{meeting}/notes/versions/{n}/restore");
    let first = post(&ada, &restore(0), "one", Value::Null).await;
    assert_eq!(first.0, 200);
    assert_eq!(post(&ada, &restore(0), "one", Value::Null).await, first);
    let other = post(&ada, &restore(1), "one", Value::Null).await;
    assert_problem(&other, 409, "CONFLICT");
}

#[tokio::test]
async fn calls_about_organisations_and_flags_have_one_effect_under_their_key() {
    let api = Api::start_with(|settings| settings.admins = vec!["ada@example.org".into()]).await;
    let ada = api.sign_in("ada").await;
    let twice = async |method: Method, path: &str, body: Value| {
        let call = async || {
            let request = api.request(method.clone(), path).bearer_auth(&ada.token);
            let request = request.header("idempotency-key", "one");
            let request = if body.is_null() {
                request
            } else {
                request.json(&body)
            };
            let answer = request.send().await.unwrap();
            (answer.status(), answer.json().await.unwrap_or(Value::Null))
        };
        let first = call().await;
        assert!(first.0.is_success(), "{method} {path}: {first:?}");
        api.app.clock.advance(1_000);
        assert_eq!(call().await, first, "{method} {path}");
        first.1
    };
    let org = twice(Method::POST, "/v1/orgs", json!({"name": "Acme"})).await;
    let path = format!("/v1/orgs/{}", org["id"].as_str().unwrap());
    let bob = json!({"email": "bob@example.org", "role": "member"});
    twice(Method::POST, &format!("{path}/members"), bob).await;
    let invitation = format!("{path}/invitations/bob@example.org");
    twice(Method::DELETE, &invitation, Value::Null).await;
    let own = format!("{path}/members/{}", ada.id);
    twice(Method::PUT, &own, json!({"role": "admin"})).await;
    let given = format!("/v1/admin{}/entitlements/recording", &path[3..]);
    let draft = json!({"value": true, "reason": "a pilot"});
    twice(Method::PUT, &given, draft).await;
    twice(Method::DELETE, &format!("{given}?reason=x"), Value::Null).await;
    let draft = json!({"value": true, "rollout": 1, "active": true, "reason": "x"});
    let flag = "/v1/admin/flags/mine";
    twice(Method::PUT, flag, draft).await;
    twice(Method::DELETE, &format!("{flag}?reason=x"), Value::Null).await;
    twice(Method::DELETE, &path, Value::Null).await;
}
