//! Entries of the server's log, and acknowledgements.

use super::{OutboxEntry, Replica, ReplicaError, StoreOp};
use crate::note::Operation;

/// An entry of the server's log, as it comes over the lane.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RemoteEntry<'a> {
    /// Its place in the log.
    pub sequence: u64,
    /// Whether this person made it. Client ids are public, and the op door takes any
    /// name: what somebody else made acknowledges nothing here.
    pub own: bool,
    /// Which client made it, as the log names it.
    pub client_id: &'a str,
    /// Its place among that client's changes: all up to it are acknowledged.
    pub client_seq: u64,
    /// The V1 update; absent when this replica made it.
    pub update: Option<&'a [u8]>,
}

impl RemoteEntry<'_> {
    /// The ClientID of this person's that made it, if one did: a number in its one
    /// written form ("+7" and "007" are other clients than "7").
    fn own_client(&self) -> Option<u64> {
        let client: u64 = self.client_id.parse().ok().filter(|_| self.own)?;
        (client.to_string() == self.client_id).then_some(client)
    }
}

/// What entries of the log did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// The change for the editor, against the text before.
    pub operation: Operation,
    /// What to store, in one transaction.
    pub store: StoreOp,
}

impl Replica {
    /// Takes entries of the log, which must follow the version without a gap; those
    /// that are in already are passed over.
    pub fn receive(&mut self, entries: &[RemoteEntry<'_>]) -> Result<Received, ReplicaError> {
        let fresh = self.in_order(entries)?;
        let foreign: Vec<&[u8]> = fresh.iter().filter_map(|entry| entry.update).collect();
        let operation = self.apply_foreign(&foreign)?;
        let mut updates: Vec<Vec<u8>> = Vec::new();
        let mut acknowledged = Vec::new();
        for entry in fresh {
            if let Some(client) = entry.own_client() {
                for row in self.acknowledged(client, entry.client_seq) {
                    acknowledged.push(row.key());
                    // An own change comes without its bytes: the outbox has them.
                    if entry.update.is_none() {
                        updates.push(row.update);
                    }
                }
            }
            updates.extend(entry.update.map(<[u8]>::to_vec));
        }
        let version = entries.last().map_or(0, |entry| entry.sequence);
        let version = version.max(self.version());
        self.committed.extend(version, &updates);
        Ok(Received {
            operation,
            store: StoreOp::Commit {
                version,
                updates,
                acknowledged,
            },
        })
    }

    /// The entries that are not in yet, if they follow without a gap and every own
    /// one is known here. Changes nothing.
    fn in_order<'e, 'u>(
        &self,
        entries: &'e [RemoteEntry<'u>],
    ) -> Result<&'e [RemoteEntry<'u>], ReplicaError> {
        let version = self.version();
        let known = entries
            .iter()
            .take_while(|entry| entry.sequence <= version)
            .count();
        let fresh = &entries[known..];
        for (entry, expected) in fresh.iter().zip(version + 1..) {
            if entry.sequence != expected {
                return Err(ReplicaError::Gap {
                    expected,
                    got: entry.sequence,
                });
            }
            if entry.update.is_none() && !self.has_made(entry) {
                return Err(ReplicaError::Broken(
                    "an own change is not known here".into(),
                ));
            }
        }
        Ok(fresh)
    }

    fn has_made(&self, entry: &RemoteEntry<'_>) -> bool {
        entry.own_client().is_some_and(|client| {
            let mut known = self.high_water.iter();
            known.any(|(id, seq)| *id == client && *seq >= entry.client_seq)
                || self
                    .outbox
                    .iter()
                    .any(|row| row.key() == (client, entry.client_seq))
        })
    }

    /// Takes acknowledged rows out of the outbox.
    fn acknowledged(&mut self, client: u64, seq: u64) -> Vec<OutboxEntry> {
        let rows = self.outbox.acknowledge(client, seq);
        if !rows.is_empty() {
            match self.high_water.iter_mut().find(|(id, _)| *id == client) {
                Some((_, known)) => *known = seq.max(*known),
                None => self.high_water.push((client, seq)),
            }
        }
        rows
    }

    /// The server acknowledges a change beside its log: it changed nothing, or was
    /// there already. `None` if that is no news.
    pub fn acknowledge(&mut self, client_id: u64, client_seq: u64) -> Option<StoreOp> {
        let rows = self.acknowledged(client_id, client_seq);
        if rows.is_empty() {
            return None;
        }
        let acknowledged = rows.iter().map(OutboxEntry::key).collect();
        let updates: Vec<Vec<u8>> = rows.into_iter().map(|row| row.update).collect();
        let version = self.version();
        self.committed.extend(version, &updates);
        Some(StoreOp::Commit {
            version,
            updates,
            acknowledged,
        })
    }

    fn apply_foreign(&mut self, updates: &[&[u8]]) -> Result<Operation, ReplicaError> {
        let applied = self
            .live
            .apply_committed(updates)
            .map_err(|error| ReplicaError::Broken(error.to_string()))?;
        self.undo.remote(&applied.operation);
        Ok(applied.operation)
    }
}
