//! The chat of our own client: what it shows at once, what is acknowledged, and what is
//! taken back.

use super::shell::Shell;
use crate::sky::{ClientId, Sky};
use connvo_core::access::Role;
use connvo_core::chat::{Message, MessageDraft, MessageEdit, MessageKind};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, MessageId, UserId};
use connvo_core::protocol::Command;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Calls that one life makes at most.
const CALLS: u32 = 12;

/// What a client is in the chat: the first is the host, who deletes others' messages.
pub fn role(client: ClientId) -> Role {
    if client == 0 {
        Role::Host
    } else {
        Role::Participant
    }
}

/// One tab's chat.
#[derive(Debug)]
pub struct Talk {
    user: UserId,
    sub: u32,
    shown: Vec<(Message, bool)>,
    calls: BTreeMap<u64, Command>,
    made: u32,
    /// Messages and revisions that the server has acknowledged.
    acknowledged: BTreeSet<(MessageId, u32)>,
}

impl Talk {
    pub fn new(user: UserId) -> Self {
        Self {
            user,
            sub: 0,
            shown: Vec::new(),
            calls: BTreeMap::new(),
            made: 0,
            acknowledged: BTreeSet::new(),
        }
    }

    /// A tab begins: what the last one had asked for and was not told is forgotten.
    pub fn start(&mut self, shell: &mut Shell, meeting: &MeetingId, client: ClientId) {
        let name = format!("client {client}");
        self.sub = shell
            .session
            .follow_chat(meeting.clone(), name, role(client));
        self.shown.clear();
        self.calls.clear();
        self.made = 0;
    }

    /// Asks for something.
    pub fn act(&mut self, sky: &mut Sky, shell: &mut Shell, meeting_id: &MeetingId) {
        if self.made == CALLS {
            return;
        }
        self.made += 1;
        let known = self.shown.len() as u64;
        let of = (known > 0).then(|| sky.below(known) as usize);
        let message = of.map(|at| &self.shown[at].0);
        let meeting_id = meeting_id.clone();
        let command = match (message, sky.below(8)) {
            (Some(message), 0 | 1) if message.author_id.as_ref() == Some(&self.user) => {
                Command::EditMessage {
                    meeting_id,
                    message_id: message.id.clone(),
                    edit: MessageEdit {
                        text: format!("words {}", sky.below(1_000)),
                        mentions: Vec::new(),
                    },
                }
            }
            (Some(message), 2) => Command::DeleteMessage {
                meeting_id,
                message_id: message.id.clone(),
            },
            (Some(message), 3 | 4) => Command::ReactToMessage {
                meeting_id,
                message_id: message.id.clone(),
                emoji: ["👍", "🎉"][sky.below(2) as usize].into(),
                on: sky.chance(0.7),
            },
            (reply, _) => {
                let id = format!("0197f7a4-5e0b-7c3a-9d2e-{:012x}", sky.below(1 << 47));
                let reply_to_id = reply.filter(|_| sky.chance(0.3)).map(|m| m.id.clone());
                Command::PostMessage {
                    meeting_id,
                    draft: MessageDraft {
                        id: id.parse().ok(),
                        kind: MessageKind::Text,
                        text: format!("words {}", sky.below(1_000)),
                        reply_to_id,
                        attachments: Vec::new(),
                        mentions: Vec::new(),
                    },
                }
            }
        };
        let key = format!("chat-{}-{}", self.user, sky.below(u64::MAX));
        let id = shell.session.call(key, &command, sky.now);
        self.calls.insert(id, command);
    }

    /// The chat as it stands.
    pub fn take(&mut self, sky: &mut Sky, messages: &Value) {
        let before = self.shown.iter().filter(|(_, pending)| *pending).count();
        self.shown.clear();
        for one in messages.as_array().into_iter().flatten() {
            let Ok(message) = serde_json::from_value::<Message>(one["message"].clone()) else {
                return sky.breach(format!("a message is not one: {one}"));
            };
            let is_pending = one["isPending"] == true;
            self.shown.push((message, is_pending));
        }
        let ids: BTreeSet<_> = self.shown.iter().map(|(message, _)| &message.id).collect();
        if ids.len() != self.shown.len() {
            sky.breach("a message is shown twice");
        }
        let places = self
            .shown
            .iter()
            .map(|(message, _)| message.posted_sequence);
        let stored: Vec<u64> = places.filter(|place| *place > 0).collect();
        if !stored.is_sorted() {
            sky.breach("the messages do not stand in the order posted");
        }
        if self.shown.iter().filter(|(_, pending)| *pending).count() > before {
            sky.saw("a message that shows before it is stored");
        }
    }

    /// A call is answered. Whether it is one of the chat's.
    pub fn answered(&mut self, sky: &mut Sky, id: u64, result: &Result<Value, Problem>) -> bool {
        if self.calls.remove(&id).is_none() {
            return false;
        }
        match result {
            Ok(stored) => match serde_json::from_value::<Message>(stored.clone()) {
                Ok(message) => {
                    self.acknowledged.insert((message.id, message.revision));
                }
                Err(_) => sky.breach("a call of the chat got another call's answer"),
            },
            Err(problem) => {
                let expected = [
                    ErrorCode::Conflict,
                    ErrorCode::Forbidden,
                    ErrorCode::NotFound,
                    ErrorCode::ValidationError,
                    ErrorCode::Unavailable,
                ];
                if !expected.contains(&problem.code) {
                    sky.breach(format!("a call of the chat is refused: {problem:?}"));
                }
                sky.saw("a message that is taken back");
            }
        }
        true
    }

    pub fn unrest(&self, sky: &Sky) -> Option<String> {
        if !self.calls.is_empty() {
            return Some(format!("{} calls of the chat wait", self.calls.len()));
        }
        let last = self.shown.iter().map(|(message, _)| message.sequence).max();
        let (last, head) = (last.unwrap_or(0), sky.store.chat_head);
        (last != head).then(|| format!("has message {last} of {head}"))
    }

    /// What is shown is what is stored, and of what was acknowledged nothing is lost.
    pub fn conclude(&self, sky: &mut Sky) {
        let mut stored: Vec<_> = sky.store.messages.values().cloned().collect();
        stored.sort_by_key(|message| message.posted_sequence);
        let shown: Vec<_> = self
            .shown
            .iter()
            .map(|(message, _)| message.clone())
            .collect();
        if shown != stored || self.shown.iter().any(|(_, pending)| *pending) {
            let (shown, stored) = (shown.len(), stored.len());
            sky.breach(format!(
                "the chat shows {shown} messages, the store has {stored}"
            ));
        }
        for (id, revision) in &self.acknowledged {
            let kept = sky.store.messages.get(id);
            if kept.is_none_or(|message| message.revision < *revision) {
                sky.breach(format!("acknowledged message {id}.{revision} is lost"));
            }
        }
    }
}
