//! The session as one class. Every input takes the time, in milliseconds since the
//! Unix epoch; after each, the caller takes the effects and carries them out.

#[cfg(test)]
mod tests;

use crate::effect::{Views, fold, to_js};
use crate::js::Array;
use crate::stored::{read_note, read_row, read_rows};
use crate::{invalid, thrown};
use connvo_core::access::Role;
use connvo_core::client::note::{CursorRange, Person};
use connvo_core::client::{KeptCall, Peer, Session};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::json::{list, text};
use connvo_core::note::{Operation, ReplicaError};
use connvo_core::protocol::Query;
use connvo_core::transcript::view::TranscriptView;
use serde_json::Value;
use wasm_bindgen::prelude::*;

/// One client of one server.
#[wasm_bindgen]
pub struct Shell {
    session: Session,
    views: Views,
}

#[wasm_bindgen]
impl Shell {
    /// A session that is not connected; `seed` is a random number below 2⁵³.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new(seed: f64) -> Self {
        Self {
            session: Session::new(seed as u64),
            views: Vec::new(),
        }
    }

    /// The next effect; nothing when there is none.
    #[wasm_bindgen(js_name = takeEffects)]
    pub fn take_effects(&mut self) -> Array {
        let effects = Array::new();
        for effect in self.session.take_effects() {
            if let Some(effect) = to_js(effect, &mut self.views) {
                effects.push(&effect);
            }
        }
        effects
    }

    /// When `tick` is due; nothing when nothing is timed.
    #[must_use]
    pub fn deadline(&self) -> Option<f64> {
        self.session.next_deadline().map(|at| at as f64)
    }

    /// Time has passed.
    pub fn tick(&mut self, now: f64) {
        self.session.tick(now as u64);
    }

    /// The application wants a connection.
    pub fn connect(&mut self, now: f64) {
        self.session.connect(now as u64);
    }

    /// The application wants no connection any longer.
    pub fn disconnect(&mut self) {
        self.session.disconnect();
    }

    /// The device gained or lost its network.
    #[wasm_bindgen(js_name = setOnline)]
    pub fn set_online(&mut self, online: bool, now: f64) {
        self.session.set_online(online, now as u64);
    }

    /// The token asked for; none when there is none just now.
    pub fn token(&mut self, token: Option<String>, expires_at: Option<f64>, now: f64) {
        let expires_at = expires_at.map(|at| at as u64);
        self.session.token(token, expires_at, now as u64);
    }

    /// The socket is open.
    pub fn opened(&mut self, now: f64) {
        self.session.opened(now as u64);
    }

    /// The socket is closed, or could not be opened.
    pub fn closed(&mut self, code: u16, now: f64) {
        self.session.closed(code, now as u64);
    }

    /// A text frame.
    #[wasm_bindgen(js_name = receiveText)]
    pub fn receive_text(&mut self, frame: &str, now: f64) {
        self.session.receive_text(frame, now as u64);
    }

    /// A binary frame.
    #[wasm_bindgen(js_name = receiveBinary)]
    pub fn receive_binary(&mut self, frame: &[u8], now: f64) {
        self.session.receive_binary(frame, now as u64);
    }

    /// How the connection stands, as JSON.
    #[must_use]
    pub fn connection(&self) -> String {
        text(&self.session.state().to_json())
    }

    /// Asks the server to do something; the answer comes as an event of this id.
    /// `key` is a fresh random text, `command` JSON.
    pub fn call(&mut self, key: String, command: &str, now: f64) -> Result<f64, JsValue> {
        let id = self.session.call_json(key, given(command)?, now as u64);
        Ok(id as f64)
    }

    /// Takes up a call that an earlier page left on the device, in the order asked for.
    #[wasm_bindgen(js_name = restoreCall)]
    pub fn restore_call(
        &mut self,
        key: String,
        owner: Option<String>,
        made_at: f64,
        command: &str,
        now: f64,
    ) -> Result<(), JsValue> {
        let call = KeptCall {
            owner: owner.and_then(|owner| owner.try_into().ok()),
            key,
            made_at: made_at as u64,
            command: given(command)?,
        };
        self.session.restore_call(call, now as u64);
        Ok(())
    }

    /// Opens a note from what the device has stored of it (see [`crate::stored`]);
    /// answers its number. `client_id` is fresh and random, from 1 below 2⁵³.
    #[wasm_bindgen(js_name = openNote)]
    pub fn open_note(
        &mut self,
        meeting: String,
        stored: Option<Array>,
        client_id: f64,
        name: String,
        color: String,
    ) -> Result<u32, JsValue> {
        let stored = stored.map(|note| read_note(&note));
        let person = Person { name, color };
        self.session
            .open_note(meeting_id(meeting)?, stored, client_id as u64, person)
            .map_err(|error| refused(&error))
    }

    /// Leaves a note or a transcript.
    pub fn close(&mut self, sub: u32) {
        self.views.retain(|(of, _)| *of != sub);
        self.session.unfollow(sub);
    }

    /// The note's epoch and the ClientID that local edits carry.
    #[wasm_bindgen(js_name = noteIds)]
    #[must_use]
    pub fn note_ids(&self, note: u32) -> Vec<f64> {
        let replica = self.session.note_replica(note);
        replica.map_or_else(Vec::new, |replica| {
            vec![replica.epoch() as f64, replica.client_id() as f64]
        })
    }

    /// The text of a note.
    #[wasm_bindgen(js_name = noteText)]
    #[must_use]
    pub fn note_text(&self, note: u32) -> String {
        let text = self.session.note_text(note);
        text.map(ToString::to_string).unwrap_or_default()
    }

    /// Changes a note's text by a JSON list of components.
    #[wasm_bindgen(js_name = editNote)]
    pub fn edit_note(&mut self, note: u32, operation: &str, now: f64) -> Result<(), JsValue> {
        let operation = Operation::from_json(given(operation)?)
            .ok_or_else(|| invalid("an operation is a list of retain, insert and delete"))?;
        let edited = self.session.edit_note(note, &operation, now as u64);
        edited.map_err(|error| refused(&error))
    }

    /// Takes the last own edit back. Whether there was one.
    #[wasm_bindgen(js_name = undoNote)]
    pub fn undo_note(&mut self, note: u32, now: f64) -> Result<bool, JsValue> {
        let undone = self.session.undo_note(note, now as u64);
        undone.map_err(|error| refused(&error))
    }

    /// Makes again what was taken back last. Whether there was anything.
    #[wasm_bindgen(js_name = redoNote)]
    pub fn redo_note(&mut self, note: u32, now: f64) -> Result<bool, JsValue> {
        let redone = self.session.redo_note(note, now as u64);
        redone.map_err(|error| refused(&error))
    }

    /// The device has stored this outbox row: it may be sent.
    #[wasm_bindgen(js_name = noteStored)]
    pub fn note_stored(&mut self, note: u32, row: &Array, now: f64) {
        self.session.note_stored(note, &read_row(row), now as u64);
    }

    /// Takes over outbox rows of a closed tab; `false` while entries of the log are
    /// missing here that it had.
    #[wasm_bindgen(js_name = adoptOutbox)]
    pub fn adopt_outbox(&mut self, note: u32, rows: &Array, now: f64) -> bool {
        let rows = read_rows(rows);
        self.session.adopt_outbox(note, &rows, now as u64).is_ok()
    }

    /// What is sent, kept and allowed in a note, as JSON.
    #[wasm_bindgen(js_name = noteStatus)]
    #[must_use]
    pub fn note_status(&self, note: u32) -> String {
        let status = self.session.note_status(note);
        text(&status.map_or(Value::Null, |status| status.to_json()))
    }

    /// Who else is in a note, as JSON.
    #[wasm_bindgen(js_name = notePeers)]
    #[must_use]
    pub fn note_peers(&self, note: u32) -> String {
        text(&list(&self.session.note_peers(note), Peer::to_json))
    }

    /// Shows the others where the cursor is; nowhere without both numbers.
    #[wasm_bindgen(js_name = setCursor)]
    pub fn set_cursor(&mut self, note: u32, anchor: Option<u32>, head: Option<u32>, now: f64) {
        let cursor = anchor
            .zip(head)
            .map(|(anchor, head)| CursorRange { anchor, head });
        self.session.set_cursor(note, cursor, now as u64);
    }

    /// Lets go of a recovered draft.
    #[wasm_bindgen(js_name = dismissDraft)]
    pub fn dismiss_draft(&mut self, note: u32, draft: u32) {
        self.session.dismiss_draft(note, draft);
    }

    /// Follows a meeting's transcript; answers its number.
    #[wasm_bindgen(js_name = openTranscript)]
    pub fn open_transcript(&mut self, meeting: String) -> Result<u32, JsValue> {
        let meeting_id = meeting_id(meeting)?;
        let sub = self.session.follow(Query::Transcript { meeting_id });
        self.views.push((sub, TranscriptView::default()));
        Ok(sub)
    }

    /// Follows a meeting's chat as somebody of this name and role; answers its number.
    #[wasm_bindgen(js_name = openChat)]
    pub fn open_chat(&mut self, meeting: String, name: String, role: &str) -> Result<u32, JsValue> {
        let role = Role::parse(role).ok_or_else(|| invalid("a role is needed"))?;
        let meeting_id = meeting_id(meeting)?;
        Ok(self.session.follow_chat(meeting_id, name, role))
    }

    /// Takes in messages from before those that are here, a JSON list; the chat comes
    /// as an event.
    #[wasm_bindgen(js_name = addMessages)]
    pub fn add_messages(&mut self, chat: u32, messages: &str) -> Result<(), JsValue> {
        let Value::Array(items) = given(messages)? else {
            return Err(invalid("a list of messages is needed"));
        };
        self.session.add_earlier(chat, items);
        Ok(())
    }

    /// Follows a view, of a meeting where it is of one; answers its number. `kind` is the
    /// wire name of its query.
    #[wasm_bindgen(js_name = openView)]
    pub fn open_view(&mut self, kind: &str, meeting: Option<String>) -> Result<u32, JsValue> {
        let meeting = meeting.map(meeting_id).transpose()?;
        let query = Query::view(kind, meeting).ok_or_else(|| invalid("there is no such view"))?;
        Ok(self.session.follow(query))
    }

    /// Takes in chunks from before those that a transcript began with, a JSON list;
    /// answers the event that tells what they change.
    #[wasm_bindgen(js_name = addEarlier)]
    pub fn add_earlier(
        &mut self,
        transcript: u32,
        chunks: &str,
    ) -> Result<Option<String>, JsValue> {
        let Value::Array(items) = given(chunks)? else {
            return Err(invalid("a list of chunks is needed"));
        };
        Ok(fold(transcript, false, items, &mut self.views))
    }
}

fn given(json: &str) -> Result<Value, JsValue> {
    serde_json::from_str(json).map_err(|_| invalid("this is no JSON"))
}

fn meeting_id(text: String) -> Result<MeetingId, JsValue> {
    MeetingId::try_from(text)
        .map_err(|error| thrown(&Problem::field("/meetingId", error.to_string())))
}

fn refused(error: &ReplicaError) -> JsValue {
    let code = match error {
        ReplicaError::Refused(_) => ErrorCode::ValidationError,
        ReplicaError::ReadOnly => ErrorCode::Forbidden,
        ReplicaError::NotOpen => ErrorCode::NotFound,
        _ => ErrorCode::Conflict,
    };
    thrown(&Problem::new(code, error.to_string()))
}
