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
