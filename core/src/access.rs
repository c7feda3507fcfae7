//! Who may do what in a meeting: one table, asked by the server to decide and by
//! the browser to show what is possible.

mod action;
mod standing;
pub mod surface;

use crate::error::{ErrorCode, Problem};
use crate::meeting::MeetingState;
use crate::meeting::participant::{Move, Terms, step};
use serde::{Deserialize, Serialize};

pub use action::Action;
pub use standing::{ParticipantStatus, Standing};

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
    /// Every role, the lowest first.
    pub const ALL: [Self; 4] = [Self::Observer, Self::Participant, Self::CoHost, Self::Host];

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
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

/// How long host and co-host may still edit the note of a concluded meeting, in
/// milliseconds.
pub const NOTE_GRACE_MS: u64 = 24 * 60 * 60 * 1000;

/// Whether a person of this `standing` may do `action` in a meeting that is in
/// `state`, at `now_ms` (milliseconds since the Unix epoch).
///
/// # Errors
/// `NOT_FOUND` to strangers, `FORBIDDEN` when the role is too low, the person does not
/// take part or the note is closed, `MEETING_NOT_ACTIVE` when the meeting is not
/// running, `CONFLICT` when it cannot be started or ended any more, or yet.
pub fn can(
    standing: &Standing,
    state: MeetingState,
    ended_at_ms: Option<u64>,
    now_ms: u64,
    action: Action,
) -> Result<(), Problem> {
    if standing.status.is_stranger() {
        // Who has asked to join may take that back, and no more.
        let asked = standing.status == ParticipantStatus::Requested;
        return match action {
            Action::LeaveMeeting if asked => Ok(()),
            _ => Err(Problem::not_found("the meeting")),
        };
    }
    by_role(standing, action)?;
    by_status(standing.status, state, action)?;
    match (action, state) {
        (Action::StartMeeting, _) => state.advance(MeetingState::Active).map(|_| ()),
        (Action::EndMeeting, _) => state.advance(MeetingState::Concluded).map(|_| ()),
        (Action::CancelMeeting, _) => state.advance(MeetingState::Cancelled).map(|_| ()),
        (Action::AcceptInvitation, _) => answered(standing, Move::Accept, state),
        (Action::DeclineInvitation, _) => answered(standing, Move::Decline, state),
        (Action::JoinMeeting, _) => answered(standing, Move::Join, state),
        (Action::LeaveMeeting, _) => answered(standing, Move::Leave, state),
        (Action::UpdateMeeting, MeetingState::Cancelled)
        | (
            Action::AnswerRequest | Action::HandOverHost,
            MeetingState::Concluded | MeetingState::Cancelled,
        ) => Err(Problem::new(
            ErrorCode::Conflict,
            format!("the meeting is {}", state.as_str()),
        )),
        (
            Action::AppendTranscript
            | Action::ShareScreen
            | Action::Record
            | Action::RaiseHand
            | Action::CallSpeaker
            | Action::ControlTranscription,
            MeetingState::Active,
        ) => Ok(()),
        (
            Action::AppendTranscript
            | Action::ShareScreen
            | Action::Record
            | Action::RaiseHand
            | Action::CallSpeaker
            | Action::ControlTranscription,
            _,
        ) => Err(Problem::new(
            ErrorCode::MeetingNotActive,
            "the meeting is not running: this is taken between its start and its end",
        )),
        (Action::WriteChat, MeetingState::Concluded | MeetingState::Cancelled) => {
            let detail = "the meeting is over: its chat is read-only";
            Err(Problem::new(ErrorCode::Forbidden, detail).because("concluded"))
        }
        (Action::WriteNote, MeetingState::Concluded | MeetingState::Cancelled) => {
            let open = note_closes_at(state, ended_at_ms).is_some_and(|closes| now_ms < closes);
            if standing.role >= Role::CoHost && open {
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

/// Whether a person of this `standing` may make somebody what `next` says, who was
/// `before`. Host and co-host may; who was allowed to invite may give nothing that
/// they do not have themselves, and changes nobody who is there already.
///
/// # Errors
/// `FORBIDDEN`.
pub fn may_make(
    standing: &Standing,
    before: Option<&Standing>,
    next: &Standing,
) -> Result<(), Problem> {
    let has = |given: bool, own: bool| own || !given;
    let within = next.role <= standing.role
        && has(next.can_record, standing.can_record)
        && has(next.can_invite, standing.can_invite)
        && has(
            next.can_share,
            standing.can_share || next.role == Role::Observer,
        );
    let fresh =
        before.is_none_or(|before| before.status == ParticipantStatus::Invited && before == next);
    if standing.role >= Role::CoHost || within && fresh {
        return Ok(());
    }
    let detail = "host and co-host change what people are; others invite who is not here yet, \
        as no more than they are themselves";
    Err(Problem::new(ErrorCode::Forbidden, detail).because("role"))
}

fn by_role(standing: &Standing, action: Action) -> Result<(), Problem> {
    let (role, least) = (standing.role, action.least());
    if role >= least || role == Role::Participant && action.is_given(standing) {
        return Ok(());
    }
    let detail = format!(
        "this needs the role {}; yours is {}",
        least.as_str(),
        role.as_str()
    );
    let because = if role == Role::Observer {
        "observer"
    } else {
        "role"
    };
    Err(Problem::new(ErrorCode::Forbidden, detail).because(because))
}

/// Who declined sees the invitation and no more, not who else was asked; who left reads
/// what was said once it is over.
fn by_status(
    status: ParticipantStatus,
    state: MeetingState,
    action: Action,
) -> Result<(), Problem> {
    let over = matches!(state, MeetingState::Concluded | MeetingState::Cancelled);
    let fits = match action {
        // Which answers there are is the participants' own table.
        Action::ReadMeeting
        | Action::AcceptInvitation
        | Action::DeclineInvitation
        | Action::JoinMeeting => true,
        Action::ReadNote | Action::ReadTranscript | Action::ReadChat => {
            status.takes_part() || status == ParticipantStatus::Left && over
        }
        _ => status.takes_part(),
    };
    if fits {
        return Ok(());
    }
    let detail = format!("you have {} this meeting", status.as_str());
    Err(Problem::new(ErrorCode::Forbidden, detail).because("status"))
}

/// What a member answers for themselves.
fn answered(standing: &Standing, taken: Move, state: MeetingState) -> Result<(), Problem> {
    let before = Some((standing.role, standing.status));
    // A member's own moves are the same in a public meeting.
    let terms = Terms {
        state,
        is_public: false,
        requires_approval: false,
    };
    step(before, taken, terms).map(|_| ())
}

/// When the right to write to the note ends by itself, in milliseconds since the
/// Unix epoch: with the grace of a meeting that is over.
#[must_use]
pub fn note_closes_at(state: MeetingState, ended_at_ms: Option<u64>) -> Option<u64> {
    matches!(state, MeetingState::Concluded | MeetingState::Cancelled)
        .then_some(ended_at_ms?.saturating_add(NOTE_GRACE_MS))
}

#[cfg(test)]
mod tests;
