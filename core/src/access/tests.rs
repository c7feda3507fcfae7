use super::*;
use Action::*;
use MeetingState::*;

const STATES: [MeetingState; 4] = [Scheduled, Active, Concluded, Cancelled];

fn joined(role: Role) -> Standing {
    Standing::new(role, ParticipantStatus::Joined)
}

fn may(role: Role, state: MeetingState, action: Action) -> Result<(), ErrorCode> {
    can(&joined(role), state, None, 0, action).map_err(|no| no.code)
}

#[test]
fn observers_read_and_leave_and_never_write_whatever_they_were_given() {
    let given = Standing {
        can_share: true,
        can_record: true,
        can_invite: true,
        ..joined(Role::Observer)
    };
    for state in STATES {
        for action in Action::ALL {
            let reads = [
                ReadMeeting,
                ReadParticipants,
                ReadState,
                ReadNote,
                ReadTranscript,
                ReadChat,
                LeaveMeeting,
            ];
            let open = matches!(state, Scheduled | Active);
            let reads = reads.contains(&action)
                || action == JoinMeeting && open
                || action == RaiseHand && state == Active;
            assert_eq!(can(&given, state, None, 0, action).is_ok(), reads);
        }
    }
}

#[test]
fn a_participant_may_do_what_the_host_allowed_and_a_co_host_needs_no_leave() {
    let plain = Standing {
        can_share: false,
        ..joined(Role::Participant)
    };
    for (action, given) in [
        (
            Invite,
            Standing {
                can_invite: true,
                ..plain
            },
        ),
        (
            ShareScreen,
            Standing {
                can_share: true,
                ..plain
            },
        ),
        (
            Record,
            Standing {
                can_record: true,
                ..plain
            },
        ),
    ] {
        assert!(can(&plain, Active, None, 0, action).is_err());
        assert!(can(&given, Active, None, 0, action).is_ok());
        let co_host = Standing {
            role: Role::CoHost,
            ..plain
        };
        assert!(can(&co_host, Active, None, 0, action).is_ok());
    }
}

#[test]
fn a_higher_role_may_all_that_a_lower_one_may() {
    for state in STATES {
        for action in Action::ALL {
            let by_role = Role::ALL.map(|role| may(role, state, action).is_ok());
            assert!(by_role.is_sorted(), "{action:?} {state:?} {by_role:?}");
        }
    }
}

#[test]
fn the_meeting_is_a_secret_to_who_was_removed_and_to_who_only_asked() {
    for status in [ParticipantStatus::Removed, ParticipantStatus::Requested] {
        for action in Action::ALL {
            let asked = can(&Standing::new(Role::Host, status), Active, None, 0, action);
            let takes_back = status == ParticipantStatus::Requested && action == LeaveMeeting;
            let refused = asked.err().map(|problem| problem.code);
            assert_eq!(refused, (!takes_back).then_some(ErrorCode::NotFound));
        }
    }
}

#[test]
fn who_declined_sees_the_invitation_and_who_left_reads_what_is_over() {
    let allowed = |status, state| -> Vec<Action> {
        let standing = Standing::new(Role::CoHost, status);
        let may = |action: &Action| can(&standing, state, None, 0, *action).is_ok();
        Action::ALL.into_iter().filter(may).collect()
    };
    for state in [Scheduled, Active] {
        let again = [ReadMeeting, AcceptInvitation, JoinMeeting];
        assert_eq!(allowed(ParticipantStatus::Declined, state), again);
        let back = [ReadMeeting, JoinMeeting];
        assert_eq!(allowed(ParticipantStatus::Left, state), back);
    }
    for state in [Concluded, Cancelled] {
        assert_eq!(allowed(ParticipantStatus::Declined, state), [ReadMeeting]);
    }
    let over = [ReadMeeting, ReadNote, ReadTranscript, ReadChat];
    assert_eq!(allowed(ParticipantStatus::Left, Concluded), over);
}

#[test]
fn a_concluded_note_stays_open_to_hosts_for_a_day() {
    let at = |role, now| can(&joined(role), Concluded, Some(1_000), now, WriteNote);
    assert!(at(Role::Host, 1_000 + NOTE_GRACE_MS - 1).is_ok());
    assert!(at(Role::CoHost, 2_000).is_ok());
    assert!(at(Role::Host, 1_000 + NOTE_GRACE_MS).is_err());
    assert!(at(Role::Participant, 2_000).is_err());
}

