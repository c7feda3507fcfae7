//! `GET /v1/meetings/{id}/notes`.

use crate::client::{Api, assert_problem};
use serde_json::{Value, json};

#[tokio::test]
async fn a_note_is_empty_at_first_and_can_be_written_before_the_start() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let expected =
        json!({"content": "", "version": 0, "epoch": 1, "writable": true, "role": "host"});
    assert_eq!(ada.get(&format!("{meeting}/notes")).await.1, expected);
    ada.operate(&meeting, 0, 1, json!([{"insert": "agenda"}]))
        .await;
    assert_eq!(ada.content(&meeting).await, "agenda");
}

#[tokio::test]
async fn observers_read_and_do_not_write() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "agenda"}]))
        .await;
    ada.invite(&meeting, "olga", "observer").await;
    let olga = api.sign_in("olga").await;
    let (_, note) = olga.get(&format!("{meeting}/notes")).await;
    assert_eq!(note["content"], "agenda");
    assert_eq!(
        (&note["writable"], &note["role"]),
        (&json!(false), &json!("observer"))
    );
    let draft = olga.draft(1, 1, json!([{"insert": "x"}]));
    let answer = olga.post(&format!("{meeting}/notes/ops"), draft).await;
    assert_problem(&answer, 403, "FORBIDDEN");
    assert_eq!(answer.1["reason"], "observer");
    let restore = format!("{meeting}/notes/versions/1/restore");
    assert_problem(&olga.post(&restore, Value::Null).await, 403, "FORBIDDEN");
}

#[tokio::test]
async fn a_concluded_note_is_open_to_the_host_for_a_day() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    ada.post(&format!("{meeting}/end"), Value::Null).await;
    let path = format!("{meeting}/notes/ops");
    let by_bob = bob.draft(0, 1, json!([{"insert": "late"}]));
    let refused = bob.post(&path, by_bob).await;
    assert_problem(&refused, 403, "FORBIDDEN");
    ada.operate(&meeting, 0, 1, json!([{"insert": "minutes"}]))
        .await;
    // Just within the 24 hours of the token as well as of the note.
    api.app.clock.advance(24 * 60 * 60 * 1000);
    let late = ada
        .post(&path, ada.draft(1, 2, json!([{"insert": "x"}])))
        .await;
    assert_problem(&late, 403, "FORBIDDEN");
    assert_eq!(late.1["reason"], "concluded");
}
