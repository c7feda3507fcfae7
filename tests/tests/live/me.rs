//! What a person may use, followed live.

use crate::client::{Api, NOW};
use crate::line::{Line, SUB, id};
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_server::config::Secret;
use connvo_tests::signature::sign;
use reqwest::Method;
use serde_json::{Value, json};

const SECRET: &str = "whsec_of_the_test";

async fn start() -> Api {
    Api::start_with(|settings| {
        settings.billing_webhook_secret = Some(Secret::new(SECRET));
        settings.admins = vec!["root@example.org".into()];
    })
    .await
}

impl Line {
    async fn view(&mut self) -> Value {
        match self.frame().await {
            ServerFrame::Snapshot {
                sub: SUB,
                mut items,
                ..
            } => items.remove(0),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_new_plan_reaches_an_open_socket_and_others_hear_nothing() {
    let api = start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let (mut line, mut other) = (Line::of(&ada).await, Line::of(&eve).await);
    line.subscribe(Query::Me {}, None).await;
    other.subscribe(Query::Me {}, None).await;
    assert_eq!(other.view().await["user"]["name"], "eve");
    let view = line.view().await;
    assert_eq!(
        (&view["user"]["id"], &view["org"]),
        (&json!(ada.id), &Value::Null)
    );
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    assert_eq!(line.view().await["org"]["name"], "Acme");
    let body = json!({"id": "evt_1", "type": "customer.subscription.created",
        "created": NOW / 1_000, "data": {"object": {"id": "sub_1", "customer": "cus_1",
            "status": "active", "metadata": {"org_id": org["id"], "plan": "pro"}}}})
    .to_string();
    let header = sign(SECRET, NOW / 1_000, body.as_bytes());
    let request = api.request(Method::POST, "/v1/webhooks/billing");
    let request = request.header("stripe-signature", header).body(body);
    assert_eq!(request.send().await.unwrap().status(), 204);
    let view = line.view().await;
    assert_eq!(view["entitlements"]["plan"], "pro");
    assert_eq!(view, ada.get("/v1/me/entitlements").await.1);
    assert!(other.is_alive().await);
}

#[tokio::test]
async fn the_plan_of_a_meeting_reaches_a_guest_of_no_organisation() {
    let api = start().await;
    let root = api.sign_in("root").await;
    let (ada, gus) = (api.sign_in("ada").await, api.sign_in("gus").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "gus", "participant").await;
    let mut line = Line::of(&gus).await;
    let query = || Query::Entitlements {
        meeting_id: id(&meeting),
    };
    line.subscribe(query(), None).await;
    assert_eq!(line.view().await["limits"]["participants"], 6);
    let path = |key: &str| {
        let org = org["id"].as_str().unwrap();
        format!("/v1/admin/orgs/{org}/entitlements/{key}")
    };
    let put = async |key: &str, value: Value| {
        let expires = api.app.clock.now_ms() + 5_000;
        let draft = json!({"value": value, "expiresAt": expires, "reason": "a pilot"});
        let path = path(key);
        let given = api.send(Method::PUT, &path, Some(&root.token), Some(&draft));
        assert_eq!(given.await.0, 200);
    };
    put("participants", json!(3)).await;
    let view = line.view().await;
    assert_eq!(view["limits"]["participants"], 3);
    let plan = format!("{meeting}/entitlements");
    assert_eq!(view, gus.get(&plan).await.1);
    api.app.clock.advance(5_000);
    crate::line::nudge(&api);
    assert_eq!(line.view().await["limits"]["participants"], 6);
    // Who was taken out hears nothing of it any more.
    let gone = format!("{meeting}/participants/gus@example.org");
    assert_eq!(ada.delete(&gone).await.0, 204);
    assert!(matches!(
        line.frame().await,
        ServerFrame::Revoked { sub: SUB, .. }
    ));
    put("participants", json!(2)).await;
    assert!(line.is_alive().await);
    line.subscribe(query(), None).await;
    assert!(matches!(
        line.frame().await,
        ServerFrame::Revoked { sub: SUB, .. }
    ));
}

#[tokio::test]
async fn a_flag_reaches_an_open_socket_only_where_it_changes_something() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let mut line = Line::of(&ada).await;
    line.subscribe(Query::Me {}, None).await;
    assert_eq!(line.view().await["flags"]["stream"], true);
    let put = async |active: bool| {
        let draft = json!({"value": true, "rollout": 100, "active": active, "reason": "an outage"});
        let path = "/v1/admin/flags/stream";
        api.send(Method::PUT, path, Some(&root.token), Some(&draft))
            .await
            .0
    };
    assert_eq!(put(true).await, 200);
    assert!(line.is_alive().await);
    assert_eq!(put(false).await, 200);
    assert_eq!(line.view().await["flags"]["stream"], false);
}

#[tokio::test]
async fn what_expires_is_gone_on_an_open_socket_too() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let mut line = Line::of(&ada).await;
    line.subscribe(Query::Me {}, None).await;
    line.view().await;
    let path = format!(
        "/v1/admin/orgs/{}/entitlements/recording",
        org["id"].as_str().unwrap()
    );
    let draft = json!({"value": true, "expiresAt": NOW + 5_000, "reason": "a pilot"});
    let given = api.send(Method::PUT, &path, Some(&root.token), Some(&draft));
    assert_eq!(given.await.0, 200);
    let view = line.view().await;
    assert_eq!(view["entitlements"]["changesAt"], NOW + 5_000);
    api.app.clock.advance(5_000);
    // Something heard makes it look at the clock.
    crate::line::nudge(&api);
    let view = line.view().await;
    assert_eq!(view["entitlements"]["changesAt"], Value::Null);
    assert!(
        !view["entitlements"]["features"]
            .to_string()
            .contains("recording")
    );
}

#[tokio::test]
async fn a_new_name_and_a_lost_address_reach_an_open_socket() {
    let stage = crate::stage::Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let mut line = Line::of(&ada).await;
    line.subscribe(Query::Me {}, None).await;
    assert_eq!(line.view().await["user"]["name"], "ada");
    let person = |id: &str, name: &str| {
        json!({"object": "user", "id": id, "email": "ada@example.org", "email_verified": true,
            "first_name": name, "updated_at": "2027-01-15T08:00:00.000Z"})
    };
    let renamed = stage.event("event_1", "user.updated", person("user_ada", "Ada"));
    assert_eq!(renamed.await, 200);
    assert_eq!(line.view().await["user"]["name"], "Ada");
    let taken = stage.event("event_2", "user.created", person("user_eve", "Eve"));
    assert_eq!(taken.await, 200);
    assert_eq!(line.view().await["user"]["email"], Value::Null);
}
