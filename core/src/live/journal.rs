//! The recent entries of one stream, in order and without gaps.
//!
//! A reader is a cursor: it asks for what comes after the last sequence it has.
//! What is no longer here is read from the store.

use crate::chat::{Attachment, Message};
use crate::note::NoteEntry;
use crate::protocol::lane;
use crate::transcript::Chunk;
use serde::Serialize;
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};

/// Most entries that a journal keeps in memory.
pub const RECENT_ENTRIES: usize = 1_000;
/// Most bytes that a journal keeps in memory, about.
pub const RECENT_BYTES: usize = 1 << 20;

/// Something with a place in a stream.
pub trait Sequenced: Serialize {
    /// Its place: 1, 2, 3 …
    fn sequence(&self) -> u64;
    /// About how many bytes it holds.
    fn weight(&self) -> usize;
}

impl Sequenced for NoteEntry {
    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn weight(&self) -> usize {
        200 + self.update.len() * 3
    }
}

impl Sequenced for Chunk {
    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn weight(&self) -> usize {
        400 + self.fields.weight() * 2
    }
}

impl Sequenced for Message {
    fn sequence(&self) -> u64 {
        self.sequence
    }

    fn weight(&self) -> usize {
        let attached: usize = self.attachments.iter().map(Attachment::weight).sum();
        let reacted: usize = self.reactions.iter().map(|one| one.user_ids.len()).sum();
        400 + self.text.len() * 2 + attached + (self.mentions.len() + reacted) * 60
    }
}

/// An entry with its encodings, each made once and shared by all receivers.
#[derive(Debug)]
pub struct Item<E> {
    entry: Arc<E>,
    json: OnceLock<String>,
    lane: OnceLock<Vec<u8>>,
}

impl<E: Sequenced> Item<E> {
    /// Wraps an entry.
    pub const fn new(entry: Arc<E>) -> Self {
        Self {
            entry,
            json: OnceLock::new(),
            lane: OnceLock::new(),
        }
    }

    /// The entry itself.
    pub fn entry(&self) -> &E {
        &self.entry
    }

    /// The entry as JSON.
    pub fn json(&self) -> &str {
        self.json.get_or_init(|| {
            // Made without growing it again and again.
            let mut json = Vec::with_capacity(self.entry.weight());
            let written = serde_json::to_writer(&mut json, &*self.entry).ok();
            let text = written.and_then(|()| String::from_utf8(json).ok());
            text.unwrap_or_else(|| "null".into())
        })
    }
}

impl Item<NoteEntry> {
    /// The entry as the binary lane carries it to everybody but its maker.
    pub fn lane(&self) -> &[u8] {
        self.lane.get_or_init(|| {
            let mut out = Vec::with_capacity(self.entry.update.len() + 96);
            lane::encode_entry(&mut out, &self.entry, false);
            out
        })
    }
}

/// What a reader gets.
#[derive(Debug)]
pub enum Read<E> {
    /// Nothing comes after the cursor.
    UpToDate,
    /// Entries after the cursor, in order.
    Items(Vec<Arc<Item<E>>>),
    /// The entries after the cursor are no longer here: read the store.
    Behind,
}

/// Recent entries of one stream.
#[derive(Debug)]
pub struct Journal<E> {
    entries: VecDeque<Arc<Item<E>>>,
    head: u64,
    bytes: usize,
}

impl<E: Sequenced> Journal<E> {
    /// An empty journal of a stream whose last committed sequence is `head`.
    #[must_use]
    pub const fn new(head: u64) -> Self {
        Self {
            entries: VecDeque::new(),
            head,
            bytes: 0,
        }
    }

    /// The last published sequence.
    #[must_use]
    pub const fn head(&self) -> u64 {
        self.head
    }

    /// Publishes a committed entry. Entries come in order; one that does not follow
    /// the head empties the journal, so that readers fall back to the store.
    pub fn publish(&mut self, item: Arc<Item<E>>) {
        let sequence = item.entry.sequence();
        if sequence != self.head + 1 {
            self.entries.clear();
            self.bytes = 0;
        }
        self.head = self.head.max(sequence);
        self.bytes += item.entry.weight();
        self.entries.push_back(item);
        while self.entries.len() > RECENT_ENTRIES
            || (self.bytes > RECENT_BYTES && self.entries.len() > 1)
        {
            if let Some(old) = self.entries.pop_front() {
                self.bytes -= old.entry.weight();
            }
        }
    }

    /// The stream has come to `head`, without entries that are not in the store any more
    /// or were not read: readers fall back to the store.
    pub fn reach(&mut self, head: u64) {
        if head > self.head {
            self.entries.clear();
            self.bytes = 0;
            self.head = head;
        }
    }

    /// The entry at a sequence, while it is here.
    #[must_use]
    pub fn get(&self, sequence: u64) -> Option<&Arc<Item<E>>> {
        let first = self.entries.front()?.entry.sequence();
        let at = usize::try_from(sequence.checked_sub(first)?).ok()?;
        self.entries.get(at)
    }

    /// The first sequence that is here; one past the head when there is none.
    #[must_use]
    pub fn first(&self) -> u64 {
        self.entries
            .front()
            .map_or(self.head + 1, |item| item.entry.sequence())
    }

    /// The entries here, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Item<E>>> {
        self.entries.iter()
    }

    /// At most `items` entries and about `bytes` bytes after a cursor.
    #[must_use]
    pub fn read(&self, after: u64, items: usize, bytes: usize) -> Read<E> {
        if after >= self.head {
            return Read::UpToDate;
        }
        let Some(skip) = (after + 1).checked_sub(self.first()) else {
            return Read::Behind;
        };
        let mut weight = 0;
        let found: Vec<_> = self
            .entries
            .iter()
            .skip(usize::try_from(skip).unwrap_or(usize::MAX))
            .take(items)
            .take_while(|item| {
                let fits = weight == 0 || weight + item.entry.weight() <= bytes;
                weight += item.entry.weight();
                fits
            })
            .cloned()
            .collect();
        if found.is_empty() {
            Read::Behind
        } else {
            Read::Items(found)
        }
    }
}
