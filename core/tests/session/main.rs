//! The session on its own: what it does with tokens, and with a note that may not be
//! written any longer.
#![allow(missing_docs)]

mod outbox;

use connvo_core::access::Role;
use connvo_core::client::note::{NoteEvent, NoteStatus, Person};
use connvo_core::client::session::{Effect, Event};
use connvo_core::client::{Session, session::Status};
use connvo_core::limits::NoteLimits;
use connvo_core::note::replica::{OutboxEntry, StoreOp};
use connvo_core::note::{Document, Operation, ReplicaError};
use connvo_core::protocol::frame::Query;
use connvo_core::protocol::lane::{ServerLane, encode_server};
use serde_json::{Value, json};

const MINUTE: u64 = 60_000;
const START: u64 = 10_000 * MINUTE;
const ADA: &str = "01900000-0000-7000-8000-000000000001";

fn welcome(server_time: u64, text_utf16: u32) -> String {
    let limits = NoteLimits {
        text_utf16,
        ..NoteLimits::default()
    };
    json!({
        "type": "welcome", "session": ADA, "userId": ADA, "serverTime": server_time,
        "storeEpoch": "e", "limits": { "note": limits },
    })
    .to_string()
}

/// A session with a token that expires then, and a server whose clock is ahead.
fn live(expires_at: Option<u64>, ahead: u64) -> Session {
    let mut session = Session::new(7);
    session.connect(START);
    session.token(Some("token".into()), expires_at, START);
    session.opened(START);
    session.receive_text(&welcome(START + ahead, 262_144), START);
    assert_eq!(session.state().status, Status::Live);
    session.take_effects();
    session
}

fn frames(session: &mut Session) -> Vec<Value> {
    let text = |effect| match effect {
        Effect::SendText(text) => serde_json::from_str(&text).ok(),
        _ => None,
    };
    session
        .take_effects()
        .into_iter()
        .filter_map(text)
        .collect()
}

/// Runs until `until`, answering every question for a token; how often it was asked.
fn renewals(
    session: &mut Session,
    until: u64,
    mut answer: impl FnMut(u64) -> Option<(String, u64)>,
) -> usize {
    let mut asked = 0;
    let mut now = START;
    while let Some(due) = session.next_deadline().filter(|due| *due < until) {
        now = due.max(now);
        session.tick(now);
        for effect in session.take_effects() {
            match effect {
                Effect::NeedToken => {
                    asked += 1;
                    assert!(asked < 1_000, "asked for ever");
                    let (token, expires_at) = answer(now).unzip();
                    session.token(token, expires_at, now);
                }
                Effect::SendText(text) if text.contains("ping") => {
                    session.receive_text("{\"type\":\"pong\"}", now);
                }
                _ => {}
            }
        }
    }
    asked
}

#[test]
fn a_token_is_renewed_a_minute_before_it_expires() {
    let mut session = live(Some(START + 10 * MINUTE), 0);
    let mut asked_at = 0;
    let asked = renewals(&mut session, START + 10 * MINUTE, |now| {
        asked_at = now;
        Some(("newer".into(), START + 60 * MINUTE))
    });
    assert_eq!((asked, asked_at), (1, START + 9 * MINUTE));
}

#[test]
fn an_answer_that_brings_no_newer_token_is_not_asked_for_without_pause() {
    let mut session = live(Some(START + 2 * MINUTE), 0);
    let same = |_| Some(("token".into(), START + 2 * MINUTE));
    assert!(renewals(&mut session, START + 2 * MINUTE, same) <= 8);
    assert!(
        frames(&mut session)
            .iter()
            .all(|frame| frame["type"] != "refresh")
    );

    let mut session = live(Some(START + MINUTE), 0);
    let mut count = 0;
    let short = |now| {
        count += 1;
        Some((format!("token {count}"), now + MINUTE))
    };
    assert!(renewals(&mut session, START + 10 * MINUTE, short) <= 20);
}

#[test]
fn an_application_without_a_token_is_asked_again() {
    let mut session = live(Some(START + 2 * MINUTE), 0);
    let asked = renewals(&mut session, START + 2 * MINUTE, |_| None);
    assert!((2..=8).contains(&asked), "{asked}");
}

#[test]
fn expiry_is_reckoned_by_the_servers_clock() {
    let mut session = live(Some(START + 10 * MINUTE), 5 * MINUTE);
    let mut asked_at = 0;
    renewals(&mut session, START + 5 * MINUTE, |now| {
        asked_at = now;
        Some(("newer".into(), START + 60 * MINUTE))
    });
    assert_eq!(asked_at, START + 4 * MINUTE);
}

