//! The issuer's keys: when they are fetched, and what is good when they cannot be.

use crate::client::{Api, assert_problem};
use crate::stage::{Stage, at, published};
use connvo_tests::workos::{Peer, key};
use serde_json::json;

#[tokio::test]
async fn an_unknown_key_is_looked_for_at_most_once_in_half_a_minute() {
    let stage = Stage::start().await;
    stage.sign_in("ada").await;
    let before = stage.peer.fetches();
    stage.api.app.clock.advance(30_000);
    let claims = stage.claims(&json!({}));
    for kid in ["a", "b", "c"] {
        let token = published().sign_as(kid, &claims);
        assert_problem(&stage.get("/v1/me", &token).await, 401, "UNAUTHORIZED");
    }
    assert_eq!(stage.peer.fetches(), before + 1);
    stage.api.app.clock.advance(29_999);
    stage
        .get("/v1/me", &published().sign_as("d", &claims))
        .await;
    assert_eq!(stage.peer.fetches(), before + 1);
    stage.api.app.clock.advance(1);
    stage
        .get("/v1/me", &published().sign_as("e", &claims))
        .await;
    assert_eq!(stage.peer.fetches(), before + 2);
}

#[tokio::test]
async fn many_at_once_with_an_unknown_key_make_one_fetch() {
    let stage = Stage::start().await;
    stage.sign_in("ada").await;
    let before = stage.peer.fetches();
    stage.api.app.clock.advance(30_000);
    let token = key("key-2").sign(&stage.claims(&json!({})));
    let asked = (0..20).map(|_| stage.get("/v1/me", &token));
    for answer in futures_util::future::join_all(asked).await {
        assert_eq!(answer.0, 401);
    }
    assert_eq!(stage.peer.fetches(), before + 1);
}

#[tokio::test]
async fn a_new_key_is_found_when_the_first_token_names_it() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    stage
        .peer
        .publish(vec![published().jwk(), key("key-2").jwk()]);
    stage.api.app.clock.advance(30_000);
    let rotated = key("key-2").sign(&stage.claims(&json!({})));
    assert_eq!(stage.get("/v1/me", &rotated).await.0, 200);
    assert_eq!(stage.get("/v1/me", &ada.token).await.0, 200);
}

#[tokio::test]
async fn a_key_that_is_taken_back_is_good_no_longer() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    stage.peer.publish(vec![key("key-2").jwk()]);
    assert!(stage.api.app.auth.refresh_keys().await);
    assert_problem(&ada.get("/v1/me").await, 401, "UNAUTHORIZED");
    let rotated = key("key-2").sign(&stage.claims(&json!({})));
    assert_eq!(stage.get("/v1/me", &rotated).await.0, 200);
}

#[tokio::test]
async fn known_keys_stay_good_while_the_issuer_is_away() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    stage.peer.down(true);
    assert!(!stage.api.app.auth.refresh_keys().await);
    assert_eq!(ada.get("/v1/me").await.0, 200);
    let other = stage.token(&json!({"jti": "02"}));
    assert_eq!(stage.get("/v1/me", &other).await.0, 200);
    // Whether an unknown key is good cannot be known now.
    stage.api.app.clock.advance(30_000);
    let unknown = key("key-2").sign(&stage.claims(&json!({})));
    assert_problem(&stage.get("/v1/me", &unknown).await, 503, "UNAVAILABLE");
    stage.peer.down(false);
    stage
        .peer
        .publish(vec![published().jwk(), key("key-2").jwk()]);
    stage.api.app.clock.advance(30_000);
    assert_eq!(stage.get("/v1/me", &unknown).await.0, 200);
}

#[tokio::test]
async fn a_server_starts_while_the_issuer_is_away() {
    let peer = Peer::start(vec![published().jwk()]).await;
    peer.down(true);
    let api = Api::start_with(at(&peer)).await;
    let stage = Stage { api, peer };
    let token = stage.token(&json!({}));
    assert_problem(&stage.get("/v1/me", &token).await, 503, "UNAVAILABLE");
    stage.peer.down(false);
    assert!(stage.api.app.auth.refresh_keys().await);
    assert_eq!(stage.get("/v1/me", &token).await.0, 200);
}

#[tokio::test]
async fn a_verified_token_is_good_until_it_expires_and_no_longer() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    stage.api.app.clock.advance(329_999);
    assert_eq!(ada.get("/v1/me").await.0, 200);
    stage.api.app.clock.advance(1);
    let answer = ada.get("/v1/me").await;
    assert_problem(&answer, 401, "UNAUTHORIZED");
    assert_eq!(answer.1["reason"], "expired");
}
