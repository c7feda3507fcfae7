//! `GET` and `PATCH /v1/me`.

use crate::client::{Api, NOW, Person, assert_problem};
use crate::line::Line;
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn i_am_who_signed_in() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let me = json!({"id": ada.id, "email": "ada@example.org", "name": "ada", "timezone": null,
        "language": null, "avatarUrl": null, "lastSeenAt": NOW, "createdAt": NOW,
        "notificationSettings": {"email": true, "push": true, "meeting": true}});
    assert_eq!(ada.get("/v1/me").await, (reqwest::StatusCode::OK, me));
}

#[tokio::test]
async fn when_i_was_last_seen_is_noted_once_a_minute_and_told_to_administrators_alone() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let seen = async |person: &Person<'_>| person.get("/v1/me").await.1["lastSeenAt"].clone();
    assert_eq!(seen(&ada).await, NOW);
    api.app.clock.advance(59_999);
    assert_eq!(seen(&ada).await, NOW);
    api.app.clock.advance(1);
    assert_eq!(seen(&ada).await, NOW + 60_000);
    connvo_server::behind::flush(&api.app).await;
    let id = ada.id.parse().unwrap();
    let kept = connvo_server::user::store::known(&api.app.db, &id).await;
    assert_eq!(kept.unwrap().unwrap().last_seen_at, Some(NOW + 60_000));
    let (_, known) = admin.get(&format!("/v1/admin/users/{}", ada.id)).await;
    assert_eq!(known["lastSeenAt"], NOW + 60_000);
    let (_, known) = bob.get(&format!("/v1/users/{}", ada.id)).await;
    assert_eq!(known["lastSeenAt"], Value::Null);
}

#[tokio::test]
async fn a_live_connection_is_a_sign_of_life_too() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let id = ada.id.parse().unwrap();
    assert_eq!(api.app.seen.latest(&id, None), None);
    let _line = Line::of(&ada).await;
    assert_eq!(api.app.seen.latest(&id, None), Some(NOW));
}

#[tokio::test]
async fn settings_change_one_by_one_and_null_takes_away() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let quiet = json!({"email": false, "push": false, "meeting": true});
    let (status, me) = ada
        .patch(
            "/v1/me",
            json!({"name": " Ada L. ", "timezone": "europe/lisbon", "language": "pt-PT",
                "avatarUrl": "https://example.org/ada.png", "notificationSettings": quiet}),
        )
        .await;
    assert_eq!(status, 200, "{me}");
    assert_eq!(me["name"], "Ada L.");
    assert_eq!(me["timezone"], "Europe/Lisbon");
    assert_eq!(me["notificationSettings"], quiet);
    let (_, later) = ada.patch("/v1/me", json!({"avatarUrl": null})).await;
    let mut expected = me;
    expected["avatarUrl"] = Value::Null;
    assert_eq!(later, expected);
    assert_eq!(ada.get("/v1/me").await.1, expected);
}

#[tokio::test]
async fn the_name_that_i_chose_stays_when_i_sign_in_again() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    assert_eq!(ada.patch("/v1/me", json!({"name": "Ada L."})).await.0, 200);
    let again = api.sign_in("ada").await;
    assert_eq!(again.get("/v1/me").await.1["name"], "Ada L.");
}

#[tokio::test]
async fn bad_settings_change_nothing() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let before = ada.get("/v1/me").await.1;
    let bad = json!({"name": "Ada L.", "timezone": "Mars/Olympus", "avatarUrl": "http://x"});
    let refused = ada.patch("/v1/me", bad).await;
    assert_problem(&refused, 422, "VALIDATION_ERROR");
    assert_eq!(refused.1["errors"].as_array().unwrap().len(), 2);
    let unknown = ada.patch("/v1/me", json!({"email": "x@example.org"})).await;
    assert_problem(&unknown, 422, "VALIDATION_ERROR");
    assert_eq!(ada.get("/v1/me").await.1, before);
}

#[tokio::test]
async fn a_key_gets_the_first_answer_again() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (one, two) = (json!({"name": "One"}), json!({"name": "Two"}));
    let first = ada.keyed(Method::PATCH, "/v1/me", "k", &one).await;
    assert_eq!(ada.patch("/v1/me", two.clone()).await.0, 200);
    assert_eq!(ada.keyed(Method::PATCH, "/v1/me", "k", &one).await, first);
    assert_eq!(ada.get("/v1/me").await.1["name"], "Two");
    let other = ada.keyed(Method::PATCH, "/v1/me", "k", &two).await;
    assert_problem(&other, 409, "CONFLICT");
}
