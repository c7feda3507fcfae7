use super::*;
use ConnectionAction::{Accept, Block, Decline, Remove, Unblock};
use ConnectionStatus::{Accepted, Blocked, Declined, Pending};
use ErrorCode::{Conflict, Forbidden, NotFound};
use Side::{Initiator, Recipient};

type Outcome = Result<Next, ErrorCode>;
const GONE: Outcome = Ok(Next::Gone);

const fn is(state: ConnectionStatus) -> Outcome {
    Ok(Next::Is(state))
}

/// Every state and side, and what comes of accept, decline, block, unblock, remove.
const TABLE: [(ConnectionStatus, Side, [Outcome; 5]); 8] = [
    (
        Pending,
        Initiator,
        [
            Err(Forbidden),
            Err(Forbidden),
            is(Blocked),
            Err(Conflict),
            GONE,
        ],
    ),
    (
        Pending,
        Recipient,
        [
            is(Accepted),
            is(Declined),
            is(Blocked),
            Err(Conflict),
            Err(Conflict),
        ],
    ),
    (
        Accepted,
        Initiator,
        [
            Err(Conflict),
            Err(Conflict),
            is(Blocked),
            Err(Conflict),
            GONE,
        ],
    ),
    (
        Accepted,
        Recipient,
        [
            Err(Conflict),
            Err(Conflict),
            is(Blocked),
            Err(Conflict),
            is(Declined),
        ],
    ),
    (
        Declined,
        Initiator,
        [
            Err(Forbidden),
            Err(Forbidden),
            is(Blocked),
            Err(Conflict),
            Err(Conflict),
        ],
    ),
    (
        Declined,
        Recipient,
        [
            is(Accepted),
            Err(Conflict),
            is(Blocked),
            Err(Conflict),
            GONE,
        ],
    ),
    (
        Blocked,
        Initiator,
        [
            Err(Conflict),
            Err(Conflict),
            is(Blocked),
            GONE,
            Err(Conflict),
        ],
    ),
    (
        Blocked,
        Recipient,
        [
            Err(NotFound),
            Err(NotFound),
            Err(NotFound),
            Err(NotFound),
            Err(NotFound),
        ],
    ),
];

#[test]
fn what_becomes_of_a_connection_is_as_the_table_says() {
    let actions = [Accept, Decline, Block, Unblock, Remove];
    assert_eq!(actions, ConnectionAction::ALL);
    for state in ConnectionStatus::ALL {
        for who in Side::ALL {
            let row = TABLE.iter().find(|row| (row.0, row.1) == (state, who));
            let row = row.expect("every state and side is in the table");
            for (action, expected) in actions.into_iter().zip(row.2) {
                let outcome = next(state, who, action).map_err(|problem| problem.code);
                assert_eq!(outcome, expected, "{state:?} {who:?} {action:?}");
            }
        }
    }
}

#[test]
fn only_who_declined_may_ask_in_its_place() {
    for state in ConnectionStatus::ALL {
        for who in Side::ALL {
            let asked = ask_again((state, who), Some(5), 5).map_err(|problem| problem.code);
            let expected = match (state, who) {
                (Declined, Recipient) => Ok(()),
                (Blocked, Recipient) => Err(NotFound),
                _ => Err(Conflict),
            };
            assert_eq!(asked, expected, "{state:?} {who:?}");
        }
    }
}

#[test]
fn a_block_and_a_refusal_stand_in_the_way_of_every_kind() {
    for state in ConnectionStatus::ALL {
        for who in Side::ALL {
            let expected = state == Blocked || (state, who) == (Declined, Initiator);
            assert_eq!(concerns_all(state, who), expected, "{state:?} {who:?}");
        }
    }
}

#[test]
fn a_refusal_stands_for_a_week_and_says_for_how_long() {
    let at = |now| ask_again((Declined, Initiator), Some(5), now);
    for (now, days) in [(5, "7 days"), (5 + COOL_DOWN_MS - 1, "1 day")] {
        let refused = at(now).unwrap_err();
        assert_eq!(refused.reason.as_deref(), Some("cool-down"));
        assert!(refused.detail.contains(days), "{}", refused.detail);
    }
    assert!(at(5 + COOL_DOWN_MS).is_ok());
}

#[test]
fn only_so_many_requests_wait() {
    assert!(may_wait(PENDING - 1).is_ok());
    assert_eq!(may_wait(PENDING).unwrap_err().code, Conflict);
}

#[test]
fn mirrored_kinds_say_the_same_from_the_other_side() {
    for kind in ConnectionKind::ALL {
        assert_eq!(ConnectionKind::parse(kind.as_str()), Some(kind));
        if let Some(mirrored) = kind.mirrored() {
            assert_eq!(mirrored.mirrored(), Some(kind));
        }
        let answered = kind.begins() == Accepted;
        assert_eq!(answered, kind == ConnectionKind::Follow);
    }
}

#[test]
fn nobody_connects_with_themselves() {
    let me: UserId = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap();
    let draft = ConnectionDraft {
        user_id: me.clone(),
        kind: ConnectionKind::Follow,
        message: Some("x".repeat(MESSAGE_UTF16 + 1)),
    };
    let problem = draft.validate(&me).unwrap_err();
    let places: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
    assert_eq!(places, ["/userId", "/message"]);
}
