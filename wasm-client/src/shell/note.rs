//! Open notes: what the device has of them, which tab answers for which ClientID,
//! and the outboxes of tabs that are gone.

use super::event::{ShellEvent, to_js};
use super::pump::{Pump, fed};
use crate::browser;
use crate::lock::Lock;
use crate::storage::{Loaded, StorageKind, Write, Writer};
use connvo_core::client::NoteStatus;
use connvo_core::client::note::Person;
use connvo_core::id::MeetingId;
use connvo_core::note::replica::{OutboxEntry, RecoveredDraft, ReplicaError, StoreOp};
use serde::{Deserialize, Serialize};
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;

/// The shell's part of an open note.
pub(super) struct OpenNote {
    meeting: MeetingId,
    writer: Rc<Writer>,
    /// The ClientID whose lock is held as one's own.
    client_id: Cell<u64>,
    /// Names this tab's drafts on the device.
    tab: u64,
    /// Drafts of this tab that are kept already, by number.
    kept_drafts: Cell<u32>,
    /// Drafts on the device, of this tab and of others.
    drafts: RefCell<Vec<StoredDraft>>,
    /// Outboxes that could not be taken in yet.
    waiting: RefCell<Vec<Vec<OutboxEntry>>>,
}

/// A recovered draft as this device keeps it and as the application sees it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredDraft {
    id: String,
    #[serde(flatten)]
    draft: RecoveredDraft,
}

#[derive(Serialize)]
struct ShownStatus<'a> {
    #[serde(flatten)]
    status: &'a NoteStatus,
    /// In the place of the session's own.
    drafts: &'a [StoredDraft],
}

impl OpenNote {
    pub(super) fn is_unsaved(&self) -> bool {
        self.writer.is_unsaved()
    }
}

/// A ClientID that was never used: 53 bits, not 0.
fn fresh_client_id() -> u64 {
    (browser::random() >> 11).max(1)
}

/// Opens a note; answers its number.
pub(super) async fn open(
    pump: &Rc<Pump>,
    meeting: MeetingId,
    person: Person,
) -> Result<u32, ReplicaError> {
    let storage = Rc::clone(&pump.storage.borrow());
    let client_id = fresh_client_id();
    let own = take_lock(pump, &meeting, client_id).await;

    // Locks first, rows after: what a tab that is just going still acknowledges is
    // gone before it is read here.
    let mut held = Vec::new();
    let mut others = Vec::new();
    for client in storage.clients(meeting.as_str()).await.unwrap_or_default() {
        match take_lock(pump, &meeting, client).await {
            Some(lock) => held.push((client, lock)),
            None => others.push(client),
        }
    }
    let clients: Vec<u64> = held.iter().map(|(client, _)| *client).collect();
    let loaded = storage.load(meeting.as_str(), &clients).await;
    let Loaded { note, drafts } = loaded.unwrap_or_default();

    let orphans = note.outbox.clone();
    let opened = pump.with(|session, _| {
        session.open_note(meeting.clone(), Some(note), client_id, person.clone())
    });
    let (sub, waiting) = match opened {
        Ok(sub) => (sub, Vec::new()),
        // What is stored makes no sense by itself: the outbox may, after the
        // server's state.
        Err(_) => {
            let open = |session: &mut connvo_core::client::Session, _| {
                session.open_note(meeting.clone(), None, client_id, person)
            };
            (pump.with(open)?, vec![orphans])
        }
    };
    let epoch = pump.look(|session| session.note_replica(sub).map_or(0, |note| note.epoch()));
    let weak = Rc::downgrade(pump);
    let report = move |rows: Vec<OutboxEntry>| {
        if let Some(pump) = weak.upgrade() {
            written_down(&pump, sub, &rows);
        }
    };
    let writer = Writer::new(storage, meeting.as_str(), client_id, epoch, report);
    for (client, lock) in held.into_iter().chain(own.map(|lock| (client_id, lock))) {
        writer.keep(client, lock);
    }
    let drafts = drafts
        .iter()
        .filter_map(|(_, json)| serde_json::from_str(json).ok());
    let note = Rc::new(OpenNote {
        meeting,
        writer,
        client_id: Cell::new(client_id),
        tab: client_id,
        kept_drafts: Cell::new(0),
        drafts: RefCell::new(drafts.collect()),
        waiting: RefCell::new(waiting),
    });
    for client in others {
        await_outbox(pump, sub, &note, client);
    }
    announce(pump, &note);
    if !pump.is_closed() {
        pump.notes.borrow_mut().insert(sub, note);
    }
    Ok(sub)
}

/// Leaves a note. Its writer ends what it has begun, and then lets its locks go.
pub(super) fn close(pump: &Rc<Pump>, sub: u32) {
    pump.notes.borrow_mut().remove(&sub);
    pump.with(|session, _| session.unfollow(sub));
    pump.show_storage();
}

fn find(pump: &Pump, sub: u32) -> Option<Rc<OpenNote>> {
    pump.notes.borrow().get(&sub).cloned()
}

/// Does what core wants stored.
pub(super) fn store(pump: &Rc<Pump>, meeting: &MeetingId, op: StoreOp) {
    let note = pump
        .notes
        .borrow()
        .iter()
        .find_map(|(sub, note)| (note.meeting == *meeting).then(|| (*sub, Rc::clone(note))));
    let Some((sub, note)) = note else { return };
    note.writer.store(op);
    follow_client_id(pump, sub, &note);
    take_in_waiting(pump, sub, &note);
}

fn written_down(pump: &Rc<Pump>, sub: u32, rows: &[OutboxEntry]) {
    for row in rows {
        pump.with(|session, now| session.note_stored(sub, row, now));
    }
    pump.show_storage();
    pump.tell(&ShellEvent::Status { sub });
}

