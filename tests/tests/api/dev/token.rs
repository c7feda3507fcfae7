//! `POST /dev/token` and what its tokens are good for.

use crate::client::{Api, assert_problem};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn a_token_names_the_same_user_every_time() {
    let api = Api::start().await;
    let first = api.sign_in("ada").await;
    let again = api.sign_in("ada").await;
    assert_eq!(first.id, again.id);
    assert_ne!(first.id, api.sign_in("bob").await.id);
}

#[tokio::test]
async fn a_bad_address_or_name_is_named() {
    let api = Api::start().await;
    for (draft, pointer) in [
        (json!({"email": "nobody", "name": "Ada"}), "/email"),
        (json!({"email": "ada@example.org", "name": " "}), "/name"),
    ] {
        let answer = api
            .send(Method::POST, "/dev/token", None, Some(&draft))
            .await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
        assert_eq!(answer.1["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn a_token_is_signed_by_the_published_key() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (status, keys) = api
        .send(Method::GET, "/.well-known/jwks.json", None, None)
        .await;
    assert_eq!(status, 200);
    let header = jsonwebtoken::decode_header(&ada.token).unwrap();
    let key = &keys["keys"][0];
    assert_eq!(key["kid"], json!(header.kid));
    assert_eq!((&key["kty"], &key["alg"]), (&json!("RSA"), &json!("RS256")));
    assert!(key.get("d").is_none(), "the private half stays here");
}

#[tokio::test]
async fn an_expired_token_is_refused() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    assert_eq!(ada.get("/v1/me").await.0, 200);
    api.app.clock.advance(24 * 60 * 60 * 1000 + 31_000);
    let answer = ada.get("/v1/me").await;
    assert_problem(&answer, 401, "UNAUTHORIZED");
    assert_eq!(answer.1["reason"], "expired");
}

#[tokio::test]
async fn forged_tokens_are_refused() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (_, keys) = api
        .send(Method::GET, "/.well-known/jwks.json", None, None)
        .await;
    let mut parts = ada.token.split('.');
    let (header, claims) = (parts.next().unwrap(), parts.next().unwrap());
    let kid = jsonwebtoken::decode_header(&ada.token).unwrap().kid;
    // The published modulus as an HMAC secret: the classic confusion of algorithms.
    let mut symmetric = Header::new(Algorithm::HS256);
    symmetric.kid = kid;
    let secret = EncodingKey::from_secret(keys["keys"][0]["n"].as_str().unwrap().as_bytes());
    let body: Value = json!({"iss": "urn:connvo:dev", "aud": "connvo", "sub": "dev|ada@example.org",
        "iat": 1_800_000_000_u64, "exp": 1_900_000_000_u64});
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for forged in [
        encode(&symmetric, &body, &secret).unwrap(),
        format!("{none}.{claims}."),
        format!("{header}.{claims}.AAAA"),
        format!("{header}.e30.{}", ada.token.rsplit('.').next().unwrap()),
        "nonsense".into(),
        String::new(),
    ] {
        let answer = api.send(Method::GET, "/v1/me", Some(&forged), None).await;
        assert_problem(&answer, 401, "UNAUTHORIZED");
    }
}
