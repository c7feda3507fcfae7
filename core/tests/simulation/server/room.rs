//! The room's task around the production `Room`: gathers messages, stages, awaits
//! the commit, publishes, answers; writes bases, and leaves when nobody is there.

use super::conn::{Letter, Told};
use super::{Parked, Server};
use crate::net::LinkId;
use crate::sky::{ServerWake, Sky};
use crate::web::Answer as WebAnswer;
use connvo_core::chat::{Change, Message as ChatMessage};
use connvo_core::error::ErrorCode;
use connvo_core::id::UserId;
use connvo_core::limits::NoteLimits;
use connvo_core::live::Journal;
use connvo_core::live::connection::{NoteSnapshot, Stream};
use connvo_core::live::note::{Base, Note};
use connvo_core::live::pacing::PRESENCE_MS;
use connvo_core::live::presence::Presence;
use connvo_core::live::room::{Answer, Batch, Fetch, Published, Request, Room, Stored, Updated};
use connvo_core::note::NoteEntry;
use connvo_core::protocol::command::NoteOperationDraft;
use connvo_core::transcript::{Chunk, NewChunk};
use std::collections::{BTreeMap, VecDeque};

/// How long a room without watchers stays open, in milliseconds.
const IDLE_MS: u64 = 2_000;
const SWEEP_MS: u64 = 5_000;

/// Whom to answer.
#[derive(Debug)]
pub enum Reply {
    Web(u64),
    Lane {
        link: LinkId,
        sub: u32,
        client_id: u64,
        client_seq: u64,
    },
    Stock {
        link: LinkId,
    },
}

/// What the room's task is asked.
#[derive(Debug)]
pub enum Message {
    Change(Request<Reply>),
    Read(u64),
    Snapshot {
        link: LinkId,
        ticket: u64,
    },
    Sync {
        link: LinkId,
        ticket: u64,
        vector: Vec<u8>,
    },
    Presence {
        watch: u64,
        own: Option<u64>,
        bytes: Vec<u8>,
    },
    Join {
        watch: u64,
        client_id: u64,
        user: UserId,
    },
    Everybody {
        link: LinkId,
        sub: u32,
    },
    Leave {
        watch: u64,
    },
}

impl Message {
    pub fn operate(author: UserId, draft: NoteOperationDraft, reply: Reply) -> Self {
        Self::Change(Request::Operation {
            author,
            draft,
            reply,
        })
    }

    pub fn append(chunks: Vec<NewChunk>, reply: Reply) -> Self {
        Self::Change(Request::Chunks { chunks, reply })
    }

    pub fn chat(change: Change, reply: Reply) -> Self {
        let change = Box::new(change);
        Self::Change(Request::Chat { change, reply })
    }
}

/// Who follows the room.
#[derive(Debug)]
pub struct Watcher {
    pub link: LinkId,
    pub sub: u32,
    pub stream: Stream,
    pub presence: bool,
}

/// A commit on its way.
#[derive(Debug)]
struct Commit {
    batch: Batch,
    /// The database fails: before it has written anything, or after.
    fails: Option<bool>,
    result: Option<Result<Stored, String>>,
}

/// Why a room's task ends.
enum End {
    Idle,
    Broken(String),
}

/// The task.
pub struct Actor {
    pub number: u64,
    pub room: Room<Reply>,
    pub note_feed: Journal<NoteEntry>,
    pub transcript_feed: Journal<Chunk>,
    pub chat_feed: Journal<ChatMessage>,
    pub inbox: VecDeque<Message>,
    pub watchers: BTreeMap<u64, Watcher>,
    /// It takes no more and leaves once all is done.
    pub closing: bool,
    presence: Presence,
    presence_at: u64,
    heard_at: u64,
    timer_at: u64,
    questions: Vec<Message>,
    commit: Option<Commit>,
    fetch: Option<Fetch>,
    saving: Option<Base>,
    /// The last base was tried before leaving; whether it was written.
    last_base: Option<bool>,
}