#[test]
fn transcript_is_taken_only_while_the_meeting_runs() {
    assert!(may(Role::Participant, Active, AppendTranscript).is_ok());
    let refused = may(Role::Host, Scheduled, AppendTranscript);
    assert_eq!(refused, Err(ErrorCode::MeetingNotActive));
}

#[test]
fn a_meeting_is_started_once_and_ended_once() {
    assert_eq!(may(Role::CoHost, Scheduled, StartMeeting), Ok(()));
    assert_eq!(may(Role::CoHost, Active, EndMeeting), Ok(()));
    for (state, action) in [
        (Active, StartMeeting),
        (Concluded, StartMeeting),
        (Scheduled, EndMeeting),
        (Cancelled, EndMeeting),
    ] {
        assert_eq!(may(Role::CoHost, state, action), Err(ErrorCode::Conflict));
    }
}

#[test]
fn a_meeting_is_called_off_before_it_starts_and_changed_unless_it_was() {
    assert_eq!(may(Role::CoHost, Scheduled, CancelMeeting), Ok(()));
    for state in [Active, Concluded, Cancelled] {
        assert_eq!(
            may(Role::CoHost, state, CancelMeeting),
            Err(ErrorCode::Conflict)
        );
    }
    for state in [Scheduled, Active, Concluded] {
        assert_eq!(may(Role::CoHost, state, UpdateMeeting), Ok(()));
    }
    assert_eq!(
        may(Role::CoHost, Cancelled, UpdateMeeting),
        Err(ErrorCode::Conflict)
    );
    assert_eq!(
        may(Role::Participant, Scheduled, UpdateMeeting),
        Err(ErrorCode::Forbidden)
    );
}

#[test]
fn the_host_alone_hands_over_and_the_word_is_given_while_it_runs() {
    assert_eq!(may(Role::Host, Active, HandOverHost), Ok(()));
    assert_eq!(
        may(Role::CoHost, Active, HandOverHost),
        Err(ErrorCode::Forbidden)
    );
    assert_eq!(
        may(Role::Host, Concluded, HandOverHost),
        Err(ErrorCode::Conflict)
    );
    assert_eq!(may(Role::Observer, Active, RaiseHand), Ok(()));
    assert_eq!(
        may(Role::Participant, Active, CallSpeaker),
        Err(ErrorCode::Forbidden)
    );
    for action in [RaiseHand, CallSpeaker, ControlTranscription] {
        assert_eq!(
            may(Role::Host, Scheduled, action),
            Err(ErrorCode::MeetingNotActive)
        );
    }
}

#[test]
fn notes_can_be_written_before_the_start() {
    assert!(may(Role::Participant, Scheduled, WriteNote).is_ok());
}

#[test]
fn actions_and_statuses_are_known_by_their_names() {
    for action in Action::ALL {
        assert_eq!(Action::parse(action.as_str()), Some(action));
    }
    for status in ParticipantStatus::ALL {
        assert_eq!(ParticipantStatus::parse(status.as_str()), Some(status));
    }
}

#[test]
fn nobody_below_a_co_host_gives_more_than_they_have_or_changes_who_is_there() {
    let inviting = Standing {
        can_invite: true,
        ..joined(Role::Participant)
    };
    let invited = |role| Standing::new(role, ParticipantStatus::Invited);
    let plain = invited(Role::Participant);
    assert!(may_make(&inviting, None, &plain).is_ok());
    assert!(may_make(&inviting, Some(&plain), &plain).is_ok());
    assert!(may_make(&inviting, None, &invited(Role::CoHost)).is_err());
    let recording = Standing {
        can_record: true,
        ..plain
    };
    assert!(may_make(&inviting, None, &recording).is_err());
    assert!(may_make(&inviting, Some(&joined(Role::Participant)), &plain).is_err());
    let removed = Standing::new(Role::Participant, ParticipantStatus::Removed);
    assert!(may_make(&inviting, Some(&removed), &plain).is_err());
    assert!(may_make(&joined(Role::CoHost), Some(&removed), &recording).is_ok());
}
