//! Our own client at the CRDT door: the package's session with a note, the transcript and
//! the chat. It types, says and posts, offline as online, and shows what comes.

mod acts;
mod device;

use super::history::{Frame, Journal, Kind, NoteText, Watch};
use super::marker::Mark;
use super::shell::Shell;
use super::watcher::item;
use super::world::World;
use connvo_core::client::note::NoteEvent;
use connvo_core::client::session::{Effect, Event};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::note::{StoreOp, Text};
use connvo_core::protocol::Command;
use device::Earlier;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::time::Instant;

/// How long somebody waits for the last of it.
const PATIENCE: Duration = Duration::from_secs(60);
/// About how long between two things that somebody does.
const PACE_MS: std::ops::Range<u64> = 20..250;

/// A tab with our client.
#[derive(Debug)]
pub struct Ours {
    world: Rc<World>,
    who: String,
    meeting: usize,
    person: usize,
    /// Which of the devices that may be lost it is, and how often that one was.
    device: usize,
    lost: u32,
    shell: Shell,
    note: u32,
    transcript: u32,
    random: Pcg64Mcg,
    editor: Text,
    /// Who writes to which journal: note, transcript, chat.
    authors: [u32; 3],
    places: [u64; 3],
    /// Marks typed and not in a row yet; those of each row that is not acknowledged.
    fresh: Vec<(usize, Mark)>,
    rows: BTreeMap<(u64, u64), Vec<(usize, Mark)>>,
    /// Marks of one's own that are stored: they may be deleted again.
    stored: Vec<Mark>,
    /// The calls under way: what was asked for, and where it stands in the book.
    calls: BTreeMap<u64, (String, Command, usize)>,
    heard: Watch,
    shown: Vec<Mark>,
    chat: u32,
    /// The sequences of the messages shown, those of the server's own among them.
    messages: BTreeSet<u64>,
    /// What was acknowledged to a device that was lost, and does not show on the new one yet.
    owed: Vec<Mark>,
    earlier: Earlier,
}

impl Ours {
    /// Somebody in a meeting, by number, and which of the devices there are theirs.
    #[must_use]
    pub fn new(world: &Rc<World>, meeting: usize, person: usize, device: usize) -> Self {
        let authors = [(); 3].map(|()| world.author());
        let mut random = Pcg64Mcg::seed_from_u64(world.seed ^ u64::from(authors[0]) << 32);
        let who = format!("our client {person} in {meeting}");
        let known = world.meetings[meeting].people[person].clone();
        let shell = Shell::new(world, known, random.random());
        Self {
            world: Rc::clone(world),
            meeting,
            person,
            device,
            lost: 0,
            shell,
            note: 0,
            transcript: 0,
            random,
            editor: Text::default(),
            authors,
            places: [0; 3],
            fresh: Vec::new(),
            rows: BTreeMap::new(),
            stored: Vec::new(),
            calls: BTreeMap::new(),
            heard: device::watch(&who, meeting),
            who,
            shown: Vec::new(),
            chat: 0,
            messages: BTreeSet::new(),
            owed: Vec::new(),
            earlier: Earlier::default(),
        }
    }

    fn id(&self) -> MeetingId {
        self.world.meetings[self.meeting].id.clone()
    }

    /// Takes part until all is there. Tells when all of its own is stored.
    pub async fn take_part(mut self, flushed: oneshot::Sender<()>) {
        self.open();
        let mut flushed = Some(flushed);
        let mut next = Instant::now();
        let mut since = None;
        loop {
            let lost = self.world.devices.borrow()[self.device];
            if self.lost != lost {
                self.lost = lost;
                self.lose();
            }
            self.settle().await;
            self.read_back().await;
            self.settle_debts();
            if self.world.is_stopped() {
                let since = since.get_or_insert_with(Instant::now);
                let is_late = since.elapsed() > PATIENCE;
                if let Some(tell) = flushed.take_if(|_| self.is_flushed() || is_late) {
                    if let Some(unrest) = self.unrest() {
                        self.world.complain(unrest);
                    }
                    let _ = tell.send(());
                }
                if self.has_all() || since.elapsed() > PATIENCE * 2 {
                    break;
                }
            } else if Instant::now() >= next {
                self.act();
                next = Instant::now() + Duration::from_millis(self.random.random_range(PACE_MS));
                continue;
            }
            self.shell.wait(Duration::from_millis(30)).await;
        }
        self.conclude();
    }

    /// Carries out what the session asks for until it asks for nothing.
    async fn settle(&mut self) {
        loop {
            let effects = self.shell.carry_out().await;
            if effects.is_empty() {
                return;
            }
            for effect in effects {
                match effect {
                    Effect::Store(_, op) => self.store(op),
                    Effect::Event(event) => self.event(event),
                    _ => {}
                }
            }
        }
    }

