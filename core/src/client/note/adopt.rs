//! Outboxes of tabs that are gone.

use super::{NoteAction, NoteClient, Origin, delta};
use crate::note::replica::{OutboxEntry, RecoveredDraft, ReplicaError, StoreOp};

/// How long a closed tab's outbox may wait for entries of the log, once the server's
/// text is in, in milliseconds.
const UNFIT_MS: u64 = 30_000;

impl NoteClient {
    /// Takes over a closed tab's outbox. What does not fit for long, though the server's
    /// text is in, never will (the note was started over since): it becomes a draft.
    pub(in crate::client) fn adopt(
        &mut self,
        entries: &[OutboxEntry],
        now_ms: u64,
    ) -> Result<Vec<NoteAction>, ReplicaError> {
        match self.replica.adopt(entries) {
            Ok(operation) => {
                self.unfit_since = None;
                let mut actions = Vec::new();
                if !operation.is_noop() {
                    actions.push(delta(operation, Origin::Remote));
                }
                if self.subscribed && !self.writable {
                    self.from_scratch = true;
                    actions.push(NoteAction::Resubscribe);
                }
                Ok(actions)
            }
            Err(error) if !self.synced => Err(error),
            Err(error) => {
                let since = *self.unfit_since.get_or_insert(now_ms);
                if now_ms < since + UNFIT_MS {
                    return Err(error);
                }
                self.unfit_since = None;
                self.keep_draft(RecoveredDraft::of_rows(entries));
                Ok(vec![NoteAction::Store(StoreOp::Commit {
                    version: self.replica.version(),
                    updates: Vec::new(),
                    acknowledged: entries.iter().map(OutboxEntry::key).collect(),
                })])
            }
        }
    }
}
