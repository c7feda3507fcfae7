//! `/v1/meetings/{id}/notes/versions/{n}`.

use crate::client::{Api, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn every_version_has_its_text_and_its_difference_from_another() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "one"}]))
        .await;
    ada.operate(&meeting, 1, 2, json!([{"retain": 3}, {"insert": " two"}]))
        .await;
    let at = |n: u64, query: &str| ada_path(&meeting, n, query);
    for (n, text) in [(0, ""), (1, "one"), (2, "one two")] {
        let (_, version) = ada.get(&at(n, "")).await;
        assert_eq!(version, json!({"version": n, "content": text}));
    }
    let (_, compared) = ada.get(&at(1, "?from=2")).await;
    assert_eq!(compared["change"], json!([{"retain": 3}, {"delete": 4}]));
    assert_problem(&ada.get(&at(3, "")).await, 404, "NOT_FOUND");
    assert_problem(&ada.get(&at(1, "?from=3")).await, 404, "NOT_FOUND");
}

fn ada_path(meeting: &str, n: u64, query: &str) -> String {
    format!("{meeting}/notes/versions/{n}{query}")
}

#[tokio::test]
async fn restoring_a_version_is_a_new_change_made_once_a_key() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "keep"}]))
        .await;
    ada.operate(&meeting, 1, 2, json!([{"delete": 4}, {"insert": "lose"}]))
        .await;
    let path = format!("{}/restore", ada_path(&meeting, 1, ""));
    let restore = async |key: &'static str| -> Value {
        let request = api.request(Method::POST, &path).bearer_auth(&ada.token);
        let answer = request.header("idempotency-key", key).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    };
    let first = restore("one").await;
    assert_eq!(first["version"], 3);
    assert_eq!(ada.content(&meeting).await, "keep");
    ada.operate(&meeting, 3, 3, json!([{"insert": "x"}])).await;
    assert_eq!(restore("one").await, first);
    assert_eq!(ada.content(&meeting).await, "xkeep");
    assert_eq!(restore("two").await["version"], 5);
    assert_eq!(ada.content(&meeting).await, "keep");
}