#[test]
fn a_promise_of_a_token_that_does_not_settle_is_given_up() {
    let mut session = Session::new(7);
    session.connect(START);
    let due = session.next_deadline().expect("a deadline");
    session.tick(due);
    assert_eq!(session.state().status, Status::Offline);
    session.tick(session.next_deadline().expect("a next try"));
    assert_eq!(session.state().status, Status::Connecting);
}

struct Open {
    session: Session,
    sub: u32,
}

impl Open {
    fn new() -> Self {
        let mut session = live(None, 0);
        let meeting = ADA.parse().expect("an id");
        let person = Person {
            name: "Ada".into(),
            color: "#123456".into(),
        };
        let sub = session.open_note(meeting, None, 7, person).expect("opens");
        Self { session, sub }
    }

    fn lane(&mut self, frame: &ServerLane) {
        self.session
            .receive_binary(&encode_server(self.sub, frame), START);
    }

    fn access(&mut self, writable: bool) {
        self.lane(&ServerLane::Access { writable, epoch: 1 });
    }

    /// The server's document with this text at this version.
    fn snapshot(&mut self, cursor: u64, document: &Document) {
        self.lane(&ServerLane::Snapshot {
            epoch: 1,
            cursor,
            hash: document.text().hash(),
            state: document.snapshot_v1(),
        });
    }

    /// Types, and has it stored; answers what is sent.
    fn types(&mut self, text: &str) -> OutboxEntry {
        let edit = Operation::new().insert(text);
        self.session
            .edit_note(self.sub, &edit, START)
            .expect("fits");
        let stored = |effect| match effect {
            Effect::Store(_, StoreOp::Outbox(row)) => Some(row),
            _ => None,
        };
        let mut rows = self.session.take_effects().into_iter().filter_map(stored);
        let row = rows.next_back().expect("a row to store");
        self.session.note_stored(self.sub, &row, START);
        row
    }

    fn status(&self) -> NoteStatus {
        self.session.note_status(self.sub).expect("open")
    }

    fn pieces(&self) -> Vec<String> {
        let drafts = self.status().drafts;
        drafts
            .into_iter()
            .flat_map(|kept| kept.draft.pieces)
            .collect()
    }

    fn text(&self) -> String {
        self.session.note_text(self.sub).expect("open").to_string()
    }
}

fn server() -> Document {
    Document::new(1, NoteLimits::default())
}

#[test]
fn what_was_typed_before_a_note_turned_out_read_only_is_a_draft() {
    let mut note = Open::new();
    note.types("phantom");
    note.access(false);
    note.snapshot(0, &server());
    assert_eq!((note.text().as_str(), note.status().unsent), ("", 0));
    assert_eq!(note.pieces(), ["phantom"]);
    let refused = note
        .session
        .edit_note(note.sub, &Operation::new().insert("x"), START);
    assert_eq!(refused, Err(ReplicaError::ReadOnly));
}

#[test]
fn what_arrived_before_the_line_broke_is_no_draft_when_the_note_is_read_only() {
    let mut note = Open::new();
    note.access(true);
    note.snapshot(0, &server());
    let row = note.types("arrived ");
    note.types("stranded");
    note.session.closed(1006, START);
    let mut server = server();
    server
        .apply_updates(&[&row.update], Some(7))
        .expect("lawful");
    let retry = note.session.next_deadline().expect("a next try");
    note.session.tick(retry);
    note.session.token(Some("token".into()), None, retry);
    note.session.opened(retry);
    note.session.receive_text(&welcome(retry, 262_144), retry);
    note.access(false);
    let frames = frames(&mut note.session);
    let again = frames
        .iter()
        .rfind(|frame| frame["type"] == "subscribe")
        .expect("subscribes");
    assert!(
        again.get("after").is_none(),
        "a snapshot tells what arrived: {again}"
    );
    note.access(false);
    note.snapshot(1, &server);
    assert_eq!(
        (note.text().as_str(), note.status().unsent),
        ("arrived ", 0)
    );
    assert_eq!(note.pieces(), ["stranded"]);
}

