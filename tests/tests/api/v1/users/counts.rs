//! What is counted of people and of what is between them.

use crate::client::{Api, NOW, Person};
use connvo_server::person::count;
use serde_json::{Value, json};

async fn counts(of: &Person<'_>) -> (Value, Value) {
    let (status, seen) = of.get(&format!("/v1/users/{}", of.id)).await;
    assert_eq!(status, 200, "{seen}");
    assert_eq!(seen["averageRating"], Value::Null);
    (
        seen["meetingCount"].clone(),
        seen["connectionCount"].clone(),
    )
}

/// Asks and accepts; answers the path of what is between them.
async fn connected(from: &Person<'_>, to: &Person<'_>, kind: &str) -> String {
    let draft = json!({"userId": to.id, "kind": kind});
    let (status, asked) = from.post("/v1/connections", draft).await;
    assert_eq!(status, 201, "{asked}");
    let path = format!("/v1/connections/{}", asked["id"].as_str().unwrap());
    if asked["state"] == "pending" {
        let (status, _) = to.post(&format!("{path}/accept"), Value::Null).await;
        assert_eq!(status, 200);
    }
    path
}

#[tokio::test]
async fn a_meeting_counts_once_it_has_ended_for_who_took_part() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    connected(&ada, &bob, "mentor").await;
    connected(&ada, &eve, "mentor").await;
    let meeting = ada.meeting().await;
    for name in ["bob", "eve"] {
        ada.invite(&meeting, name, "participant").await;
    }
    bob.operate(&meeting, 0, 1, json!([{"insert": "a plan"}]))
        .await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    count::sweep(&api.app).await.unwrap();
    assert_eq!(counts(&ada).await.0, 0, "it goes on");
    api.app.clock.advance(5);
    ada.post(&format!("{meeting}/end"), Value::Null).await;
    for _ in 0..2 {
        count::sweep(&api.app).await.unwrap();
    }
    for (person, met) in [(&ada, 1), (&bob, 1), (&eve, 0)] {
        assert_eq!(counts(person).await.0, met);
    }
    let (_, page) = ada.get("/v1/connections").await;
    for item in page["items"].as_array().unwrap() {
        let (met, last) = match item["name"].as_str().unwrap() {
            "bob" => (1, json!(NOW + 5)),
            _ => (0, Value::Null),
        };
        assert_eq!(
            (&item["meetingCount"], &item["lastInteraction"]),
            (&json!(met), &last)
        );
    }
}

#[tokio::test]
async fn connections_are_counted_as_they_come_and_go() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    let connections = async || {
        [
            counts(&ada).await.1,
            counts(&bob).await.1,
            counts(&eve).await.1,
        ]
    };
    connected(&ada, &bob, "follow").await;
    assert_eq!(connections().await, [0, 0, 0]);
    let first = connected(&ada, &bob, "mentor").await;
    connected(&bob, &ada, "collaborator").await;
    connected(&bob, &eve, "connection").await;
    connected(&ada, &eve, "connection").await;
    assert_eq!(connections().await, [3, 3, 2]);
    ada.delete(&first).await;
    assert_eq!(connections().await, [2, 2, 2]);
    ada.put("/v1/me/profile", json!({"bio": "I draw."})).await;
    assert_eq!(connections().await, [2, 2, 2]);
    let block = format!("/v1/users/{}/block", ada.id);
    assert_eq!(bob.post(&block, Value::Null).await.0, 204);
    assert_eq!(connections().await, [1, 1, 2]);
    assert_eq!(eve.delete("/v1/me").await.0, 200);
    assert_eq!(counts(&ada).await.1, 0);
    assert_eq!(counts(&bob).await.1, 0);
}
