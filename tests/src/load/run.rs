//! The order of a run.

use super::Failure;
use super::figures::Findings;
use super::job::{Job, Target};
use super::plan::{Plan, WITHIN};
use super::spawn::{Server, client};
use super::store::{Raw, Store};
use super::{bare, live, report, stock};
use std::io::Write;

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
        let findings = one(plan, Target::Live, &Store::Sqlite, &mixed(plan))?;
        outcome.connvo = Some(findings);
    }
    if plan.wants("bare") {
        let (note, transcript) = outcome.connvo.as_ref().map_or(USUAL_BYTES, |found| {
            (found.note_bytes, found.transcript_bytes)
        });
        let target = Target::Bare { note, transcript };
        outcome.bare = Some(one(plan, target, &Store::Sqlite, &mixed(plan))?);
    }
    if plan.wants("chunks") {
        chunks(plan, &mut outcome)?;
    }
    if plan.wants("peers") {
        for (name, target) in [
            ("Connvo, `/v1/live`", Target::Live),
            ("Connvo, `/v1/yjs`", Target::Yjs),
            ("Hocuspocus", Target::Hocuspocus),
            ("y-websocket", Target::YWebsocket),
        ] {
            let findings = one(plan, target, &Store::Sqlite, &notes(plan))?;
            outcome.peers.push((name, target, findings));
        }
    }
    let mut out = std::io::stdout();
    out.write_all(report::markdown(plan, &outcome).as_bytes())?;
    verdict(&outcome)
}

/// The transcript load on each database, and bare.
fn chunks(plan: &Plan, outcome: &mut Outcome) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    for name in &plan.stores {
        let store = match name.as_str() {
            "sqlite" => Store::Sqlite,
            "postgres" => runtime.block_on(Store::postgres())?,
            other => return Err(format!("LOAD_STORES={other} is no database").into()),
        };
        let raw = runtime.block_on(store.raw())?;
        let findings = one(plan, Target::Live, &store, &transcript(plan))?;
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
    let bare = one(plan, target, &Store::Sqlite, &transcript(plan))?;
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
        store: None,
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

fn one(plan: &Plan, target: Target, store: &Store, job: &Job) -> Result<Findings, Failure> {
    let server = Server::start(target, plan, store.url())?;
    let job = Job {
        target,
        address: server.address(),
        pid: server.pid(),
        store: store.pid(),
        ..job.clone()
    };
    let mut said = std::io::stderr();
    writeln!(
        said,
        "{target:?} on {}: {} rooms, {} steps of {} s",
        store.name(),
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
    let ours = outcome.connvo.iter().chain(chunks).chain(doors);
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
