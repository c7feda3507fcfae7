//! What JavaScript sees: one class. Its methods check and convert what comes in;
//! everything that happens goes out through one callback.

mod event;
mod note;
mod pump;
#[cfg(test)]
mod tests;

use connvo_core::client::note::{CursorRange, Person};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::note::{Operation, ReplicaError};
use connvo_core::protocol::{Command, Query};
use event::given;
pub(crate) use event::to_js;
use js_sys::{Function, Promise};
use pump::Pump;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

/// One client of one server. The wrappers in TypeScript give it its public shape.
#[wasm_bindgen]
pub struct Shell {
    pump: Rc<Pump>,
}

#[wasm_bindgen]
impl Shell {
    /// A client of the server at `url`. `token` answers `{token, expiresAt?}` or a
    /// promise of it; `events` takes every event.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(url: String, token: Function, events: Function) -> Self {
        Self {
            pump: Pump::new(url, token, events),
        }
    }

    /// Opens the records of `namespace` on this device; without one, works in
    /// memory. To be awaited before `openNote`.
    #[wasm_bindgen(js_name = openStorage)]
    pub fn open_storage(&self, namespace: Option<String>) -> Promise {
        let pump = Rc::clone(&self.pump);
        future_to_promise(async move {
            pump.open_storage(namespace).await;
            Ok(JsValue::UNDEFINED)
        })
    }

    /// Goes live, and stays so across losses.
    pub fn connect(&self) {
        self.pump.with(|session, _| session.connect());
    }

    /// Goes offline.
    pub fn disconnect(&self) {
        self.pump.with(|session, _| session.disconnect());
    }

    /// How the connection stands.
    #[must_use]
    pub fn connection(&self) -> JsValue {
        to_js(&self.pump.look(|session| session.state().clone()))
    }

    /// Asks the server to do something; the answer comes as an event of this id.
    pub fn call(&self, command: JsValue) -> Result<f64, JsValue> {
        let command: Command = given(command)?;
        let key = format!(
            "{:016x}{:016x}",
            crate::browser::random(),
            crate::browser::random()
        );
        Ok(self.pump.with(|session, _| session.call(key, command)) as f64)
    }

    /// Opens a note from this device; resolves to its number.
    #[wasm_bindgen(js_name = openNote)]
    pub fn open_note(&self, meeting: String, name: String, color: String) -> Promise {
        let pump = Rc::clone(&self.pump);
        future_to_promise(async move {
            let meeting = meeting_id(meeting)?;
            let sub = note::open(&pump, meeting, Person { name, color }).await;
            sub.map(JsValue::from).map_err(|error| refused(&error))
        })
    }

    /// The text of a note.
    #[wasm_bindgen(js_name = noteText)]
    #[must_use]
    pub fn note_text(&self, note: u32) -> String {
        let text = |session: &connvo_core::client::Session| {
            session.note_text(note).map(ToString::to_string)
        };
        self.pump.look(text).unwrap_or_default()
    }

    /// Changes a note's text.
    #[wasm_bindgen(js_name = editNote)]
    pub fn edit_note(&self, note: u32, operation: JsValue) -> Result<(), JsValue> {
        let operation: Operation = given(operation)?;
        self.writable(note)?;
        let edit = self
            .pump
            .with(|session, now| session.edit_note(note, &operation, now));
        edit.map_err(|error| refused(&error))
    }

    /// Takes the last own edit back. Whether there was one.
    #[wasm_bindgen(js_name = undoNote)]
    pub fn undo_note(&self, note: u32) -> Result<bool, JsValue> {
        self.writable(note)?;
        let undone = self.pump.with(|session, now| session.undo_note(note, now));
        undone.map_err(|error| refused(&error))
    }

    /// Makes again what was taken back last. Whether there was anything.
    #[wasm_bindgen(js_name = redoNote)]
    pub fn redo_note(&self, note: u32) -> Result<bool, JsValue> {
        self.writable(note)?;
        let redone = self.pump.with(|session, now| session.redo_note(note, now));
        redone.map_err(|error| refused(&error))
    }

    /// What is sent, kept and allowed in a note.
    #[wasm_bindgen(js_name = noteStatus)]
    #[must_use]
    pub fn note_status(&self, note: u32) -> JsValue {
        note::status(&self.pump, note)
    }

    /// Who else is in a note.
    #[wasm_bindgen(js_name = notePeers)]
    #[must_use]
    pub fn note_peers(&self, note: u32) -> JsValue {
        to_js(&self.pump.look(|session| session.note_peers(note)))
    }

    /// Shows the others where the cursor is; nowhere without both numbers.
    #[wasm_bindgen(js_name = setCursor)]
    pub fn set_cursor(&self, note: u32, anchor: Option<u32>, head: Option<u32>) {
        let cursor = anchor
            .zip(head)
            .map(|(anchor, head)| CursorRange { anchor, head });
        self.pump
            .with(|session, now| session.set_cursor(note, cursor, now));
    }

    /// Deletes a recovered draft.
    #[wasm_bindgen(js_name = dismissDraft)]
    pub fn dismiss_draft(&self, note: u32, id: &str) {
        note::dismiss_draft(&self.pump, note, id);
    }

    /// Leaves a note. What is not sent stays on this device.
    #[wasm_bindgen(js_name = closeNote)]
    pub fn close_note(&self, note: u32) {
        note::close(&self.pump, note);
    }

    /// Follows a meeting's transcript; answers its number.
    #[wasm_bindgen(js_name = openTranscript)]
    pub fn open_transcript(&self, meeting: String) -> Result<u32, JsValue> {
        let meeting_id = meeting_id(meeting)?;
        Ok(self
            .pump
            .follow_transcript(Query::Transcript { meeting_id }))
    }

    /// Follows it no longer.
    #[wasm_bindgen(js_name = closeTranscript)]
    pub fn close_transcript(&self, transcript: u32) {
        self.pump.unfollow_transcript(transcript);
    }

    /// Closes everything; nothing is told any more.
    pub fn close(&self) {
        self.pump.close();
    }

    fn writable(&self, note: u32) -> Result<(), JsValue> {
        let status = self.pump.look(|session| session.note_status(note));
        match status {
            Some(status) if status.writable => Ok(()),
            Some(_) => Err(to_js(&Problem::new(
                ErrorCode::Forbidden,
                "this note is read-only for you",
            ))),
            None => Err(to_js(&Problem::not_found("this note"))),
        }
    }
}

fn meeting_id(text: String) -> Result<MeetingId, JsValue> {
    MeetingId::try_from(text)
        .map_err(|error| to_js(&Problem::field("/meetingId", error.to_string())))
}

fn refused(error: &ReplicaError) -> JsValue {
    let code = match error {
        ReplicaError::Refused(_) => ErrorCode::ValidationError,
        _ => ErrorCode::Conflict,
    };
    to_js(&Problem::new(code, error.to_string()))
}
