//! The session's notes.

use super::{Effect, Event, Session};
use crate::client::note::{
    CursorRange, NoteAction, NoteClient, NoteEvent, NoteStatus, Origin, Peer, Person,
};
use crate::id::MeetingId;
use crate::note::replica::{OutboxEntry, Replica, ReplicaError, StoredNote};
use crate::note::{Operation, Text};
use crate::protocol::encode;
use crate::protocol::lane::{self, ClientLane, ServerLane};

impl Session {
    /// Opens a note, from what the device has stored of it. `client_id` is fresh and
    /// random (53 bits). What happens in it comes as `Event::Note`.
    ///
    /// # Errors
    /// What is stored makes no sense: open it again with `None`.
    pub fn open_note(
        &mut self,
        meeting: MeetingId,
        stored: Option<StoredNote>,
        client_id: u64,
        person: Person,
    ) -> Result<u32, ReplicaError> {
        let replica = match stored {
            Some(stored) => Replica::restore(stored, client_id, self.limits.note)?,
            None => Replica::new(client_id, self.limits.note),
        };
        let sub = self.next_sub();
        self.notes
            .insert(sub, NoteClient::new(meeting, replica, person));
        self.subscribe_note(sub);
        self.report(sub);
        Ok(sub)
    }

    /// A local edit against the note's present text, applied at once.
    ///
    /// # Errors
    /// The person may not write; the edit does not fit the text, or makes it too long.
    /// Nothing changed.
    pub fn edit_note(
        &mut self,
        sub: u32,
        operation: &Operation,
        now_ms: u64,
    ) -> Result<(), ReplicaError> {
        let note = self.notes.get_mut(&sub).ok_or(ReplicaError::NotOpen)?;
        let action = note.edit(operation, now_ms)?;
        self.act(sub, action.into_iter().collect(), now_ms);
        Ok(())
    }

    /// Takes the last own edit back; the change comes as a delta. Whether there was one.
    ///
    /// # Errors
    /// The change would make the text too long.
    pub fn undo_note(&mut self, sub: u32, now_ms: u64) -> Result<bool, ReplicaError> {
        self.step_note(sub, Origin::Undo, now_ms)
    }

    /// Makes again what was taken back last. Whether there was anything.
    ///
    /// # Errors
    /// The change would make the text too long.
    pub fn redo_note(&mut self, sub: u32, now_ms: u64) -> Result<bool, ReplicaError> {
        self.step_note(sub, Origin::Redo, now_ms)
    }

    fn step_note(&mut self, sub: u32, origin: Origin, now_ms: u64) -> Result<bool, ReplicaError> {
        let note = self.notes.get_mut(&sub).ok_or(ReplicaError::NotOpen)?;
        let actions = note.step(origin)?;
        let done = !actions.is_empty();
        self.act(sub, actions, now_ms);
        Ok(done)
    }

    /// The device has stored this outbox row (`StoreOp::Outbox`): it may be sent.
    pub fn note_stored(&mut self, sub: u32, entry: &OutboxEntry, now_ms: u64) {
        if let Some(note) = self.notes.get_mut(&sub) {
            note.stored(entry);
            self.act(sub, Vec::new(), now_ms);
        }
    }

    /// Takes over the outbox of a closed tab. Call it outside of an edit: what it changes
    /// comes as a delta.
    ///
    /// # Errors
    /// Entries of the log are missing here that the closed tab had: try again later, every
    /// few seconds. What does not fit in the end becomes a draft.
    pub fn adopt_outbox(
        &mut self,
        sub: u32,
        entries: &[OutboxEntry],
        now_ms: u64,
    ) -> Result<(), ReplicaError> {
        if let Some(note) = self.notes.get_mut(&sub) {
            let actions = note.adopt(entries, now_ms)?;
            self.act(sub, actions, now_ms);
        }
        Ok(())
    }

    /// Where the person's cursor is, in UTF-16 code units; `None` when elsewhere.
    pub fn set_cursor(&mut self, sub: u32, cursor: Option<CursorRange>, now_ms: u64) {
        if let Some(note) = self.notes.get_mut(&sub) {
            note.presence().set_cursor(cursor);
            self.send_note(sub, now_ms);
        }
    }

    /// Lets go of a recovered draft.
    pub fn dismiss_draft(&mut self, sub: u32, id: u32) {
        if let Some(note) = self.notes.get_mut(&sub) {
            note.dismiss(id);
            self.report(sub);
        }
    }

    /// The note's text, with local edits.
    #[must_use]
    pub fn note_text(&self, sub: u32) -> Option<&Text> {
        self.notes.get(&sub).map(|note| note.replica().text())
    }

