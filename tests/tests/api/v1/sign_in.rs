//! `GET /v1/sign-in`: how people sign in here, and what pages may call for it.

use crate::client::{Api, assert_problem};
use crate::stage::{at, published};
use connvo_tests::workos::{CLIENT, Peer};
use reqwest::Method;
use serde_json::{Value, json};

async fn policy(api: &Api) -> String {
    let answer = api.request(Method::GET, "/").send().await.unwrap();
    let policy = answer.headers()["content-security-policy"].to_str();
    policy.unwrap().to_owned()
}

#[tokio::test]
async fn in_development_by_name_and_address() {
    let api = Api::start().await;
    let (status, how) = api.send(Method::GET, "/v1/sign-in", None, None).await;
    assert_eq!(
        (status.as_u16(), how),
        (200, json!({"kind": "development"}))
    );
    assert!(policy(&api).await.contains("connect-src 'self' ws: wss:;"));
}

#[tokio::test]
async fn by_workos_where_that_is_set_up() {
    let peer = Peer::start(vec![published().jwk()]).await;
    let api = Api::start_with(|settings| {
        at(&peer)(settings);
        settings.dev = None;
        settings.rate_limits = None;
    })
    .await;
    let (_, how) = api.send(Method::GET, "/v1/sign-in", None, None).await;
    let expected = json!({"kind": "workOs", "clientId": CLIENT, "apiUrl": peer.url()});
    assert_eq!(how, expected);
    let calls = format!("connect-src 'self' ws: wss: {};", peer.url());
    assert!(policy(&api).await.contains(&calls));
    // Then nobody gets a token for the asking.
    let draft = json!({"email": "eve@example.org", "name": "Eve"});
    let answer = api
        .send(Method::POST, "/dev/token", None, Some(&draft))
        .await;
    assert_problem(&answer, 404, "NOT_FOUND");
    let keys = api
        .send(Method::GET, "/.well-known/jwks.json", None, None)
        .await;
    assert_eq!(keys.1, json!({"keys": Value::Array(Vec::new())}));
}
