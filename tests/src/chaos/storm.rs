//! The reconnect storm: all clients are at one node, which is killed; they come back at the
//! others, each where it was, and then hear what is new.

mod client;

use super::cluster::{Cluster, Ground, Over};
use super::node::Node;
use crate::load::Failure;
use crate::load::machine;
use crate::load::people::{self, Place};
use crate::load::plan::CLIENTS;
use client::Client;
use reqwest::Client as Http;
use serde_json::json;
use std::cell::{Cell, RefCell};
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, timeout};

/// How soon all have to be live again.
pub const WITHIN: Duration = Duration::from_secs(10);
/// Longest wait for anything else.
const PATIENCE: Duration = Duration::from_secs(180);
/// A survivor may take so many times what the killed node took with all clients.
const MEMORY: f64 = 1.5;
/// Of each so many meetings one hears something new in the end.
const NEWS: usize = 10;

/// What the clients tell.
#[derive(Debug, Default)]
pub struct Tally {
    /// Live for the first time.
    first: Cell<usize>,
    /// Live again.
    again: Cell<usize>,
    /// Heard the news.
    news: Cell<usize>,
    /// What no client may be told.
    complaints: RefCell<Vec<String>>,
    changed: Notify,
}

impl Tally {
    fn count(&self, of: &Cell<usize>) {
        of.set(of.get() + 1);
        self.changed.notify_one();
    }

    fn complain(&self, what: String) {
        self.complaints.borrow_mut().push(what);
        self.changed.notify_one();
    }

    /// Waits until so many are counted; how long that took.
    async fn reaches(
        &self,
        of: &Cell<usize>,
        count: usize,
        what: &str,
    ) -> Result<Duration, Failure> {
        let begun = Instant::now();
        let waited = timeout(PATIENCE, async {
            while of.get() < count {
                self.changed.notified().await;
            }
        });
        if waited.await.is_err() {
            let complaints = self.complaints.borrow();
            let some: Vec<_> = complaints.iter().take(5).collect();
            return Err(format!("{what}: {} of {count}; {some:?}", of.get()).into());
        }
        Ok(begun.elapsed())
    }
}

/// Runs the storm with so many meetings of five; what is wrong.
///
/// # Errors
/// It cannot be set up, or somebody does not come back at all.
pub async fn run(ground: &Ground, meetings: usize) -> Result<Vec<String>, Failure> {
    let name = format!("storm_{}", std::process::id());
    let cluster = Cluster::start(ground, &name, Over::Nats).await?;
    cluster.well().await?;
    let addresses: Vec<SocketAddr> = cluster.nodes.iter().map(Node::address).collect();
    let places = people::make(addresses[0], meetings).await?;
    let all = meetings * CLIENTS;
    let tally = Rc::new(Tally::default());
    let begun = Instant::now();
    let mut crew = Vec::new();
    for (number, (place, token)) in people_of(&places).enumerate() {
        let client = Client::new(number as u64, place.id.clone(), token, addresses.clone());
        crew.push(spawn_local(client.follow(Rc::clone(&tally))));
    }
    tally.reaches(&tally.first, all, "clients are live").await?;
    println!(
        "storm: {all} clients live at one node after {:.1?}",
        begun.elapsed()
    );
    // What a node takes is not what it has just been busy with.
    sleep(Duration::from_secs(1)).await;
    let held = memory(&cluster, 0, "VmRSS:").await?;
    let idle = [
        memory(&cluster, 1, "VmRSS:").await?,
        memory(&cluster, 2, "VmRSS:").await?,
    ];

    let mut wrong = Vec::new();
    cluster.nodes[0].down().await?;
    let took = tally
        .reaches(&tally.again, all, "clients are live again")
        .await?;
    println!("storm: all live again at the others after {took:.1?}");
    if took > WITHIN {
        wrong.push(format!("{took:.1?} until all were live again"));
    }
    let some: Vec<&Place> = places.iter().step_by(NEWS).collect();
    for place in &some {
        say(addresses[1], place).await?;
    }
    let hearing = some.len() * CLIENTS;
    let took = tally
        .reaches(&tally.news, hearing, "what is new is heard")
        .await?;
    println!("storm: {hearing} clients heard what is new after {took:.1?}");
    for (number, idle) in [(1, idle[0]), (2, idle[1])] {
        let peak = memory(&cluster, number, "VmHWM:").await?;
        println!(
            "storm: node {number} took {} MiB before, {} at most; the killed one {} MiB with all",
            idle >> 20,
            peak >> 20,
            held >> 20
        );
        if peak as f64 > held as f64 * MEMORY {
            wrong.push(format!("node {number} took {peak} bytes, {held} held all"));
        }
        let log = cluster.nodes[number].log().await;
        let errors = log.lines().filter(|line| line.contains("ERROR"));
        wrong.extend(errors.take(5).map(|line| format!("node {number}: {line}")));
    }
    wrong.extend(tally.complaints.borrow().iter().take(5).cloned());
    crew.iter().for_each(tokio::task::JoinHandle::abort);
    Ok(wrong)
}

fn people_of(places: &[Place]) -> impl Iterator<Item = (&Place, String)> {
    places
        .iter()
        .flat_map(|place| place.tokens.iter().map(move |token| (place, token.clone())))
}

async fn say(node: SocketAddr, place: &Place) -> Result<(), Failure> {
    let url = format!("http://{node}/v1/meetings/{}/transcript", place.id);
    let chunk = json!({"sourceId": "storm", "segmentId": "1", "text": "still here",
        "startMs": 0, "endMs": 1, "speaker": {"label": "Ada"}});
    let request = Http::new().post(url).bearer_auth(&place.tokens[0]);
    let answer = request.json(&json!({"chunks": [chunk]})).send().await?;
    if !answer.status().is_success() {
        return Err(format!("a chunk: {}", answer.status()).into());
    }
    Ok(())
}

/// A line of a node's memory, in bytes.
async fn memory(cluster: &Cluster, number: usize, line: &str) -> Result<u64, Failure> {
    let pid = cluster.nodes[number].pid().await.ok_or("a node is down")?;
    machine::status_bytes(pid, line)
}