impl Actor {
    pub fn open(sky: &mut Sky, number: u64, limits: NoteLimits) -> Result<Self, String> {
        let stored = sky.store.load();
        let unsaved = stored.entries.len();
        let client_id = sky.client_id();
        let head = sky.store.transcript_head;
        let note = Note::open(stored, client_id, limits).map_err(|error| error.to_string())?;
        Ok(Self {
            number,
            note_feed: Journal::new(note.head()),
            transcript_feed: Journal::new(head),
            chat_feed: Journal::new(sky.store.chat_head),
            room: Room::new(note, head, sky.store.chat_head, unsaved),
            inbox: VecDeque::new(),
            watchers: BTreeMap::new(),
            closing: false,
            presence: Presence::default(),
            presence_at: sky.now + SWEEP_MS,
            heard_at: sky.now,
            timer_at: sky.now,
            questions: Vec::new(),
            commit: None,
            fetch: None,
            saving: None,
            last_base: None,
        })
    }

    const fn is_busy(&self) -> bool {
        self.commit.is_some() || self.fetch.is_some()
    }

    pub fn state(&self) -> String {
        let watchers: Vec<u64> = self.watchers.values().map(|watcher| watcher.link).collect();
        format!(
            "{}: watched by {watchers:?}, closing {}, saving {}, commits {}, timer at {}",
            self.number,
            self.closing,
            self.saving.is_some(),
            self.commit.is_some(),
            self.timer_at
        )
    }

    pub fn is_quiet(&self) -> bool {
        !self.is_busy() && self.inbox.is_empty() && self.room.is_idle() && self.questions.is_empty()
    }

    /// The process dies: what was on its way to the disk may have arrived.
    pub fn crash(&mut self, sky: &mut Sky) {
        if let Some(commit) = self.commit.take()
            && commit.result.is_none()
            && commit.fails != Some(false)
            && sky.chance(0.5)
        {
            sky.saw("a crash after the commit, before its answer");
            sky.log(|| "the commit under way arrived".into());
            let _ = sky.store.commit(&commit.batch, sky.now);
        }
        if let Some(base) = self.saving.take()
            && sky.chance(0.5)
        {
            sky.store.write_base(base);
        }
    }

    fn take(&mut self, message: Message, now: u64) -> Option<(LinkId, Letter)> {
        match message {
            Message::Change(request) => self.room.request(request),
            Message::Presence { watch, own, bytes } => {
                self.presence.update(watch, own, &bytes, now);
            }
            Message::Join {
                watch,
                client_id,
                user,
            } => self.room.note_mut().join(watch, client_id, &user),
            Message::Leave { watch } => {
                self.room.note_mut().leave(watch);
                self.presence.leave(watch);
            }
            Message::Everybody { link, sub } => {
                return self
                    .presence
                    .all()
                    .map(|bytes| (link, Letter::Presence { sub, bytes }));
            }
            question => self.questions.push(question),
        }
        None
    }
}

impl Server {
    /// The task of a room goes on.
    pub(super) fn room_turn(&mut self, sky: &mut Sky, number: u64) {
        let Some(mut actor) = self.room.take_if(|actor| actor.number == number) else {
            return;
        };
        let end = self.run(sky, &mut actor).err();
        self.after_turn(sky, actor, end);
    }

    fn after_turn(&mut self, sky: &mut Sky, mut actor: Actor, end: Option<End>) {
        match end {
            None => {
                let at = (actor.heard_at + IDLE_MS)
                    .max(sky.now + 50)
                    .min(actor.presence_at.max(sky.now + 1));
                if actor.timer_at <= sky.now || at < actor.timer_at {
                    actor.timer_at = at;
                    self.later(sky, at - sky.now, ServerWake::Room { room: actor.number });
                }
                self.room = Some(actor);
            }
            Some(End::Idle) => {
                if actor.last_base != Some(false) && sky.store.head() > 0 {
                    let base = sky.store.base.as_ref().map_or(0, |base| base.sequence);
                    if base != sky.store.head() {
                        let head = sky.store.head();
                        sky.breach(format!("the room left with a base at {base} of {head}"));
                    }
                    self.evicted += 1;
                    if sky.stormy {
                        sky.saw("a room that leaves between edits");
                    }
                }
                sky.log(|| format!("room {} leaves", actor.number));
                self.gone(sky, &actor);
            }
            Some(End::Broken(why)) => {
                sky.log(|| format!("room {} is abandoned: {why}", actor.number));
                self.abandon(sky, actor);
            }
        }
    }

