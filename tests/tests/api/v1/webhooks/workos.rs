//! `POST /v1/webhooks/workos`; what is refused is in the attack table.

use crate::client::{Api, NOW, assert_problem};
use crate::stage::Stage;
use connvo_server::audit::store::{Filter, page};
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
    // Each says something else, so that each would have an effect of its own.
    let told = |name: &str| person(name, "2027-01-15T08:00:00.000Z");
    let names = ["A", "B", "C", "D", "E", "F", "G", "H"];
    let sent = names.map(|name| stage.event("event_1", "user.updated", told(name)));
    for status in futures_util::future::join_all(sent).await {
        assert_eq!(status, 200);
    }
    let filter = Filter {
        action: Some("updateUser".into()),
        ..Filter::default()
    };
    let rows = page(&stage.api.app.db, &filter, None, 100).await.unwrap();
    assert_eq!(rows.len(), 1, "{rows:?}");
    assert_eq!(rows[0].changes["eventId"], "event_1");
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

fn organization(name: &str, updated_at: &str) -> Value {
    json!({"object": "organization", "id": "org_acme", "name": name, "updated_at": updated_at})
}

fn membership(role: &str, updated_at: &str) -> Value {
    json!({"object": "organization_membership", "id": "om_1", "organization_id": "org_acme",
        "organization_name": "Acme", "user_id": "user_ada", "status": "active",
        "role": {"slug": role}, "updated_at": updated_at})
}

/// Names and roles of the caller's organisations.
async fn orgs(ada: &crate::client::Person<'_>) -> Vec<(String, String)> {
    let (_, orgs) = ada.get("/v1/orgs").await;
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let orgs = orgs["items"].as_array().unwrap().iter();
    orgs.map(|org| (word(&org["name"]), word(&org["role"])))
        .collect()
}

#[tokio::test]
async fn an_organisation_follows_its_provider_and_its_removal_ends_it_for_good() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let (first, later) = ("2027-01-15T08:00:00.001Z", "2027-01-15T08:00:00.002Z");
    for (event, data) in [
        ("organization.created", organization("Acme", first)),
        (
            "organization_membership.created",
            membership("admin", first),
        ),
    ] {
        assert_eq!(stage.event(event, event, data).await, 200);
    }
    let named = |name: &str| vec![(name.to_owned(), "admin".to_owned())];
    assert_eq!(orgs(&ada).await, named("Acme"));
    let renamed = organization("Acme & Co", later);
    let send = async |id: &str, event: &str, data| {
        assert_eq!(stage.event(id, event, data).await, 200, "{id}");
    };
    send("event_1", "organization.updated", renamed.clone()).await;
    send(
        "event_2",
        "organization.updated",
        organization("Old", first),
    )
    .await;
    assert_eq!(orgs(&ada).await, named("Acme & Co"));
    // The removal carries the time of the last change.
    send("event_3", "organization.deleted", renamed.clone()).await;
    assert_eq!(orgs(&ada).await, []);
    send("event_4", "organization.updated", renamed).await;
    let newer = organization("Acme", "2027-01-15T08:00:00.003Z");
    send("event_5", "organization.updated", newer).await;
    assert_eq!(orgs(&ada).await, []);
}

#[tokio::test]
async fn a_membership_follows_its_provider_and_its_removal_may_carry_the_same_time() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let (first, later) = ("2027-01-15T08:00:00.001Z", "2027-01-15T08:00:00.002Z");
    let send = async |id: &str, event: &str, data| {
        let event = format!("organization_membership.{event}");
        assert_eq!(stage.event(id, &event, data).await, 200, "{id}");
        orgs(&ada).await
    };
    let is = |role: &str| vec![("Acme".to_owned(), role.to_owned())];
    let member = || membership("member", first);
    assert_eq!(send("event_1", "created", member()).await, is("member"));
    assert_eq!(send("event_2", "deleted", member()).await, []);
    // The one before comes late, and the removal again.
    assert_eq!(send("event_3", "created", member()).await, []);
    assert_eq!(send("event_4", "deleted", member()).await, []);
    let again = || membership("admin", later);
    assert_eq!(send("event_5", "created", again()).await, is("admin"));
    assert_eq!(send("event_6", "deleted", member()).await, is("admin"));
}
