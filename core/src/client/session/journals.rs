//! Journals: each item reaches the application exactly once and in order.

use super::{Event, Session};
use crate::access::Role;
use crate::client::chat::ChatClient;
use crate::client::view::ViewClient;
use crate::error::{ErrorCode, Problem};
use crate::id::{MeetingId, UserId};
use crate::protocol::encode;
use crate::protocol::frame::Query;

/// A followed journal.
#[derive(Debug)]
pub(super) struct JournalClient {
    query: Query,
    epoch: Option<String>,
    cursor: Option<u64>,
    folded: Folded,
}

/// What the items are folded to.
#[derive(Debug)]
enum Folded {
    /// Nothing: the application has them one by one.
    Items,
    Chat(ChatClient),
    View(ViewClient),
}

impl Session {
    /// Follows a journal (`noteOps` or `transcript`), or a view. Items come as
    /// `Event::Items`; a view as its one item, with what this session asks for and is not
    /// answered yet.
    pub fn follow(&mut self, query: Query) -> u32 {
        let folded = match query {
            Query::NoteOps { .. } | Query::Transcript { .. } => Folded::Items,
            _ => Folded::View(ViewClient::default()),
        };
        self.follow_with(query, folded)
    }

    /// Follows a meeting's chat as somebody of this name and role. It comes as
    /// `Event::Chat`, with what this session asks for and is not answered yet.
    pub fn follow_chat(&mut self, meeting_id: MeetingId, name: String, role: Role) -> u32 {
        let chat = ChatClient::new(meeting_id.clone(), (name, role));
        self.follow_with(Query::Chat { meeting_id }, Folded::Chat(chat))
    }

    fn follow_with(&mut self, query: Query, folded: Folded) -> u32 {
        let sub = self.next_sub();
        self.journals.insert(
            sub,
            JournalClient {
                query,
                epoch: None,
                cursor: None,
                folded,
            },
        );
        self.subscribe_journal(sub);
        self.predict_pending(sub);
        sub
    }

    /// What was asked for before this was followed shows in it too.
    fn predict_pending(&mut self, sub: u32) {
        let me = self.asker().cloned();
        let Some(Folded::Chat(chat)) = self.journals.get_mut(&sub).map(|one| &mut one.folded)
        else {
            return;
        };
        let mut shows = false;
        for (id, call) in self.calls.pending.iter() {
            shows |= chat.ask(*id, &call.command, me.as_ref(), call.made_at);
        }
        if shows {
            self.tell_folded(sub);
        }
    }

    /// Messages from before those that are here, as the history gives them.
    pub fn add_earlier(&mut self, sub: u32, messages: Vec<serde_json::Value>) {
        self.tell_items(sub, false, messages);
    }

    /// A call asks for something: what it may show at once is shown. Whether anything is.
    pub(super) fn predict(&mut self, id: u64, command: &serde_json::Value, now_ms: u64) -> bool {
        let me = self.asker().cloned();
        self.refold(&mut |query, folded| match folded {
            Folded::Chat(chat) => chat.ask(id, command, me.as_ref(), now_ms),
            Folded::View(view) => view.ask(query, id, command, name(me.as_ref())),
            Folded::Items => false,
        })
    }

    /// A call is answered, or refused: what it has shown gives way to what is so.
    pub(super) fn settle(&mut self, id: u64, ok: Option<&serde_json::Value>, now_ms: u64) {
        self.refold(&mut |_, folded| match folded {
            Folded::Chat(chat) => chat.answered(id, ok),
            Folded::View(view) => view.answered(id, ok.is_some(), now_ms),
            Folded::Items => false,
        });
    }

    /// What a view has shown long enough after its answer is shown no longer.
    pub(super) fn tick_views(&mut self, now_ms: u64) {
        self.refold(&mut |_, folded| match folded {
            Folded::View(view) => view.tick(now_ms),
            _ => false,
        });
    }

    /// When `tick_views` is due, in milliseconds.
    pub(super) fn view_deadline(&self) -> Option<u64> {
        let due = |journal: &JournalClient| match &journal.folded {
            Folded::View(view) => view.due_at(),
            _ => None,
        };
        self.journals.values().filter_map(due).min()
    }

    /// Tells what has become another. Whether anything has.
    fn refold(&mut self, change: &mut dyn FnMut(&Query, &mut Folded) -> bool) -> bool {
        let mut changed = Vec::new();
        for (sub, journal) in self.journals.iter_mut() {
            if change(&journal.query, &mut journal.folded) {
                changed.push(*sub);
            }
        }
        let is_any = !changed.is_empty();
        for sub in changed {
            self.tell_folded(sub);
        }
        is_any
    }

    /// Tells a chat or a view as it stands.
    fn tell_folded(&mut self, sub: u32) {
        let me = name(self.asker());
        let event = match self.journals.get(&sub) {
            Some(JournalClient {
                folded: Folded::Chat(chat),
                ..
            }) => Event::Chat {
                sub,
                messages: chat.shown(),
            },
            Some(JournalClient {
                folded: Folded::View(view),
                query,
                ..
            }) => Event::Items {
                sub,
                reset: true,
                items: vec![view.shown(query, me)],
            },
            _ => return,
        };
        self.tell(event);
    }

    fn tell_items(&mut self, sub: u32, reset: bool, mut items: Vec<serde_json::Value>) {
        match self
            .journals
            .get_mut(&sub)
            .map(|journal| &mut journal.folded)
        {
            Some(Folded::Chat(chat)) => chat.take(reset, items),
            Some(Folded::View(view)) => view.take(items.pop()),
            _ => return self.tell(Event::Items { sub, reset, items }),
        }
        self.tell_folded(sub);
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

fn name(me: Option<&UserId>) -> &str {
    me.map_or("", UserId::as_str)
}
