//! `POST /v1/webhooks/workos`; what is refused is in the attack table.

use crate::client::{Api, NOW, assert_problem};
use crate::stage::Stage;
use connvo_tests::workos::{SECRET, signature};
use reqwest::Method;
use serde_json::{Value, json};

fn person(name: &str, updated_at: &str) -> Value {
    json!({"object": "user", "id": "user_ada", "email": format!("{name}@example.org"),
        "email_verified": true, "first_name": name, "last_name": "L", "updated_at": updated_at})
}

#[tokio::test]
async fn a_user_is_kept_up_to_date_in_whatever_order_news_come() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let (newer, older) = ("2027-01-15T08:00:00.002Z", "2027-01-15T08:00:00.001Z");
    let send = async |id: &str, data| stage.event(id, "user.updated", data).await.as_u16();
    assert_eq!(send("event_1", person("newer", newer)).await, 200);
    assert_eq!(send("event_2", person("older", older)).await, 200);
    let (_, me) = ada.get("/v1/me").await;
    assert_eq!(me["name"], "newer L");
    assert_eq!(me["email"], "newer@example.org");
}

#[tokio::test]
async fn a_user_may_be_told_of_before_they_come() {
    let stage = Stage::start().await;
    let told = person("Ada", "2027-01-15T08:00:00.000Z");
    assert_eq!(stage.event("event_1", "user.created", told).await, 200);
    let (_, me) = stage.get("/v1/me", &stage.token(&json!({}))).await;
    assert_eq!(me["name"], "Ada L");
    assert_eq!(stage.peer.asked(), 0);
}

#[tokio::test]
async fn a_session_ends_when_workos_said_it_would() {
    let stage = Stage::start().await;
    let session = json!({"object": "session", "id": "session_ada", "user_id": "user_ada",
        "expires_at": "2027-01-15T08:01:00.000Z"});
    assert_eq!(
        stage.event("event_1", "session.created", session).await,
        200
    );
    let ada = stage.sign_in("ada").await;
    stage.api.app.clock.advance(59_999);
    assert_eq!(ada.get("/v1/me").await.0, 200);
    stage.api.app.clock.advance(1_001);
    assert_problem(&ada.get("/v1/me").await, 401, "UNAUTHORIZED");
}

#[tokio::test]
async fn many_deliveries_at_once_have_one_effect() {
    let stage = Stage::start().await;
    stage.sign_in("ada").await;
    let told = || person("Ada", "2027-01-15T08:00:00.000Z");
    let sent = (0..8).map(|_| stage.event("event_1", "user.updated", told()));
    for status in futures_util::future::join_all(sent).await {
        assert_eq!(status, 200);
    }
}

#[tokio::test]
async fn events_of_other_kinds_are_taken_and_left_alone() {
    let stage = Stage::start().await;
    let other = json!({"object": "connection", "id": "conn_1"});
    assert_eq!(
        stage.event("event_1", "connection.activated", other).await,
        200
    );
}

#[tokio::test]
async fn what_is_signed_and_no_event_is_refused() {
    let stage = Stage::start().await;
    for body in [
        "{".to_owned(),
        json!({"event": "user.created"}).to_string(),
        json!({"id": "event_1", "event": "user.created", "data": {}}).to_string(),
        json!({"id": "", "event": "user.created", "data": {"id": "user_1"}}).to_string(),
        json!({"id": "event_1", "event": "user.created", "data": {"id": "a\0b"}}).to_string(),
    ] {
        let signed = signature(SECRET, NOW, &body);
        let answer = stage.webhook(&signed, body).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn an_event_beyond_the_limit_is_refused() {
    let stage = Stage::start().await;
    let body = json!({"id": "x".repeat(300 << 10)}).to_string();
    let answer = stage.webhook(&signature(SECRET, NOW, &body), body).await;
    assert_problem(&answer, 413, "PAYLOAD_TOO_LARGE");
}

#[tokio::test]
async fn without_a_secret_there_is_no_webhook() {
    let api = Api::start().await;
    let answer = api
        .send(Method::POST, "/v1/webhooks/workos", None, Some(&json!({})))
        .await;
    assert_problem(&answer, 404, "NOT_FOUND");
}
