//! Offers the load, step by step, and measures while it does.

use super::Failure;
use super::arrivals::Arrivals;
use super::board::{Board, Kind, Order};
use super::figures::Step;
use super::job::Job;
use super::machine::{cpu_us, family_cpu_us};
use super::plan::CLIENTS;
use super::pulse;
use reqwest::Client;
use std::io::Write;
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{Instant, sleep, sleep_until};

/// How long the last deliveries of a step may take.
const SETTLE: Duration = Duration::from_secs(10);

/// The clients' tasks, by their number.
pub type Crew = Vec<UnboundedSender<Order>>;

/// An HTTP read that may be drawn: address and bearer token.
#[derive(Debug, Clone)]
pub struct Page {
    /// The address.
    pub url: String,
    /// Whose token.
    pub token: String,
}

/// Runs the steps of a job.
///
/// # Errors
/// The server's process is gone.
pub async fn run(
    job: &Job,
    board: &Rc<Board>,
    crew: &Crew,
    pages: Vec<Page>,
) -> Result<Vec<Step>, Failure> {
    let pages: Rc<[Page]> = pages.into();
    let mut steps = Vec::new();
    for (number, rate) in job.steps.iter().enumerate() {
        writeln!(std::io::stderr(), "  {rate} changes/s a room …")?;
        let warm = Duration::from_secs((job.seconds / 10).clamp(1, 5));
        let begun = Instant::now();
        let (start, end) = (
            begun + warm,
            begun + warm + Duration::from_secs(job.seconds),
        );
        board.begin(start, end);
        let used = spawn_local(measure(job.clone(), start, end));
        let seed = job.seed.wrapping_mul(1_000).wrapping_add(number as u64);
        let reading = read(board, &pages, Arrivals::new(begun, job.reads, !seed), end);
        let all = rate * job.rooms as f64;
        tokio::join!(
            offer(job, board, crew, Arrivals::new(begun, all, seed), end),
            pulse::offer(job, board, crew, begun, end),
        );
        sleep_until(end).await;
        reading.abort();
        let [server_us, client_us, store_us] = used.await??;
        let patience = Instant::now() + SETTLE;
        while board.missing() > 0 && Instant::now() < patience {
            sleep(Duration::from_millis(20)).await;
        }
        let step = Step {
            rate: *rate,
            seconds: job.seconds as f64,
            server_us,
            client_us,
            store_us,
            ..board.sum()
        };
        let (p95, p99) = job.within.unwrap_or((f64::INFINITY, f64::INFINITY));
        let is_last = step.delivery.p95_ms > p95 || step.delivery.p99_ms > p99;
        steps.push(step);
        if is_last {
            break;
        }
    }
    Ok(steps)
}

async fn offer(job: &Job, board: &Board, crew: &Crew, mut arrivals: Arrivals, end: Instant) {
    while arrivals.due() < end {
        sleep_until(arrivals.due()).await;
        let now = Instant::now();
        while arrivals.due() <= now {
            let due = arrivals.take();
            let kind = if arrivals.chance(job.transcript) {
                Kind::Chunk
            } else {
                Kind::Note
            };
            board.late(due);
            let client = arrivals.pick(job.rooms * CLIENTS);
            // A client whose socket broke has complained already.
            let _ = crew[client].send(Order::Change(kind, due));
        }
    }
}

/// CPU time that the server, this process and the database use between two moments.
async fn measure(job: Job, start: Instant, end: Instant) -> Result<[u64; 3], Failure> {
    let now = || -> Result<[u64; 3], Failure> {
        let sum = |all: Vec<Result<u64, Failure>>| all.into_iter().sum::<Result<u64, Failure>>();
        let server = sum(job.pids().map(cpu_us).collect())?;
        let apart = sum(job.apart.iter().map(|pid| family_cpu_us(*pid)).collect())?;
        Ok([server, cpu_us(std::process::id())?, apart])
    };
    sleep_until(start).await;
    let before = now()?;
    sleep_until(end).await;
    let after = now()?;
    Ok(std::array::from_fn(|at| {
        after[at].saturating_sub(before[at])
    }))
}

fn read(
    board: &Rc<Board>,
    pages: &Rc<[Page]>,
    mut arrivals: Arrivals,
    end: Instant,
) -> JoinHandle<()> {
    let (board, pages) = (Rc::clone(board), Rc::clone(pages));
    spawn_local(async move {
        let http = Client::new();
        while !pages.is_empty() && arrivals.due() < end {
            sleep_until(arrivals.due()).await;
            let due = arrivals.take();
            let page = pages[arrivals.pick(pages.len())].clone();
            let (http, board) = (http.clone(), Rc::clone(&board));
            spawn_local(async move {
                let answer = http.get(&page.url).bearer_auth(&page.token).send().await;
                let body = match answer.and_then(reqwest::Response::error_for_status) {
                    Ok(answer) => answer.bytes().await,
                    Err(error) => Err(error),
                };
                match body {
                    Ok(_) => board.read(due),
                    Err(error) => board.complain(format!("a read failed: {error}")),
                }
            });
        }
    })
}
