//! A room's task: the loop around [`connvo_core::live::Room`].

mod answer;
mod base;
mod elsewhere;
mod end;

use super::feed::Feed;
use super::handle::{Message, Room as Handle};
use super::reply::Reply;
use super::{Cell, Ground, Rooms};
use crate::audit::Entry;
use crate::bus::Hint;
use crate::chat::store as chats;
use crate::committer::{Append, CommitError, NoteBatch, TranscriptBatch};
use crate::note::store as notes;
use crate::transcript::store as transcripts;
use base::{Again, store_reseed};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::live::note::Note;
use connvo_core::live::pacing::{PRESENCE_MS, TRANSCRIPT_MS, window_ms};
use connvo_core::live::presence::Presence;
use connvo_core::live::room::{BATCH_ENTRIES, Batch, Fetch, News, Request, Room, Stored};
use connvo_core::note::DocumentError;
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{Instant, timeout_at};
use tokio_util::sync::CancellationToken;

/// Messages that may wait; beyond it their senders wait.
const INBOX: usize = 256;
/// Presence is merged to one frame in this time.
const WINDOW: Duration = Duration::from_millis(PRESENCE_MS);
/// By how much longer a room gathers, while many meetings write, than its watchers' window
/// is: what it gathers costs one commit, and each watcher one frame, for which this need
/// not wait once more. In milliseconds.
const LONGER_MS: u64 = 2;
/// How long another node that has written to the note is taken to go on.
const RIVALLED: Duration = Duration::from_secs(1);
/// How long a room pauses at least between commits to a database of several nodes: a commit
/// costs more there, and without a pause of two commits' time, whose commit takes longer comes
/// second for ever.
const PAUSE_MS: u64 = 35;
/// How often presence that was not renewed is let go.
const SWEEP: Duration = Duration::from_secs(5);

struct Actor {
    rooms: Rooms,
    meeting: MeetingId,
    room: Room<Reply>,
    feed: Arc<Feed>,
    inbox: mpsc::Receiver<Message>,
    presence: Presence,
    presence_at: Instant,
    heard_at: Instant,
    /// When the last commit was done.
    committed_at: Option<Instant>,
    /// When another node was last seen to write to the same note.
    rivalled_at: Option<Instant>,
    /// Dropped with the task, however it ends.
    _place: Place,
    /// When a base may be tried again after one that could not be written.
    base_again: Again,
    /// Questions about the committed note: answered when nothing is under way.
    questions: Vec<Message>,
    /// What the audit log is to have with changes that are under way, by client or
    /// message id.
    records: HashMap<String, Box<Entry>>,
    /// What other nodes have committed.
    news: Vec<News>,
    /// How often in a row another node's commit came first.
    overtaken: u32,
    /// Whether the meeting is no more.
    removed: bool,
}

/// A room's place in the map; dropping it lets the next one in.
struct Place {
    rooms: Rooms,
    meeting: MeetingId,
    cell: Cell,
    feed: Arc<Feed>,
    gone: CancellationToken,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.rooms.remove(&self.meeting, &self.cell);
        self.feed.gone();
        self.gone.cancel();
    }
}

/// Why a room's task ends.
enum End {
    /// Nobody is here.
    Idle,
    /// The meeting is no more: nothing of the room is stored.
    Removed,
    /// The room cannot be trusted: everybody comes again.
    Broken(String),
}

/// Opens a meeting's room from the store and starts its task.
pub(super) async fn open(rooms: Rooms, meeting: MeetingId, cell: Cell) -> Result<Handle, Problem> {
    let ground = rooms.ground();
    let stored = notes::load(&ground.db, &meeting).await?;
    let transcript_head = transcripts::head(&ground.db, &meeting).await?;
    let chat_head = chats::head(&ground.db, &meeting).await?;
    let unsaved = stored.entries.len();
    let client_id = ground.client_id();
    let note = match Note::open(stored, client_id, ground.limits) {
        Ok(note) => note,
        Err(error) => start_over(ground, &meeting, &error).await?,
    };
    let feed = Arc::new(Feed::new(note.head(), transcript_head, chat_head));
    let (sender, inbox) = mpsc::channel(INBOX);
    let gone = CancellationToken::new();
    let handle = Handle::new(sender, Arc::clone(&feed), note.epoch(), gone.clone())
        .relaying(&ground.bus, &meeting);
    ground.bus.send(|| Hint::WhoIsPresent {
        meeting_id: meeting.clone(),
    });
    let actor = Actor {
        room: Room::new(note, transcript_head, chat_head, unsaved)
            .among_others(ground.bus.is_shared()),
        _place: Place {
            rooms: rooms.clone(),
            meeting: meeting.clone(),
            cell,
            feed: Arc::clone(&feed),
            gone,
        },
        rooms,
        meeting,
        feed,
        inbox,
        presence: Presence::default(),
        presence_at: Instant::now() + SWEEP,
        heard_at: Instant::now(),
        committed_at: None,
        rivalled_at: None,
        base_again: Again::default(),
        questions: Vec::new(),
        records: HashMap::new(),
        news: Vec::new(),
        overtaken: 0,
        removed: false,
    };
    tokio::spawn(actor.run());
    Ok(handle)
}

