//! The device that somebody has our client on: what it is shown at first, what it reads back
//! of what was before, and that it may be lost.

use super::Ours;
use crate::chaos::history::{Journal, Kind, Watch};
use crate::chaos::http::Http;
use crate::chaos::marker::{Mark, marks};
use crate::chaos::shell::Shell;
use crate::chaos::watcher::item;
use crate::chaos::world::Person;
use connvo_core::access::Role;
use connvo_core::client::note;
use connvo_core::note::Text;
use connvo_core::protocol::frame::Query;
use rand::RngExt;
use serde_json::Value;
use std::collections::BTreeSet;
use std::rc::Rc;
use tokio::task::{JoinHandle, spawn_local};

/// Entries to a page.
const PAGE: u32 = 40;

/// What a device reads of what was before it came.
#[derive(Debug, Default)]
pub(super) struct Earlier {
    transcript: Reading,
    chat: Reading,
}

/// A journal's earlier pages; nothing of them if they could not be read.
#[derive(Debug, Default)]
enum Reading {
    #[default]
    Unread,
    Begun(JoinHandle<Option<Vec<Value>>>),
    Done,
}

impl Reading {
    /// All that was read, once.
    async fn finished(&mut self) -> Option<Vec<Value>> {
        match self {
            Self::Begun(reading) if reading.is_finished() => {
                let read = reading.await.ok().flatten();
                *self = Self::Done;
                read
            }
            _ => None,
        }
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        if let Self::Begun(reading) = self {
            reading.abort();
        }
    }
}

/// Who follows a transcript, and has seen nothing of it.
pub(super) fn watch(who: &str, meeting: usize) -> Watch {
    Watch {
        who: who.to_owned(),
        journal: Journal {
            meeting,
            kind: Kind::Transcript,
        },
        frames: Vec::new(),
        earlier: None,
        is_lost: false,
        removed_ms: None,
    }
}

impl Ours {
    fn known(&self) -> Person {
        self.world.meetings[self.meeting].people[self.person].clone()
    }

    /// Opens and follows all of the meeting, from nothing.
    pub(super) fn open(&mut self) {
        let id = 1 + self.random.random_range(0..(1 << 52));
        let name = self.who.clone();
        let person = note::Person {
            name: name.clone(),
            color: "#123456".into(),
        };
        let now = self.shell.now_ms();
        let meeting_id = self.id();
        let session = &mut self.shell.session;
        match session.open_note(meeting_id.clone(), None, id, person) {
            Ok(sub) => self.note = sub,
            Err(error) => return self.world.complain(format!("{name}: {error}")),
        }
        self.transcript = session.follow(Query::Transcript {
            meeting_id: meeting_id.clone(),
        });
        self.chat = session.follow_chat(meeting_id, name, Role::Participant);
        session.connect(now);
    }

    /// All that the device held is gone, what was not sent with it. The person comes back with
    /// another one: nobody there has written anything yet.
    pub(super) fn lose(&mut self) {
        self.shell = Shell::new(&self.world, self.known(), self.random.random());
        self.authors = [(); 3].map(|()| self.world.author());
        self.places = [0; 3];
        self.editor = Text::default();
        self.fresh.clear();
        self.rows.clear();
        self.calls.clear();
        self.shown.clear();
        self.messages.clear();
        self.earlier = Earlier::default();
        self.owed.clone_from(&self.stored);
        let new = watch(&self.who, self.meeting);
        let mut lost = std::mem::replace(&mut self.heard, new);
        lost.is_lost = true;
        self.world.saw(lost);
        self.world.lost.set(self.world.lost.get() + 1);
        self.open();
    }

    /// What was acknowledged to the device that was lost comes to show on this one.
    pub(super) fn settle_debts(&mut self) {
        if !self.owed.is_empty() {
            let text = self.editor.to_string();
            self.owed.retain(|mark| !text.contains(&mark.to_string()));
        }
    }

    /// The chat as it shows. But for what this device has posted itself, and was told of, it is
    /// one piece of the journal.
    pub(super) fn show(&mut self, messages: &[Value]) {
        let messages = messages.iter().map(|one| &one["message"]);
        // What is not stored yet has none.
        let place = |one: &Value| one["postedSequence"].as_u64().filter(|place| *place > 0);
        let stored = messages.clone().filter(|one| place(one).is_some());
        self.messages = stored.clone().filter_map(place).collect();
        let texts = messages.filter_map(|one| one["text"].as_str());
        self.shown = texts.flat_map(marks).collect();
        let own = self.authors[Kind::Chat as usize];
        let is_own = |mark: &Mark| mark.author == own;
        let is_others = |one: &&Value| !item(one).marks.iter().any(is_own);
        let others: BTreeSet<u64> = stored.filter(is_others).filter_map(place).collect();
        let (Some(first), Some(last)) = (others.first(), others.last()) else {
            return;
        };
        let mut piece = *first..=*last;
        if let Some(lacks) = piece.find(|place| !self.messages.contains(place)) {
            self.complain(&format!("shows messages {first} to {last} without {lacks}"));
        }
        let lacks = (1..*first).filter(|place| !self.messages.contains(place));
        match (lacks.count(), &self.earlier.chat) {
            (0, _) | (_, Reading::Begun(_)) => {}
            (_, Reading::Unread) => {
                let read = self.pages("/messages", *first, u64::MAX);
                self.earlier.chat = Reading::Begun(read);
            }
            (lacks, Reading::Done) => {
                self.complain(&format!("{lacks} messages cannot be read back"));
            }
        }
    }

    /// Reads what was before a device came, as who goes back to the beginning does.
    pub(super) async fn read_back(&mut self) {
        if let Some(messages) = self.earlier.chat.finished().await {
            self.shell.session.add_earlier(self.chat, messages);
        }
        let Some(first) = self.heard.first() else {
            return;
        };
        if matches!(self.earlier.transcript, Reading::Unread) {
            let read = self.pages("/transcript", 0, first);
            self.earlier.transcript = Reading::Begun(read);
        }
        if let Some(chunks) = self.earlier.transcript.finished().await {
            let earlier = chunks.iter().map(item);
            let earlier = earlier.filter(|one| one.sequence < first);
            self.heard.earlier = Some(earlier.collect());
        }
    }

    /// The pages of a journal behind `after`, as far as to the sequence `until`.
    fn pages(&self, tail: &str, mut after: u64, until: u64) -> JoinHandle<Option<Vec<Value>>> {
        let (world, person) = (Rc::clone(&self.world), self.known());
        let path = world.path(self.meeting, tail);
        spawn_local(async move {
            let http = Http::new(&world, &person);
            let mut read = Vec::new();
            while after < until - 1 {
                let page = http
                    .get(&format!("{path}?after={after}&limit={PAGE}"))
                    .await?;
                read.extend(page["items"].as_array()?.iter().cloned());
                match page["next"].as_str() {
                    Some(next) => after = next.parse().ok()?,
                    None => break,
                }
            }
            Some(read)
        })
    }
}
