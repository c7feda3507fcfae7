//! The calls that a device keeps across pages.

use super::*;
use connvo_core::client::{CallOp, KeptCall};
use connvo_core::error::Problem;

const HOUR: u64 = 60 * MINUTE;

fn user(id: &str) -> connvo_core::id::UserId {
    id.parse().unwrap()
}

fn post(id: &str, text: &str) -> Value {
    json!({"type": "postMessage", "meetingId": MEETING, "id": id, "text": text})
}

fn kept(key: &str, made_at: u64, command: Value) -> KeptCall {
    KeptCall {
        owner: None,
        key: key.into(),
        made_at,
        command,
    }
}

/// A session off the line that follows the chat.
fn off_the_line() -> Session {
    let mut session = Session::new(7);
    let meeting = MEETING.to_owned().try_into().unwrap();
    session.follow_chat(meeting, "Ada".into(), Role::Participant);
    session
}

/// Takes up what an earlier page of `owner` has left.
fn restore(session: &mut Session, owner: &str, calls: Vec<KeptCall>) {
    for mut call in calls {
        call.owner = Some(user(owner));
        session.restore_call(call, START);
    }
}

/// What the device is asked to keep and to forget, the calls sent, and the refusals.
#[derive(Debug, Default)]
struct Seen {
    stored: Vec<CallOp>,
    /// Key and id of each.
    sent: Vec<(String, u64)>,
    refused: Vec<(Value, Problem)>,
}

fn seen(session: &mut Session) -> Seen {
    let mut seen = Seen::default();
    for effect in session.take_effects() {
        match effect {
            Effect::StoreCall(op) => seen.stored.push(op),
            Effect::SendText(text) => {
                let frame: Value = serde_json::from_str(&text).unwrap();
                if frame["type"] == "call" {
                    let key = frame["key"].as_str().unwrap().to_owned();
                    seen.sent.push((key, frame["id"].as_u64().unwrap()));
                }
            }
            Effect::Event(Event::Refused { command, problem }) => {
                seen.refused.push((command, problem));
            }
            _ => {}
        }
    }
    seen
}

fn keys(seen: &Seen) -> Vec<&str> {
    seen.sent.iter().map(|(key, _)| key.as_str()).collect()
}

fn done(session: &mut Session, id: u64) {
    let reply = json!({"type": "reply", "id": id, "ok": {"done": true}});
    session.receive_text(&reply.to_string(), START);
}

fn refuse(session: &mut Session, id: u64, error: &Value) {
    let reply = json!({"type": "reply", "id": id, "error": error});
    session.receive_text(&reply.to_string(), START);
}

/// Opens the line, as Ada.
fn come_back(session: &mut Session) {
    session.connect(START);
    session.token(Some("token".into()), None, START);
    session.opened(START);
    session.receive_text(&welcome(START, 262_144), START);
    assert_eq!(session.state().status, Status::Live);
}

#[test]
fn what_is_asked_for_off_the_line_is_kept_until_it_is_answered() {
    let mut session = off_the_line();
    session.call_json("a".into(), post(ADA, "hi"), START);
    let stored = seen(&mut session).stored;
    assert_eq!(stored, [CallOp::Keep(kept("a", START, post(ADA, "hi")))]);
    come_back(&mut session);
    let now = seen(&mut session);
    assert_eq!(keys(&now), ["a"]);
    done(&mut session, now.sent[0].1);
    assert_eq!(seen(&mut session).stored, [CallOp::Drop("a".into())]);
}

#[test]
fn what_an_earlier_page_asked_for_is_sent_once_in_order_before_what_is_new() {
    let mut session = off_the_line();
    let raise = json!({"type": "raiseHand", "meetingId": MEETING});
    let before = vec![
        kept("a", START - HOUR, post(ADA, "one")),
        kept("b", START - HOUR, raise),
    ];
    restore(&mut session, ADA, before);
    session.call_json("c".into(), post(BOB, "three"), START);
    seen(&mut session);
    come_back(&mut session);
    let first = seen(&mut session);
    assert_eq!(keys(&first), ["a"], "one after the other");
    // The reply is lost with the line: the same key goes again.
    session.closed(1006, START);
    let retry = session.next_deadline().unwrap();
    session.tick(retry);
    session.token(Some("token".into()), None, retry);
    session.opened(retry);
    session.receive_text(&welcome(retry, 262_144), retry);
    let again = seen(&mut session);
    assert_eq!(again.sent, first.sent);
    let mut sent = Vec::new();
    let mut now = again;
    while let Some((key, id)) = now.sent.pop() {
        assert!(now.sent.is_empty());
        sent.push(key);
        done(&mut session, id);
        now = seen(&mut session);
    }
    assert_eq!(sent, ["a", "b", "c"]);
    assert_eq!(now.stored, [CallOp::Drop("c".into())]);
}

