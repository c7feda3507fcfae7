//! The attack table: one row, one test. Each token is tried on HTTP, on the live
//! socket and at the stock door.

use crate::client::{NOW, assert_problem};
use crate::line::{Line, id};
use crate::stage::{Stage, published};
use connvo_tests::workos::{CLIENT, SECRET, key, signature};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};

/// Without this row the others would prove little.
#[tokio::test]
async fn a_good_token_is_let_in_everywhere() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let meeting = ada.meeting().await;
    Line::of(&ada).await;
    assert!(Line::stock(&ada, &meeting).await.is_ok());
    let shared = json!({"iss": format!("{}/", stage.peer.url()), "aud": CLIENT});
    assert_eq!(stage.get("/v1/me", &stage.token(&shared)).await.0, 200);
}

#[tokio::test]
async fn algorithm_none() {
    let stage = Stage::start().await;
    let good = stage.token(&json!({}));
    let claims = good.split('.').nth(1).unwrap();
    // {"alg":"none","typ":"JWT"}, and the same with the key's id.
    for header in [
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0",
        "eyJhbGciOiJub25lIiwidHlwIjoiSldUIiwia2lkIjoia2V5LTEifQ",
    ] {
        stage.refuses(&format!("{header}.{claims}.")).await;
    }
}

#[tokio::test]
async fn hs256_signed_with_the_public_key() {
    let stage = Stage::start().await;
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("key-1".into());
    let secret = EncodingKey::from_secret(published().public_pem.as_bytes());
    let token = encode(&header, &stage.claims(&json!({})), &secret).unwrap();
    stage.refuses(&token).await;
}

#[tokio::test]
async fn a_wrong_issuer() {
    let stage = Stage::start().await;
    for issuer in [
        "https://evil.example".to_owned(),
        format!("{}/user_management/client_other", stage.peer.url()),
        // The embedded issuer is trusted too, but not with this key.
        "urn:connvo:dev".to_owned(),
    ] {
        stage.refuses(&stage.token(&json!({"iss": issuer}))).await;
    }
}

#[tokio::test]
async fn the_shared_issuer_without_our_audience() {
    let stage = Stage::start().await;
    let shared = stage.peer.url();
    stage.refuses(&stage.token(&json!({"iss": shared}))).await;
    let other = json!({"iss": shared, "aud": "client_other"});
    stage.refuses(&stage.token(&other)).await;
}

#[tokio::test]
async fn an_expired_token() {
    let stage = Stage::start().await;
    let now = NOW / 1000;
    let expired = json!({"iat": now - 300, "exp": now - 31});
    stage.refuses(&stage.token(&expired)).await;
}

#[tokio::test]
async fn a_token_not_yet_valid() {
    let stage = Stage::start().await;
    let now = NOW / 1000;
    for early in [json!({"nbf": now + 31}), json!({"iat": now + 31})] {
        stage.refuses(&stage.token(&early)).await;
    }
}

#[tokio::test]
async fn an_unknown_key_id() {
    let stage = Stage::start().await;
    let claims = stage.claims(&json!({}));
    stage.refuses(&key("key-2").sign(&claims)).await;
    stage.refuses(&key("key-2").sign_as("key-1", &claims)).await;
}

