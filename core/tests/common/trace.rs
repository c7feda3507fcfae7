//! Keystroke histories of `tests/data/editing-traces`.

use connvo_core::note::Operation;
use flate2::read::GzDecoder;
use serde::Deserialize;
use std::fs::File;
use std::path::Path;

/// The histories of one writer, or of several in turn.
pub const SEQUENTIAL: [&str; 5] = [
    "automerge-paper",
    "friendsforever_flat",
    "json-crdt-patch",
    "rustcode",
    "sveltecomponent",
];

/// One history.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    #[serde(default)]
    pub start_content: String,
    pub end_content: String,
    #[serde(default)]
    pub num_agents: usize,
    pub txns: Vec<Transaction>,
}

/// One transaction: patches made one after the other.
#[derive(Deserialize)]
pub struct Transaction {
    #[serde(default)]
    pub parents: Vec<usize>,
    #[serde(default)]
    pub agent: usize,
    patches: Vec<(u32, u32, String)>,
}

impl Transaction {
    /// The patches as operations, in order. Positions are code points; these texts
    /// have none beyond the basic plane, so they are UTF-16 units as well.
    pub fn operations(&self) -> impl Iterator<Item = Operation> + '_ {
        self.patches.iter().map(|(at, delete, insert)| {
            debug_assert!(insert.bytes().all(|byte| byte < 0xf0));
            Operation::replace(*at, *delete, insert)
        })
    }
}

/// Reads a history by name.
pub fn read(name: &str) -> Trace {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/data/editing-traces")
        .join(format!("{name}.json.gz"));
    let file = File::open(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_reader(std::io::BufReader::new(GzDecoder::new(file))).expect("a trace")
}

/// Every edit of a sequential history.
pub fn operations(trace: &Trace) -> Vec<Operation> {
    assert!(trace.end_content.bytes().all(|byte| byte < 0xf0));
    trace
        .txns
        .iter()
        .flat_map(Transaction::operations)
        .collect()
}
