//! What is counted is counted at all nodes together; what is done once is done once.

use crate::client::assert_problem;
use crate::cluster::{Cluster, Over, until};
use crate::line::Line;
use connvo_core::error::ErrorCode;
use connvo_core::protocol::CONNECTIONS;
use connvo_core::protocol::frame::ServerFrame;
use connvo_server::config::RateLimits;
use connvo_server::rate::TRANSCRIPT_EXPORT;
use reqwest::Method;
use serde_json::json;

on_both!(
    connections_are_counted_at_all_nodes,
    what_was_used_at_one_node_is_used_at_all,
    a_call_repeated_at_another_node_has_one_effect_and_one_answer,
);
by_pooler!(
    connections_are_counted_at_all_nodes,
    what_was_used_at_one_node_is_used_at_all,
    a_call_repeated_at_another_node_has_one_effect_and_one_answer,
);

async fn connections_are_counted_at_all_nodes(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let there = cluster.at(1, &ada);
    let mut lines = Vec::new();
    for at in 0..CONNECTIONS {
        let person = if at % 2 == 0 { &ada } else { &there };
        lines.push(Line::of(person).await);
    }
    // A hint may be on its way: then one too many is let in, for once.
    until("one more is refused at either node", async || {
        for api in [cluster.api(0), cluster.api(1)] {
            let mut line = Line::hello(crate::line::address(api), &ada.token).await;
            match line.frame().await {
                ServerFrame::Error { error } => assert_eq!(error.code, ErrorCode::RateLimited),
                _ => return false,
            }
        }
        true
    })
    .await;
    drop(lines);
    until("there is room again", async || {
        let mut line = Line::hello(crate::line::address(cluster.api(1)), &ada.token).await;
        matches!(line.frame().await, ServerFrame::Welcome { .. })
    })
    .await;
}

async fn what_was_used_at_one_node_is_used_at_all(over: Over) {
    let cluster = Cluster::with(2, over, |settings| {
        settings.rate_limits = Some(RateLimits::On);
    })
    .await;
    let ada = cluster.api(0).sign_in("ada").await;
    let there = cluster.at(1, &ada);
    // 30 exports a minute at one node, and one that makes the other look.
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/transcript/export?format=txt");
    assert_eq!(there.get(&path).await.0, 200);
    let mut taken = 1;
    while ada.get(&path).await.0 == 200 {
        taken += 1;
        assert!(taken <= 31, "{taken}");
    }
    // It learns of it with what it writes next.
    let user = ada.id.parse().unwrap();
    until("the other node knows", async || {
        let app = &cluster.api(1).app;
        let left = async || {
            let now = app.clock.now_ms();
            let standing = app.rates.standing_of_person(TRANSCRIPT_EXPORT, &user, now);
            standing.unwrap().left
        };
        if left().await > 20 {
            there.get(&path).await;
            tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        }
        left().await == 0
    })
    .await;
    assert_problem(&there.get(&path).await, 429, "RATE_LIMITED");
}

async fn a_call_repeated_at_another_node_has_one_effect_and_one_answer(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let there = cluster.at(1, &ada);
    let draft = json!({"title": "Stand-up"});
    let path = "/v1/meetings";
    let (one, other) = tokio::join!(
        ada.keyed(Method::POST, path, "k", &draft),
        there.keyed(Method::POST, path, "k", &draft)
    );
    assert_eq!(one.0, 201);
    assert_eq!(one, other);
    let again = there.keyed(Method::POST, path, "k", &draft).await;
    assert_eq!(again, one);
    let other = there
        .keyed(Method::POST, path, "k", &json!({"title": "x"}))
        .await;
    assert_problem(&other, 409, "CONFLICT");
    let (_, meetings) = ada.get(path).await;
    assert_eq!(meetings["items"].as_array().map(Vec::len), Some(1));
}