    /// The note's status.
    #[must_use]
    pub fn note_status(&self, sub: u32) -> Option<NoteStatus> {
        self.notes.get(&sub).map(NoteClient::status)
    }

    /// Who else is in the note.
    #[must_use]
    pub fn note_peers(&self, sub: u32) -> Vec<Peer> {
        self.notes
            .get(&sub)
            .map(NoteClient::peers)
            .unwrap_or_default()
    }

    /// The note's replica, to look at.
    #[must_use]
    pub fn note_replica(&self, sub: u32) -> Option<&Replica> {
        self.notes.get(&sub).map(NoteClient::replica)
    }

    pub(super) fn subscribe_note(&mut self, sub: u32) {
        if !self.is_live() {
            return;
        }
        let subscription = self.notes.get_mut(&sub).and_then(NoteClient::subscription);
        if let Some((query, epoch, after)) = subscription {
            self.send(&encode::subscribe(sub, &query, epoch.as_deref(), after));
        }
    }

    pub(super) fn receive_lane(&mut self, sub: u32, frame: ServerLane, now_ms: u64) {
        let fresh_id = self.fresh_client_id();
        let Some(note) = self.notes.get_mut(&sub) else {
            return;
        };
        let actions = match frame {
            ServerLane::Access { writable, epoch } => {
                let action = note.access(writable, epoch);
                note.hurry();
                action.into_iter().collect()
            }
            ServerLane::Snapshot {
                epoch,
                cursor,
                hash,
                state,
            } => note.snapshot(epoch, cursor, &state, hash, fresh_id),
            ServerLane::Events { from, entries } => {
                note.events(from, &entries, self.state.user_id.as_ref())
            }
            ServerLane::Acknowledge {
                client_id,
                client_seq,
            } => note.acknowledge(client_id, client_seq),
            ServerLane::Refuse {
                client_id,
                client_seq,
                problem,
            } => note.refuse(client_id, client_seq, &problem, fresh_id),
            ServerLane::Awareness(bytes) => {
                let own = note.replica().client_id();
                let changed = note.presence().receive(&bytes, own);
                let peers = changed.then(|| NoteAction::Event(NoteEvent::Peers(note.peers())));
                peers.into_iter().collect()
            }
        };
        self.act(sub, actions, now_ms);
    }

    fn fresh_client_id(&mut self) -> u64 {
        1 + self.backoff.below((1 << 53) - 2)
    }

    fn act(&mut self, sub: u32, actions: Vec<NoteAction>, now_ms: u64) {
        let Some(meeting) = self.notes.get(&sub).map(|note| note.meeting().clone()) else {
            return;
        };
        for action in actions {
            match action {
                NoteAction::Store(op) => self.effects.push_back(Effect::Store(meeting.clone(), op)),
                NoteAction::Event(event) => self.tell(Event::Note { sub, event }),
                NoteAction::Resubscribe if self.is_live() => {
                    self.send(&encode::unsubscribe(sub));
                    self.subscribe_note(sub);
                }
                NoteAction::Resubscribe => {}
            }
        }
        self.send_note(sub, now_ms);
        self.report(sub);
    }

    fn send_note(&mut self, sub: u32, now_ms: u64) {
        if !self.is_live() {
            return;
        }
        let Some(note) = self.notes.get_mut(&sub) else {
            return;
        };
        while let Some(entry) = note.next_to_send(now_ms) {
            let frame = ClientLane::Update {
                client_id: entry.client_id,
                client_seq: entry.client_seq,
                update: &entry.update,
            };
            self.effects
                .push_back(Effect::SendBinary(lane::encode_client(sub, &frame)));
        }
        if let Some(bytes) = note.presence_to_send(now_ms) {
            let frame = lane::encode_client(sub, &ClientLane::Awareness(&bytes));
            self.effects.push_back(Effect::SendBinary(frame));
        }
    }

    pub(super) fn tick_notes(&mut self, now_ms: u64) {
        let subs: Vec<u32> = self.notes.keys().copied().collect();
        for sub in subs {
            self.send_note(sub, now_ms);
        }
    }

    pub(super) fn note_deadline(&self) -> Option<u64> {
        self.notes
            .values()
            .filter(|_| self.is_live())
            .filter_map(NoteClient::deadline)
            .min()
    }

    pub(super) fn report_notes(&mut self) {
        let subs: Vec<u32> = self.notes.keys().copied().collect();
        for sub in subs {
            self.report(sub);
        }
    }

    fn report(&mut self, sub: u32) {
        if let Some(status) = self.notes.get_mut(&sub).and_then(NoteClient::news) {
            self.tell(Event::Note {
                sub,
                event: NoteEvent::Status(status),
            });
        }
    }
}
