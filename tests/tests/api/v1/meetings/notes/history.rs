//! `GET /v1/meetings/{id}/notes/history`.

use crate::client::{Api, NOW};
use serde_json::{Value, json};

#[tokio::test]
async fn versions_are_spells_of_one_persons_work_newest_first() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "one"}]))
        .await;
    api.app.clock.advance(1_000);
    ada.operate(&meeting, 1, 2, json!([{"retain": 3}, {"insert": " two"}]))
        .await;
    bob.operate(&meeting, 2, 1, json!([{"delete": 3}])).await;
    api.app.clock.advance(120_000);
    bob.operate(&meeting, 3, 2, json!([{"delete": 1}])).await;
    let path = format!("{meeting}/notes/history");
    let (_, all) = ada.get(&path).await;
    let spans: Vec<_> = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (&item["firstSequence"], &item["sequence"], &item["authorId"]))
        .map(|(first, last, author)| json!([first, last, author]))
        .collect();
    let expected = [
        json!([4, 4, bob.id]),
        json!([3, 3, bob.id]),
        json!([1, 2, ada.id]),
    ];
    assert_eq!(spans, expected);
    let oldest = json!({"sequence": 2, "firstSequence": 1, "authorId": ada.id, "startedAt": NOW,
        "endedAt": NOW + 1_000, "inserted": 7, "deleted": 0});
    assert_eq!(all["items"][2], oldest);
    assert_eq!(all["next"], Value::Null);
    let (_, first) = ada.get(&format!("{path}?limit=2")).await;
    let next = first["next"].as_str().unwrap();
    let (_, rest) = ada.get(&format!("{path}?limit=2&after={next}")).await;
    assert_eq!(rest, json!({"items": [oldest], "next": null}));
}

#[tokio::test]
async fn an_empty_note_has_no_versions() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = format!("{}/notes/history", ada.meeting().await);
    assert_eq!(ada.get(&path).await.1, json!({"items": [], "next": null}));
}