/// A note whose document is not what its log gives is started over from the log's
/// text, in a new epoch: it never serves anything else.
async fn start_over(
    ground: &Ground,
    meeting: &MeetingId,
    error: &DocumentError,
) -> Result<Note, Problem> {
    tracing::error!(%meeting, %error, "the note is started over from its log");
    let lost = |error: DocumentError| {
        tracing::error!(%meeting, %error, "the note cannot be opened");
        Problem::new(
            ErrorCode::Internal,
            "the note cannot be opened: an operator has to look at it",
        )
    };
    let stored = notes::load(&ground.db, meeting).await?;
    let reseed = stored.reseed(ground.client_id()).map_err(lost)?;
    store_reseed(ground, meeting, &reseed).await?;
    let stored = notes::load(&ground.db, meeting).await?;
    Note::open(stored, ground.client_id(), ground.limits).map_err(lost)
}

impl Actor {
    async fn run(mut self) {
        let end = loop {
            match self.turn().await {
                Ok(()) => {}
                Err(end) => break end,
            }
        };
        Box::pin(self.end(end)).await;
    }

    /// Gathers what is there, works it off, tells who is here. What is rare is on the heap
    /// while it lasts: the future of a turn is moved with each of them.
    async fn turn(&mut self) -> Result<(), End> {
        let clock = self.rooms.ground().clock.clone();
        let idle_at = self.heard_at + self.rooms.ground().idle;
        let mut wake = idle_at.max(Instant::now()).min(self.presence_at);
        if let Some(until) = self.gathers_until() {
            wake = wake.min(until);
        }
        match timeout_at(wake, self.inbox.recv()).await {
            Ok(Some(message)) => {
                self.heard_at = Instant::now();
                self.take(message, clock.now_ms());
            }
            Ok(None) => return Err(End::Idle),
            Err(_) if Instant::now() >= idle_at && !self.feed.is_watched() => {
                return Err(End::Idle);
            }
            Err(_) if Instant::now() >= idle_at => self.heard_at = Instant::now(),
            Err(_) => {}
        }
        while self.room.queued() < INBOX
            && let Ok(message) = self.inbox.try_recv()
        {
            self.take(message, clock.now_ms());
        }
        if self.removed {
            return Err(End::Removed);
        }
        self.take_news().await?;
        if self.gathers_until().is_none() {
            self.work().await?;
        }
        self.tell_presence(clock.now_ms());
        if self.room.base_is_due() && Instant::now() >= self.base_again.at {
            Box::pin(self.write_base()).await?;
        }
        Ok(())
    }

    /// Until when what is queued waits for more: many meetings write, or another node writes
    /// to the same note, whose commit would for ever come second to ones without a pause.
    fn gathers_until(&self) -> Option<Instant> {
        let is_rivalled = self.rivalled_at.is_some_and(|at| at.elapsed() < RIVALLED);
        let window_ms = window_ms(TRANSCRIPT_MS, self.rooms.pressure()) + LONGER_MS;
        let apart_ms = window_ms.max(if self.is_shared() { PAUSE_MS } else { 0 });
        let until = self.committed_at? + Duration::from_millis(apart_ms);
        let committer = &self.rooms.ground().committer;
        let gathers = (1..BATCH_ENTRIES).contains(&self.room.queued())
            && until > Instant::now()
            && (is_rivalled || committer.is_busy(&self.meeting));
        gathers.then_some(until)
    }

