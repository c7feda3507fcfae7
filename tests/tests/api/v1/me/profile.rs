//! `/v1/me/profile`.

use crate::client::{Api, assert_problem};
use serde_json::{Value, json};

#[tokio::test]
async fn a_profile_takes_the_place_of_the_one_before() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (status, empty) = ada.get("/v1/me/profile").await;
    assert_eq!(status, 200);
    assert_eq!(empty["bio"], Value::Null);
    assert_eq!(empty["skills"], json!([]));
    let draft = json!({"bio": " I draw. ", "jobTitle": "Engineer", "languages": ["en", "pt-BR"],
        "availableForMentoring": true, "links": {"website": "https://example.org/ada"}});
    let (status, put) = ada.put("/v1/me/profile", draft).await;
    assert_eq!(status, 200, "{put}");
    assert_eq!(put["bio"], "I draw.");
    assert_eq!(put["seekingMentorship"], false);
    assert_eq!(ada.get("/v1/me/profile").await.1, put);
    assert_eq!(ada.put("/v1/me/profile", json!({})).await.0, 200);
    assert_eq!(ada.get("/v1/me/profile").await.1, empty);
}

#[tokio::test]
async fn a_bad_profile_changes_nothing() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let before = ada.get("/v1/me/profile").await.1;
    for bad in [
        json!({"bio": "x".repeat(2001)}),
        json!({"languages": ["nonsense!"]}),
        json!({"links": {"website": "javascript:alert(1)"}}),
        json!({"salary": 1}),
    ] {
        let refused = ada.put("/v1/me/profile", bad).await;
        assert_problem(&refused, 422, "VALIDATION_ERROR");
    }
    assert_eq!(ada.get("/v1/me/profile").await.1, before);
}
