use super::*;
use MeetingState::{Active, Cancelled, Concluded, Scheduled};

const STATES: [MeetingState; 4] = [Scheduled, Active, Concluded, Cancelled];

/// Every place that somebody can be in, with what each move leads to.
fn walk(
    mut look: impl FnMut(
        Option<(Role, ParticipantStatus)>,
        Move,
        Terms,
        Result<ParticipantStatus, Problem>,
    ),
) {
    let members = Role::ALL
        .into_iter()
        .flat_map(|role| ParticipantStatus::ALL.map(|status| Some((role, status))));
    for before in members.chain([None]) {
        for taken in Move::ALL {
            for state in STATES {
                for (is_public, requires_approval) in
                    [(false, false), (false, true), (true, false), (true, true)]
                {
                    let terms = Terms {
                        state,
                        is_public,
                        requires_approval,
                    };
                    look(before, taken, terms, step(before, taken, terms));
                }
            }
        }
    }
}

#[test]
fn nobody_takes_part_who_was_not_asked_approved_or_free_to_come() {
    walk(|before, taken, terms, after| {
        let Ok(after) = after else { return };
        let was = before.is_some_and(|(_, status)| status.takes_part());
        if was || !after.takes_part() {
            return;
        }
        let of = before.map(|(_, status)| status);
        let fits = match taken {
            Move::Invite => true,
            Move::Approve => of == Some(Requested),
            Move::Accept => of == Some(Declined),
            Move::Join => match of {
                None => terms.is_public && !terms.requires_approval,
                of => matches!(of, Some(Declined | Left)),
            },
            _ => false,
        };
        assert!(fits, "{before:?} {taken:?} {terms:?} {after:?}");
    });
}

#[test]
fn who_was_sent_away_comes_back_by_an_invitation_alone() {
    walk(|before, taken, _, after| {
        if before.is_some_and(|(_, status)| status == Removed) && after.is_ok() {
            assert_eq!((taken, after), (Move::Invite, Ok(Invited)));
        }
    });
}

#[test]
fn a_private_meeting_stays_a_secret_to_strangers() {
    walk(|before, taken, terms, after| {
        let stranger = before.is_none_or(|(_, status)| status.is_stranger());
        if stranger && taken == Move::Join && !terms.is_public {
            assert_eq!(after.unwrap_err().code, ErrorCode::NotFound);
        }
    });
}

#[test]
fn nobody_comes_to_what_is_over_and_a_host_never_goes_by_a_move_but_leaving() {
    walk(|before, taken, terms, after| {
        let over = matches!(terms.state, Concluded | Cancelled);
        if over
            && matches!(
                taken,
                Move::Join | Move::Accept | Move::Approve | Move::Decline
            )
        {
            assert!(after.is_err(), "{before:?} {taken:?} {terms:?}");
        }
        let host = before.filter(|(role, _)| *role == Role::Host);
        if let (Some((_, status)), Ok(after)) = (host, &after)
            && status.takes_part()
            && !after.takes_part()
        {
            assert_eq!(taken, Move::Leave, "{before:?}");
        }
    });
}

#[test]
fn approval_is_asked_for_where_it_is_needed_and_given_to_who_asked() {
    let terms = |requires_approval, state| Terms {
        state,
        is_public: true,
        requires_approval,
    };
    let join = |before, terms| step(before, Move::Join, terms).map_err(|no| no.code);
    assert_eq!(join(None, terms(true, Active)), Ok(Requested));
    assert_eq!(join(None, terms(false, Active)), Ok(Joined));
    assert_eq!(join(None, terms(false, Scheduled)), Ok(Accepted));
    let asked = Some((Role::Participant, Requested));
    assert_eq!(join(asked, terms(true, Active)), Err(ErrorCode::Conflict));
    assert_eq!(
        step(asked, Move::Approve, terms(true, Active)),
        Ok(Accepted)
    );
    assert_eq!(step(asked, Move::Refuse, terms(true, Active)), Ok(Removed));
    let refused = Some((Role::Participant, Removed));
    assert_eq!(
        join(refused, terms(true, Active)),
        Err(ErrorCode::Forbidden)
    );
}

#[test]
fn a_meeting_is_full_by_its_own_most_before_the_plans() {
    let free = crate::entitlement::resolve(&[], &[], 0);
    assert!(admits(Some(2), &free, 1).is_ok());
    let full = admits(Some(2), &free, 2).unwrap_err();
    assert_eq!(
        (full.code, full.reason.as_deref()),
        (ErrorCode::Conflict, Some("full"))
    );
    assert!(admits(None, &free, 5).is_ok());
    let beyond = admits(Some(50), &free, 6).unwrap_err();
    assert_eq!(beyond.reason.as_deref(), Some("entitlement"));
    assert!(may_hold(Some(6), &free).is_ok() && may_hold(None, &free).is_ok());
    assert!(may_hold(Some(7), &free).is_err());
}

#[test]
fn an_invitation_names_an_address_or_a_person_and_no_host() {
    let of = |json: &str| {
        let draft: ParticipantDraft = serde_json::from_str(json).unwrap();
        draft.validate().map_err(|no| no.errors[0].pointer.clone())
    };
    let id = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
    let person = of(&format!(r#"{{"userId":"{id}","role":"observer"}}"#)).unwrap();
    assert_eq!(*person.whom(), Whom::Person(id.parse().unwrap()));
    let address = of(r#"{"email":"Bob@Example.org","role":"observer"}"#).unwrap();
    assert_eq!(*address.whom(), Whom::Address("bob@example.org".into()));
    for (bad, pointer) in [
        (r#"{"role":"observer"}"#.to_owned(), "/email"),
        (
            format!(r#"{{"userId":"{id}","email":"b@x","role":"observer"}}"#),
            "/userId",
        ),
        (r#"{"email":"b@x","role":"host"}"#.to_owned(), "/role"),
    ] {
        assert_eq!(of(&bad).unwrap_err(), pointer);
    }
}

#[test]
fn changes_leave_the_host_and_the_status_alone() {
    let changes = ParticipantChanges {
        role: Some(Role::CoHost),
        can_record: Some(true),
        ..ParticipantChanges::default()
    };
    let before = Standing::new(Role::Observer, Invited);
    let after = changes.apply(&before).unwrap();
    assert_eq!((after.role, after.status), (Role::CoHost, Invited));
    assert!(after.can_record && after.can_share);
    let host = Standing::new(Role::Host, Joined);
    assert_eq!(changes.apply(&host).unwrap_err().code, ErrorCode::Conflict);
    let second = ParticipantChanges {
        role: Some(Role::Host),
        ..ParticipantChanges::default()
    };
    assert_eq!(
        second.apply(&before).unwrap_err().code,
        ErrorCode::ValidationError
    );
}
