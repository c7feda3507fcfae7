//! `GET` and `PATCH /v1/me`.

use crate::client::{Api, NOW, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn i_am_who_signed_in() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let me = json!({"id": ada.id, "email": "ada@example.org", "name": "ada", "timezone": null,
        "language": null, "avatarUrl": null, "createdAt": NOW,
        "notificationSettings": {"email": true, "push": true, "meeting": true}});
    assert_eq!(ada.get("/v1/me").await, (reqwest::StatusCode::OK, me));
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
