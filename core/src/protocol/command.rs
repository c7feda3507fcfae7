//! Commands: what a client asks the server to do. One enum for HTTP and socket.

use crate::access::Action;
use crate::chat::{Message, MessageDraft, MessageEdit};
use crate::id::{MeetingId, MessageId};
use crate::note::AnyOperation;
use crate::note::Operation;
use crate::transcript::ChunkDraft;
use crate::transcript::provider::{Provider, ProviderDraft};
use crate::transcript::speaker::SpeakerName;
use serde::{Deserialize, Serialize};

/// An operation on the note, against a version.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteOperationDraft {
    /// The version that the operation was made against.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub base_version: u64,
    /// Which client makes it; 1 to 64 bytes, chosen by the client.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 64))]
    pub client_id: String,
    /// Its place among the client's own changes. A retry repeats it and gets the
    /// first answer.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub client_seq: u64,
    /// A component list, or the single-position form.
    #[cfg_attr(feature = "ts", ts(type = "Component[] | SingleOperation"))]
    pub operation: AnyOperation,
}

/// What became of a note operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NoteAccepted {
    /// The version that it made; the head where it changed nothing.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub version: u64,
    /// The operation as logged: against `version` − 1.
    #[cfg_attr(feature = "ts", ts(type = "Component[]"))]
    pub operation: Operation,
}

/// Chunks for the transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptDraft {
    /// 1 to 50 chunks.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50))]
    pub chunks: Vec<ChunkDraft>,
}

/// What became of the chunks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TranscriptAccepted {
    /// For each chunk its sequence; null for interim chunks, which are relayed and
    /// not stored, and for revisions older than the stored one.
    #[cfg_attr(feature = "ts", ts(type = "(number | null)[]"))]
    pub sequences: Vec<Option<u64>>,
}

/// A change that a client asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(
    tag = "type",
    rename_all = "camelCase",
    rename_all_fields = "camelCase"
)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Command {
    /// Change the note.
    ApplyNoteOperation {
        /// Which meeting's note.
        meeting_id: MeetingId,
        /// The operation.
        #[serde(flatten)]
        draft: NoteOperationDraft,
    },
    /// Make the note what it was at a version, as a new change.
    RestoreNote {
        /// Which meeting's note.
        meeting_id: MeetingId,
        /// The version to go back to.
        #[cfg_attr(feature = "ts", ts(type = "number"))]
        version: u64,
    },
    /// Add to the transcript.
    AppendTranscript {
        /// Which meeting's transcript.
        meeting_id: MeetingId,
        /// The chunks.
        #[serde(flatten)]
        draft: TranscriptDraft,
    },
    /// Say something in the chat.
    PostMessage {
        /// Which meeting's chat.
        meeting_id: MeetingId,
        /// What.
        #[serde(flatten)]
        draft: MessageDraft,
    },
    /// Give a message other words.
    EditMessage {
        /// Which meeting's chat.
        meeting_id: MeetingId,
        /// Which message.
        message_id: MessageId,
        /// Which words.
        #[serde(flatten)]
        edit: MessageEdit,
    },
    /// Take a message's words away.
    DeleteMessage {
        /// Which meeting's chat.
        meeting_id: MeetingId,
        /// Which message.
        message_id: MessageId,
    },
    /// React to a message, or no longer.
    ReactToMessage {
        /// Which meeting's chat.
        meeting_id: MeetingId,
        /// Which message.
        message_id: MessageId,
        /// With which emoji.
        emoji: String,
        /// Whether from now on, or no longer.
        on: bool,
    },
    /// Add what a provider of speech recognition says to the transcript.
    AppendProviderTranscript {
        /// Which meeting's transcript.
        meeting_id: MeetingId,
        /// Whose messages they are.
        provider: Provider,
        /// The messages.
        #[serde(flatten)]
        draft: ProviderDraft,
    },
    /// Say what a speaker of the transcript is called.
    RenameSpeaker {
        /// Which meeting's transcript.
        meeting_id: MeetingId,
        /// The label that the speaker's chunks have.
        label: String,
        /// The name to show for it, 1 to 100 UTF-16 code units; the label itself takes the
        /// name back.
        name: String,
    },
}

impl Command {
    /// What the command asks of its meeting.
    #[must_use]
    pub const fn action(&self) -> Action {
        match self {
            Self::ApplyNoteOperation { .. } | Self::RestoreNote { .. } => Action::WriteNote,
            Self::PostMessage { .. }
            | Self::EditMessage { .. }
            | Self::DeleteMessage { .. }
            | Self::ReactToMessage { .. } => Action::WriteChat,
            Self::AppendTranscript { .. } | Self::AppendProviderTranscript { .. } => {
                Action::AppendTranscript
            }
            Self::RenameSpeaker { .. } => Action::RenameSpeaker,
        }
    }
}

/// The answer to a command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum CommandReply {
    /// To `applyNoteOperation` and `restoreNote`.
    Note(NoteAccepted),
    /// To `appendTranscript` and `appendProviderTranscript`.
    Transcript(TranscriptAccepted),
    /// To whatever changes the chat: the message as it stands.
    Message(Box<Message>),
    /// To `renameSpeaker`.
    Speaker(SpeakerName),
}
