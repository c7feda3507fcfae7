//! What the server tells of a note.

use super::{KeptDraft, NoteAction, NoteClient, Origin, delta};
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use crate::note::replica::{RecoveredDraft, Recovery, RemoteEntry, ReplicaError};
use crate::protocol::lane::LaneEntry;

/// Loose updates after which the device's copy is folded into a snapshot.
const COMPACT_AFTER: usize = 400;
/// Recovered drafts kept at most; the oldest goes first.
const DRAFTS: usize = 20;

impl NoteClient {
    pub(in crate::client) fn access(&mut self, writable: bool, epoch: u64) -> Option<NoteAction> {
        self.subscribed = true;
        self.writable = writable;
        // Of the same epoch, the cursor holds and events follow from there.
        self.synced |= !self.from_scratch && epoch == self.replica.epoch();
        self.presence.announce();
        // What is unsent stays unsent. A snapshot tells what of it arrived before.
        let stranded = !writable && self.replica.unsent() > 0 && !self.from_scratch;
        stranded.then(|| {
            self.from_scratch = true;
            NoteAction::Resubscribe
        })
    }

    pub(in crate::client) fn snapshot(
        &mut self,
        epoch: u64,
        cursor: u64,
        state: &[u8],
        hash: u64,
        fresh_id: u64,
    ) -> Vec<NoteAction> {
        match self
            .replica
            .reset(epoch, cursor, state, Some(hash), fresh_id)
        {
            Ok(recovery) => {
                self.from_scratch = false;
                self.synced = true;
                let mut actions = self.recovered(recovery, Origin::Reset);
                if !self.writable && self.replica.unsent() > 0 {
                    let reason = "you may read this note, not change it";
                    match self.replica.set_aside(reason, fresh_id) {
                        Ok(recovery) => actions.extend(self.recovered(recovery, Origin::Reset)),
                        Err(_) => self.from_scratch = true,
                    }
                }
                actions
            }
            // Bytes that make no sense: the person is told, and the next connection
            // asks again. What is unsent stays.
            Err(error) => {
                self.lost();
                self.unreadable = Some(Problem::new(
                    ErrorCode::Internal,
                    format!("the note that the server sent cannot be read: {error}"),
                ));
                Vec::new()
            }
        }
    }

    fn recovered(&mut self, recovery: Recovery, origin: Origin) -> Vec<NoteAction> {
        let mut actions = vec![NoteAction::Store(recovery.store)];
        if !recovery.operation.is_noop() {
            actions.push(delta(recovery.operation, origin));
        }
        if let Some(draft) = recovery.draft {
            self.keep_draft(draft);
        }
        if recovery.new_client {
            actions.push(NoteAction::Resubscribe);
        }
        actions
    }

    pub(super) fn keep_draft(&mut self, draft: RecoveredDraft) {
        self.last_draft += 1;
        let id = self.last_draft;
        self.drafts.push(KeptDraft { id, draft });
        if self.drafts.len() > DRAFTS {
            self.drafts.remove(0);
        }
    }

    /// Entries of the log; `me` is whom the connection's token names.
    pub(in crate::client) fn events(
        &mut self,
        from: u64,
        entries: &[LaneEntry],
        me: Option<&UserId>,
    ) -> Vec<NoteAction> {
        let entries: Vec<_> = (from..)
            .zip(entries)
            .map(|(sequence, entry)| RemoteEntry {
                sequence,
                own: me.is_some_and(|me| me.as_str() == entry.author_id),
                client_id: &entry.client_id,
                client_seq: entry.client_seq,
                update: entry.update.as_deref(),
            })
            .collect();
        match self.replica.receive(&entries) {
            Ok(received) => {
                let mut actions = vec![NoteAction::Store(received.store)];
                if !received.operation.is_noop() {
                    actions.push(delta(received.operation, Origin::Remote));
                }
                actions.extend(self.compact());
                actions
            }
            Err(ReplicaError::Gap { .. }) => vec![NoteAction::Resubscribe],
            Err(_) => {
                self.from_scratch = true;
                vec![NoteAction::Resubscribe]
            }
        }
    }

    fn compact(&mut self) -> Option<NoteAction> {
        if self.replica.loose_updates() < COMPACT_AFTER {
            return None;
        }
        self.replica.compact().ok().map(NoteAction::Store)
    }

    pub(in crate::client) fn acknowledge(
        &mut self,
        client_id: u64,
        client_seq: u64,
    ) -> Vec<NoteAction> {
        let store = self.replica.acknowledge(client_id, client_seq);
        store.map(NoteAction::Store).into_iter().collect()
    }

    pub(in crate::client) fn refuse(
        &mut self,
        client_id: u64,
        client_seq: u64,
        problem: &Problem,
        fresh_id: u64,
    ) -> Vec<NoteAction> {
        match self
            .replica
            .refuse(client_id, client_seq, &problem.detail, fresh_id)
        {
            Ok(recovery) => self.recovered(recovery, Origin::Reset),
            Err(_) => {
                self.from_scratch = true;
                vec![NoteAction::Resubscribe]
            }
        }
    }
}