#[test]
fn what_was_posted_before_the_page_was_loaded_shows_when_the_chat_is_opened() {
    let mut session = Session::new(7);
    let before = vec![kept("a", START, post(ADA, "hi"))];
    restore(&mut session, ADA, before);
    let meeting = MEETING.to_owned().try_into().unwrap();
    let sub = session.follow_chat(meeting, "Ada".into(), Role::Participant);
    assert_eq!(chat(&mut session), Some(vec![("hi".into(), true)]));
    come_back(&mut session);
    // It had arrived after all: it shows once.
    let mut mine = stored(1, "hi");
    mine["id"] = ADA.into();
    mine["authorId"] = ADA.into();
    let snapshot = json!({"type": "snapshot", "sub": sub, "cursor": 1, "epoch": "e",
        "reset": false, "items": [mine.clone()]});
    session.receive_text(&snapshot.to_string(), START);
    assert_eq!(chat(&mut session), Some(vec![("hi".into(), true)]));
    let reply = json!({"type": "reply", "id": 1, "ok": mine});
    session.receive_text(&reply.to_string(), START);
    assert_eq!(chat(&mut session), Some(vec![("hi".into(), false)]));
}

#[test]
fn what_is_refused_for_good_is_forgotten_and_told() {
    let mut session = Session::new(7);
    let before = vec![
        kept("a", START, post(ADA, "one")),
        kept("b", START, post(BOB, "two")),
    ];
    restore(&mut session, ADA, before);
    come_back(&mut session);
    let id = seen(&mut session).sent[0].1;
    let error = json!({"code": "FORBIDDEN", "detail": "observers do not write"});
    refuse(&mut session, id, &error);
    let now = seen(&mut session);
    assert_eq!(now.stored, [CallOp::Drop("a".into())]);
    assert_eq!(now.refused.len(), 1);
    let (command, problem) = &now.refused[0];
    assert_eq!(command, &post(ADA, "one"));
    assert_eq!(problem.detail, "observers do not write");
    assert_eq!(keys(&now), ["b"], "the next goes on");
}

#[test]
fn a_server_without_time_is_asked_again_later_and_in_order() {
    let mut session = Session::new(7);
    let before = vec![
        kept("a", START, post(ADA, "one")),
        kept("b", START, post(BOB, "two")),
    ];
    restore(&mut session, ADA, before);
    come_back(&mut session);
    let id = seen(&mut session).sent[0].1;
    let error = json!({"code": "RATE_LIMITED", "detail": "slowly", "retryAfterMs": 900});
    refuse(&mut session, id, &error);
    let now = seen(&mut session);
    assert!(now.stored.is_empty() && now.sent.is_empty() && now.refused.is_empty());
    assert_eq!(session.next_deadline(), Some(START + 900));
    session.tick(START + 900);
    assert_eq!(keys(&seen(&mut session)), ["a"]);
}

#[test]
fn what_another_person_asked_for_is_never_sent_and_stays_theirs() {
    let mut session = off_the_line();
    let before = vec![kept("a", START, post(BOB, "Bob's"))];
    restore(&mut session, BOB, before);
    come_back(&mut session);
    let now = seen(&mut session);
    assert!(now.sent.is_empty() && now.stored.is_empty(), "{now:?}");
    // What Ada asks for is sent, and kept as hers.
    session.call_json("b".into(), post(ADA, "Ada's"), START);
    let mut now = seen(&mut session);
    assert_eq!(keys(&now), ["b"]);
    let mut hers = kept("b", START, post(ADA, "Ada's"));
    hers.owner = Some(user(ADA));
    assert_eq!(now.stored.pop(), Some(CallOp::Keep(hers)));
    session.restore_call(kept("c", START, post(BOB, "Whose?")), START);
    assert_eq!(now.stored, []);

    // The other way round: she was welcome before the device had its say.
    let mut session = live(None, 0);
    let before = vec![kept("a", START, post(BOB, "Bob's"))];
    restore(&mut session, BOB, before);
    let now = seen(&mut session);
    assert!(now.sent.is_empty() && now.stored.is_empty(), "{now:?}");
}

#[test]
fn what_is_too_old_to_be_known_again_is_told_but_a_message_still_goes() {
    let mut session = Session::new(7);
    let raise = json!({"type": "raiseHand", "meetingId": MEETING});
    let before = vec![
        kept("a", START - 23 * HOUR - 1, raise.clone()),
        kept("b", START - 23 * HOUR, raise.clone()),
        kept("c", START - 99 * HOUR, post(ADA, "hi")),
    ];
    restore(&mut session, ADA, before);
    let now = seen(&mut session);
    assert_eq!(now.stored, [CallOp::Drop("a".into())]);
    assert_eq!(now.refused[0].0, raise);
    come_back(&mut session);
    let now = seen(&mut session);
    assert_eq!(keys(&now), ["b"]);
    done(&mut session, now.sent[0].1);
    assert_eq!(keys(&seen(&mut session)), ["c"]);
}

#[test]
fn what_does_not_show_before_its_answer_is_not_kept() {
    let mut session = live(None, 0);
    let join = json!({"type": "joinMeeting", "meetingId": MEETING});
    session.call_json("a".into(), join.clone(), START);
    session.call_json("b".into(), join, START);
    let now = seen(&mut session);
    assert_eq!((keys(&now), now.stored.len()), (vec!["a", "b"], 0));
}
