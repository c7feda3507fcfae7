//! The order of a run.

use super::Failure;
use super::figures::Findings;
use super::job::{Job, Target};
use super::plan::{Plan, WITHIN};
use super::spawn::{Server, client};
use super::store::{Raw, Store};
use super::{bare, live, report, stock};
use crate::nats;
use std::io::Write;
use tokio::runtime::{Builder, Runtime};

/// Everything a run found.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Connvo under the mixed load.
    pub connvo: Option<Findings>,
    /// The bare fan-out under the same load.
    pub bare: Option<Findings>,
    /// The transcript load: each database.
    pub chunks: Vec<Chunks>,
    /// The bare fan-out under the transcript load.
    pub bare_chunks: Option<Findings>,
    /// The mixed load on one, two, three nodes: how many there are, and what they showed.
    pub nodes: Vec<(usize, Findings)>,
    /// The mixed load of few and of many meetings on one server.
    pub sizes: Vec<Findings>,
    /// The note load: each server's name and what it showed.
    pub peers: Vec<(&'static str, Target, Findings)>,
}

/// What the transcript load showed on one database.
#[derive(Debug)]
pub struct Chunks {
    /// The database's name.
    pub store: &'static str,
    /// What a bare insert does there.
    pub raw: Raw,
    /// What the run found.
    pub findings: Findings,
}

/// Bytes of a delivery, where Connvo did not run before the bare fan-out.
const USUAL_BYTES: (u64, u64) = (110, 420);

/// Runs what the plan asks for and prints the tables.
///
/// # Errors
/// A process fails; deliveries went missing; somebody complained.
pub fn run(plan: &Plan) -> Result<(), Failure> {
    let mut outcome = Outcome::default();
    if plan.wants("connvo") {
        let findings = one(plan, Target::Live, &ALONE, &mixed(plan))?;
        outcome.connvo = Some(findings);
    }
    if plan.wants("bare") {
        let (note, transcript) = outcome.connvo.as_ref().map_or(USUAL_BYTES, |found| {
            (found.note_bytes, found.transcript_bytes)
        });
        let target = Target::Bare { note, transcript };
        outcome.bare = Some(one(plan, target, &ALONE, &mixed(plan))?);
    }
    if plan.wants("chunks") {
        chunks(plan, &mut outcome)?;
    }
    if plan.wants("nodes") {
        nodes(plan, &mut outcome)?;
    }
    if plan.wants("sizes") {
        for meetings in &plan.sizes {
            let job = paced(plan, *meetings as usize);
            let findings = one(plan, Target::Live, &ALONE, &job)?;
            outcome.sizes.push(findings);
        }
    }
    if plan.wants("peers") {
        for (name, target) in [
            ("Connvo, `/v1/live`", Target::Live),
            ("Connvo, `/v1/yjs`", Target::Yjs),
            ("Hocuspocus", Target::Hocuspocus),
            ("y-websocket", Target::YWebsocket),
        ] {
            let findings = one(plan, target, &ALONE, &notes(plan))?;
            outcome.peers.push((name, target, findings));
        }
    }
    let mut out = std::io::stdout();
    out.write_all(report::markdown(plan, &outcome).as_bytes())?;
    verdict(&outcome)
}

/// What a server stands on.
#[derive(Debug)]
struct On<'a> {
    store: &'a Store,
    nodes: usize,
    nats: Option<String>,
}

/// One server with its own file.
const ALONE: On<'_> = On::one(&Store::Sqlite);

impl<'a> On<'a> {
    const fn one(store: &'a Store) -> Self {
        Self {
            store,
            nodes: 1,
            nats: None,
        }
    }
}

fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_all().build()
}

/// The same load on more and more nodes.
fn nodes(plan: &Plan, outcome: &mut Outcome) -> Result<(), Failure> {
    let runtime = runtime()?;
    for count in &plan.nodes {
        let store = runtime.block_on(Store::postgres())?;
        let on = On {
            nodes: *count as usize,
            nats: Some(runtime.block_on(nats::url())),
            store: &store,
        };
        let job = paced(plan, plan.nodes_meetings);
        let findings = one(plan, Target::Live, &on, &job)?;
        outcome.nodes.push((on.nodes, findings));
    }
    Ok(())
}

/// The mixed load at one pace, of so many meetings.
fn paced(plan: &Plan, meetings: usize) -> Job {
    Job {
        rooms: meetings,
        steps: vec![plan.pace],
        reads: 0.0,
        ..mixed(plan)
    }
}

/// The transcript load on each database, and bare.
fn chunks(plan: &Plan, outcome: &mut Outcome) -> Result<(), Failure> {
    let runtime = runtime()?;
    for name in &plan.stores {
        let store = match name.as_str() {
            "sqlite" => Store::Sqlite,
            "postgres" => runtime.block_on(Store::postgres())?,
            other => return Err(format!("LOAD_STORES={other} is no database").into()),
        };
        let raw = runtime.block_on(store.raw())?;
        let on = On::one(&store);
        let findings = one(plan, Target::Live, &on, &transcript(plan))?;
        outcome.chunks.push(Chunks {
            store: store.name(),
            raw,
            findings,
        });
    }
    let bytes = outcome.chunks.iter().map(|on| on.findings.transcript_bytes);
    let target = Target::Bare {
        note: USUAL_BYTES.0,
        transcript: bytes.max().unwrap_or(USUAL_BYTES.1),
    };
    let bare = one(plan, target, &ALONE, &transcript(plan))?;
    outcome.bare_chunks = Some(bare);
    Ok(())
}