/// After a refusal local edits carry a new ClientID: this tab answers for it too.
fn follow_client_id(pump: &Rc<Pump>, sub: u32, note: &Rc<OpenNote>) {
    let current = pump.look(|session| session.note_replica(sub).map(|note| note.client_id()));
    let Some(current) = current.filter(|id| *id != note.client_id.get()) else {
        return;
    };
    note.client_id.set(current);
    if let Some(name) = lock_name(pump, &note.meeting, current) {
        note.writer.keep(current, Lock::wait(&name, || {}));
    }
    announce(pump, note);
}

fn lock_name(pump: &Pump, meeting: &MeetingId, client: u64) -> Option<String> {
    let kept = pump.storage.borrow().kind() == StorageKind::IndexedDb;
    let namespace = pump.namespace.borrow();
    let namespace = namespace.as_ref().filter(|_| kept)?;
    Some(format!("{namespace}|{meeting}|{client}"))
}

/// The lock of a ClientID, if it is free. In memory there is nobody to share with.
async fn take_lock(pump: &Pump, meeting: &MeetingId, client: u64) -> Option<Lock> {
    match lock_name(pump, meeting, client) {
        Some(name) => Lock::take(&name).await,
        None => Some(Lock::free()),
    }
}

/// Tells the other tabs who writes here, so that one of them takes over.
fn announce(pump: &Pump, note: &OpenNote) {
    if let Some(tabs) = &*pump.tabs.borrow() {
        let message = format!("{}|{}", note.meeting, note.client_id.get());
        // A channel that was closed has nobody to tell.
        let _ = tabs.post_message(&JsValue::from_str(&message));
    }
}

/// Another tab writes in a note that is open here too: wait for its end.
pub(super) fn announced(pump: &Rc<Pump>, message: &str) {
    let Some((meeting, client)) = message.split_once('|') else {
        return;
    };
    let Ok(client) = client.parse() else { return };
    let notes = pump.notes.borrow().clone();
    for (sub, note) in notes {
        if note.meeting.as_str() == meeting {
            await_outbox(pump, sub, &note, client);
        }
    }
}

/// Takes over the outbox of `client` when its tab is gone.
fn await_outbox(pump: &Rc<Pump>, sub: u32, note: &Rc<OpenNote>, client: u64) {
    let Some(name) = lock_name(pump, &note.meeting, client) else {
        return;
    };
    if note.writer.keeps(client) {
        return;
    }
    let weak_pump = Rc::downgrade(pump);
    let weak_note = Rc::downgrade(note);
    let lock = Lock::wait(&name, move || {
        spawn_local(async move {
            let (Some(pump), Some(note)) = (weak_pump.upgrade(), weak_note.upgrade()) else {
                return;
            };
            let storage = Rc::clone(&pump.storage.borrow());
            let rows = storage.outbox(note.meeting.as_str(), client).await;
            let rows = rows.unwrap_or_default();
            if rows.is_empty() {
                note.writer.let_go(client);
                return;
            }
            note.waiting.borrow_mut().push(rows);
            take_in_waiting(&pump, sub, &note);
        });
    });
    note.writer.keep(client, lock);
}

/// Tries the outboxes that wait; one that misses entries of the log waits on.
fn take_in_waiting(pump: &Rc<Pump>, sub: u32, note: &Rc<OpenNote>) {
    let waiting = std::mem::take(&mut *note.waiting.borrow_mut());
    if waiting.is_empty() {
        return;
    }
    let weak = Rc::downgrade(pump);
    let still = waiting.into_iter().filter(|rows| {
        let mut taken = false;
        fed(&weak, |session, now| {
            taken = session.adopt_outbox(sub, rows.clone(), now).is_ok();
        });
        !taken
    });
    let still: Vec<_> = still.collect();
    note.waiting.borrow_mut().extend(still);
}

/// The status as the application sees it.
pub(super) fn status(pump: &Pump, sub: u32) -> JsValue {
    let status = pump.look(|session| session.note_status(sub));
    let (Some(mut status), Some(note)) = (status, find(pump, sub)) else {
        return JsValue::NULL;
    };
    let kept = pump.storage.borrow().kind() == StorageKind::IndexedDb;
    status.saved &= kept && !note.is_unsaved();
    let drafts = note.drafts.borrow();
    to_js(&ShownStatus {
        status: &status,
        drafts: &drafts,
    })
}

/// Keeps drafts that are new, and tells.
pub(super) fn status_changed(pump: &Rc<Pump>, sub: u32, status: &NoteStatus) {
    if let Some(note) = find(pump, sub) {
        for kept in status
            .drafts
            .iter()
            .filter(|kept| kept.id > note.kept_drafts.get())
        {
            note.kept_drafts.set(kept.id);
            let id = format!("{}-{}", note.tab, kept.id);
            let draft = StoredDraft {
                id: id.clone(),
                draft: kept.draft.clone(),
            };
            let json = serde_json::to_string(&draft).unwrap_or_default();
            note.drafts.borrow_mut().push(draft);
            note.writer.write(Write::Draft { id, json });
        }
    }
    pump.tell(&ShellEvent::Status { sub });
}

/// Deletes a draft that the person has seen.
pub(super) fn dismiss_draft(pump: &Rc<Pump>, sub: u32, id: &str) {
    let Some(note) = find(pump, sub) else { return };
    note.drafts.borrow_mut().retain(|draft| draft.id != id);
    note.writer
        .write(Write::DraftDismissed { id: id.to_owned() });
    let own = id
        .strip_prefix(&format!("{}-", note.tab))
        .and_then(|n| n.parse().ok());
    match own {
        Some(number) => pump.with(|session, _| session.dismiss_draft(sub, number)),
        None => pump.tell(&ShellEvent::Status { sub }),
    }
}