    fn run(&mut self, sky: &mut Sky, actor: &mut Actor) -> Result<(), End> {
        if actor.is_busy() {
            return Ok(());
        }
        while let Some(message) = actor.inbox.pop_front() {
            actor.heard_at = sky.now;
            if let Some((link, letter)) = actor.take(message, sky.now) {
                self.leave_letter(sky, link, letter);
            }
        }
        self.work(sky, actor)?;
        if actor.is_busy() {
            return Ok(());
        }
        for question in std::mem::take(&mut actor.questions) {
            self.answer_question(sky, actor, question);
        }
        self.tell_presence(sky, actor);
        if actor.closing {
            return self.leave_room(sky, actor);
        }
        // More often than it is due: what matters is what happens meanwhile.
        if actor.room.base_is_due() {
            sky.saw("a base that is due");
        }
        let early = !sky.long && sky.chance(0.05);
        if actor.room.base_is_due() || early {
            self.save_base(sky, actor)?;
        }
        if sky.now >= actor.heard_at + IDLE_MS {
            if actor.watchers.is_empty() {
                actor.closing = true;
                return self.leave_room(sky, actor);
            }
            actor.heard_at = sky.now;
        }
        Ok(())
    }

    /// Stages until a commit or a read has to be awaited, or nothing waits.
    fn work(&mut self, sky: &mut Sky, actor: &mut Actor) -> Result<(), End> {
        loop {
            let begun = actor.room.begin(sky.now);
            for (reply, answer) in begun.answers {
                self.give(sky, reply, answer);
            }
            if let Some(why) = begun.broken {
                sky.breach(format!("a change broke the document: {why}"));
                return Err(End::Broken(why));
            }
            if let Some(batch) = begun.batch {
                let fails = sky.mishap(0.02).then(|| sky.chance(0.5));
                actor.commit = Some(Commit {
                    batch,
                    fails,
                    result: None,
                });
                let slow = sky.mishap(0.05);
                let delay = if slow {
                    sky.between(100, 900)
                } else {
                    sky.between(1, 15)
                };
                self.later(sky, delay, ServerWake::Commit { room: actor.number });
                return Ok(());
            }
            if let Some(fetch) = begun.fetch {
                actor.fetch = Some(fetch);
                let delay = sky.between(1, 10);
                self.later(sky, delay, ServerWake::Fetched { room: actor.number });
                return Ok(());
            }
            if actor.room.is_idle() {
                return Ok(());
            }
        }
    }

    pub(super) fn room_commits(&mut self, sky: &mut Sky, number: u64) {
        let Some(actor) = self.room.as_mut().filter(|actor| actor.number == number) else {
            return;
        };
        if let Some(commit) = &mut actor.commit {
            commit.result = Some(match commit.fails {
                Some(false) => Err("the database is away".into()),
                _ => sky.store.commit(&commit.batch, sky.now),
            });
            if let (None, Some(Err(error))) = (commit.fails, &commit.result) {
                sky.breach(format!("a commit was refused: {error}"));
            }
            if commit.fails == Some(true) {
                commit.result = Some(Err("the database's answer is lost".into()));
            }
        }
        let delay = sky.between(0, 5);
        self.later(sky, delay, ServerWake::Committed { room: number });
    }

    pub(super) fn room_committed(&mut self, sky: &mut Sky, number: u64) {
        let Some(mut actor) = self.room.take_if(|actor| actor.number == number) else {
            return;
        };
        let end = match actor.commit.take().and_then(|commit| commit.result) {
            Some(Ok(stored)) => {
                let published = actor.room.committed(&stored);
                self.publish(sky, &mut actor, published);
                self.run(sky, &mut actor).err()
            }
            Some(Err(why)) => {
                sky.saw("a commit that fails");
                Some(End::Broken(why))
            }
            None => None,
        };
        self.after_turn(sky, actor, end);
    }