/// The transcript load. Its first step is the first meeting's pulse alone.
fn transcript(plan: &Plan) -> Job {
    let rates = plan.chunks.iter().map(|all| all / plan.meetings as f64);
    Job {
        steps: std::iter::once(0.0).chain(rates).collect(),
        transcript: 1.0,
        pulse: true,
        within: Some(WITHIN),
        ..mixed(plan)
    }
}

/// The mixed load.
fn mixed(plan: &Plan) -> Job {
    Job {
        rooms: plan.meetings,
        seconds: plan.seconds,
        steps: plan.steps.clone(),
        transcript: plan.transcript,
        reads: plan.reads,
        ..notes(plan)
    }
}

/// The note load of the comparison. The target is filled in later.
fn notes(plan: &Plan) -> Job {
    Job {
        target: Target::Live,
        address: ([127, 0, 0, 1], 0).into(),
        pid: 0,
        others: Vec::new(),
        apart: Vec::new(),
        rooms: plan.peer_documents,
        seconds: plan.peer_seconds,
        steps: plan.peer_steps.clone(),
        transcript: 0.0,
        reads: 0.0,
        pulse: false,
        within: None,
        quiet: plan.quiet,
        seed: plan.seed,
    }
}

fn one(plan: &Plan, target: Target, on: &On<'_>, job: &Job) -> Result<Findings, Failure> {
    let start = || Server::start(target, plan, on.store.url(), on.nats.as_deref());
    let (server, mut others) = (start()?, Vec::new());
    while others.len() + 1 < on.nodes {
        others.push(start()?);
    }
    let bus = on.nats.as_ref().and_then(|_| nats::pid());
    let job = Job {
        target,
        address: server.address(),
        pid: server.pid(),
        others: others
            .iter()
            .map(|node| (node.address(), node.pid()))
            .collect(),
        apart: on.store.pid().into_iter().chain(bus).collect(),
        ..job.clone()
    };
    let mut said = std::io::stderr();
    writeln!(
        said,
        "{target:?}, {} on {}: {} rooms, {} steps of {} s",
        on.nodes,
        on.store.name(),
        job.rooms,
        job.steps.len(),
        job.seconds
    )?;
    let findings = client(&job)?;
    for step in &findings.steps {
        writeln!(
            said,
            "  {} changes/s a room: {:.0} deliveries/s, {:.1} µs of server each ({:.2} cores), \
             database {:.2} cores, client {:.2} cores, delivery {} ms, pulse {} ms, reads {} ms, \
             late {} ms, missing {}",
            step.rate,
            step.deliveries_per_second(),
            step.us_per_delivery(),
            step.server_cores(),
            step.store_us as f64 / 1e6 / step.seconds,
            step.client_us as f64 / 1e6 / step.seconds,
            step.delivery.cell(),
            step.pulse.cell(),
            step.reads.cell(),
            step.lateness.cell(),
            step.missing,
        )?;
    }
    for (what, count) in &findings.complaints {
        writeln!(said, "  {count} × {what}")?;
    }
    Ok(findings)
}

/// A run in which something of ours went missing has failed. What a peer loses is
/// said above, in its lines.
fn verdict(outcome: &Outcome) -> Result<(), Failure> {
    let is_ours = |(_, target, _): &&(_, Target, _)| matches!(target, Target::Live | Target::Yjs);
    let doors = outcome
        .peers
        .iter()
        .filter(is_ours)
        .map(|(.., found)| found);
    let chunks = outcome.chunks.iter().map(|on| &on.findings);
    let nodes = outcome.nodes.iter().map(|(_, found)| found);
    let paced = nodes.chain(&outcome.sizes);
    let ours = outcome
        .connvo
        .iter()
        .chain(chunks)
        .chain(doors)
        .chain(paced);
    for found in ours.chain(&outcome.bare).chain(&outcome.bare_chunks) {
        let missing: u64 = found.steps.iter().map(|step| step.missing).sum();
        if missing > 0 || !found.complaints.is_empty() {
            return Err(format!("{missing} deliveries missing; {:?}", found.complaints).into());
        }
    }
    Ok(())
}

/// A client process: carries out its job, and prints what it found.
///
/// # Errors
/// The job fails.
pub async fn work(job: &str) -> Result<(), Failure> {
    let job: Job = serde_json::from_str(job)?;
    let findings = match job.target {
        Target::Live => live::run(&job).await?,
        Target::Bare { .. } => bare::run(&job).await?,
        Target::Yjs | Target::YWebsocket | Target::Hocuspocus => stock::run(&job).await?,
    };
    let mut out = std::io::stdout();
    out.write_all(&serde_json::to_vec(&findings)?)?;
    Ok(out.flush()?)
}