#[test]
fn a_closed_tabs_outbox_that_fits_no_more_becomes_a_draft_in_the_end() {
    let mut note = Open::new();
    note.access(true);
    note.snapshot(0, &server());
    let mut gone = Document::new(9, NoteLimits::default());
    gone.apply_operation(&Operation::new().insert("old epoch "))
        .expect("fits");
    let update = gone
        .apply_operation(&Operation::new().retain(4).insert("words"))
        .expect("fits");
    let row = OutboxEntry {
        client_id: 9,
        client_seq: 2,
        edits: 1,
        update,
    };
    let adopt = |note: &mut Open, now| {
        note.session
            .adopt_outbox(note.sub, std::slice::from_ref(&row), now)
    };
    assert!(adopt(&mut note, START).is_err(), "it may still fit");
    assert!(note.pieces().is_empty());
    note.session.take_effects();
    adopt(&mut note, START + MINUTE).expect("given up");
    assert_eq!(note.pieces(), ["words"]);
    let dropped = note.session.take_effects().into_iter().any(|effect| {
        matches!(effect, Effect::Store(_, StoreOp::Commit { acknowledged, .. }) if acknowledged == [(9, 2)])
    });
    assert!(dropped, "the row is no longer kept");
}

#[test]
fn the_servers_limits_hold_for_notes_that_are_open_already() {
    let mut note = Open::new();
    note.session.receive_text(&welcome(START, 5), START);
    let long = Operation::new().insert("six units");
    let edited = note.session.edit_note(note.sub, &long, START);
    assert!(matches!(edited, Err(ReplicaError::Refused(_))));
    note.session.receive_text(&welcome(START, 300_000), START);
    let longer = Operation::new().insert(&"x".repeat(290_000));
    note.session
        .edit_note(note.sub, &longer, START)
        .expect("a higher limit");
}

#[test]
fn a_snapshot_that_makes_no_sense_is_told_to_the_person() {
    let mut note = Open::new();
    note.access(true);
    note.types("kept");
    note.lane(&ServerLane::Snapshot {
        epoch: 1,
        cursor: 3,
        hash: 1,
        state: server().snapshot_v1(),
    });
    let told = note.session.take_effects().into_iter().any(|effect| {
        matches!(effect, Effect::Event(Event::Note { event: NoteEvent::Status(status), .. }) if status.ended.is_some())
    });
    assert!(told);
    assert_eq!((note.text().as_str(), note.status().unsent), ("kept", 1));
}

const BOB: &str = "01900000-0000-7000-8000-000000000002";
const MEETING: &str = "01900000-0000-7000-8000-00000000000a";
const MESSAGE: &str = "01900000-0000-7000-8000-0000000000b1";

/// What the chat shows by now: words, and whether they are pending.
fn chat(session: &mut Session) -> Option<Vec<(String, bool)>> {
    let shown = |effect| match effect {
        Effect::Event(Event::Chat { messages, .. }) => Some(messages),
        _ => None,
    };
    let last = session.take_effects().into_iter().rev().find_map(shown)?;
    let one = |shown: &Value| {
        let text = shown["message"]["text"].as_str().unwrap().to_owned();
        (text, shown["isPending"] == true)
    };
    Some(last.as_array().unwrap().iter().map(one).collect())
}

/// A stored message of Bob's.
fn stored(sequence: u64, text: &str) -> Value {
    json!({"id": MESSAGE, "sequence": sequence, "postedSequence": 1, "revision": sequence - 1,
        "kind": "text", "authorId": BOB, "authorName": "Bob", "text": text, "replyToId": null,
        "threadId": null, "attachments": [], "mentions": [], "reactions": [],
        "editedAt": null, "deletedAt": null, "createdAt": START})
}

#[test]
fn what_is_posted_shows_at_once_and_is_taken_back_when_the_server_refuses_it() {
    let mut session = live(None, 0);
    let meeting = MEETING.to_owned().try_into().unwrap();
    let sub = session.follow_chat(meeting, "Ada".into(), Role::Participant);
    let snapshot = json!({"type": "snapshot", "sub": sub, "cursor": 1, "epoch": "e",
        "reset": false, "items": [stored(1, "hi")]});
    session.receive_text(&snapshot.to_string(), START);
    assert_eq!(chat(&mut session), Some(vec![("hi".into(), false)]));
    let react = json!({"type": "reactToMessage", "meetingId": MEETING, "messageId": MESSAGE,
        "emoji": "👍", "on": true});
    let post = json!({"type": "postMessage", "meetingId": MEETING, "id": ADA, "text": "ho"});
    let reacted = session.call_json("a".into(), react, START);
    let posted = session.call_json("b".into(), post, START);
    let both = vec![("hi".to_owned(), true), ("ho".to_owned(), true)];
    assert_eq!(chat(&mut session), Some(both));
    let refuse = |id| {
        let error = json!({"code": "FORBIDDEN", "detail": "observers do not write"});
        json!({"type": "reply", "id": id, "error": error}).to_string()
    };
    session.receive_text(&refuse(posted), START);
    assert_eq!(chat(&mut session), Some(vec![("hi".into(), true)]));
    session.receive_text(&refuse(reacted), START);
    assert_eq!(chat(&mut session), Some(vec![("hi".into(), false)]));
}