    pub(super) fn room_fetched(&mut self, sky: &mut Sky, number: u64) {
        let Some(actor) = self.room.as_mut().filter(|actor| actor.number == number) else {
            return;
        };
        match actor.fetch.take() {
            Some(Fetch::From(from)) => {
                sky.saw("an operation older than the room's journal");
                let upto = actor.room.note().journal().first();
                actor
                    .room
                    .note_mut()
                    .extend_back(from, sky.store.range(from, upto));
            }
            // One node has it all.
            Some(Fetch::News) => actor.room.note_mut().has_all_news(),
            Some(Fetch::Entry {
                client_id,
                client_seq,
            }) => {
                sky.saw("a retry older than the room's journal");
                let entry = sky.store.find(&client_id, client_seq);
                actor.room.note_mut().remember(client_id, client_seq, entry);
            }
            None => return,
        }
        self.room_turn(sky, number);
    }

    fn publish(&mut self, sky: &mut Sky, actor: &mut Actor, published: Published<Reply>) {
        for item in &published.entries {
            actor.note_feed.publish(item.clone());
        }
        for item in &published.chunks {
            actor.transcript_feed.publish(item.clone());
        }
        for item in &published.messages {
            actor.chat_feed.publish(item.clone());
        }
        for watcher in actor.watchers.values() {
            let grown = match watcher.stream {
                Stream::Note => !published.entries.is_empty(),
                Stream::Transcript => !published.chunks.is_empty(),
                Stream::Chat => !published.messages.is_empty(),
            };
            if grown {
                self.wake_conn(sky, watcher.link, watcher.sub);
            }
        }
        for (reply, answer) in published.answers {
            self.give(sky, reply, answer);
        }
    }

    fn give(&mut self, sky: &mut Sky, reply: Reply, answer: Answer) {
        match (reply, answer) {
            (Reply::Web(ticket), Answer::Note(result)) => {
                self.web_answer(sky, ticket, WebAnswer::Operated(result));
            }
            (Reply::Web(ticket), Answer::Chat(result)) => {
                self.web_answer(sky, ticket, WebAnswer::Chatted(result));
            }
            (Reply::Web(ticket), Answer::Transcript(result)) => {
                self.web_answer(sky, ticket, WebAnswer::Appended(result));
            }
            (
                Reply::Lane {
                    link,
                    sub,
                    client_id,
                    client_seq,
                },
                Answer::Update(result),
            ) => {
                let letter = match result {
                    Ok(Updated::Logged) => return,
                    Ok(Updated::Nothing) => Letter::Acknowledge {
                        sub,
                        client_id,
                        client_seq,
                    },
                    Err(problem) if problem.code == ErrorCode::Unavailable => Letter::Gone { sub },
                    Err(problem) => Letter::Refuse {
                        sub,
                        client_id,
                        client_seq,
                        problem,
                    },
                };
                self.leave_letter(sky, link, letter);
            }
            (Reply::Stock { link }, Answer::Update(Err(problem))) => {
                let letter = if problem.code == ErrorCode::Unavailable {
                    Letter::Gone { sub: 0 }
                } else {
                    Letter::Refuse {
                        sub: 0,
                        client_id: 0,
                        client_seq: 0,
                        problem,
                    }
                };
                self.leave_letter(sky, link, letter);
            }
            _ => {}
        }
    }

    fn answer_question(&mut self, sky: &mut Sky, actor: &Actor, question: Message) {
        let note = actor.room.note();
        let Some(document) = note.committed() else {
            return sky.breach("a question while something is staged");
        };
        match question {
            Message::Read(ticket) => {
                let view = (document.text().to_string(), note.head());
                self.web_answer(sky, ticket, WebAnswer::Read(Ok(view)));
            }
            Message::Snapshot { link, ticket } => {
                let state = document.diff_v1(&[0]).unwrap_or_default();
                let (cursor, hash) = (note.head(), document.text().hash());
                let told = Told::Snapshot(NoteSnapshot {
                    cursor,
                    hash,
                    state,
                });
                self.told(sky, link, ticket, Some(told));
            }
            Message::Sync {
                link,
                ticket,
                vector,
            } => {
                let diff = document.diff_v1(&vector).ok();
                let told = Told::Sync {
                    diff,
                    vector: document.state_vector(),
                    head: note.head(),
                };
                self.told(sky, link, ticket, Some(told));
            }
            _ => {}
        }
    }

