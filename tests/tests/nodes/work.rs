//! The background work is one node's at a time.

use crate::cluster::{Cluster, Over, until};
use serde_json::json;

on_both!(one_node_leads_and_another_when_it_is_gone);

async fn one_node_leads_and_another_when_it_is_gone(over: Over) {
    let cluster = Cluster::of(3, over).await;
    let leaders = |cluster: &Cluster| {
        let nodes = cluster.nodes.iter().enumerate();
        let leads = nodes.filter(|(_, node)| node.api.app.nodes.leads());
        leads.map(|(at, _)| at).collect::<Vec<_>>()
    };
    until("somebody leads", async || leaders(&cluster).len() == 1).await;
    let first = leaders(&cluster)[0];
    assert_eq!(first, 0, "who came first");
    // It is cut off, and cannot say that it is gone.
    cluster.nodes[first].database.cut();
    until("another leads", async || {
        let leads = leaders(&cluster);
        assert!(leads.len() < 2, "{leads:?}");
        leads.first().is_some_and(|leads| *leads != first)
    })
    .await;
    // It does the work: what is written at the third node is found.
    let second = leaders(&cluster)[0];
    let third = 3 - first - second;
    let ada = cluster.api(third).sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "marmalade"}]))
        .await;
    until("it is found", async || {
        let (_, found) = ada.get("/v1/search?q=marmalade").await;
        found["items"]
            .as_array()
            .is_some_and(|items| !items.is_empty())
    })
    .await;
    // One that goes in peace gives the work up at once.
    cluster.nodes[second].api.app.shutdown.cancel();
    until("the last one leads", async || {
        cluster.nodes[third].api.app.nodes.leads()
    })
    .await;
}
