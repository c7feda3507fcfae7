//! `POST /v1/me/sign-out`.

use crate::client::{Api, assert_problem};
use crate::stage::Stage;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_is_good_no_longer_once_its_session_has_ended() {
    let api = Api::start().await;
    let (ada, elsewhere) = (api.sign_in("ada").await, api.sign_in("ada").await);
    assert_eq!(ada.post("/v1/me/sign-out", Value::Null).await.0, 204);
    let answer = ada.get("/v1/me").await;
    assert_problem(&answer, 401, "UNAUTHORIZED");
    assert_eq!(answer.1["reason"], "revoked");
    assert_eq!(
        elsewhere.get("/v1/me").await.0,
        200,
        "another session stays"
    );
    assert_eq!(api.sign_in("ada").await.get("/v1/me").await.0, 200);
}

#[tokio::test]
async fn a_token_of_no_session_cannot_be_signed_out() {
    let stage = Stage::start().await;
    let mut claims = stage.claims(&json!({}));
    claims.as_object_mut().unwrap().remove("sid");
    let token = crate::stage::published().sign(&claims);
    let post = reqwest::Method::POST;
    let answer = stage
        .api
        .send(post, "/v1/me/sign-out", Some(&token), None)
        .await;
    assert_problem(&answer, 409, "CONFLICT");
}

#[tokio::test]
async fn signing_out_twice_is_signing_out_once() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for _ in 0..30 {
        assert_eq!(ada.post("/v1/me/sign-out", Value::Null).await.0, 204);
    }
    // None of them was a bad token, and one session has ended.
    let bad = api.send(
        reqwest::Method::POST,
        "/v1/me/sign-out",
        Some("x.y.z"),
        None,
    );
    assert_problem(&bad.await, 401, "UNAUTHORIZED");
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?action=endSession").await;
    assert_eq!(rows["items"].as_array().unwrap().len(), 1);
    let (_, denied) = admin.get("/v1/admin/audit?action=authenticate").await;
    assert_eq!(denied["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn who_is_kept_out_is_not_signed_out_but_refused() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let admin = api.sign_in_as("admin@example.com").await;
    let out = json!({"isActive": false, "reason": "a test"});
    let path = format!("/v1/admin/users/{}", ada.id);
    assert_eq!(admin.patch(&path, out).await.0, 200);
    let answer = ada.post("/v1/me/sign-out", Value::Null).await;
    assert_problem(&answer, 401, "UNAUTHORIZED");
}
