//! One run: a seed's faults upon three nodes and their clients, then the check.

use super::check::{Property, Violation, check};
use super::cluster::{Cluster, Ground, Over};
use super::crew::{self, Crew};
use super::finale;
use super::history::History;
use super::node::Node;
use super::schedule::{Fault, Planned, schedule};
use super::world::World;
use crate::load::Failure;
use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// Meetings of a run.
const MEETINGS: usize = 2;
/// How long writers may take to finish what they have begun, and readers to catch up.
const FINISH: Duration = Duration::from_secs(90);

/// What to run.
#[derive(Debug, Clone)]
pub struct Plan {
    /// How long faults come, in seconds.
    pub seconds: u64,
    /// Where logs of what failed are kept.
    pub logs: PathBuf,
    /// Only these faults, where any are named.
    pub only: Vec<Fault>,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What is wrong.
    pub violations: Vec<Violation>,
    /// How often each fault came.
    pub fired: BTreeMap<Fault, u64>,
    /// Writes that were acknowledged.
    pub acknowledged: usize,
    /// Entries that watchers saw.
    pub seen: usize,
}

/// This process got no time for so long: it was stopped, or the machine was.
const STOOD_STILL: Duration = Duration::from_secs(3);
/// How often a run is begun again that was given no time.
const AGAIN: usize = 3;

/// Runs a seed; again where the machine stood still and nobody got what they waited for.
///
/// # Errors
/// As [`once`].
pub async fn run(ground: &Ground, seed: u64, plan: &Plan) -> Result<Outcome, Failure> {
    for _ in 0..AGAIN {
        let longest = Rc::new(Cell::new(Duration::ZERO));
        let watching = spawn_local(watch_time(Rc::clone(&longest)));
        let outcome = once(ground, seed, plan).await;
        watching.abort();
        let is_timed = |one: &Violation| one.property == Property::Sound;
        let is_late = match &outcome {
            Ok(outcome) => {
                !outcome.violations.is_empty() && outcome.violations.iter().all(is_timed)
            }
            Err(_) => true,
        };
        if !is_late || longest.get() < STOOD_STILL {
            return outcome;
        }
        if let Err(error) = outcome {
            println!("  {error}");
        }
        println!("  all stood still for {:.1?}: once more", longest.get());
    }
    once(ground, seed, plan).await
}

async fn watch_time(longest: Rc<Cell<Duration>>) {
    loop {
        let before = Instant::now();
        sleep(Duration::from_millis(100)).await;
        longest.set(longest.get().max(before.elapsed()));
    }
}

/// Runs a seed.
///
/// # Errors
/// The run itself breaks: a node does not start, does not answer, does not end.
pub async fn once(ground: &Ground, seed: u64, plan: &Plan) -> Result<Outcome, Failure> {
    let over = if seed.is_multiple_of(2) {
        Over::Postgres
    } else {
        Over::Nats
    };
    let mut planned = schedule(seed, plan.seconds * 1_000, super::cluster::NODES);
    planned.retain(|one| plan.only.is_empty() || plan.only.contains(&one.fault));
    println!("seed {seed}: {} s over {over:?}", plan.seconds);
    for one in &planned {
        println!("  {one}");
    }
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let number = RUNS.fetch_add(1, Ordering::Relaxed);
    let name = format!("chaos_{}_{number}", std::process::id());
    let cluster = Rc::new(Cluster::timed(ground, &name, over).await?);
    let outcome = upon(&cluster, seed, planned).await;
    if outcome
        .as_ref()
        .map_or(true, |outcome| !outcome.violations.is_empty())
    {
        let folder = plan.logs.join(format!("seed-{seed}"));
        keep(&cluster, &folder).await?;
    }
    outcome
}

async fn keep(cluster: &Cluster, folder: &Path) -> Result<(), Failure> {
    for node in &cluster.nodes {
        node.keep_log(folder).await?;
    }
    println!("  the nodes' logs are in {}", folder.display());
    Ok(())
}

async fn upon(cluster: &Rc<Cluster>, seed: u64, planned: Vec<Planned>) -> Result<Outcome, Failure> {
    cluster.well().await?;
    let nodes: Vec<_> = cluster.nodes.iter().map(Node::address).collect();
    let balancer = cluster.balancer.address();
    let told = (cluster.reads.subscribe(), cluster.devices.subscribe());
    let world = Rc::new(World::make(seed, &nodes, balancer, MEETINGS, told).await?);
    let crew = crew::start(&world);

    let mut outcome = Outcome::default();
    let begun = Instant::now();
    let mut suffering = Vec::new();
    for one in planned {
        sleep_until(begun + Duration::from_millis(one.at_ms)).await;
        let cluster = Rc::clone(cluster);
        suffering.push((one, spawn_local(async move { cluster.suffer(one).await })));
    }
    for (one, suffered) in suffering {
        let mended = timeout(FINISH, suffered).await;
        let has_come = mended.map_err(|_| format!("not mended: {one}"))???;
        if has_come {
            *outcome.fired.entry(one.fault).or_default() += 1;
        } else {
            println!("  not seen to come: {one}");
        }
    }
    cluster.well().await?;
    conclude(&world, &crew, &nodes, &mut outcome).await?;
    // A device in each meeting.
    if let Some(times) = outcome.fired.get_mut(&Fault::DeviceLoss) {
        *times = (*times).min(world.lost.get() / MEETINGS as u64);
    }
    if let Some(times) = outcome.fired.get_mut(&Fault::SlowClient) {
        let pressed = world.pressed.borrow().iter().max().copied();
        *times = (*times).min(pressed.unwrap_or(0));
    }
    for (number, node) in cluster.nodes.iter().enumerate() {
        let log = node.log().await;
        let lines = log.lines().filter(|line| is_suspicious(line));
        outcome.violations.extend(lines.map(|line| Violation {
            property: Property::Sound,
            detail: format!("node {number} says: {line}"),
        }));
    }
    Ok(outcome)
}

/// What a node says of itself only when something is wrong with it, and not with what is
/// around it.
fn is_suspicious(line: &str) -> bool {
    // How a database that is away shows: its line breaks, or none comes free in time.
    let away = [
        "database",
        "store is away",
        "pool timed out",
        "closed pool",
        "due to statement timeout",
    ];
    let is_away = away.iter().any(|words| line.contains(words));
    let is_room = line.contains("the room is opened again") && !is_away;
    let is_note = line.contains("started over") || line.contains("cannot be opened");
    is_room || is_note || line.contains("panicked at")
}

/// Everybody finishes; then the book is held against what the nodes have.
///
/// # Errors
/// Somebody does not finish, or a node does not answer.
pub async fn conclude(
    world: &World,
    crew: &Crew,
    nodes: &[SocketAddr],
    outcome: &mut Outcome,
) -> Result<(), Failure> {
    world.stop();
    timeout(FINISH, crew.writers())
        .await
        .map_err(|_| "writers do not end")?;
    let ends = finale::read(world, nodes).await?;
    world.ends.send_replace(Some(ends));
    timeout(FINISH, crew.readers())
        .await
        .map_err(|_| "readers do not end")?;
    let history: &History = &world.history.borrow();
    outcome.violations = check(history);
    let acknowledged = history
        .writes
        .iter()
        .filter(|one| one.acknowledged.is_some());
    outcome.acknowledged = acknowledged.count();
    let frames = history.watches.iter().flat_map(|watch| &watch.frames);
    outcome.seen = frames.map(|frame| frame.items.len()).sum();
    Ok(())
}
