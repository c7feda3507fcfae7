//! What other nodes have committed: taken over from the store, and what is staged here
//! staged anew behind it.

use super::{Published, Room, base, publish};
use crate::chat::Message;
use crate::live::journal::Item;
use crate::live::note::{ClientClaim, Note};
use crate::note::NoteEntry;
use crate::note::document::DocumentError;
use crate::transcript::Chunk;
use std::sync::Arc;

/// What the store has after what a room has.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct News {
    /// The note's entries after its head, in order and without gaps.
    pub entries: Vec<NoteEntry>,
    /// Claims of the note, as far as they were read.
    pub claims: Vec<ClientClaim>,
    /// Chunks after the transcript's head, in order.
    pub chunks: Vec<Chunk>,
    /// Up to where the transcript was read.
    pub transcript_head: u64,
    /// Revisions of messages after the chat's head, in order.
    pub messages: Vec<Message>,
    /// Up to where the chat was read.
    pub chat_head: u64,
}

impl<T> Room<T> {
    /// The same room, whose commits may come second to other nodes': what it commits is
    /// kept until it is stored.
    #[must_use]
    pub fn among_others(self, is_one_of_many: bool) -> Self {
        Self {
            is_one_of_many,
            ..self
        }
    }

    /// Takes over what other nodes have committed. Nothing may be staged: between batches.
    ///
    /// # Errors
    /// The document does not give the text that the log gives, or an entry is missing: drop
    /// the room and open it again.
    pub fn absorb(&mut self, news: News) -> Result<Published<T>, DocumentError> {
        let entries = self.note.absorb(news.entries, news.claims)?;
        for item in &entries {
            self.base.grew(item.entry());
        }
        let chunks = publish(&mut self.transcript, news.chunks.into_iter().map(Arc::new));
        self.transcript.reach(news.transcript_head);
        let messages = publish(&mut self.chat, news.messages.into_iter().map(Arc::new));
        self.chat.reach(news.chat_head);
        Ok(Published {
            entries,
            chunks,
            messages,
            answers: Vec::new(),
        })
    }

    /// The commit came second: another node's has moved the note. Everything that waited
    /// for it is queued again, in its order and before all else, over the note as the store
    /// has it now. Returns the entries that are new here.
    pub fn overtaken(&mut self, note: Note) -> Vec<Arc<Item<NoteEntry>>> {
        let head = self.note.head();
        self.under_way = false;
        self.loose = 0;
        for waiting in std::mem::take(&mut self.waiting).into_iter().rev() {
            self.queue.push_front(waiting.request);
        }
        self.base = base::Unsaved::new(note.journal().iter().count());
        let before = std::mem::replace(&mut self.note, note);
        self.note.goes_on_from(before);
        let journal = self.note.journal();
        let is_new = |item: &&Arc<Item<NoteEntry>>| item.entry().sequence > head;
        journal.iter().filter(is_new).cloned().collect()
    }
}
