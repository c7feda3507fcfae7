//! Two servers behind the proxy of `server/deploy`, restarted one after the other by SIGTERM
//! while people work: no request fails, nothing acknowledged is lost, and who is live comes
//! back within the spread of the drain.

#[path = "rolling/calls.rs"]
mod calls;
#[path = "rolling/watch.rs"]
mod watch;

use connvo_tests::balancer::Balancer;
use connvo_tests::load::people::{self, Place};
use connvo_tests::postgres;
use connvo_tests::process::ServerProcess;
use reqwest::Client;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::{JoinSet, spawn_blocking};
use tokio::time::{sleep, timeout};

/// Meetings, in each of which three watch, one speaks and one reads.
const MEETINGS: usize = 3;
const WATCHERS: usize = 3;
/// How long a server goes on after SIGTERM: the proxy sees it within two checks.
const LINGER: &str = "3000";
/// Clients are sent away over ten seconds; the machine may be late.
const BACK_WITHIN: Duration = Duration::from_secs(10 + 4);
/// Far longer than anything takes.
const NEVER: Duration = Duration::from_secs(60);

/// What all who work share.
pub(crate) struct Work {
    pub(crate) address: SocketAddr,
    pub(crate) http: Client,
    /// Calls that were answered.
    pub(crate) answered: AtomicU64,
    /// Calls that were not, or not well.
    pub(crate) failed: Mutex<Vec<String>>,
    pub(crate) over: AtomicBool,
}

impl Work {
    pub(crate) fn is_over(&self) -> bool {
        self.over.load(Ordering::SeqCst)
    }

    pub(crate) fn fail(&self, why: String) {
        self.failed.lock().unwrap().push(why);
    }

    /// Waits until so many more calls were answered.
    async fn goes_on(&self, more: u64) {
        let until = self.answered.load(Ordering::SeqCst) + more;
        let waited = timeout(NEVER, async {
            while self.answered.load(Ordering::SeqCst) < until {
                sleep(Duration::from_millis(10)).await;
            }
        });
        let failed = || self.failed.lock().unwrap().first().cloned();
        assert!(waited.await.is_ok(), "no call is answered: {:?}", failed());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_restarted_one_after_the_other_fail_no_request_and_lose_nothing() {
    let database = postgres::database().await;
    let mut nodes = vec![start(&database).await, start(&database).await];
    let balancer = Balancer::before([nodes[0].address(), nodes[1].address()]).await;
    let work = Arc::new(Work {
        address: balancer.address(),
        http: Client::new(),
        answered: AtomicU64::new(0),
        failed: Mutex::default(),
        over: AtomicBool::new(false),
    });
    ready(&format!("http://{}", work.address)).await;
    // What only the servers' own network may read is nobody's by way of the balancer.
    let metrics = async |url: String| {
        work.http
            .get(url + "/metrics")
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(metrics(nodes[0].url()).await, 200);
    assert_eq!(metrics(format!("http://{}", work.address)).await, 404);
    let places = people::make(work.address, MEETINGS).await.unwrap();
    let mut speakers = JoinSet::new();
    let mut readers = JoinSet::new();
    let mut watchers = JoinSet::new();
    readers.spawn(calls::ask(Arc::clone(&work)));
    for (at, place) in places.iter().enumerate() {
        speakers.spawn(calls::speak(Arc::clone(&work), place.clone(), at));
        readers.spawn(calls::read(Arc::clone(&work), place.clone()));
        for person in 0..WATCHERS {
            watchers.spawn(watch::watch(Arc::clone(&work), place.clone(), at, person));
        }
    }
    work.goes_on(50).await;
    for at in [0, 1] {
        let node = nodes.remove(0);
        let ended = spawn_blocking(move || node.terminate()).await.unwrap();
        assert!(ended.0.success(), "server {at} ended badly");
        let node = spawn_blocking(move || ended.1.start()).await.unwrap();
        ready(&node.url()).await;
        nodes.push(node);
        work.goes_on(50).await;
    }
    work.over.store(true, Ordering::SeqCst);
    let mut heads = [0; MEETINGS];
    for said in speakers.join_all().await {
        heads[said.at] = said.sequences.len() as u64;
        // Each is there once, in the order in which one speaker said them.
        let wanted: Vec<u64> = (1..=heads[said.at]).collect();
        assert_eq!(said.sequences, wanted);
    }
    readers.join_all().await;
    let failed = work.failed.lock().unwrap().clone();
    assert_eq!(failed, Vec::<String>::new());
    let mut drained = 0;
    for seen in watchers.join_all().await {
        let wanted: Vec<u64> = (1..=heads[seen.at]).collect();
        assert_eq!(seen.sequences, wanted, "of what was acknowledged");
        for away in &seen.away {
            assert!(*away < BACK_WITHIN, "back after {away:?}");
        }
        drained += seen.away.len();
    }
    assert!(drained >= MEETINGS * WATCHERS, "{drained}");
    let answered = work.answered.load(Ordering::SeqCst);
    eprintln!("{answered} calls answered, none failed; {drained} times sent away and back");
}

async fn start(database: &postgres::Database) -> ServerProcess {
    let url = database.url().to_owned();
    let started = spawn_blocking(move || {
        let limits = ["--rate-limits", "off", "--linger-ms", LINGER];
        ServerProcess::start(&[&["--database-url", &url][..], &limits].concat())
    });
    started.await.unwrap()
}

async fn ready(url: &str) {
    let http = Client::new();
    let is_ready = async || {
        let answer = http.get(format!("{url}/readyz")).send().await;
        answer.is_ok_and(|answer| answer.status().is_success())
    };
    let waited = timeout(NEVER, async {
        while !is_ready().await {
            sleep(Duration::from_millis(20)).await;
        }
    });
    waited
        .await
        .unwrap_or_else(|_| panic!("{url} is never ready"));
}

/// Whoever speaks, and the token of each.
pub(crate) fn speaker(place: &Place) -> &str {
    &place.tokens[WATCHERS]
}

/// Whoever reads over HTTP.
pub(crate) fn reader(place: &Place) -> &str {
    &place.tokens[WATCHERS + 1]
}
