//! What a batch writes, decided in memory between the lock and the inserts.

use super::{Append, CommitError, NoteBatch, Stored, TranscriptBatch};
use connvo_core::chat::{Change, Message};
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, MessageId, UserId};
use connvo_core::note::NoteEntry;
use connvo_core::transcript::{Chunk, NewChunk, word_count};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// A piece of speech: meeting, source, segment.
pub(super) type SegmentKey<'a> = (&'a MeetingId, &'a str, &'a str);
/// A client of a note.
pub(super) type ClientKey = (MeetingId, String);

/// A message of a chat.
pub(super) type MessageKey = (MeetingId, MessageId);

/// The rows that a batch has to know, as locked.
#[derive(Debug, Clone, Default)]
pub(super) struct State<'a> {
    /// Heads of the notes; where one is asked for and not there, the meeting does not exist.
    pub(super) notes: HashMap<MeetingId, u64>,
    /// Heads of the transcripts.
    pub(super) transcripts: HashMap<MeetingId, u64>,
    /// Heads of the chats.
    pub(super) chats: HashMap<MeetingId, u64>,
    /// Holder (`None` for the server) and last sequence of each client.
    pub(super) clients: HashMap<ClientKey, (Option<UserId>, u64)>,
    /// The stored revision of each utterance.
    pub(super) chunks: HashMap<SegmentKey<'a>, Arc<Chunk>>,
    /// The messages that changes are about, or answer.
    pub(super) messages: HashMap<MessageKey, Message>,
}

/// What a batch writes.
#[derive(Debug, Default)]
pub(super) struct Plan<'a> {
    /// Rows for the log.
    pub(super) entries: Vec<(MeetingId, Arc<NoteEntry>)>,
    /// Clients to write, with their holder and last sequence.
    pub(super) clients: BTreeMap<ClientKey, (Option<UserId>, u64)>,
    /// The sequences of stored chunks that a higher revision replaces.
    pub(super) superseded: BTreeMap<SegmentKey<'a>, u64>,
    /// Chunks to insert; one an utterance.
    pub(super) chunks: BTreeMap<SegmentKey<'a>, Arc<Chunk>>,
    /// Heads that moved.
    pub(super) note_heads: BTreeMap<&'a MeetingId, u64>,
    /// Heads that moved.
    pub(super) transcript_heads: BTreeMap<&'a MeetingId, u64>,
    /// Messages to write, as they stand after the batch.
    pub(super) messages: BTreeMap<MessageKey, Message>,
    /// Heads that moved.
    pub(super) chat_heads: BTreeMap<&'a MeetingId, u64>,
    /// The answer to each append.
    pub(super) outcomes: Vec<Result<Stored, CommitError>>,
}

/// Decides what a batch writes.
pub(super) fn plan<'a>(appends: &[&'a Append], mut state: State<'a>) -> Plan<'a> {
    let mut plan = Plan::default();
    for append in appends {
        let outcome = plan.add(append, &mut state);
        plan.outcomes.push(outcome);
    }
    plan
}

