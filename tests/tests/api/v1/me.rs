//! `GET /v1/me`.

use crate::client::{Api, NOW};
use serde_json::json;

#[tokio::test]
async fn i_am_who_signed_in() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let me = json!({"id": ada.id, "email": "ada@example.org", "name": "ada", "createdAt": NOW});
    assert_eq!(ada.get("/v1/me").await, (reqwest::StatusCode::OK, me));
}
