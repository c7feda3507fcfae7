//! One open note of a session: its replica, its subscription and its presence.

mod peers;

use crate::error::{ErrorCode, Problem};
use crate::id::{MeetingId, UserId};
use crate::limits::NoteLimits;
use crate::note::Operation;
use crate::note::replica::{
    OutboxEntry, RecoveredDraft, Recovery, RemoteEntry, Replica, ReplicaError, StoreOp,
};
use crate::protocol::frame::Query;
use crate::protocol::lane::LaneEntry;
use peers::Presence;
use serde::{Deserialize, Serialize};

pub use peers::{CursorRange, Peer, Person};

/// Shortest time between two changes sent, in milliseconds: typing gathers meanwhile.
pub const SEND_MS: u64 = 30;
/// Loose updates after which the device's copy is folded into a snapshot.
const COMPACT_AFTER: usize = 400;
/// Recovered drafts kept at most; the oldest goes first.
const DRAFTS: usize = 20;
/// How long a closed tab's outbox may wait for entries of the log, once the server's
/// text is in, in milliseconds.
const UNFIT_MS: u64 = 30_000;

/// Where a change of the text came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Origin {
    /// Somebody else, or another tab.
    Remote,
    /// Taking back an own edit.
    Undo,
    /// Making it again.
    Redo,
    /// The note started over from the server's text.
    Reset,
}

/// A draft kept for the person, until dismissed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct KeptDraft {
    /// The draft's number within this note and session.
    pub id: u32,
    /// What was lost.
    #[serde(flatten)]
    pub draft: RecoveredDraft,
}

/// The note as the application shows it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct NoteStatus {
    /// Local edits that the server has not acknowledged.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub unsent: u64,
    /// The last sequence of the server's log that is in.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
    /// Whether the person may write.
    pub writable: bool,
    /// Whether the server's text is in, as of this connection.
    pub synced: bool,
    /// Whether all local edits are kept on this device.
    pub saved: bool,
    /// Whether there is an own edit to take back.
    pub can_undo: bool,
    /// Whether there is an edit to make again.
    pub can_redo: bool,
    /// Text that could not be kept in the note.
    pub drafts: Vec<KeptDraft>,
    /// Why the server ended the subscription, if it did.
    pub ended: Option<Problem>,
}

/// Something happened in a note.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteEvent {
    /// The text changed, other than by an edit of the application's own.
    Delta {
        /// The change, against the text before.
        operation: Operation,
        /// Where it came from.
        origin: Origin,
    },
    /// The status changed.
    Status(NoteStatus),
    /// Who is in the note, and where their cursors are.
    Peers(Vec<Peer>),
}

/// What the session is to do for a note.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum NoteAction {
    Store(StoreOp),
    Event(NoteEvent),
    Resubscribe,
}

/// One open note.
#[derive(Debug)]
pub(super) struct NoteClient {
    meeting: MeetingId,
    replica: Replica,
    subscribed: bool,
    synced: bool,
    writable: bool,
    from_scratch: bool,
    unstored: Vec<OutboxEntry>,
    sent_at: Option<u64>,
    drafts: Vec<KeptDraft>,
    last_draft: u32,
    /// Since when a closed tab's outbox does not fit, with the server's text in.
    unfit_since: Option<u64>,
    ended: Option<Problem>,
    /// Of this connection: why its snapshot was of no use.
    unreadable: Option<Problem>,
    presence: Presence,
    shown: Option<NoteStatus>,
}

impl NoteClient {
    pub(super) fn new(meeting: MeetingId, replica: Replica, person: Person) -> Self {
        Self {
            meeting,
            from_scratch: replica.epoch() == 0,
            replica,
            subscribed: false,
            synced: false,
            writable: true,
            unstored: Vec::new(),
            sent_at: None,
            drafts: Vec::new(),
            last_draft: 0,
            unfit_since: None,
            ended: None,
            unreadable: None,
            presence: Presence::new(person),
            shown: None,
        }
    }

    pub(super) const fn meeting(&self) -> &MeetingId {
        &self.meeting
    }

    pub(super) fn set_limits(&mut self, limits: NoteLimits) {
        self.replica.set_limits(limits);
    }

    pub(super) const fn replica(&self) -> &Replica {
        &self.replica
    }

    /// What to subscribe with: query, epoch and cursor.
    pub(super) fn subscription(&mut self) -> Option<(Query, Option<String>, Option<u64>)> {
        if self.ended.is_some() {
            return None;
        }
        self.subscribed = false;
        self.synced = false;
        self.unreadable = None;
        self.replica.resend_all();
        let query = Query::Note {
            meeting_id: self.meeting.clone(),
            client_id: self.replica.client_id(),
        };
        if self.from_scratch {
            return Some((query, None, None));
        }
        Some((
            query,
            Some(self.replica.epoch().to_string()),
            Some(self.replica.version()),
        ))
    }

    pub(super) fn lost(&mut self) {
        self.subscribed = false;
        self.synced = false;
        self.replica.resend_all();
        self.presence.lost();
    }

