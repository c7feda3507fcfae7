//! A node that has lost its database serves nothing live.

use crate::cluster::{Cluster, NEVER, Over, until};
use crate::line::{Line, address};
use connvo_core::live::stock::Message as Stock;
use connvo_core::protocol::close;
use std::time::Duration;
use tokio::time::{Instant, timeout};

on_both!(a_node_without_its_database_ends_what_is_live_and_comes_back);

/// The promise, and what the machine may be late.
const WITHIN: Duration = Duration::from_secs(5 + 3);

async fn a_node_without_its_database_ends_what_is_live_and_comes_back(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    let there = cluster.at(1, &ada);
    let mut live = Line::of(&there).await;
    live.follow(&meeting, 5).await;
    let mut stock = Line::stock(&there, &meeting).await.unwrap();
    stock.stock_say(&Stock::Step1(&[0])).await;
    stock.step2().await;
    let mut other = Line::of(&ada).await;
    let begun = Instant::now();
    cluster.nodes[1].database.cut();
    for line in [&mut live, &mut stock] {
        let code = timeout(NEVER, line.end()).await.expect("it is closed");
        assert_eq!(code, close::TRY_LATER);
    }
    assert!(begun.elapsed() < WITHIN, "{:?}", begun.elapsed());
    assert!(other.is_alive().await, "the other node goes on");
    let ready = cluster.api(1).request(reqwest::Method::GET, "/readyz");
    assert_eq!(ready.send().await.unwrap().status(), 503);
    cluster.nodes[1].database.restore();
    until("it is let in again", async || {
        let mut line = Line::hello(address(cluster.api(1)), &ada.token).await;
        matches!(line.next().await, crate::line::Heard::Frame(text) if text.contains("welcome"))
    })
    .await;
    until("it is ready", async || {
        let ready = cluster.api(1).request(reqwest::Method::GET, "/readyz");
        ready.send().await.unwrap().status() == 200
    })
    .await;
}
