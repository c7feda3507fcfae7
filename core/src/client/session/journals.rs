//! Journals: each item reaches the application exactly once and in order.

use super::{Event, Session};
use crate::access::Role;
use crate::client::chat::ChatClient;
use crate::error::{ErrorCode, Problem};
use crate::id::MeetingId;
use crate::protocol::encode;
use crate::protocol::frame::Query;

/// A followed journal.
#[derive(Debug)]
pub(super) struct JournalClient {
    query: Query,
    epoch: Option<String>,
    cursor: Option<u64>,
    /// What a chat is folded to.
    chat: Option<ChatClient>,
}

impl Session {
    /// Follows a journal (`noteOps` or `transcript`). Items come as `Event::Items`.
    pub fn follow(&mut self, query: Query) -> u32 {
        self.follow_with(query, None)
    }

    /// Follows a meeting's chat as somebody of this name and role. It comes as
    /// `Event::Chat`, with what this session asks for and is not answered yet.
    pub fn follow_chat(&mut self, meeting_id: MeetingId, name: String, role: Role) -> u32 {
        let chat = ChatClient::new(meeting_id.clone(), (name, role));
        self.follow_with(Query::Chat { meeting_id }, Some(chat))
    }

    fn follow_with(&mut self, query: Query, chat: Option<ChatClient>) -> u32 {
        let sub = self.next_sub();
        self.journals.insert(
            sub,
            JournalClient {
                query,
                epoch: None,
                cursor: None,
                chat,
            },
        );
        self.subscribe_journal(sub);
        sub
    }

    /// Messages from before those that are here, as the history gives them.
    pub fn add_earlier(&mut self, sub: u32, messages: Vec<serde_json::Value>) {
        self.tell_items(sub, false, messages);
    }

    /// A call asks for something: what it may show at once is shown.
    pub(super) fn predict(&mut self, id: u64, command: &serde_json::Value, now_ms: u64) {
        let me = self.state.user_id.clone();
        self.tell_chats(&mut |chat| chat.ask(id, command, me.as_ref(), now_ms));
    }

    /// A call is answered, or refused: what it has shown gives way to what is so.
    pub(super) fn settle(&mut self, id: u64, ok: Option<&serde_json::Value>) {
        self.tell_chats(&mut |chat| chat.answered(id, ok));
    }

    /// Tells the chats that have become others.
    fn tell_chats(&mut self, change: &mut dyn FnMut(&mut ChatClient) -> bool) {
        let mut events = Vec::new();
        for (sub, journal) in self.journals.iter_mut() {
            if let Some(chat) = journal.chat.as_mut()
                && change(chat)
            {
                let messages = chat.shown();
                events.push(Event::Chat {
                    sub: *sub,
                    messages,
                });
            }
        }
        for event in events {
            self.tell(event);
        }
    }

    fn tell_items(&mut self, sub: u32, reset: bool, items: Vec<serde_json::Value>) {
        let journal = self.journals.get_mut(&sub);
        let event = match journal.and_then(|journal| journal.chat.as_mut()) {
            Some(chat) => {
                chat.take(reset, items);
                let messages = chat.shown();
                Event::Chat { sub, messages }
            }
            None => Event::Items { sub, reset, items },
        };
        self.tell(event);
    }

    /// Follows something no longer.
    pub fn unfollow(&mut self, sub: u32) {
        let known = self.journals.remove(&sub).is_some() | self.notes.remove(&sub).is_some();
        if known && self.is_live() {
            self.send(&encode::unsubscribe(sub));
        }
    }

    pub(super) const fn next_sub(&mut self) -> u32 {
        let sub = self.next_sub;
        self.next_sub += 1;
        sub
    }

    pub(super) fn subscribe_journal(&mut self, sub: u32) {
        let Some(journal) = self.journals.get(&sub).filter(|_| self.is_live()) else {
            return;
        };
        let frame = encode::subscribe(
            sub,
            &journal.query,
            journal.epoch.as_deref(),
            journal.cursor,
        );
        self.send(&frame);
    }

    pub(super) fn snapshot(
        &mut self,
        sub: u32,
        cursor: u64,
        epoch: String,
        items: Vec<serde_json::Value>,
    ) {
        if let Some(journal) = self.journals.get_mut(&sub) {
            let reset = journal.cursor.is_some();
            journal.cursor = Some(cursor);
            journal.epoch = Some(epoch);
            self.tell_items(sub, reset, items);
        }
    }

    pub(super) fn events(&mut self, sub: u32, from: u64, to: u64, items: Vec<serde_json::Value>) {
        let Some(journal) = self.journals.get_mut(&sub) else {
            return;
        };
        let cursor = journal.cursor.unwrap_or(0);
        if from > cursor + 1 {
            // A hole: ask again from where we are.
            self.send(&encode::unsubscribe(sub));
            self.subscribe_journal(sub);
            return;
        }
        journal.cursor = Some(cursor.max(to));
        let fresh: Vec<_> = items
            .into_iter()
            .filter(|item| {
                item.get("sequence")
                    .and_then(serde_json::Value::as_u64)
                    .is_none_or(|sequence| sequence > cursor)
            })
            .collect();
        if !fresh.is_empty() {
            self.tell_items(sub, false, fresh);
        }
    }

    /// The server ended a subscription. What it could not open just now is asked for
    /// again with the next connection or tick; anything else is over.
    pub(super) fn revoked(&mut self, sub: u32, problem: Problem, now_ms: u64) {
        if problem.code == ErrorCode::Unavailable {
            self.dead(now_ms);
            return;
        }
        let known = self.journals.remove(&sub).is_some() | self.notes.contains_key(&sub);
        if let Some(note) = self.notes.get_mut(&sub) {
            note.revoked(&problem);
        }
        if known {
            self.tell(Event::Ended { sub, problem });
            self.report_notes();
        }
    }
}
