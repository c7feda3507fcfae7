//! The chat as a page shows it: the journal folded to one entry a message, and over it
//! what this client has asked for and is not answered yet.

use super::{Change, Message, Refused};
use crate::json::Object;
use serde::Serialize;
use serde_json::Value;

/// Answered predictions are kept until the journal has them; of more than these the
/// oldest give way.
const PENDING: usize = 256;

/// How a message stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct ShownMessage {
    /// The message, with what was asked for.
    pub message: Message,
    /// Whether something of it is not stored yet.
    pub is_pending: bool,
}

impl ShownMessage {
    /// It as JSON.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let mut shown = Object::default();
        shown.put("message", self.message.to_json());
        shown.put("isPending", self.is_pending.into()).value()
    }
}

/// The messages of a meeting as one client knows them.
#[derive(Debug, Clone, Default)]
pub struct ChatView {
    /// In the order posted.
    messages: Vec<Message>,
    pending: Vec<(u64, Change)>,
}

impl ChatView {
    /// Forgets the journal; what is asked for stays.
    pub fn reset(&mut self) {
        self.messages.clear();
    }

    /// Takes a message of the journal or of the history. Whether it was news.
    pub fn received(&mut self, message: Message) -> bool {
        let place = self
            .messages
            .binary_search_by_key(&message.posted_sequence, |known| known.posted_sequence);
        match place {
            Ok(at) if self.messages[at].sequence >= message.sequence => return false,
            Ok(at) => self.messages[at] = message,
            Err(at) => self.messages.insert(at, message),
        }
        true
    }

    /// This client asks for a change, in the call `call`: it shows at once.
    ///
    /// # Errors
    /// As [`Change::apply`]: the server would refuse it, and nothing is shown.
    pub fn ask(&mut self, call: u64, change: Change) -> Result<(), Refused> {
        let shown = self.fold();
        applied(&change, &shown)?;
        if self.pending.len() == PENDING {
            self.pending.remove(0);
        }
        self.pending.push((call, change));
        Ok(())
    }

    /// The call is answered: with the message as it is stored, or with a refusal, and
    /// what it showed is taken back.
    ///
    /// Whether the call was one of this chat.
    pub fn answered(&mut self, call: u64, stored: Option<Message>) -> bool {
        let before = self.pending.len();
        self.pending.retain(|(known, _)| *known != call);
        let is_own = self.pending.len() < before;
        if let Some(message) = stored.filter(|_| is_own) {
            self.received(message);
        }
        is_own
    }

    /// Every message as it is to be shown, in the order posted; new ones come last.
    #[must_use]
    pub fn shown(&self) -> Vec<ShownMessage> {
        let is_pending = |message: &Message| {
            let of = |(_, change): &(u64, Change)| *change.message_id() == message.id;
            self.pending.iter().any(of)
        };
        let shown = |message: Message| ShownMessage {
            is_pending: is_pending(&message),
            message,
        };
        self.fold().into_iter().map(shown).collect()
    }

    fn fold(&self) -> Vec<Message> {
        let mut messages = self.messages.clone();
        for (_, change) in &self.pending {
            let Ok(Some(next)) = applied(change, &messages) else {
                continue;
            };
            match messages.iter_mut().find(|known| known.id == next.id) {
                Some(known) => *known = next,
                None => messages.push(next),
            }
        }
        messages
    }
}

/// In one place: what applies a change is made anew for each way to find a message.
fn applied(change: &Change, messages: &[Message]) -> Result<Option<Message>, Refused> {
    change.apply(|id| messages.iter().find(|message| message.id == *id))
}
