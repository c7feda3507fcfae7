//! What a room is asked to change.

use crate::chat::Change;
use crate::id::UserId;
use crate::protocol::command::NoteOperationDraft;
use crate::transcript::NewChunk;

/// A change that somebody asks for. `T` is what the caller needs to answer it.
#[derive(Debug)]
pub enum Request<T> {
    /// The op door.
    Operation {
        /// Who asks.
        author: UserId,
        /// The operation.
        draft: NoteOperationDraft,
        /// Whom to answer.
        reply: T,
    },
    /// Make the note's text this, by a minimal edit (restoring a version).
    Replace {
        /// Who asks.
        author: UserId,
        /// The text wanted.
        text: String,
        /// A fresh client id for the edit.
        client_id: String,
        /// Whom to answer.
        reply: T,
    },
    /// A CRDT door.
    Update {
        /// Who sends it.
        author: UserId,
        /// The ClientID that the connection writes with, once it said so.
        own: Option<u64>,
        /// Which client made it and its place among that client's changes; a stock
        /// editor names none.
        made_by: Option<(u64, u64)>,
        /// The V1 update.
        update: Vec<u8>,
        /// Whom to answer.
        reply: T,
    },
    /// Final transcript chunks.
    Chunks {
        /// The chunks.
        chunks: Vec<NewChunk>,
        /// Whom to answer.
        reply: T,
    },
    /// A change of the chat.
    Chat {
        /// The change.
        change: Box<Change>,
        /// Whom to answer.
        reply: T,
    },
}

impl<T> Request<T> {
    /// About how many bytes it holds.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Operation { draft, .. } => draft.operation.weight(),
            Self::Replace { text, .. } => text.len(),
            Self::Update { update, .. } => update.len(),
            Self::Chunks { chunks, .. } => chunks
                .iter()
                .map(|chunk| chunk.fields().weight() + 512)
                .sum(),
            Self::Chat { change, .. } => change.weight(),
        }
    }

    /// Whom to answer.
    pub(super) fn into_reply(self) -> T {
        match self {
            Self::Operation { reply, .. }
            | Self::Replace { reply, .. }
            | Self::Update { reply, .. }
            | Self::Chunks { reply, .. }
            | Self::Chat { reply, .. } => reply,
        }
    }

    /// The same request with another reply.
    pub fn replying<U>(self, with: impl FnOnce(T) -> U) -> Request<U> {
        match self {
            Self::Operation {
                author,
                draft,
                reply,
            } => Request::Operation {
                author,
                draft,
                reply: with(reply),
            },
            Self::Replace {
                author,
                text,
                client_id,
                reply,
            } => Request::Replace {
                author,
                text,
                client_id,
                reply: with(reply),
            },
            Self::Update {
                author,
                own,
                made_by,
                update,
                reply,
            } => Request::Update {
                author,
                own,
                made_by,
                update,
                reply: with(reply),
            },
            Self::Chunks { chunks, reply } => Request::Chunks {
                chunks,
                reply: with(reply),
            },
            Self::Chat { change, reply } => Request::Chat {
                change,
                reply: with(reply),
            },
        }
    }
}