    fn tell_presence(&mut self, sky: &mut Sky, actor: &mut Actor) {
        if sky.now < actor.presence_at {
            if actor.presence.has_changes() {
                actor.presence_at = actor.presence_at.min(sky.now + PRESENCE_MS);
            }
            return;
        }
        actor.presence.expire(sky.now);
        actor.presence_at = sky.now + SWEEP_MS;
        if let Some(bytes) = actor.presence.drain() {
            for watcher in actor.watchers.values().filter(|watcher| watcher.presence) {
                let letter = Letter::Presence {
                    sub: watcher.sub,
                    bytes: bytes.clone(),
                };
                self.leave_letter(sky, watcher.link, letter);
            }
        }
    }

    // Bases. They are written beside the work that goes on.

    fn save_base(&mut self, sky: &mut Sky, actor: &mut Actor) -> Result<bool, End> {
        let base = actor.room.begin_base().map_err(|error| {
            sky.breach(format!("the base does not hold: {error}"));
            End::Broken(error.to_string())
        })?;
        let Some(base) = base else {
            return Ok(false);
        };
        actor.saving = Some(base);
        let written = !sky.mishap(0.1);
        let slow = sky.chance(0.3);
        let delay = if slow {
            sky.between(200, 2_500)
        } else {
            sky.between(1, 100)
        };
        self.later(
            sky,
            delay,
            ServerWake::BaseSaved {
                room: actor.number,
                written,
            },
        );
        Ok(true)
    }

    pub(super) fn base_saved(&mut self, sky: &mut Sky, number: u64, written: bool) {
        let Some(actor) = self.room.as_mut().filter(|actor| actor.number == number) else {
            return;
        };
        let Some(base) = actor.saving.take() else {
            return;
        };
        sky.log(|| format!("base {} written: {written}", base.sequence));
        if written {
            if base.sequence < sky.store.head() {
                sky.saw("a base overtaken while it was written");
            }
            sky.store.write_base(base);
        }
        actor.room.base_saved(written);
        if actor.closing {
            actor.last_base = Some(written);
            self.later(sky, 0, ServerWake::Room { room: number });
        }
    }

    /// The last base first; then the room is gone.
    fn leave_room(&mut self, sky: &mut Sky, actor: &mut Actor) -> Result<(), End> {
        if actor.saving.is_some() {
            return Ok(());
        }
        let failed = actor.last_base == Some(false);
        if actor.room.has_unsaved() && !failed && self.save_base(sky, actor)? {
            return Ok(());
        }
        Err(End::Idle)
    }

    /// Everybody who waits is told to try again.
    fn abandon(&mut self, sky: &mut Sky, mut actor: Actor) {
        if let Some(base) = actor.saving.take()
            && sky.chance(0.5)
        {
            sky.store.write_base(base);
        }
        let inbox = std::mem::take(&mut actor.inbox);
        for message in std::mem::take(&mut actor.questions)
            .into_iter()
            .chain(inbox)
        {
            match message {
                Message::Change(request) => actor.room.request(request),
                Message::Read(ticket) => self.web_unavailable(sky, ticket),
                Message::Snapshot { link, ticket } | Message::Sync { link, ticket, .. } => {
                    self.told(sky, link, ticket, None);
                }
                _ => {}
            }
        }
        for (reply, answer) in actor.room.abort() {
            self.give(sky, reply, answer);
        }
        self.gone(sky, &actor);
    }

    fn gone(&mut self, sky: &mut Sky, actor: &Actor) {
        for watcher in actor.watchers.values() {
            self.leave_letter(sky, watcher.link, Letter::Gone { sub: watcher.sub });
        }
        self.room = None;
        for who in std::mem::take(&mut self.parked) {
            let (Parked::Conn(_) | Parked::Web(_)) = &who;
            self.open_room(sky, who);
        }
    }
}
