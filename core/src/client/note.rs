//! One open note of a session: its replica, its subscription and its presence.

mod adopt;
mod peers;
mod receive;
mod status;

use crate::error::Problem;
use crate::id::MeetingId;
use crate::limits::NoteLimits;
use crate::note::Operation;
use crate::note::replica::{OutboxEntry, Replica, ReplicaError, StoreOp};
use crate::protocol::frame::Query;
use peers::Presence;

pub use peers::{CursorRange, Peer, Person};
pub use status::{KeptDraft, NoteEvent, NoteStatus, Origin};

/// Shortest time between two changes sent, in milliseconds: typing gathers meanwhile.
pub const SEND_MS: u64 = 30;

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