    pub(super) fn revoked(&mut self, problem: &Problem) {
        self.lost();
        self.writable = false;
        self.ended = Some(problem.clone());
    }

    pub(super) fn access(&mut self, writable: bool, epoch: u64) -> Option<NoteAction> {
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

    pub(super) fn snapshot(
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

    fn keep_draft(&mut self, draft: RecoveredDraft) {
        self.last_draft += 1;
        let id = self.last_draft;
        self.drafts.push(KeptDraft { id, draft });
        if self.drafts.len() > DRAFTS {
            self.drafts.remove(0);
        }
    }

    /// Entries of the log; `me` is whom the connection's token names.
    pub(super) fn events(
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

    pub(super) fn acknowledge(&mut self, client_id: u64, client_seq: u64) -> Vec<NoteAction> {
        let store = self.replica.acknowledge(client_id, client_seq);
        store.map(NoteAction::Store).into_iter().collect()
    }

    pub(super) fn refuse(
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

    pub(super) fn edit(
        &mut self,
        operation: &Operation,
        now_ms: u64,
    ) -> Result<Option<NoteAction>, ReplicaError> {
        if !self.writable {
            return Err(ReplicaError::ReadOnly);
        }
        let entry = self.replica.edit(operation, now_ms)?;
        Ok(entry.map(|entry| self.keep(entry)))
    }

    pub(super) fn step(&mut self, origin: Origin) -> Result<Vec<NoteAction>, ReplicaError> {
        if !self.writable {
            return Err(ReplicaError::ReadOnly);
        }
        let step = match origin {
            Origin::Redo => self.replica.redo()?,
            _ => self.replica.undo()?,
        };
        let Some((operation, entry)) = step else {
            return Ok(Vec::new());
        };
        Ok(vec![self.keep(entry), delta(operation, origin)])
    }

    fn keep(&mut self, entry: OutboxEntry) -> NoteAction {
        self.unstored.retain(|waiting| waiting.key() != entry.key());
        self.unstored.push(entry.clone());
        NoteAction::Store(StoreOp::Outbox(entry))
    }

    pub(super) fn stored(&mut self, entry: &OutboxEntry) {
        self.replica.stored(entry);
        self.unstored.retain(|waiting| waiting != entry);
    }

    /// Takes over a closed tab's outbox. What does not fit for long, though the server's
    /// text is in, never will (the note was started over since): it becomes a draft.
    pub(super) fn adopt(
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

    /// The next change to send, when it may go.
    pub(super) fn next_to_send(&mut self, now_ms: u64) -> Option<OutboxEntry> {
        if !self.may_send() || self.send_due().is_some_and(|at| now_ms < at) {
            return None;
        }
        let entry = self.replica.next_to_send()?;
        self.sent_at = Some(now_ms);
        Some(entry)
    }

    /// Everything that was sent before the connection was lost goes at once.
    pub(super) const fn hurry(&mut self) {
        self.sent_at = None;
    }

    const fn may_send(&self) -> bool {
        self.subscribed && self.synced && self.writable
    }

    fn send_due(&self) -> Option<u64> {
        self.sent_at.map(|at| at + SEND_MS)
    }

    /// When something of this note is due.
    pub(super) fn deadline(&self) -> Option<u64> {
        let send = self
            .send_due()
            .filter(|_| self.may_send() && self.replica.has_to_send());
        let presence = self.presence.due_at().filter(|_| self.subscribed);
        send.into_iter().chain(presence).min()
    }

    pub(super) fn presence(&mut self) -> &mut Presence {
        &mut self.presence
    }

    pub(super) fn presence_to_send(&mut self, now_ms: u64) -> Option<Vec<u8>> {
        if !self.subscribed {
            return None;
        }
        let Self {
            presence, replica, ..
        } = self;
        presence.next_frame(replica, now_ms)
    }

    pub(super) fn peers(&self) -> Vec<Peer> {
        self.presence.peers(&self.replica)
    }

    pub(super) fn dismiss(&mut self, id: u32) {
        self.drafts.retain(|kept| kept.id != id);
    }

    pub(super) fn status(&self) -> NoteStatus {
        NoteStatus {
            unsent: self.replica.unsent(),
            version: self.replica.version(),
            writable: self.writable,
            synced: self.synced,
            saved: self.unstored.is_empty(),
            can_undo: self.replica.can_undo(),
            can_redo: self.replica.can_redo(),
            drafts: self.drafts.clone(),
            ended: self.ended.clone().or_else(|| self.unreadable.clone()),
        }
    }

    /// The status, if it is not what was shown last.
    pub(super) fn news(&mut self) -> Option<NoteStatus> {
        let status = self.status();
        if self.shown.as_ref() == Some(&status) {
            return None;
        }
        self.shown = Some(status.clone());
        Some(status)
    }
}

const fn delta(operation: Operation, origin: Origin) -> NoteAction {
    NoteAction::Event(NoteEvent::Delta { operation, origin })
}
