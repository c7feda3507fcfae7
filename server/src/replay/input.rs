//! The files: JSON, plain or gzipped. Formats: the editing traces of
//! josephg/editing-traces and the meetings of QMSum.

use super::ReplayError;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::io::Read;
use std::path::Path;

/// A recorded meeting.
#[derive(Debug, Deserialize)]
pub(super) struct Meeting {
    pub(super) meeting_transcripts: Vec<Turn>,
}

/// What somebody said in one go.
#[derive(Debug, Deserialize)]
pub(super) struct Turn {
    pub(super) speaker: String,
    pub(super) content: String,
}

/// An editing trace.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Trace {
    #[serde(default)]
    pub(super) start_content: String,
    pub(super) end_content: String,
    /// People who type: one, unless the trace is of several at once.
    #[serde(rename = "numAgents", default = "one")]
    pub(super) people: usize,
    pub(super) txns: Vec<Txn>,
}

/// Patches made in one go, against the merge of `parents`; without those, against
/// the transaction before.
#[derive(Debug, Deserialize)]
pub(super) struct Txn {
    #[serde(default)]
    pub(super) parents: Vec<usize>,
    #[serde(default)]
    pub(super) agent: usize,
    pub(super) patches: Vec<Patch>,
}

/// Position and deleted length in Unicode code points, and the text inserted.
#[derive(Debug, Deserialize)]
pub(super) struct Patch(pub(super) u32, pub(super) u32, pub(super) String);

fn one() -> usize {
    1
}

/// Reads a recorded meeting.
pub(super) fn meeting(path: &Path) -> Result<Meeting, ReplayError> {
    read(path)
}

/// Reads a trace and checks that it refers to itself only.
pub(super) fn trace(path: &Path) -> Result<Trace, ReplayError> {
    let trace: Trace = read(path)?;
    let sound =
        trace.txns.iter().enumerate().all(|(at, txn)| {
            txn.agent < trace.people && txn.parents.iter().all(|parent| *parent < at)
        });
    if !sound || trace.people == 0 || trace.people > 100 {
        return Err(ReplayError::file(
            path,
            &"not a trace: a reference leads nowhere",
        ));
    }
    Ok(trace)
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T, ReplayError> {
    let bytes = std::fs::read(path).map_err(|error| ReplayError::file(path, &error))?;
    let mut text = Vec::new();
    let text = if bytes.starts_with(&[0x1f, 0x8b]) {
        GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut text)
            .map_err(|error| ReplayError::file(path, &error))?;
        text
    } else {
        bytes
    };
    serde_json::from_slice(&text).map_err(|error| ReplayError::file(path, &error))
}
