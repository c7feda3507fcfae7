//! What a device keeps of notes: for each meeting the committed state, the updates
//! committed since, the outbox of what is not acknowledged, and recovered drafts.
//! What is to be kept is core's word ([`StoreOp`]); this is only where.
//!
//! One database a server and person, so that two people who share a browser never
//! meet each other's text. Where there is no IndexedDB, or it refuses, the same
//! records live in memory and [`Storage::kind`] says so. One batch is one
//! transaction: an outbox row leaves only together with the arrival of the
//! committed update that holds it.
//!
//! Several tabs write the same records. Each appends what it sees committed, above
//! what was there when it loaded, so the union of all rows is complete up to the
//! highest version among them; applying an update twice is harmless.

mod idb;
mod indexed;
mod memory;
#[cfg(test)]
mod tests;
mod writer;

use crate::browser;
use connvo_core::note::replica::{OutboxEntry, StoreOp, StoredNote};
use indexed::Indexed;
use memory::Memory;
use serde::Serialize;
pub(crate) use writer::Writer;

/// Why storage failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StorageError {
    /// The device, or the browser's share for this site, is full.
    Full,
    /// Anything else, in the browser's words.
    Failed(String),
}

/// Where records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum StorageKind {
    /// They outlive the page.
    IndexedDb,
    /// They end with the page.
    Memory,
}

/// One thing to keep or to forget.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Write {
    /// What core asks for.
    Op {
        /// The epoch of the note in this tab.
        epoch: u64,
        /// Its place among all writes of the device, by time; a row that grows
        /// keeps its place.
        place: u64,
        /// What to do.
        op: StoreOp,
    },
    /// Keep a recovered draft: JSON made by core, under a name.
    Draft {
        /// Its name.
        id: String,
        /// The draft.
        json: String,
    },
    /// The person has seen it.
    DraftDismissed {
        /// Its name.
        id: String,
    },
}

/// A note as loaded.
#[derive(Debug, Default)]
pub(crate) struct Loaded {
    /// Committed state, and the outboxes that this tab may take.
    pub(crate) note: StoredNote,
    /// Recovered drafts: name and JSON.
    pub(crate) drafts: Vec<(String, String)>,
}

/// Where one person's records of one server are.
pub(crate) enum Storage {
    /// In IndexedDB.
    Indexed(Indexed),
    /// In this page.
    Memory(Memory),
}

impl Storage {
    /// Opens the records of `namespace`. Never fails: what has no IndexedDB works
    /// in memory.
    pub(crate) async fn open(namespace: &str) -> Self {
        let Some(factory) = browser::indexed_db() else {
            return Self::in_memory();
        };
        match Indexed::open(&factory, namespace).await {
            Ok(indexed) => Self::Indexed(indexed),
            Err(_) => Self::in_memory(),
        }
    }

    /// Records that end with the page.
    pub(crate) fn in_memory() -> Self {
        Self::Memory(Memory::default())
    }

    /// Where the records are.
    pub(crate) const fn kind(&self) -> StorageKind {
        match self {
            Self::Indexed(_) => StorageKind::IndexedDb,
            Self::Memory(_) => StorageKind::Memory,
        }
    }

    /// The ClientIDs that have an outbox in a meeting's note.
    pub(crate) async fn clients(&self, meeting: &str) -> Result<Vec<u64>, StorageError> {
        match self {
            Self::Indexed(indexed) => indexed.clients(meeting).await,
            Self::Memory(memory) => Ok(memory.clients(meeting)),
        }
    }

    /// A meeting's note, with the outboxes of the clients in `held`.
    pub(crate) async fn load(&self, meeting: &str, held: &[u64]) -> Result<Loaded, StorageError> {
        match self {
            Self::Indexed(indexed) => indexed.load(meeting, held).await,
            Self::Memory(memory) => Ok(memory.load(meeting)),
        }
    }

    /// The outbox of one client, in the order of making.
    pub(crate) async fn outbox(
        &self,
        meeting: &str,
        client_id: u64,
    ) -> Result<Vec<OutboxEntry>, StorageError> {
        match self {
            Self::Indexed(indexed) => indexed.outbox(meeting, client_id).await,
            Self::Memory(_) => Ok(Vec::new()),
        }
    }

    /// Does all of `writes`, or none of them.
    pub(crate) async fn write(
        &self,
        meeting: &str,
        tab: u64,
        writes: &[Write],
    ) -> Result<(), StorageError> {
        match self {
            Self::Indexed(indexed) => indexed.write(meeting, tab, writes).await,
            Self::Memory(memory) => {
                memory.write(meeting, writes);
                Ok(())
            }
        }
    }
}
