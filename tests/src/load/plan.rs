//! How much of everything. Each setting has an environment variable.

use super::Failure;
use std::path::PathBuf;
use std::str::FromStr;

/// Clients in each meeting and document.
pub const CLIENTS: usize = 5;

/// p95 and p99 of a delivery that is still in time, in milliseconds.
pub const WITHIN: (f64, f64) = (150.0, 300.0);

/// A run's size.
#[derive(Debug, Clone)]
pub struct Plan {
    /// `LOAD_MEETINGS`: meetings, each with five live clients.
    pub meetings: usize,
    /// `LOAD_SECONDS`: length of a measured step.
    pub seconds: u64,
    /// `LOAD_STEPS`: changes a second a meeting, step by step.
    pub steps: Vec<f64>,
    /// `LOAD_TRANSCRIPT`: the part of the changes that is transcript chunks; the
    /// rest edits the note.
    pub transcript: f64,
    /// `LOAD_READS`: HTTP reads a second.
    pub reads: f64,
    /// `LOAD_PEER_DOCUMENTS`: documents of the comparison with peers.
    pub peer_documents: usize,
    /// `LOAD_PEER_SECONDS`: length of a measured step there.
    pub peer_seconds: u64,
    /// `LOAD_PEER_STEPS`: updates a second a document there.
    pub peer_steps: Vec<f64>,
    /// `LOAD_CHUNKS`: transcript chunks a second over all meetings, step by step; the
    /// first step whose deliveries are slower than [`WITHIN`] is the last.
    pub chunks: Vec<f64>,
    /// `LOAD_STORES`: `sqlite`, `postgres`, or both with a comma: the databases of the
    /// transcript load.
    pub stores: Vec<String>,
    /// `LOAD_NODES`: how many nodes share one PostgreSQL and one NATS, run by run.
    pub nodes: Vec<f64>,
    /// `LOAD_NODES_MEETINGS`: meetings there, each with people at every node.
    pub nodes_meetings: usize,
    /// `LOAD_SIZES`: meetings on one server with SQLite, run by run.
    pub sizes: Vec<f64>,
    /// `LOAD_PACE`: changes a second a meeting in these runs.
    pub pace: f64,
    /// `LOAD_QUIET`: seconds of silence before memory is read.
    pub quiet: u64,
    /// `LOAD_SEED`: what all randomness grows from.
    pub seed: u64,
    /// `LOAD_ONLY`: `connvo`, `bare`, `chunks`, `nodes`, `sizes`, `peers`, some with commas, or all.
    pub only: Vec<String>,
    /// `CONNVO_BIN`: the server program.
    pub server: PathBuf,
    /// `LOAD_PEERS_DIR`: the peers' npm folders.
    pub peers: PathBuf,
}

impl Plan {
    /// The plan that the environment asks for.
    ///
    /// # Errors
    /// A variable makes no sense, or this program's folder is unknown.
    pub fn from_environment() -> Result<Self, Failure> {
        let own = std::env::current_exe()?;
        let beside = own.with_file_name("connvo");
        let text = |name: &str| std::env::var(name).ok();
        Ok(Self {
            meetings: number("LOAD_MEETINGS", 1_000)?,
            seconds: number("LOAD_SECONDS", 60)?,
            steps: list("LOAD_STEPS", &[0.5, 1.0, 2.0, 4.0])?,
            transcript: number("LOAD_TRANSCRIPT", 0.2)?,
            reads: number("LOAD_READS", 50.0)?,
            peer_documents: number("LOAD_PEER_DOCUMENTS", 200)?,
            peer_seconds: number("LOAD_PEER_SECONDS", 20)?,
            peer_steps: list("LOAD_PEER_STEPS", &[1.0, 2.0, 5.0])?,
            chunks: list(
                "LOAD_CHUNKS",
                &[10_000.0, 12_500.0, 15_000.0, 17_500.0, 20_000.0, 25_000.0],
            )?,
            stores: text("LOAD_STORES")
                .unwrap_or_else(|| "sqlite,postgres".into())
                .split(',')
                .map(str::to_owned)
                .collect(),
            nodes: list("LOAD_NODES", &[1.0, 2.0, 3.0])?,
            nodes_meetings: number("LOAD_NODES_MEETINGS", 300)?,
            sizes: list("LOAD_SIZES", &[100.0, 1_000.0, 3_000.0])?,
            pace: number("LOAD_PACE", 0.5)?,
            quiet: number("LOAD_QUIET", 20)?,
            seed: number("LOAD_SEED", 1)?,
            only: text("LOAD_ONLY")
                .map(|only| only.split(',').map(str::to_owned).collect())
                .unwrap_or_default(),
            server: text("CONNVO_BIN").map_or(beside, PathBuf::from),
            peers: text("LOAD_PEERS_DIR").map_or_else(
                || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/peers")),
                PathBuf::from,
            ),
        })
    }

    /// Whether a part of the run is wanted.
    #[must_use]
    pub fn wants(&self, part: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|only| only == part)
    }
}

fn number<T: FromStr>(name: &str, default: T) -> Result<T, Failure> {
    match std::env::var(name) {
        Ok(text) => text
            .parse()
            .map_err(|_| format!("{name}={text} is no number").into()),
        Err(_) => Ok(default),
    }
}

fn list(name: &str, default: &[f64]) -> Result<Vec<f64>, Failure> {
    match std::env::var(name) {
        Ok(text) => text
            .split(',')
            .map(|part| {
                part.trim()
                    .parse()
                    .map_err(|_| format!("{name}={text} is no list of numbers").into())
            })
            .collect(),
        Err(_) => Ok(default.to_vec()),
    }
}