    fn take(&mut self, message: Message, now_ms: u64) {
        match message {
            Message::Change { request, record } => {
                let of = match &request {
                    Request::Replace { client_id, .. } => Some(client_id.clone()),
                    Request::Chat { change, .. } => Some(change.message_id().to_string()),
                    _ => None,
                };
                if let (Some(of), Some(record)) = (of, record) {
                    self.records.insert(of, record);
                }
                self.room.request(request);
            }
            Message::Presence { watch, own, bytes } => {
                self.presence.update(watch, own, &bytes, now_ms);
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
            Message::Everybody { mailbox, sub } => {
                if let Some(bytes) = self.presence.all() {
                    mailbox.leave(super::mailbox::Letter::Presence {
                        sub,
                        bytes: bytes.into(),
                    });
                }
            }
            Message::News(news) => self.news.push(*news),
            Message::PresentElsewhere(states) => self.presence.relay(states, now_ms),
            Message::TellPresent => self.tell_present(self.presence.own()),
            Message::Close => self.removed = true,
            question => self.questions.push(question),
        }
    }

    /// Stages and commits until nothing waits, then answers the questions.
    async fn work(&mut self) -> Result<(), End> {
        loop {
            let begun = self.room.begin(self.rooms.ground().clock.now_ms());
            for (reply, answer) in begun.answers {
                reply.give(answer);
            }
            if let Some(why) = begun.broken {
                return Err(End::Broken(why));
            }
            if let Some(batch) = begun.batch {
                let stored = match self.commit(batch).await {
                    Err(CommitError::Conflict) if self.is_shared() => {
                        Box::pin(self.go_on_behind()).await?;
                        continue;
                    }
                    stored => stored.map_err(|error| End::Broken(error.to_string()))?,
                };
                self.overtaken = 0;
                let published = self.room.committed(&stored);
                let readers = self.feed.publish(&published);
                self.tell_growth(&published);
                for (reply, answer) in published.answers {
                    reply.give(answer);
                }
                // Who wrote gets the answer and the entry in one.
                drop(readers);
            } else if let Some(fetch) = begun.fetch {
                Box::pin(self.fetch(fetch)).await?;
            } else if self.room.is_idle() {
                // Of changes that were there before, or were refused.
                self.records.clear();
                break;
            }
        }
        if self.is_to_be_fresh() {
            Box::pin(self.freshen()).await?;
        }
        for question in std::mem::take(&mut self.questions) {
            // Whoever gets the whole document loads it: it has to load as its own text.
            let whole = matches!(question, Message::Snapshot(_) | Message::Sync { .. });
            if whole && let Err(error) = self.room.verify() {
                return Err(Box::pin(self.start_over(&error)).await);
            }
            self.answer(question);
        }
        Ok(())
    }

    async fn commit(&mut self, batch: Batch) -> Result<Stored, CommitError> {
        let ground = self.rooms.ground();
        let mut records = Vec::new();
        let clients = batch.entries.iter().map(|entry| entry.client_id.as_str());
        let messages = batch.chat.iter().map(|change| change.message_id().as_str());
        let mut recorded = Vec::new();
        for of in clients.chain(messages) {
            if let Some((of, entry)) = self.records.remove_entry(of) {
                records.push((*entry).clone());
                recorded.push((of, entry));
            }
        }
        let has_note = !batch.entries.is_empty() || !batch.claims.is_empty();
        let append = Append {
            meeting: self.meeting.clone(),
            note: has_note.then_some(NoteBatch {
                expected_head: batch.expected_head,
                entries: batch.entries,
                claims: batch.claims,
            }),
            transcript: (!batch.chunks.is_empty()).then(|| TranscriptBatch {
                chunks: batch.chunks,
                created_at: ground.clock.now_ms(),
            }),
            chat: batch.chat,
            records,
        };
        let stored = ground.committer.append(append).await;
        self.committed_at = Some(Instant::now());
        if stored.is_err() {
            // It goes with the next try.
            self.records.extend(recorded);
        }
        stored
    }

    async fn fetch(&mut self, fetch: Fetch) -> Result<(), End> {
        let db = &self.rooms.ground().db;
        let failed = |problem: Problem| End::Broken(problem.detail);
        match fetch {
            Fetch::News => {
                self.catch_up().await?;
                self.room.note_mut().has_all_news();
            }
            Fetch::From(from) => {
                let upto = self.room.note().journal().first();
                let entries = notes::range(db, &self.meeting, from, upto)
                    .await
                    .map_err(|error| failed(error.into()))?;
                self.room.note_mut().extend_back(from, entries);
            }
            Fetch::Entry {
                client_id,
                client_seq,
            } => {
                let entry = notes::find(db, &self.meeting, &client_id, client_seq)
                    .await
                    .map_err(|error| failed(error.into()))?;
                self.room.note_mut().remember(client_id, client_seq, entry);
            }
        }
        Ok(())
    }
}