impl<'a> Plan<'a> {
    /// Whether there is anything to write.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
            && self.clients.is_empty()
            && self.chunks.is_empty()
            && self.messages.is_empty()
    }

    fn add(&mut self, append: &'a Append, state: &mut State<'a>) -> Result<Stored, CommitError> {
        let meeting = &append.meeting;
        let is_there = (append.note.is_none() || state.notes.contains_key(meeting))
            && (append.transcript.is_none() || state.transcripts.contains_key(meeting))
            && (append.chat.is_empty() || state.chats.contains_key(meeting));
        if !is_there {
            return Err(CommitError::Conflict);
        }
        if let Some(note) = &append.note {
            self.add_note(meeting, note, state)?;
        }
        let chunks = match &append.transcript {
            Some(batch) => self.add_chunks(meeting, batch, state),
            None => Vec::new(),
        };
        let messages = self.change_chat(meeting, &append.chat, state);
        Ok(Stored { chunks, messages })
    }

    /// Checks everything before it adds anything.
    fn add_note(
        &mut self,
        meeting: &'a MeetingId,
        note: &NoteBatch,
        state: &mut State<'a>,
    ) -> Result<(), CommitError> {
        let head = state.notes.get(meeting).copied().unwrap_or(0);
        let numbered = (head + 1..).zip(&note.entries);
        if head != note.expected_head
            || numbered.into_iter().any(|(at, entry)| entry.sequence != at)
        {
            return Err(CommitError::Conflict);
        }
        for claim in &note.claims {
            let key = (meeting.clone(), claim.client_id.clone());
            let held = state.clients.get(&key);
            if held.is_some_and(|(holder, _)| *holder != claim.user_id) {
                return Err(CommitError::Conflict);
            }
        }
        for claim in &note.claims {
            let key = (meeting.clone(), claim.client_id.clone());
            let last = state.clients.get(&key).map_or(0, |(_, last)| *last);
            let row = (claim.user_id.clone(), last.max(claim.last_seq));
            state.clients.insert(key.clone(), row.clone());
            self.clients.insert(key, row);
        }
        if !note.entries.is_empty() {
            let entries = note.entries.iter().cloned();
            self.entries
                .extend(entries.map(|entry| (meeting.clone(), entry)));
            let head = head + note.entries.len() as u64;
            state.notes.insert(meeting.clone(), head);
            self.note_heads.insert(meeting, head);
        }
        Ok(())
    }

    fn add_chunks(
        &mut self,
        meeting: &'a MeetingId,
        batch: &'a TranscriptBatch,
        state: &mut State<'a>,
    ) -> Vec<Option<Arc<Chunk>>> {
        let take = |chunk: &'a NewChunk| {
            let fields = chunk.fields();
            let key: SegmentKey<'a> = (meeting, &fields.source_id, &fields.segment_id);
            let stored = state.chunks.get(&key);
            match stored.map(|stored| stored.fields.revision.cmp(&fields.revision)) {
                Some(std::cmp::Ordering::Greater) => return None,
                Some(std::cmp::Ordering::Equal) => return stored.cloned(),
                Some(std::cmp::Ordering::Less) | None => {}
            }
            let head = self.transcript_heads.entry(meeting);
            let head = head.or_insert_with(|| state.transcripts.get(meeting).copied().unwrap_or(0));
            *head += 1;
            let new = Arc::new(Chunk {
                sequence: *head,
                fields: fields.clone(),
                revised: stored.is_some(),
                word_count: word_count(&fields.text),
                created_at: batch.created_at,
            });
            // One that only this batch holds is not inserted in the first place.
            if !self.chunks.contains_key(&key)
                && let Some(stored) = stored
            {
                self.superseded.insert(key, stored.sequence);
            }
            self.chunks.insert(key, Arc::clone(&new));
            state.chunks.insert(key, Arc::clone(&new));
            Some(new)
        };
        batch.chunks.iter().map(take).collect()
    }

    /// Applies one append's changes. A message takes one place in the journal, however
    /// many of them it was: who asked first is answered with what it has become.
    fn change_chat(
        &mut self,
        meeting: &'a MeetingId,
        changes: &[Change],
        state: &mut State<'a>,
    ) -> Vec<Result<Message, Problem>> {
        let key = |id: &MessageId| (meeting.clone(), id.clone());
        let mut changed: Vec<&MessageId> = Vec::new();
        let mut refused: Vec<Option<Problem>> = Vec::new();
        for change in changes {
            let id = change.message_id();
            match change.apply(|id| state.messages.get(&key(id))) {
                Ok(Some(next)) => {
                    changed.retain(|known| *known != id);
                    changed.push(id);
                    state.messages.insert(key(id), next);
                    refused.push(None);
                }
                Ok(None) => refused.push(None),
                Err(problem) => refused.push(Some(problem.into())),
            }
        }
        for id in changed {
            let head = state.chats.entry(meeting.clone()).or_insert(0);
            *head += 1;
            self.chat_heads.insert(meeting, *head);
            if let Some(message) = state.messages.get_mut(&key(id)) {
                message.sequence = *head;
                if message.posted_sequence == 0 {
                    message.posted_sequence = *head;
                }
                self.messages.insert(key(id), message.clone());
            }
        }
        let stands = |change: &Change| {
            let found = state.messages.get(&key(change.message_id())).cloned();
            found.ok_or_else(|| Problem::not_found("the message"))
        };
        let answers = changes.iter().zip(refused);
        answers
            .map(|(change, problem)| problem.map_or_else(|| stands(change), Err))
            .collect()
    }
}
