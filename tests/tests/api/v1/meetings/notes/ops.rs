//! `/v1/meetings/{id}/notes/ops`.

use crate::client::{Api, NOW, assert_problem};
use serde_json::{Value, json};

#[tokio::test]
async fn operations_of_two_people_on_one_version_are_merged() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "one two"}]))
        .await;
    ada.operate(&meeting, 1, 2, json!([{"retain": 3}, {"insert": ","}]))
        .await;
    let accepted = bob
        .operate(
            &meeting,
            1,
            1,
            json!([{"retain": 4}, {"delete": 3}, {"insert": "2"}]),
        )
        .await;
    let moved = json!([{"retain": 5}, {"insert": "2"}, {"delete": 3}]);
    assert_eq!(accepted, json!({"version": 3, "operation": moved}));
    assert_eq!(ada.content(&meeting).await, "one, 2");
}

#[tokio::test]
async fn the_single_position_form_is_taken_too() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let insert = json!({"type": "insert", "position": 0, "content": "né😀!"});
    ada.operate(&meeting, 0, 1, insert).await;
    let delete = json!({"type": "delete", "position": 2, "length": 2});
    let accepted = ada.operate(&meeting, 1, 2, delete).await;
    assert_eq!(accepted["operation"], json!([{"retain": 2}, {"delete": 2}]));
    assert_eq!(ada.content(&meeting).await, "né!");
}

#[tokio::test]
async fn retrying_an_operation_returns_the_first_answer() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let first = ada
        .operate(&meeting, 0, 1, json!([{"insert": "once"}]))
        .await;
    ada.operate(&meeting, 1, 2, json!([{"insert": "and "}]))
        .await;
    let again = ada
        .operate(&meeting, 0, 1, json!([{"insert": "once"}]))
        .await;
    assert_eq!(first, again);
    assert_eq!(ada.content(&meeting).await, "and once");
}

#[tokio::test]
async fn operations_that_do_not_fit_are_refused_and_change_nothing() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "a😀b"}]))
        .await;
    let path = format!("{meeting}/notes/ops");
    for operation in [
        json!([{"retain": 9}, {"insert": "x"}]),
        json!([{"retain": 2}, {"insert": "x"}]),
        json!([{"delete": 2}]),
        json!([{"delete": -1}]),
        json!([{"retain": 1, "insert": "x"}]),
        json!([{"format": 1}]),
        json!({"type": "insert", "position": 0}),
        json!("hi"),
    ] {
        let answer = ada.post(&path, ada.draft(1, 2, operation)).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
    }
    let future = ada
        .post(&path, ada.draft(7, 2, json!([{"insert": "x"}])))
        .await;
    assert!(future.0.is_client_error(), "{future:?}");
    let mut large = ada.draft(1, 2, json!([{"insert": "x"}]));
    large["clientSeq"] = json!(1_u64 << 60);
    assert_problem(&ada.post(&path, large).await, 422, "VALIDATION_ERROR");
    assert_eq!(ada.content(&meeting).await, "a😀b");
}

#[tokio::test]
async fn a_client_id_is_its_first_users_alone() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "x"}])).await;
    let stolen = ada.draft(1, 2, json!([{"insert": "y"}]));
    let answer = bob.post(&format!("{meeting}/notes/ops"), stolen).await;
    assert!(answer.0.is_client_error(), "{answer:?}");
    assert_eq!(ada.content(&meeting).await, "x");
}

#[tokio::test]
async fn the_log_is_read_in_pages() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    for (at, text) in ["a", "b", "c"].iter().enumerate() {
        ada.operate(
            &meeting,
            at as u64,
            at as u64 + 1,
            json!([{"insert": text}]),
        )
        .await;
    }
    let path = format!("{meeting}/notes/ops");
    let (_, first) = ada.get(&format!("{path}?limit=2")).await;
    let expected = json!({"sequence": 1, "authorId": ada.id, "clientId": ada.id, "clientSeq": 1,
        "operation": [{"insert": "a"}], "timestamp": NOW});
    assert_eq!(first["items"][0], expected);
    assert_eq!(first["next"], "2");
    let (_, rest) = ada.get(&format!("{path}?after=2&limit=2")).await;
    assert_eq!(rest["items"][0]["sequence"], 3);
    assert_eq!(rest["next"], Value::Null);
    // A last page that is exactly full is the last; an empty cursor is none.
    let (_, whole) = ada.get(&format!("{path}?after=&limit=3")).await;
    assert_eq!(whole["items"].as_array().unwrap().len(), 3);
    assert_eq!(whole["next"], Value::Null);
}

#[tokio::test]
async fn too_many_operations_in_a_minute_are_asked_to_wait() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let (user, id) = (
        ada.id.parse().unwrap(),
        meeting.rsplit('/').next().unwrap().parse().unwrap(),
    );
    let rate = connvo_server::rate::NOTE_OP;
    api.app.rates.take(rate, &user, &id, 1_200, NOW).unwrap();
    let path = format!("{meeting}/notes/ops");
    let draft = ada.draft(0, 1, json!([{"insert": "x"}]));
    let answer = ada.post(&path, draft.clone()).await;
    assert_problem(&answer, 429, "RATE_LIMITED");
    api.app
        .clock
        .advance(answer.1["retryAfterMs"].as_u64().unwrap());
    assert_eq!(ada.post(&path, draft).await.0, 200);
}
