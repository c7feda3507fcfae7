//! What somebody may use, changed at one node and followed at another.

use crate::client::NOW;
use crate::cluster::{Cluster, NEVER, Over};
use crate::line::{Line, SUB};
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_server::config::{Secret, Settings};
use connvo_tests::signature::sign;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::time::timeout;

on_both!(a_plan_and_a_flag_reach_an_open_socket_at_another_node);

const SECRET: &str = "whsec_of_the_test";

fn settings(settings: &mut Settings) {
    settings.billing_webhook_secret = Some(Secret::new(SECRET));
    settings.admins = vec!["root@example.org".into()];
}

/// The next value of the view that fits.
async fn next(line: &mut Line, fits: impl Fn(&Value) -> bool) -> Value {
    let next = timeout(NEVER, async {
        loop {
            if let ServerFrame::Snapshot {
                sub: SUB, items, ..
            } = line.frame().await
                && let Some(view) = items.into_iter().find(|view| fits(view))
            {
                return view;
            }
        }
    });
    next.await.expect("it is told")
}

async fn a_plan_and_a_flag_reach_an_open_socket_at_another_node(over: Over) {
    let cluster = Cluster::with(2, over, settings).await;
    let api = cluster.api(0);
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let there = cluster.at(1, &ada);
    let mut line = Line::of(&there).await;
    line.subscribe(Query::Me {}, None).await;
    next(&mut line, |view| view["flags"]["stream"] == true).await;
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    next(&mut line, |view| view["org"]["name"] == "Acme").await;
    let body = json!({"id": "evt_1", "type": "customer.subscription.created",
        "created": NOW / 1_000, "data": {"object": {"id": "sub_1", "customer": "cus_1",
            "status": "active", "metadata": {"org_id": org["id"], "plan": "pro"}}}})
    .to_string();
    let at = api.app.clock.now_ms() / 1_000;
    let header = sign(SECRET, at, body.as_bytes());
    let request = api.request(Method::POST, "/v1/webhooks/billing");
    let request = request.header("stripe-signature", header).body(body);
    assert_eq!(request.send().await.unwrap().status(), 204);
    let seen = next(&mut line, |view| view["entitlements"]["plan"] == "pro").await;
    assert_eq!(seen, there.get("/v1/me/entitlements").await.1);
    let draft = json!({"value": true, "rollout": 100, "active": false, "reason": "an outage"});
    let path = "/v1/admin/flags/stream";
    let put = api.send(Method::PUT, path, Some(&root.token), Some(&draft));
    assert_eq!(put.await.0, 200);
    let seen = next(&mut line, |view| view["flags"]["stream"] == false).await;
    assert_eq!(seen, there.get("/v1/me/entitlements").await.1);
}