    fn store(&mut self, op: StoreOp) {
        match op {
            StoreOp::Outbox(row) => {
                self.rows
                    .entry(row.key())
                    .or_default()
                    .append(&mut self.fresh);
                let now = self.shell.now_ms();
                self.shell.session.note_stored(self.note, &row, now);
            }
            StoreOp::Commit { acknowledged, .. } => {
                for key in acknowledged {
                    for (place, mark) in self.rows.remove(&key).unwrap_or_default() {
                        self.world.acknowledged(place, None);
                        self.stored.push(mark);
                    }
                }
            }
            StoreOp::Replace { dropped, .. } if !dropped.is_empty() => {
                self.complain(&format!("rows {dropped:?} are refused"));
            }
            StoreOp::Replace { .. } => {}
        }
    }

    fn event(&mut self, event: Event) {
        match event {
            Event::Note {
                event: NoteEvent::Delta { operation, .. },
                ..
            } => {
                if let Err(error) = self.editor.apply(&operation) {
                    self.complain(&format!("a delta does not fit: {error}"));
                }
            }
            Event::Note {
                event: NoteEvent::Status(status),
                ..
            } => {
                if let Some(kept) = status.drafts.first() {
                    self.complain(&format!("a draft: {}", kept.draft.reason));
                }
                if let Some(problem) = status.ended {
                    self.complain(&format!("the note ended: {problem}"));
                }
            }
            Event::Items { sub, reset, items } if sub == self.transcript => {
                self.hear(reset, &items);
            }
            Event::Chat { messages, .. } => {
                self.show(messages.as_array().map_or(&[], Vec::as_slice));
            }
            Event::Reply { id, result } => self.replied(id, result),
            Event::Ended { problem, .. } => self.complain(&format!("a journal ended: {problem}")),
            _ => {}
        }
    }

    /// Items as the application has them: each once and in order.
    fn hear(&mut self, reset: bool, items: &[Value]) {
        let items: Vec<_> = items.iter().map(item).collect();
        let frames = &mut self.heard.frames;
        let is_first = frames.is_empty() || reset;
        let before = frames.last().map_or(0, |frame| frame.to);
        let from = items.first().map(|item| item.sequence);
        let to = items.last().map_or(before, |item| item.sequence);
        frames.push(Frame {
            at_ms: self.world.now_ms(),
            from: from.filter(|_| !is_first),
            to,
            items,
        });
    }

    fn replied(&mut self, id: u64, result: Result<Value, Problem>) {
        let Some((key, command, place)) = self.calls.remove(&id) else {
            return self.complain("an answer to no call");
        };
        match result {
            Ok(answer) => {
                let sequence = answer["sequence"].as_u64();
                let sequence = sequence.or_else(|| answer["sequences"][0].as_u64());
                self.world.acknowledged(place, sequence);
            }
            Err(problem) if problem.code == ErrorCode::Unavailable => {
                self.ask(key, command, place);
            }
            Err(problem) => self.complain(&format!("{command:?} is refused: {problem:?}")),
        }
    }

    fn ask(&mut self, key: String, command: Command, place: usize) {
        let now = self.shell.now_ms();
        let id = self.shell.session.call(key.clone(), &command, now);
        self.calls.insert(id, (key, command, place));
    }

    fn is_flushed(&self) -> bool {
        self.unrest().is_none()
    }

    fn unrest(&self) -> Option<String> {
        let status = self.shell.session.note_status(self.note)?;
        let calls = self.calls.len();
        let is_done = status.unsent == 0 && status.synced && calls == 0 && self.rows.is_empty();
        let link = self.shell.session.state().status;
        (!is_done).then(|| format!("{}: {link:?} {status:?} {calls} calls", self.who))
    }

    fn has_all(&self) -> bool {
        let ends = self.world.ends.borrow();
        let Some(ends) = ends.as_ref() else {
            return false;
        };
        let heard = self.heard.frames.last().map_or(0, |frame| frame.to);
        let of = |kind| Journal {
            meeting: self.meeting,
            kind,
        };
        self.editor.to_string() == ends.texts[self.meeting]
            && ends.heads.get(&of(Kind::Transcript)) == Some(&heard)
            && ends.heads.get(&of(Kind::Chat)) == Some(&(self.messages.len() as u64))
            && self.heard.earlier.is_some()
    }

    fn complain(&self, what: &str) {
        self.world.complain(format!("{}: {what}", self.who));
    }

    fn conclude(self) {
        let (who, meeting) = (self.who.clone(), self.meeting);
        let text = self.editor.to_string();
        let held = self.shell.session.note_text(self.note);
        if held.map(ToString::to_string).as_ref() != Some(&text) {
            self.complain("the editor's text is not the replica's");
        }
        for mark in &self.owed {
            self.complain(&format!("a new device does not show {mark}"));
        }
        let mut history = self.world.history.borrow_mut();
        history.texts.push(NoteText { who, meeting, text });
        history.watches.push(self.heard);
        let journal = Journal {
            meeting,
            kind: Kind::Chat,
        };
        let log = history.logs.iter().find(|log| log.journal == journal);
        let stored = log.map(|log| log.items.iter().flat_map(|item| item.marks.clone()));
        let stored: Vec<Mark> = stored.into_iter().flatten().collect();
        if stored != self.shown {
            let (shown, stored) = (self.shown.len(), stored.len());
            let what = format!("{}: shows {shown} messages of {stored}", self.who);
            history.complaints.push(what);
        }
    }
}
