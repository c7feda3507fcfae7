//! One run: a seed's faults upon three nodes and their clients, then the check.

use super::check::{Violation, check};
use super::cluster::{Cluster, Ground, Over};
use super::crew;
use super::finale;
use super::history::History;
use super::schedule::{Fault, Planned, schedule};
use super::world::World;
use crate::load::Failure;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::spawn_local;
use tokio::time::{Instant, sleep_until, timeout};

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

/// Runs a seed.
///
/// # Errors
/// The run itself breaks: a node does not start, does not answer, does not end.
pub async fn run(ground: &Ground, seed: u64, plan: &Plan) -> Result<Outcome, Failure> {
    let over = if seed % 2 == 0 {
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
    let name = format!("chaos_{}_{seed}", std::process::id());
    let cluster = Rc::new(Cluster::start(ground, &name, over).await?);
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
    let node = cluster.nodes[0].address();
    let balancer = cluster.balancer.address();
    let reads = cluster.reads.subscribe();
    let world = Rc::new(World::make(seed, node, balancer, MEETINGS, reads).await?);
    let crew = crew::start(&world);

    let mut outcome = Outcome::default();
    let begun = Instant::now();
    let mut suffering = Vec::new();
    for one in planned {
        sleep_until(begun + Duration::from_millis(one.at_ms)).await;
        *outcome.fired.entry(one.fault).or_default() += 1;
        let cluster = Rc::clone(cluster);
        suffering.push(spawn_local(async move { cluster.suffer(one).await }));
    }
    for one in suffering {
        one.await??;
    }
    cluster.well().await?;
    world.stop();
    timeout(FINISH, crew.writers())
        .await
        .map_err(|_| "writers do not end")?;
    let nodes: Vec<_> = cluster.nodes.iter().map(|node| node.address()).collect();
    let ends = finale::read(&world, &nodes).await?;
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
    Ok(outcome)
}