#[test]
fn what_core_would_refuse_is_not_shown_and_asked_all_the_same() {
    let mut session = live(None, 0);
    let meeting = MEETING.to_owned().try_into().unwrap();
    let sub = session.follow_chat(meeting, "Ada".into(), Role::Participant);
    let snapshot = json!({"type": "snapshot", "sub": sub, "cursor": 1, "epoch": "e",
        "reset": false, "items": [stored(1, "hi")]});
    session.receive_text(&snapshot.to_string(), START);
    session.take_effects();
    let others = json!({"type": "editMessage", "meetingId": MEETING, "messageId": MESSAGE,
        "text": "mine now"});
    session.call_json("a".into(), others, START);
    let effects = session.take_effects();
    let asked =
        |effect: &&Effect| matches!(effect, Effect::SendText(text) if text.contains("editMessage"));
    assert_eq!(effects.iter().filter(asked).count(), 1);
    assert!(
        !effects
            .iter()
            .any(|e| matches!(e, Effect::Event(Event::Chat { .. })))
    );
    let edited = json!({"type": "events", "sub": sub, "from": 2, "to": 2,
        "items": [stored(2, "ho")]});
    session.receive_text(&edited.to_string(), START);
    assert_eq!(chat(&mut session), Some(vec![("ho".into(), false)]));
}

/// What the view shows by now, in the last of its events.
fn view(session: &mut Session) -> Option<Value> {
    let shown = |effect| match effect {
        Effect::Event(Event::Items { mut items, .. }) => items.pop(),
        _ => None,
    };
    session
        .take_effects()
        .into_iter()
        .filter_map(shown)
        .next_back()
}

#[test]
fn a_raised_hand_shows_at_once_and_goes_when_the_server_refuses_it() {
    let mut session = live(None, 0);
    let meeting_id = MEETING.to_owned().try_into().unwrap();
    let sub = session.follow(Query::MeetingState { meeting_id });
    let snapshot = |line: &[&str]| {
        json!({"type": "snapshot", "sub": sub, "cursor": 1, "epoch": format!("{line:?}"),
            "reset": false, "items": [{"speakerQueue": line}]})
        .to_string()
    };
    let line = |shown: Option<Value>| shown.map(|view| view["speakerQueue"].clone());
    session.receive_text(&snapshot(&[BOB]), START);
    assert_eq!(line(view(&mut session)), Some(json!([BOB])));
    let raise = json!({"type": "raiseHand", "meetingId": MEETING});
    let refused = session.call_json("a".into(), raise.clone(), START);
    assert_eq!(line(view(&mut session)), Some(json!([BOB, ADA])));
    let error = json!({"code": "CONFLICT", "detail": "not now"});
    let reply = json!({"type": "reply", "id": refused, "error": error}).to_string();
    session.receive_text(&reply, START);
    assert_eq!(line(view(&mut session)), Some(json!([BOB])));

    // What is done stays shown until the view comes, however the two are ordered.
    let done = session.call_json("b".into(), raise, START);
    let reply = json!({"type": "reply", "id": done, "ok": {"next": null, "speakerQueue": []}});
    session.receive_text(&reply.to_string(), START);
    assert_eq!(line(view(&mut session)), Some(json!([BOB, ADA])));
    session.receive_text(&snapshot(&[ADA]), START);
    assert_eq!(line(view(&mut session)), Some(json!([ADA])));
    assert!(session.next_deadline().unwrap() > START + 2_000);
}

#[test]
fn a_prediction_that_no_view_confirms_is_given_up() {
    let mut session = live(None, 0);
    let meeting_id = MEETING.to_owned().try_into().unwrap();
    let sub = session.follow(Query::MeetingState { meeting_id });
    let snapshot = json!({"type": "snapshot", "sub": sub, "cursor": 1, "epoch": "a",
        "reset": false, "items": [{"speakerQueue": []}]});
    session.receive_text(&snapshot.to_string(), START);
    let raise = json!({"type": "raiseHand", "meetingId": MEETING});
    let id = session.call_json("a".into(), raise, START);
    let reply = json!({"type": "reply", "id": id, "ok": {"done": true}});
    session.receive_text(&reply.to_string(), START);
    assert_eq!(view(&mut session).unwrap()["speakerQueue"], json!([ADA]));
    let due = session.next_deadline().unwrap();
    assert_eq!(due, START + 2_000);
    session.tick(due);
    assert_eq!(view(&mut session).unwrap()["speakerQueue"], json!([]));
}
