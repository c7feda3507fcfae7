//! Who may do what in a meeting: one table, asked by the server to decide and by
//! the browser to show what is possible.

use crate::error::{ErrorCode, Problem};
use crate::meeting::MeetingState;
use serde::{Deserialize, Serialize};

/// A participant's role. Roles are ordered: a check asks for at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Role {
    /// Reads, never writes.
    Observer,
    /// Takes part.
    Participant,
    /// Runs the meeting with the host.
    #[serde(alias = "coHost", alias = "cohost")]
    CoHost,
    /// Owns the meeting.
    Host,
}

impl Role {
    /// The role's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Observer => "observer",
            Self::Participant => "participant",
            Self::CoHost => "co-host",
            Self::Host => "host",
        }
    }

    /// The role of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Observer, Self::Participant, Self::CoHost, Self::Host]
            .into_iter()
            .find(|role| role.as_str() == name)
    }
}

/// What a member may ask of a meeting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// See the meeting and its members.
    ReadMeeting,
    /// Start it.
    StartMeeting,
    /// End it.
    EndMeeting,
    /// Invite people.
    Invite,
    /// Read the note, its log and its history.
    ReadNote,
    /// Change the note.
    WriteNote,
    /// Read the transcript.
    ReadTranscript,
    /// Add to the transcript.
    AppendTranscript,
}

impl Action {
    /// The action's name in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ReadMeeting => "readMeeting",
            Self::StartMeeting => "startMeeting",
            Self::EndMeeting => "endMeeting",
            Self::Invite => "invite",
            Self::ReadNote => "readNote",
            Self::WriteNote => "writeNote",
            Self::ReadTranscript => "readTranscript",
            Self::AppendTranscript => "appendTranscript",
        }
    }
}

/// How long host and co-host may still edit the note of a concluded meeting, in
/// milliseconds.
pub const NOTE_GRACE_MS: u64 = 24 * 60 * 60 * 1000;

/// Whether a member with `role` may do `action` in a meeting that is in `state`,
/// at `now_ms` (milliseconds since the Unix epoch).
///
/// # Errors
/// `FORBIDDEN` when the role is too low or the note is closed,
/// `MEETING_NOT_ACTIVE` when the meeting is not running, `CONFLICT` when it cannot be
/// started or ended any more, or yet.
pub fn can(
    role: Role,
    state: MeetingState,
    ended_at_ms: Option<u64>,
    now_ms: u64,
    action: Action,
) -> Result<(), Problem> {
    let least = match action {
        Action::ReadMeeting | Action::ReadNote | Action::ReadTranscript => Role::Observer,
        Action::WriteNote | Action::AppendTranscript => Role::Participant,
        Action::StartMeeting | Action::EndMeeting | Action::Invite => Role::CoHost,
    };
    if role < least {
        return Err(Problem::new(
            ErrorCode::Forbidden,
            format!(
                "this needs the role {}; yours is {}",
                least.as_str(),
                role.as_str()
            ),
        )
        .because(if role == Role::Observer {
            "observer"
        } else {
            "role"
        }));
    }
    match (action, state) {
        (Action::StartMeeting, _) => state.advance(MeetingState::Active).map(|_| ()),
        (Action::EndMeeting, _) => state.advance(MeetingState::Concluded).map(|_| ()),
        (Action::AppendTranscript, MeetingState::Active) => Ok(()),
        (Action::AppendTranscript, _) => Err(Problem::new(
            ErrorCode::MeetingNotActive,
            "the meeting is not running: transcript is taken between its start and its end",
        )),
        (Action::WriteNote, MeetingState::Concluded | MeetingState::Cancelled) => {
            let open = note_closes_at(state, ended_at_ms).is_some_and(|closes| now_ms < closes);
            if role >= Role::CoHost && open {
                Ok(())
            } else {
                Err(Problem::new(
                    ErrorCode::Forbidden,
                    "the meeting is over: its note is read-only (host and co-host may edit it for 24 hours)",
                )
                .because("concluded"))
            }
        }
        _ => Ok(()),
    }
}

/// When the right to write to the note ends by itself, in milliseconds since the
/// Unix epoch: with the grace of a meeting that is over.
#[must_use]
pub fn note_closes_at(state: MeetingState, ended_at_ms: Option<u64>) -> Option<u64> {
    matches!(state, MeetingState::Concluded | MeetingState::Cancelled)
        .then_some(ended_at_ms?.saturating_add(NOTE_GRACE_MS))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Action::*;
    use MeetingState::*;

    #[test]
    fn observers_read_and_never_write() {
        for state in [Scheduled, Active, Concluded, Cancelled] {
            for action in [ReadMeeting, ReadNote, ReadTranscript] {
                assert!(can(Role::Observer, state, None, 0, action).is_ok());
            }
            for action in [
                WriteNote,
                AppendTranscript,
                Invite,
                StartMeeting,
                EndMeeting,
            ] {
                assert!(can(Role::Observer, state, None, 0, action).is_err());
            }
        }
    }

    #[test]
    fn a_concluded_note_stays_open_to_hosts_for_a_day() {
        let at = |role, now| can(role, Concluded, Some(1_000), now, WriteNote);
        assert!(at(Role::Host, 1_000 + NOTE_GRACE_MS - 1).is_ok());
        assert!(at(Role::CoHost, 2_000).is_ok());
        assert!(at(Role::Host, 1_000 + NOTE_GRACE_MS).is_err());
        assert!(at(Role::Participant, 2_000).is_err());
    }

    #[test]
    fn transcript_is_taken_only_while_the_meeting_runs() {
        assert!(can(Role::Participant, Active, None, 0, AppendTranscript).is_ok());
        let refused = can(Role::Host, Scheduled, None, 0, AppendTranscript).unwrap_err();
        assert_eq!(refused.code, ErrorCode::MeetingNotActive);
    }

    #[test]
    fn a_meeting_is_started_once_and_ended_once() {
        let may = |state, action| can(Role::CoHost, state, None, 0, action).map_err(|no| no.code);
        assert_eq!(may(Scheduled, StartMeeting), Ok(()));
        assert_eq!(may(Active, EndMeeting), Ok(()));
        for (state, action) in [
            (Active, StartMeeting),
            (Concluded, StartMeeting),
            (Scheduled, EndMeeting),
            (Cancelled, EndMeeting),
        ] {
            assert_eq!(may(state, action), Err(ErrorCode::Conflict));
        }
    }

    #[test]
    fn notes_can_be_written_before_the_start() {
        assert!(can(Role::Participant, Scheduled, None, 0, WriteNote).is_ok());
    }
}
