//! Local edits on their way to the server.
//!
//! Typing grows the last row while it is not sent: one row, stored again with each
//! key. Handing it out to be sent freezes it.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use yrs::merge_updates_v1;

/// A row grows no further than this, in bytes: merging reads all of it.
const GROWS_TO: usize = 4096;

/// One change on its way to the server, as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OutboxEntry {
    /// Which client made it.
    pub client_id: u64,
    /// Its place among that client's changes: 1, 2, 3 …
    pub client_seq: u64,
    /// How many local edits it holds.
    pub edits: u32,
    /// The change, as V1 bytes.
    pub update: Vec<u8>,
}

impl OutboxEntry {
    /// The key of its row: (ClientID, sequence).
    #[must_use]
    pub fn key(&self) -> (u64, u64) {
        (self.client_id, self.client_seq)
    }
}

#[derive(Debug)]
struct Row {
    entry: OutboxEntry,
    stored: bool,
    /// It was handed out to be sent once, or came from storage: it grows no more.
    frozen: bool,
    sent: bool,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    rows: VecDeque<Row>,
    /// The client whose changes are numbered here, and its last number.
    own: (u64, u64),
}

impl Outbox {
    /// Adds a local edit; answers the row that has it now.
    pub(super) fn push(&mut self, client_id: u64, update: Vec<u8>) -> OutboxEntry {
        if self.own.0 != client_id {
            self.own = (client_id, 0);
        }
        if let Some(grown) = self.grow(client_id, &update) {
            return grown;
        }
        self.own.1 += 1;
        let entry = OutboxEntry {
            client_id,
            client_seq: self.own.1,
            edits: 1,
            update,
        };
        self.rows.push_back(Row {
            entry: entry.clone(),
            stored: false,
            frozen: false,
            sent: false,
        });
        entry
    }

    fn grow(&mut self, client_id: u64, update: &[u8]) -> Option<OutboxEntry> {
        let last = self.rows.back_mut()?;
        let fits = last.entry.update.len() + update.len() <= GROWS_TO;
        if last.frozen || last.entry.client_id != client_id || !fits {
            return None;
        }
        let merged = merge_updates_v1([last.entry.update.as_slice(), update]).ok()?;
        last.entry.update = merged;
        last.entry.edits += 1;
        last.stored = false;
        Some(last.entry.clone())
    }

    pub(super) fn adopt(&mut self, entry: OutboxEntry) {
        self.rows.push_back(Row {
            entry,
            stored: true,
            frozen: true,
            sent: false,
        });
    }

    pub(super) fn stored(&mut self, entry: &OutboxEntry) {
        let row = self
            .rows
            .iter_mut()
            .rev()
            .find(|row| row.entry.key() == entry.key());
        if let Some(row) = row
            && row.entry.edits == entry.edits
        {
            row.stored = true;
        }
    }

    pub(super) fn next_to_send(&mut self) -> Option<OutboxEntry> {
        let row = self.rows.iter_mut().find(|row| !row.sent)?;
        if !row.stored {
            return None;
        }
        row.frozen = true;
        row.sent = true;
        Some(row.entry.clone())
    }

    pub(super) fn has_to_send(&self) -> bool {
        self.rows
            .iter()
            .find(|row| !row.sent)
            .is_some_and(|row| row.stored)
    }

    pub(super) fn resend_all(&mut self) {
        for row in &mut self.rows {
            row.sent = false;
        }
    }

    /// Takes out all of one client up to a sequence.
    pub(super) fn acknowledge(&mut self, client_id: u64, client_seq: u64) -> Vec<OutboxEntry> {
        let acknowledged =
            |entry: &OutboxEntry| entry.client_id == client_id && entry.client_seq <= client_seq;
        if !self.rows.iter().any(|row| acknowledged(&row.entry)) {
            return Vec::new();
        }
        let (out, rows): (VecDeque<Row>, VecDeque<Row>) = std::mem::take(&mut self.rows)
            .into_iter()
            .partition(|row| acknowledged(&row.entry));
        self.rows = rows;
        out.into_iter().map(|row| row.entry).collect()
    }

    /// Keeps what `keep` says; answers the rest. `keep` is asked in order.
    pub(super) fn filter(
        &mut self,
        mut keep: impl FnMut(&OutboxEntry) -> bool,
    ) -> Vec<OutboxEntry> {
        let mut out = Vec::new();
        self.rows.retain(|row| {
            let kept = keep(&row.entry);
            if !kept {
                out.push(row.entry.clone());
            }
            kept
        });
        out
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &OutboxEntry> {
        self.rows.iter().map(|row| &row.entry)
    }

    pub(super) fn edits(&self) -> u64 {
        self.rows.iter().map(|row| u64::from(row.entry.edits)).sum()
    }

    /// Nothing grows any more: the client that made the rows writes no more.
    pub(super) fn freeze(&mut self) {
        for row in &mut self.rows {
            row.frozen = true;
        }
    }
}
