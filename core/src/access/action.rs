//! What can be asked of a meeting, and by whom at least.

use super::{Role, Standing};

/// What a member may ask of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See the meeting.
    ReadMeeting,
    /// See who its members are.
    ReadParticipants,
    /// Start it.
    StartMeeting,
    /// End it.
    EndMeeting,
    /// Invite people, and change what they are.
    Invite,
    /// Send somebody away.
    RemoveParticipant,
    /// Leave for good.
    LeaveMeeting,
    /// Read the note, its log and its history.
    ReadNote,
    /// Change the note.
    WriteNote,
    /// Read the transcript.
    ReadTranscript,
    /// Add to the transcript.
    AppendTranscript,
    /// Read the chat.
    ReadChat,
    /// Write in the chat.
    WriteChat,
    /// Say what a speaker of the transcript is called: a participant of what they said
    /// themselves.
    RenameSpeaker,
    /// Share the screen.
    ShareScreen,
    /// Record.
    Record,
    /// Change what it is planned to be.
    UpdateMeeting,
    /// Call it off.
    CancelMeeting,
    /// Say that one will come.
    AcceptInvitation,
    /// Say that one will not come.
    DeclineInvitation,
    /// Come in.
    JoinMeeting,
    /// Let in, or not, who has asked to join.
    AnswerRequest,
    /// Change role and rights of somebody.
    ChangeParticipant,
    /// Make somebody else the host.
    HandOverHost,
    /// See who is there and who waits to speak.
    ReadState,
    /// Wait to speak, and wait no longer.
    RaiseHand,
    /// Give the word to who is next, and lower hands of others.
    CallSpeaker,
    /// Pause what is written down, and go on.
    ControlTranscription,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 28] = [
        Self::ReadMeeting,
        Self::ReadParticipants,
        Self::StartMeeting,
        Self::EndMeeting,
        Self::Invite,
        Self::RemoveParticipant,
        Self::LeaveMeeting,
        Self::ReadNote,
        Self::WriteNote,
        Self::ReadTranscript,
        Self::AppendTranscript,
        Self::ReadChat,
        Self::WriteChat,
        Self::RenameSpeaker,
        Self::ShareScreen,
        Self::Record,
        Self::UpdateMeeting,
        Self::CancelMeeting,
        Self::AcceptInvitation,
        Self::DeclineInvitation,
        Self::JoinMeeting,
        Self::AnswerRequest,
        Self::ChangeParticipant,
        Self::HandOverHost,
        Self::ReadState,
        Self::RaiseHand,
        Self::CallSpeaker,
        Self::ControlTranscription,
    ];

    /// The action's name, on the wire and in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadMeeting => "readMeeting",
            Self::ReadParticipants => "readParticipants",
            Self::StartMeeting => "startMeeting",
            Self::EndMeeting => "endMeeting",
            Self::Invite => "invite",
            Self::RemoveParticipant => "removeParticipant",
            Self::LeaveMeeting => "leaveMeeting",
            Self::ReadNote => "readNote",
            Self::WriteNote => "writeNote",
            Self::ReadTranscript => "readTranscript",
            Self::AppendTranscript => "appendTranscript",
            Self::ReadChat => "readChat",
            Self::WriteChat => "writeChat",
            Self::RenameSpeaker => "renameSpeaker",
            Self::ShareScreen => "shareScreen",
            Self::Record => "record",
            Self::UpdateMeeting => "updateMeeting",
            Self::CancelMeeting => "cancelMeeting",
            Self::AcceptInvitation => "acceptInvitation",
            Self::DeclineInvitation => "declineInvitation",
            Self::JoinMeeting => "joinMeeting",
            Self::AnswerRequest => "answerRequest",
            Self::ChangeParticipant => "changeParticipant",
            Self::HandOverHost => "handOverHost",
            Self::ReadState => "readState",
            Self::RaiseHand => "raiseHand",
            Self::CallSpeaker => "callSpeaker",
            Self::ControlTranscription => "controlTranscription",
        }
    }

    /// The action of a name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|action| action.as_str() == name)
    }

    /// Whether who does it is in the meeting: sees or adds to what is noted or said there.
    #[must_use]
    pub const fn enters(self) -> bool {
        match self {
            Self::ReadNote
            | Self::WriteNote
            | Self::ReadTranscript
            | Self::AppendTranscript
            | Self::ReadChat
            | Self::WriteChat
            | Self::RenameSpeaker
            | Self::ShareScreen
            | Self::Record => true,
            Self::ReadMeeting
            | Self::ReadParticipants
            | Self::StartMeeting
            | Self::EndMeeting
            | Self::Invite
            | Self::RemoveParticipant
            | Self::LeaveMeeting
            | Self::UpdateMeeting
            | Self::CancelMeeting
            | Self::AcceptInvitation
            | Self::DeclineInvitation
            | Self::JoinMeeting
            | Self::AnswerRequest
            | Self::ChangeParticipant
            | Self::HandOverHost
            | Self::ReadState
            | Self::RaiseHand
            | Self::CallSpeaker
            | Self::ControlTranscription => false,
        }
    }

    /// The lowest role that may by itself.
    pub(super) const fn least(self) -> Role {
        match self {
            Self::ReadMeeting
            | Self::ReadParticipants
            | Self::LeaveMeeting
            | Self::ReadNote
            | Self::ReadTranscript
            | Self::AcceptInvitation
            | Self::DeclineInvitation
            | Self::JoinMeeting
            | Self::ReadState
            | Self::RaiseHand
            | Self::ReadChat => Role::Observer,
            Self::WriteNote | Self::AppendTranscript | Self::RenameSpeaker | Self::WriteChat => {
                Role::Participant
            }
            Self::StartMeeting
            | Self::EndMeeting
            | Self::Invite
            | Self::RemoveParticipant
            | Self::ShareScreen
            | Self::Record
            | Self::UpdateMeeting
            | Self::CancelMeeting
            | Self::AnswerRequest
            | Self::ChangeParticipant
            | Self::CallSpeaker
            | Self::ControlTranscription => Role::CoHost,
            Self::HandOverHost => Role::Host,
        }
    }

    /// Whether a participant was given the right to it.
    pub(super) const fn is_given(self, standing: &Standing) -> bool {
        match self {
            Self::Invite => standing.can_invite,
            Self::ShareScreen => standing.can_share,
            Self::Record => standing.can_record,
            _ => false,
        }
    }
}
