//! A followed chat: the journal folded, and over it what this client has asked for.

use crate::access::Role;
use crate::chat::view::ChatView;
use crate::chat::{Change, Message, MessageDraft, MessageEdit, NewMessage, What};
use crate::id::{MeetingId, UserId};
use crate::json::Fields;
use serde_json::Value;

/// A chat as one client follows it.
#[derive(Debug)]
pub struct ChatClient {
    meeting: MeetingId,
    /// What the person is called, and what they are in the meeting.
    person: (String, Role),
    view: ChatView,
}

impl ChatClient {
    pub(super) fn new(meeting: MeetingId, person: (String, Role)) -> Self {
        Self {
            meeting,
            person,
            view: ChatView::default(),
        }
    }

    /// Takes messages of the journal, or of the history.
    pub(super) fn take(&mut self, reset: bool, items: Vec<Value>) {
        if reset {
            self.view.reset();
        }
        for item in items {
            if let Some(message) = Message::from_json(item) {
                self.view.received(message);
            }
        }
    }

    /// The call `id` asks for something. Whether it is of this chat, and shows.
    pub(super) fn ask(&mut self, id: u64, command: &Value, me: Option<&UserId>, now: u64) -> bool {
        if command["meetingId"].as_str() != Some(self.meeting.as_str()) {
            return false;
        }
        let Some(what) = what(command) else {
            return false;
        };
        let (name, role) = self.person.clone();
        let change = Change {
            by: me.cloned(),
            name,
            role,
            at: now,
            what,
        };
        self.view.ask(id, change).is_ok()
    }

    /// The call `id` is answered; of a refusal what it showed is taken back. Whether it
    /// was of this chat.
    pub(super) fn answered(&mut self, id: u64, stored: Option<&Value>) -> bool {
        let stored = stored.cloned().and_then(Message::from_json);
        self.view.answered(id, stored)
    }

    /// Every message as it is to be shown, in the order posted: a JSON list of
    /// [`crate::chat::view::ShownMessage`].
    #[must_use]
    pub fn shown(&self) -> Value {
        let shown = self.view.shown().into_iter();
        Value::Array(shown.map(|one| one.to_json()).collect())
    }
}

/// What a command of the chat asks for; nothing for any other.
fn what(command: &Value) -> Option<What> {
    let mut fields = Fields::of(command.clone())?;
    Some(match fields.text("type")?.as_str() {
        "postMessage" => What::Post(NewMessage::unchecked(MessageDraft::from_json(
            &mut fields,
        )?)?),
        "editMessage" => What::Edit(
            fields.id("messageId")?,
            MessageEdit::from_json(&mut fields)?,
        ),
        "deleteMessage" => What::Delete(fields.id("messageId")?),
        "reactToMessage" => What::React(
            fields.id("messageId")?,
            fields.text("emoji")?,
            command["on"].as_bool()?,
        ),
        _ => return None,
    })
}
