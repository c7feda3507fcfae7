//! `/healthz` and `/readyz`.

use crate::client::Api;
use reqwest::{Method, StatusCode};

#[tokio::test]
async fn a_server_with_its_database_is_ready() {
    let api = Api::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = api.request(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_server_without_its_database_lives_but_is_not_ready() {
    let api = Api::start().await;
    api.app.db.close().await;
    let status = async |path| {
        let answer = api.request(Method::GET, path).send().await;
        answer.unwrap().status()
    };
    assert_eq!(status("/healthz").await, StatusCode::OK);
    assert_eq!(status("/readyz").await, StatusCode::SERVICE_UNAVAILABLE);
}
