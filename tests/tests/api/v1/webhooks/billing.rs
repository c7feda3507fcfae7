//! `/v1/webhooks/billing`.

use crate::client::{Answer, Api, NOW, Person, assert_problem};
use connvo_server::config::Secret;
use connvo_tests::signature::sign;
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "whsec_of_the_test";

async fn start() -> Api {
    Api::start_with(|settings| settings.billing_webhook_secret = Some(Secret::new(SECRET))).await
}

async fn send(api: &Api, header: &str, body: &str) -> Answer {
    let request = api.request(Method::POST, "/v1/webhooks/billing");
    let request = request.header("stripe-signature", header);
    let answer = request.body(body.to_owned()).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or(Value::Null))
}

fn event(id: &str, org: &Value, status: &str) -> String {
    let price = json!({"lookup_key": "pro", "metadata": {}});
    json!({"id": id, "object": "event", "type": "customer.subscription.updated",
        "created": NOW / 1_000, "data": {"object": {"id": "sub_1", "customer": "cus_1",
            "status": status, "metadata": {"org_id": org}, "items": {"data": [{"price": price}]}}}})
    .to_string()
}

async fn plan(person: &Person<'_>) -> Value {
    let (_, me) = person.get("/v1/me/entitlements").await;
    me["entitlements"]["plan"].clone()
}

#[tokio::test]
async fn a_signed_event_changes_the_plan_once() {
    let api = start().await;
    let ada = api.sign_in("ada").await;
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let body = event("evt_1", &org["id"], "active");
    let header = sign(SECRET, NOW / 1_000, body.as_bytes());
    let (status, answer) = send(&api, &header, &body).await;
    assert_eq!(status, 204, "{answer}");
    assert_eq!(plan(&ada).await, "pro");
    let ended = event("evt_2", &org["id"], "canceled");
    let later = sign(SECRET, NOW / 1_000, ended.as_bytes());
    assert_eq!(send(&api, &later, &ended).await.0, 204);
    assert_eq!(plan(&ada).await, "free");
    // A replay is acknowledged, and changes nothing.
    assert_eq!(send(&api, &header, &body).await.0, 204);
    assert_eq!(plan(&ada).await, "free");
}

#[tokio::test]
async fn what_is_not_signed_now_and_by_us_is_refused() {
    let api = start().await;
    let ada = api.sign_in("ada").await;
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let body = event("evt_1", &org["id"], "active");
    let now = NOW / 1_000;
    let of = |secret, time| sign(secret, time, body.as_bytes());
    for (header, why) in [
        (of(SECRET, now + 301), "of the future"),
        (of(SECRET, now - 301), "replayed later"),
        (of("whsec_of_another", now), "of another secret"),
        (sign(SECRET, now, b"{}"), "of another body"),
        ("t=1".to_owned(), "without a signature"),
        (String::new(), "empty"),
    ] {
        let answer = send(&api, &header, &body).await;
        assert_eq!(answer.0.as_u16(), 401, "{why}");
        assert_problem(&answer, 401, "UNAUTHORIZED");
    }
    let bare = api
        .request(Method::POST, "/v1/webhooks/billing")
        .body(body.clone());
    assert_eq!(bare.send().await.unwrap().status(), 401);
    assert_eq!(plan(&ada).await, "free");
}

#[tokio::test]
async fn what_does_not_matter_here_is_acknowledged_and_nonsense_is_not() {
    let api = start().await;
    let signed = async |body: &str| {
        let header = sign(SECRET, NOW / 1_000, body.as_bytes());
        send(&api, &header, body).await.0.as_u16()
    };
    let other =
        json!({"id": "evt_1", "type": "invoice.paid", "created": 1, "data": {"object": {}}});
    assert_eq!(signed(&other.to_string()).await, 204);
    assert_eq!(signed("{}").await, 422);
    assert_eq!(signed("no json").await, 422);
}

#[tokio::test]
async fn an_event_that_comes_before_its_customer_is_known_is_to_come_again() {
    let api = start().await;
    let ada = api.sign_in("ada").await;
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let early = event("evt_2", &json!("x"), "active");
    let header = sign(SECRET, NOW / 1_000, early.as_bytes());
    let request = api
        .request(Method::POST, "/v1/webhooks/billing")
        .header("stripe-signature", &header)
        .body(early.clone());
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 409);
    assert_eq!(answer.headers()["retry-after"], "60");
    let binds = event("evt_1", &org["id"], "incomplete");
    let own = sign(SECRET, NOW / 1_000, binds.as_bytes());
    assert_eq!(send(&api, &own, &binds).await.0, 204);
    assert_eq!(plan(&ada).await, "free");
    assert_eq!(send(&api, &header, &early).await.0, 204);
    assert_eq!(plan(&ada).await, "pro");
    // What is too old to be waited for is acknowledged.
    let old = event("evt_3", &json!("x"), "active")
        .replace("cus_1", "cus_2")
        .replace(
            &format!("\"created\":{}", NOW / 1_000),
            &format!("\"created\":{}", NOW / 1_000 - 3_600),
        );
    let header = sign(SECRET, NOW / 1_000, old.as_bytes());
    assert_eq!(send(&api, &header, &old).await.0, 204);
}

#[tokio::test]
async fn without_a_secret_there_is_no_webhook() {
    let api = Api::start().await;
    assert_problem(&send(&api, "t=1,v1=00", "{}").await, 404, "NOT_FOUND");
}
