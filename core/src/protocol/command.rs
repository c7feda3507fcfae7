//! Commands: what a client asks the server to do. One enum for HTTP and socket.

use crate::access::Action;
use crate::chat::{Message, MessageDraft, MessageEdit};
use crate::id::{MeetingId, MessageId, UserId};
use crate::meeting::{Meeting, MeetingChanges, Participant, ParticipantChanges, ParticipantDraft};
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Start the meeting.
    StartMeeting {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// End it.
    EndMeeting {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Call it off, and with `wholeSeries` what would follow it.
    CancelMeeting {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Whether nothing is to follow it, of a recurring meeting. Not, unless said.
        #[serde(default)]
        #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
        whole_series: bool,
    },
    /// Change what it is planned to be.
    UpdateMeeting {
        /// Which meeting.
        meeting_id: MeetingId,
        /// The changes.
        changes: MeetingChanges,
    },
    /// Come in, or ask to.
    JoinMeeting {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Leave for good.
    LeaveMeeting {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Say that one will come.
    AcceptInvitation {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Say that one will not come.
    DeclineInvitation {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Let in who has asked to join.
    ApproveParticipant {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Address or user id.
        who: String,
    },
    /// Do not.
    RefuseParticipant {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Address or user id.
        who: String,
    },
    /// Invite somebody.
    InviteParticipant {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Whom, and as what.
        #[serde(flatten)]
        draft: ParticipantDraft,
    },
    /// Send somebody away.
    RemoveParticipant {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Address or user id.
        who: String,
    },
    /// Change role and rights of somebody.
    ChangeParticipant {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Address or user id.
        who: String,
        /// The changes.
        changes: ParticipantChanges,
    },
    /// Make somebody else the host.
    HandOverHost {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Whom.
        user_id: UserId,
    },
    /// Wait to speak.
    RaiseHand {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Wait no longer, or (host and co-host) let another wait no longer.
    LowerHand {
        /// Which meeting.
        meeting_id: MeetingId,
        /// Whose hand; one's own where absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "ts", ts(optional))]
        user_id: Option<UserId>,
    },
    /// Give the word to who is next.
    NextSpeaker {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Write nothing down for now.
    PauseTranscription {
        /// Which meeting.
        meeting_id: MeetingId,
    },
    /// Go on writing down.
    ResumeTranscription {
        /// Which meeting.
        meeting_id: MeetingId,
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
            Self::StartMeeting { .. } => Action::StartMeeting,
            Self::EndMeeting { .. } => Action::EndMeeting,
            Self::CancelMeeting { .. } => Action::CancelMeeting,
            Self::UpdateMeeting { .. } => Action::UpdateMeeting,
            Self::JoinMeeting { .. } => Action::JoinMeeting,
            Self::LeaveMeeting { .. } => Action::LeaveMeeting,
            Self::AcceptInvitation { .. } => Action::AcceptInvitation,
            Self::DeclineInvitation { .. } => Action::DeclineInvitation,
            Self::ApproveParticipant { .. } | Self::RefuseParticipant { .. } => {
                Action::AnswerRequest
            }
            Self::InviteParticipant { .. } => Action::Invite,
            Self::RemoveParticipant { .. } => Action::RemoveParticipant,
            Self::ChangeParticipant { .. } => Action::ChangeParticipant,
            Self::HandOverHost { .. } => Action::HandOverHost,
            Self::RaiseHand { .. } => Action::RaiseHand,
            Self::NextSpeaker { .. } => Action::CallSpeaker,
            Self::PauseTranscription { .. } | Self::ResumeTranscription { .. } => {
                Action::ControlTranscription
            }
            Self::LowerHand { user_id, .. } => match user_id {
                Some(_) => Action::CallSpeaker,
                None => Action::RaiseHand,
            },
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
    /// To `startMeeting`, `endMeeting`, `cancelMeeting` and `updateMeeting`: the meeting.
    Meeting(Box<Meeting>),
    /// To what is done with participants: the participant.
    Participant(Participant),
    /// To `raiseHand`, `lowerHand` and `nextSpeaker`.
    Speakers(Speakers),
    /// To what has no more to say than that it is done.
    Done(Done),
}

/// The speaker queue after a change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Speakers {
    /// Who has the word now, where it was given.
    pub next: Option<UserId>,
    /// Who waits to speak, the first first.
    pub speaker_queue: Vec<UserId>,
}

/// Nothing more than that it is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Done {
    /// True.
    pub done: bool,
}
