//! One meeting's room: queue → stage → commit → acknowledge and publish.
//!
//! Laws: at most one batch is under way; what arrives meanwhile gathers for the
//! next. Nothing is answered or published before its commit. A room whose commit
//! failed, or whose document broke, is dropped and opened again from the store; one whose
//! commit came second to another node's goes on from the store (see [`elsewhere`]).

mod base;
mod batch;
mod elsewhere;
mod request;

use super::journal::{Item, Journal, Sequenced};
use super::note::{ClientClaim, Note};
use crate::chat::{Change, Message};
use crate::error::{ErrorCode, Problem};
use crate::note::NoteEntry;
use crate::protocol::command::{NoteAccepted, TranscriptAccepted};
use crate::transcript::{Chunk, NewChunk};
use std::collections::VecDeque;
use std::sync::Arc;

pub use base::{BASE_BYTES, BASE_ENTRIES};
pub use batch::{Begun, Fetch};
pub use elsewhere::News;
pub use request::Request;

/// Most entries in one batch.
pub const BATCH_ENTRIES: usize = 50;
/// Most bytes in one batch, about.
pub const BATCH_BYTES: usize = 1 << 20;

/// What became of a request.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// To `Operation` and `Replace`.
    Note(Result<NoteAccepted, Problem>),
    /// To `Update`.
    Update(Result<Updated, Problem>),
    /// To `Chunks`.
    Transcript(Result<TranscriptAccepted, Problem>),
    /// To `Chat`.
    Chat(Result<Message, Problem>),
}

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Updated {
    /// It is in the journal, which acknowledges it.
    Logged,
    /// It needed no entry: acknowledge it in words.
    Nothing,
}

/// What one commit must write.
#[derive(Debug, Clone, PartialEq)]
pub struct Batch {
    /// The note's head before it.
    pub expected_head: u64,
    /// The note's entries, numbered from the head on.
    pub entries: Vec<Arc<NoteEntry>>,
    /// The claims that moved.
    pub claims: Vec<ClientClaim>,
    /// Final transcript chunks, to be numbered in the commit.
    pub chunks: Vec<NewChunk>,
    /// Changes of the chat, to be applied and numbered in the commit.
    pub chat: Vec<Change>,
}

/// What a commit has stored of a batch.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stored {
    /// For each chunk of the batch what is stored: itself, the identical one of before,
    /// or nothing for an old revision.
    pub chunks: Vec<Option<Arc<Chunk>>>,
    /// For each change of the batch the message as it stands after all of them, or why
    /// the change was refused.
    pub messages: Vec<Result<Message, Problem>>,
}

/// A request that waits for the commit under way. It is kept whole: when another node's
/// commit came first, it is staged again.
#[derive(Debug)]
struct Waiting<T> {
    request: Request<T>,
    want: Want,
}

#[derive(Debug)]
enum Want {
    Entry(u64),
    NothingNote,
    Update(Updated),
    Chunks(usize),
    Chat,
}

/// One meeting's room.
#[derive(Debug)]
pub struct Room<T> {
    note: Note,
    transcript: Journal<Chunk>,
    chat: Journal<Message>,
    queue: VecDeque<Request<T>>,
    waiting: Vec<Waiting<T>>,
    /// Chunks and changes of the chat among what waits.
    loose: usize,
    is_one_of_many: bool,
    under_way: bool,
    base: base::Unsaved,
}

/// What a commit published.
#[derive(Debug)]
pub struct Published<T> {
    /// New note entries, in order.
    pub entries: Vec<Arc<Item<NoteEntry>>>,
    /// New transcript chunks, in order.
    pub chunks: Vec<Arc<Item<Chunk>>>,
    /// New revisions of messages, in order.
    pub messages: Vec<Arc<Item<Message>>>,
    /// The answers that waited for it.
    pub answers: Vec<(T, Answer)>,
}

impl<T> Room<T> {
    /// A room over an opened note, and a transcript and a chat whose heads are known.
    /// `unsaved` is how many entries the note's last base lacks.
    #[must_use]
    pub const fn new(note: Note, transcript_head: u64, chat_head: u64, unsaved: usize) -> Self {
        Self {
            note,
            transcript: Journal::new(transcript_head),
            chat: Journal::new(chat_head),
            queue: VecDeque::new(),
            waiting: Vec::new(),
            loose: 0,
            is_one_of_many: false,
            under_way: false,
            base: base::Unsaved::new(unsaved),
        }
    }

    /// The note: its committed document, head and journal.
    #[must_use]
    pub const fn note(&self) -> &Note {
        &self.note
    }

    /// The note, to give it entries it asked for (see [`Begun::fetch`]).
    pub const fn note_mut(&mut self) -> &mut Note {
        &mut self.note
    }

    /// The chat's recent messages.
    #[must_use]
    pub const fn chat(&self) -> &Journal<Message> {
        &self.chat
    }

