use super::*;
use serde_json::json;

const MEETING: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d00";
const ADA: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d01";
const BOB: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d02";

fn command(kind: &str, more: Value) -> Value {
    let mut command = more;
    command["type"] = kind.into();
    command["meetingId"] = MEETING.into();
    command
}

fn state() -> Query {
    Query::MeetingState {
        meeting_id: MEETING.parse().unwrap(),
    }
}

#[test]
fn hands_go_up_and_down_and_the_first_is_called() {
    let mut view = json!({"speakerQueue": [BOB], "lull": false});
    let mut ask = |kind, more| predict(&state(), &mut view, &command(kind, more), ADA);
    assert!(ask("raiseHand", json!({})));
    assert!(!ask("raiseHand", json!({})), "it is up");
    assert!(ask("nextSpeaker", json!({})));
    assert!(!ask("lowerHand", json!({"userId": BOB})), "it is down");
    assert_eq!(view, json!({"speakerQueue": [ADA], "lull": false}));
}

#[test]
fn the_transcript_pauses_only_while_it_is_written() {
    for (status, kind, next) in [
        ("active", "pauseTranscription", "paused"),
        ("paused", "resumeTranscription", "active"),
        ("inactive", "pauseTranscription", "inactive"),
    ] {
        let mut view = json!({"transcriptionStatus": status});
        let shows = predict(&state(), &mut view, &command(kind, json!({})), ADA);
        assert_eq!(view["transcriptionStatus"], next);
        assert_eq!(shows, status != next);
    }
}

#[test]
fn people_move_as_the_table_of_moves_says() {
    let query = Query::Participants {
        meeting_id: MEETING.parse().unwrap(),
    };
    let row = |status: &str| json!([{"userId": BOB, "email": "bob@example.org", "role": "participant", "status": status, "canShare": true}]);
    for (status, kind, next) in [
        ("requested", "approveParticipant", Some("accepted")),
        ("requested", "refuseParticipant", Some("removed")),
        ("joined", "approveParticipant", None),
        ("joined", "removeParticipant", Some("removed")),
        ("removed", "removeParticipant", None),
    ] {
        for who in [BOB, "bob@example.org"] {
            let mut view = row(status);
            let shows = predict(&query, &mut view, &command(kind, json!({"who": who})), ADA);
            assert_eq!(shows, next.is_some(), "{status} {kind}");
            assert_eq!(view[0]["status"], next.unwrap_or(status));
        }
    }
    let mut view = row("joined");
    let changes = json!({"who": BOB, "changes": {"role": "co-host", "canShare": false}});
    assert!(predict(
        &query,
        &mut view,
        &command("changeParticipant", changes),
        ADA
    ));
    assert_eq!(
        (&view[0]["role"], &view[0]["canShare"]),
        (&json!("co-host"), &json!(false))
    );
}

#[test]
fn ones_own_invitation_is_answered_in_the_list_and_other_meetings_stay() {
    let other = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5dff";
    let mut view = json!([
        {"id": other, "role": "participant", "status": "invited"},
        {"id": MEETING, "role": "participant", "status": "invited"},
    ]);
    let accept = command("acceptInvitation", json!({}));
    assert!(predict(&Query::Meetings {}, &mut view, &accept, ADA));
    assert_eq!(
        (&view[0]["status"], &view[1]["status"]),
        (&json!("invited"), &json!("accepted"))
    );
    assert!(!predict(&Query::Meetings {}, &mut view, &accept, ADA));
}

#[test]
fn what_is_not_known_or_of_another_meeting_shows_nothing() {
    let before = json!({"speakerQueue": [], "transcriptionStatus": "active"});
    let mut view = before.clone();
    let mut elsewhere = command("raiseHand", json!({}));
    elsewhere["meetingId"] = BOB.into();
    for none in [
        elsewhere,
        command("startMeeting", json!({})),
        json!({}),
        json!(null),
    ] {
        assert!(!predict(&state(), &mut view, &none, ADA), "{none}");
    }
    assert_eq!(view, before);
    let mut nothing = Value::Null;
    assert!(!predict(
        &state(),
        &mut nothing,
        &command("raiseHand", json!({})),
        ADA
    ));
}
