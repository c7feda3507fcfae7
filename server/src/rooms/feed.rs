//! What a room has published, and who follows it.

use super::mailbox::{Interim, Letter, Mailbox};
use connvo_core::chat::Message;
use connvo_core::live::connection::Stream;
use connvo_core::live::journal::Sequenced;
use connvo_core::live::room::Published;
use connvo_core::live::{Item, Journal, Read};
use connvo_core::note::NoteEntry;
use connvo_core::protocol::{EVENTS_BYTES, PAGE_ITEMS};
use connvo_core::transcript::Chunk;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many readers a room serves itself: with more it would keep one thread busy.
const AT_ONCE: usize = 16;

static WATCHES: AtomicU64 = AtomicU64::new(1);

/// How a watcher follows a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Interest {
    /// Which journal.
    pub stream: Stream,
    /// Whether presence in the note is wanted too.
    pub presence: bool,
}

#[derive(Debug)]
struct Watcher {
    mailbox: Arc<Mailbox>,
    sub: u32,
    interest: Interest,
}

/// The published journals of one room. Locks are held for moments, never across
/// an await.
#[derive(Debug)]
pub struct Feed {
    note: Mutex<Journal<NoteEntry>>,
    transcript: Mutex<Journal<Chunk>>,
    chat: Mutex<Journal<Message>>,
    watchers: Mutex<HashMap<u64, Watcher>>,
}

/// Those who have something to read. When it is dropped they read it: the first of them at
/// once, which saves each a turn in line for a thread; the others in their own tasks.
#[derive(Debug, Default)]
pub(super) struct Readers(Vec<Arc<Mailbox>>);

impl Drop for Readers {
    fn drop(&mut self) {
        let at_once = if std::thread::panicking() { 0 } else { AT_ONCE };
        let (served, woken) = self.0.split_at(at_once.min(self.0.len()));
        // First: they do not wait for those who are served.
        for mailbox in woken {
            mailbox.wake_owner();
        }
        for mailbox in served {
            mailbox.carry_on();
        }
    }
}

/// A watcher's place in the feed; dropping it leaves.
#[derive(Debug)]
pub struct Watch {
    feed: Arc<Feed>,
    id: u64,
}

impl Watch {
    /// A number that no other watch of this process has.
    #[must_use]
    pub const fn id(&self) -> u64 {
        self.id
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&self.feed.watchers).remove(&self.id);
    }
}

impl Feed {
    pub(super) fn new(note_head: u64, transcript_head: u64, chat_head: u64) -> Self {
        Self {
            note: Mutex::new(Journal::new(note_head)),
            transcript: Mutex::new(Journal::new(transcript_head)),
            chat: Mutex::new(Journal::new(chat_head)),
            watchers: Mutex::default(),
        }
    }

    /// Follows the feed: the mailbox is woken for every growth from now on.
    pub fn watch(self: &Arc<Self>, mailbox: &Arc<Mailbox>, sub: u32, interest: Interest) -> Watch {
        let id = WATCHES.fetch_add(1, Ordering::Relaxed);
        let watcher = Watcher {
            mailbox: Arc::clone(mailbox),
            sub,
            interest,
        };
        lock(&self.watchers).insert(id, watcher);
        Watch {
            feed: Arc::clone(self),
            id,
        }
    }

    /// The last published note entry.
    #[must_use]
    pub fn note_head(&self) -> u64 {
        lock(&self.note).head()
    }

    /// The last published chunk.
    #[must_use]
    pub fn transcript_head(&self) -> u64 {
        lock(&self.transcript).head()
    }

    /// The last published change of the chat.
    #[must_use]
    pub fn chat_head(&self) -> u64 {
        lock(&self.chat).head()
    }

    /// One frame's worth of note entries after a cursor.
    #[must_use]
    pub fn read_note(&self, after: u64) -> Read<NoteEntry> {
        lock(&self.note).read(after, PAGE_ITEMS, EVENTS_BYTES)
    }

    /// One frame's worth of chunks after a cursor.
    #[must_use]
    pub fn read_transcript(&self, after: u64) -> Read<Chunk> {
        lock(&self.transcript).read(after, PAGE_ITEMS, EVENTS_BYTES)
    }

    /// One frame's worth of messages after a cursor.
    #[must_use]
    pub fn read_chat(&self, after: u64) -> Read<Message> {
        lock(&self.chat).read(after, PAGE_ITEMS, EVENTS_BYTES)
    }

    /// Relays an interim chunk to those who follow the transcript now.
    /// `utterance` names what the chunk is the latest of.
    pub fn volatile(&self, utterance: &Arc<str>, json: &Arc<str>) {
        for watcher in lock(&self.watchers).values() {
            if watcher.interest.stream == Stream::Transcript {
                watcher.mailbox.show(Interim {
                    sub: watcher.sub,
                    utterance: Arc::clone(utterance),
                    json: Arc::clone(json),
                });
            }
        }
    }

    /// Publishes to the journals. Their readers go on when the answer is dropped.
    pub(super) fn publish<T>(&self, published: &Published<T>) -> Readers {
        let mut readers = Readers::default();
        if put(&self.note, &published.entries) {
            self.mark(Stream::Note, &mut readers);
        }
        if put(&self.transcript, &published.chunks) {
            self.mark(Stream::Transcript, &mut readers);
        }
        if put(&self.chat, &published.messages) {
            self.mark(Stream::Chat, &mut readers);
        }
        readers
    }

    /// Transcript and chat have come to these heads, by what other nodes have written; 0
    /// where nothing is known.
    pub(super) fn reach(&self, transcript_head: u64, chat_head: u64) {
        if reach(&self.transcript, transcript_head) {
            self.wake(Stream::Transcript);
        }
        if reach(&self.chat, chat_head) {
            self.wake(Stream::Chat);
        }
    }

    fn mark(&self, stream: Stream, readers: &mut Readers) {
        for watcher in lock(&self.watchers).values() {
            if watcher.interest.stream == stream && watcher.mailbox.mark(watcher.sub) {
                readers.0.push(Arc::clone(&watcher.mailbox));
            }
        }
    }

    fn wake(&self, stream: Stream) {
        for watcher in lock(&self.watchers).values() {
            if watcher.interest.stream == stream {
                watcher.mailbox.wake(watcher.sub);
            }
        }
    }

    pub(super) fn presence(&self, bytes: &Arc<[u8]>) {
        for watcher in lock(&self.watchers).values() {
            if watcher.interest.presence {
                watcher.mailbox.leave(Letter::Presence {
                    sub: watcher.sub,
                    bytes: Arc::clone(bytes),
                });
            }
        }
    }

    pub(super) fn gone(&self) {
        for watcher in lock(&self.watchers).values() {
            watcher.mailbox.leave(Letter::Gone { sub: watcher.sub });
        }
    }

    pub(super) fn is_watched(&self) -> bool {
        !lock(&self.watchers).is_empty()
    }
}

/// Whether there was anything to put into the journal.
fn put<E: Sequenced>(journal: &Mutex<Journal<E>>, items: &[Arc<Item<E>>]) -> bool {
    if !items.is_empty() {
        let mut journal = lock(journal);
        for item in items {
            journal.publish(Arc::clone(item));
        }
    }
    !items.is_empty()
}

/// Whether the journal was behind.
fn reach<E: Sequenced>(journal: &Mutex<Journal<E>>, head: u64) -> bool {
    let mut journal = lock(journal);
    let is_behind = journal.head() < head;
    journal.reach(head);
    is_behind
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