    /// The transcript's recent chunks.
    #[must_use]
    pub const fn transcript(&self) -> &Journal<Chunk> {
        &self.transcript
    }

    /// Queues a request.
    pub fn request(&mut self, request: Request<T>) {
        // It may be of after what was read.
        self.note.forget_news();
        self.queue.push_back(request);
    }

    /// How many requests wait for a batch.
    #[must_use]
    pub fn queued(&self) -> usize {
        self.queue.len()
    }

    /// Whether nothing waits and nothing is under way.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.queue.is_empty() && !self.under_way && !self.note.has_staged()
    }

    /// The commit succeeded. What it has stored is published where its sequence is new.
    pub fn committed(&mut self, stored: &Stored) -> Published<T> {
        self.under_way = false;
        self.loose = 0;
        let entries = self.note.committed_now();
        for item in &entries {
            self.base.grew(item.entry());
        }
        let chunks = stored.chunks.iter().flatten().map(Arc::clone);
        let chunks = publish(&mut self.transcript, chunks);
        let messages = stored.messages.iter().flatten().cloned().map(Arc::new);
        let messages = publish(&mut self.chat, messages);
        let answers = self.answers(&entries, stored);
        Published {
            entries,
            chunks,
            messages,
            answers,
        }
    }

    /// The answers that waited for these entries and chunks.
    fn answers(&mut self, entries: &[Arc<Item<NoteEntry>>], stored: &Stored) -> Vec<(T, Answer)> {
        let mut chunks = stored.chunks.iter();
        let mut messages = stored.messages.iter().cloned();
        let waiting = std::mem::take(&mut self.waiting);
        waiting
            .into_iter()
            .map(|waiting| {
                let answer = match waiting.want {
                    Want::Entry(sequence) => Answer::Note(accepted(entries, sequence)),
                    Want::NothingNote => Answer::Note(Ok(NoteAccepted {
                        version: self.note.head(),
                        operation: crate::note::Operation::new(),
                    })),
                    Want::Update(updated) => Answer::Update(Ok(updated)),
                    Want::Chunks(count) => Answer::Transcript(Ok(TranscriptAccepted {
                        sequences: chunks
                            .by_ref()
                            .take(count)
                            .map(|chunk| chunk.as_ref().map(|chunk| chunk.sequence))
                            .collect(),
                    })),
                    Want::Chat => {
                        Answer::Chat(messages.next().unwrap_or_else(|| Err(unavailable())))
                    }
                };
                (waiting.request.into_reply(), answer)
            })
            .collect()
    }

    /// The room is lost, with its batch or without: everybody who waits is told to
    /// try again. What was acknowledged is in the store.
    pub fn abort(&mut self) -> Vec<(T, Answer)> {
        let waiting = std::mem::take(&mut self.waiting).into_iter();
        let queued = std::mem::take(&mut self.queue).into_iter();
        waiting
            .map(|waiting| waiting.request)
            .chain(queued)
            .map(|request| match request {
                Request::Operation { reply, .. } | Request::Replace { reply, .. } => {
                    (reply, Answer::Note(Err(unavailable())))
                }
                Request::Update { reply, .. } => (reply, Answer::Update(Err(unavailable()))),
                Request::Chunks { reply, .. } => (reply, Answer::Transcript(Err(unavailable()))),
                Request::Chat { reply, .. } => (reply, Answer::Chat(Err(unavailable()))),
            })
            .collect()
    }
}

/// Publishes, in order, what the journal does not have yet.
fn publish<E: Sequenced>(
    journal: &mut Journal<E>,
    stored: impl Iterator<Item = Arc<E>>,
) -> Vec<Arc<Item<E>>> {
    let head = journal.head();
    let mut fresh: Vec<Arc<E>> = stored.filter(|entry| entry.sequence() > head).collect();
    fresh.sort_by_key(|entry| entry.sequence());
    fresh.dedup_by_key(|entry| entry.sequence());
    let items: Vec<_> = fresh
        .into_iter()
        .map(|entry| Arc::new(Item::new(entry)))
        .collect();
    for item in &items {
        journal.publish(Arc::clone(item));
    }
    items
}

fn accepted(entries: &[Arc<Item<NoteEntry>>], sequence: u64) -> Result<NoteAccepted, Problem> {
    let entry = entries
        .iter()
        .map(|item| item.entry())
        .find(|entry| entry.sequence == sequence);
    entry
        .map(|entry| NoteAccepted {
            version: sequence,
            operation: entry.operation.clone(),
        })
        .ok_or_else(unavailable)
}

/// The problem of a room that has to be opened again.
#[must_use]
pub fn unavailable() -> Problem {
    let mut problem = Problem::new(
        ErrorCode::Unavailable,
        "the change could not be stored just now: send it again",
    );
    problem.retry_after_ms = Some(500);
    problem
}
