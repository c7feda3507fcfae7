//! The disk: what was committed, and nothing else. It outlives every crash.

use connvo_core::chat::{Change, Message};
use connvo_core::error::Problem;
use connvo_core::id::MessageId;
use connvo_core::live::note::{Base, ClientClaim, StoredNote};
use connvo_core::live::room::{Batch, Stored};
use connvo_core::note::{NoteEntry, Text};
use connvo_core::transcript::{Chunk, NewChunk, word_count};
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The database of the one meeting.
#[derive(Debug, Default)]
pub struct Store {
    pub log: Vec<NoteEntry>,
    pub base: Option<Base>,
    /// Every base ever written, for the checks at the end.
    pub bases: Vec<Base>,
    pub clients: BTreeMap<String, ClientClaim>,
    pub chunks: BTreeMap<u64, Chunk>,
    pub transcript_head: u64,
    pub messages: BTreeMap<MessageId, Message>,
    pub chat_head: u64,
    /// The text that the log gives.
    pub text: Text,
}

impl Store {
    pub fn head(&self) -> u64 {
        self.log.len() as u64
    }

    /// Commits a batch, whole or not at all, as the committer does.
    pub fn commit(&mut self, batch: &Batch, now_ms: u64) -> Result<Stored, String> {
        let numbered = (self.head() + 1..).zip(&batch.entries);
        if (!batch.entries.is_empty() || !batch.claims.is_empty())
            && batch.expected_head != self.head()
            || numbered.into_iter().any(|(at, entry)| entry.sequence != at)
        {
            return Err(format!(
                "the head is {}, not {}",
                self.head(),
                batch.expected_head
            ));
        }
        for claim in &batch.claims {
            let held = self.clients.get(&claim.client_id);
            if held.is_some_and(|held| held.user_id != claim.user_id) {
                return Err(format!("client {} is another user's", claim.client_id));
            }
        }
        for claim in &batch.claims {
            let held = self
                .clients
                .entry(claim.client_id.clone())
                .or_insert_with(|| claim.clone());
            held.last_seq = held.last_seq.max(claim.last_seq);
        }
        for entry in &batch.entries {
            let key = |held: &NoteEntry| (held.client_id.clone(), held.client_seq);
            if !entry.client_id.is_empty() && self.log.iter().any(|held| key(held) == key(entry)) {
                return Err(format!("{:?} is in the log already", key(entry)));
            }
            self.text.apply(&entry.operation).map_err(|error| {
                format!("entry {} does not fit the text: {error}", entry.sequence)
            })?;
            self.log.push((**entry).clone());
        }
        let chunks = batch.chunks.iter();
        let chunks = chunks
            .map(|chunk| self.take_chunk(chunk, now_ms).map(Arc::new))
            .collect();
        let messages = self.take_changes(&batch.chat);
        Ok(Stored { chunks, messages })
    }

    fn take_changes(&mut self, changes: &[Change]) -> Vec<Result<Message, Problem>> {
        let mut stored = Vec::new();
        for change in changes {
            let next = change.apply(|id| self.messages.get(id));
            stored.push(next.map_err(Problem::from).and_then(|next| {
                let Some(mut next) = next else {
                    let known = self.messages.get(change.message_id()).cloned();
                    return known.ok_or_else(|| Problem::not_found("the message"));
                };
                self.chat_head += 1;
                next.sequence = self.chat_head;
                if next.posted_sequence == 0 {
                    next.posted_sequence = self.chat_head;
                }
                self.messages.insert(next.id.clone(), next.clone());
                Ok(next)
            }));
        }
        stored
    }

    fn take_chunk(&mut self, chunk: &NewChunk, now_ms: u64) -> Option<Chunk> {
        let fields = chunk.fields();
        let same = |held: &&Chunk| {
            held.fields.source_id == fields.source_id && held.fields.segment_id == fields.segment_id
        };
        let stored = self.chunks.values().find(same).cloned();
        match stored
            .as_ref()
            .map(|held| held.fields.revision.cmp(&fields.revision))
        {
            Some(Ordering::Greater) => return None,
            Some(Ordering::Equal) => return stored,
            Some(Ordering::Less) | None => {}
        }
        self.transcript_head += 1;
        let new = Chunk {
            sequence: self.transcript_head,
            fields: fields.clone(),
            revised: stored.is_some(),
            word_count: word_count(&fields.text),
            created_at: now_ms,
        };
        if let Some(stored) = stored {
            self.chunks.remove(&stored.sequence);
        }
        self.chunks.insert(new.sequence, new.clone());
        Some(new)
    }

    /// What a room is opened from.
    pub fn load(&self) -> StoredNote {
        let from = self.base.as_ref().map_or(0, |base| base.sequence) as usize;
        StoredNote {
            epoch: 1,
            base: self.base.clone(),
            entries: self.log[from..].to_vec(),
            clients: self.clients.values().cloned().collect(),
        }
    }

    /// Entries from a sequence up to the one before `upto`.
    pub fn range(&self, from: u64, upto: u64) -> Vec<NoteEntry> {
        let at = |sequence: u64| (sequence.saturating_sub(1) as usize).min(self.log.len());
        self.log[at(from)..at(upto).max(at(from))].to_vec()
    }

    pub fn find(&self, client_id: &str, client_seq: u64) -> Option<NoteEntry> {
        let same =
            |entry: &&NoteEntry| entry.client_id == client_id && entry.client_seq == client_seq;
        self.log.iter().find(same).cloned()
    }

    /// Chunks after a sequence.
    pub fn chunks_after(&self, after: u64, limit: usize) -> Vec<Chunk> {
        self.chunks
            .range(after + 1..)
            .take(limit)
            .map(|(_, chunk)| chunk.clone())
            .collect()
    }

    /// Messages after a sequence, in the order of the journal.
    pub fn messages_after(&self, after: u64, limit: usize) -> Vec<Message> {
        let mut found: Vec<_> = self.messages.values().cloned().collect();
        found.retain(|message| message.sequence > after);
        found.sort_by_key(|message| message.sequence);
        found.truncate(limit);
        found
    }

    /// The latest messages posted up to a sequence, in order.
    pub fn latest_messages(&self, upto: u64, limit: usize) -> Vec<Message> {
        let mut found: Vec<_> = self.messages.values().cloned().collect();
        found.retain(|message| message.posted_sequence <= upto);
        found.sort_by_key(|message| message.posted_sequence);
        found.split_off(found.len().saturating_sub(limit))
    }

    /// The latest chunks up to a sequence, in order.
    pub fn latest_chunks(&self, upto: u64, limit: usize) -> Vec<Chunk> {
        let mut chunks: Vec<Chunk> = self
            .chunks
            .range(..=upto)
            .rev()
            .take(limit)
            .map(|(_, chunk)| chunk.clone())
            .collect();
        chunks.reverse();
        chunks
    }

    pub fn write_base(&mut self, base: Base) {
        self.bases.push(base.clone());
        if self
            .base
            .as_ref()
            .is_none_or(|held| held.sequence < base.sequence)
        {
            self.base = Some(base);
        }
    }
}