#[tokio::test]
async fn a_key_id_that_points_at_another_type_of_key() {
    let stage = Stage::start().await;
    let mut encrypting = published().jwk();
    (encrypting["kid"], encrypting["use"]) = (json!("enc"), json!("enc"));
    let mut pss = published().jwk();
    (pss["kid"], pss["alg"]) = (json!("ps256"), json!("PS256"));
    stage.peer.publish(vec![
        published().jwk(),
        json!({"kid": "ec", "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256",
            "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
            "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}),
        json!({"kid": "oct", "kty": "oct", "k": "c2VjcmV0", "alg": "HS256"}),
        json!({"kid": "odd", "kty": "odd"}),
        encrypting,
        pss,
    ]);
    assert!(stage.api.app.auth.refresh_keys().await);
    for kid in ["ec", "oct", "odd", "enc", "ps256"] {
        let token = published().sign_as(kid, &stage.claims(&json!({})));
        stage.refuses(&token).await;
    }
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("oct".into());
    let secret = EncodingKey::from_secret(b"secret");
    let token = encode(&header, &stage.claims(&json!({})), &secret).unwrap();
    stage.refuses(&token).await;
    let good = stage.token(&json!({}));
    assert_eq!(
        stage.get("/v1/me", &good).await.0,
        200,
        "one odd key harms none"
    );
}

#[tokio::test]
async fn a_truncated_token() {
    let stage = Stage::start().await;
    let good = stage.token(&json!({}));
    for length in [0, 10, good.len() / 2, good.len() - 1] {
        stage.refuses(&good[..length]).await;
    }
    let (unsigned, _) = good.rsplit_once('.').unwrap();
    stage.refuses(unsigned).await;
    stage.refuses(&format!("{unsigned}.")).await;
}

#[tokio::test]
async fn a_token_of_a_megabyte() {
    let stage = Stage::start().await;
    stage.sign_in("ada").await;
    let fetched = stage.peer.fetches();
    let large = |bytes: usize| stage.token(&json!({"name": "x".repeat(bytes)}));
    // Well signed, and refused for its length alone: 8 KiB are looked at.
    stage.refuses(&large(8 << 10)).await;
    let megabyte = large(700_000);
    assert!(megabyte.len() > 900_000);
    stage.refuses_live(&megabyte).await;
    // As a header it is refused before it is anybody's token.
    let request = stage.api.request(Method::GET, "/v1/me");
    if let Ok(answer) = request.bearer_auth(&megabyte).send().await {
        assert!([401, 431].contains(&answer.status().as_u16()));
    }
    assert_eq!(stage.peer.fetches(), fetched);
}

#[tokio::test]
async fn a_token_of_a_removed_user() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let gone = json!({"object": "user", "id": "user_ada"});
    assert_eq!(stage.event("event_1", "user.deleted", gone).await, 200);
    stage.refuses(&ada.token).await;
    // A newer token, an unseen user, and news that were overtaken change nothing.
    stage.refuses(&stage.token(&json!({"jti": "02"}))).await;
    let eve = json!({"object": "user", "id": "user_eve"});
    assert_eq!(
        stage.event("event_2", "user.deleted", eve.clone()).await,
        200
    );
    assert_eq!(stage.event("event_3", "user.created", eve).await, 200);
    let eve = json!({"sub": "user_eve", "sid": "session_eve"});
    stage.refuses(&stage.token(&eve)).await;
}

#[tokio::test]
async fn a_token_of_a_revoked_session() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let session = json!({"object": "session", "id": "session_ada", "user_id": "user_ada"});
    assert_eq!(
        stage.event("event_1", "session.revoked", session).await,
        200
    );
    stage.refuses(&ada.token).await;
    let elsewhere = stage.token(&json!({"sid": "session_other"}));
    assert_eq!(stage.get("/v1/me", &elsewhere).await.0, 200);
    // A session that was never seen is ended all the same.
    let early = json!({"object": "session", "id": "session_bob", "user_id": "user_bob"});
    assert_eq!(stage.event("event_2", "session.revoked", early).await, 200);
    let bob = json!({"sub": "user_bob", "sid": "session_bob"});
    stage.refuses(&stage.token(&bob)).await;
    // Nor does one of somebody else's let anybody in.
    stage
        .refuses(&stage.token(&json!({"sid": "session_bob"})))
        .await;
}

fn renamed(name: &str) -> Value {
    json!({"object": "user", "id": "user_ada", "email": "ada@example.org",
        "email_verified": true, "first_name": name, "updated_at": "2027-01-15T08:00:00.000Z"})
}

async fn name(stage: &Stage, token: &str) -> Value {
    stage.get("/v1/me", token).await.1["name"].clone()
}

#[tokio::test]
async fn a_replayed_webhook() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    assert_eq!(
        stage.event("event_1", "user.updated", renamed("Ada")).await,
        200
    );
    assert_eq!(
        stage
            .event("event_2", "user.updated", renamed("Lovelace"))
            .await,
        200
    );
    assert_eq!(
        stage.event("event_1", "user.updated", renamed("Ada")).await,
        200
    );
    assert_eq!(name(&stage, &ada.token).await, "Lovelace");
}

#[tokio::test]
async fn a_webhook_from_the_past_or_the_future() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let body = json!({"id": "event_1", "event": "user.updated", "data": renamed("Eve")});
    for time in [NOW - 180_001, NOW + 180_001] {
        let signed = signature(SECRET, time, &body.to_string());
        let answer = stage.webhook(&signed, body.to_string()).await;
        assert_problem(&answer, 401, "UNAUTHORIZED");
    }
    assert_eq!(name(&stage, &ada.token).await, "ada");
}

#[tokio::test]
async fn a_webhook_whose_body_was_altered() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let body = json!({"id": "event_1", "event": "user.updated", "data": renamed("Ada")});
    let signed = signature(SECRET, NOW, &body.to_string());
    for altered in [
        body.to_string().replace("Ada", "Eve"),
        format!("{body} "),
        String::new(),
    ] {
        let answer = stage.webhook(&signed, altered).await;
        assert_problem(&answer, 401, "UNAUTHORIZED");
    }
    assert_eq!(name(&stage, &ada.token).await, "ada");
}

#[tokio::test]
async fn a_webhook_signed_with_another_secret() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let body = json!({"id": "event_1", "event": "user.updated", "data": renamed("Eve")});
    for signed in [
        signature("whsec_other", NOW, &body.to_string()),
        format!("t={NOW}"),
        String::new(),
    ] {
        let answer = stage.webhook(&signed, body.to_string()).await;
        assert_problem(&answer, 401, "UNAUTHORIZED");
    }
    assert_eq!(name(&stage, &ada.token).await, "ada");
}

/// What is refused leaves nothing behind that it could be told by.
#[tokio::test]
async fn a_refusal_does_not_say_the_token() {
    let stage = Stage::start().await;
    let token = stage.token(&json!({"iss": "https://evil.example"}));
    let (_, answer) = stage.get("/v1/me", &token).await;
    let host = stage.api.sign_in("host").await;
    let meeting = id(&host.meeting().await);
    let yjs = format!("/v1/yjs/{meeting}?token={token}");
    let (_, stock) = stage.api.send(Method::GET, &yjs, None, None).await;
    for said in [answer.to_string(), stock.to_string()] {
        assert!(!said.contains(&token) && !said.contains("evil.example"));
    }
}
