//! A meeting while it runs: presence, the speaker queue, the transcript's pause.

use crate::client::{Api, NOW, Person, assert_problem};
use crate::line::{Line, SUB, id};
use connvo_core::meeting::now::LULL_MS;
use connvo_core::meeting::presence::LINGER_MS;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_server::presence;
use serde_json::{Value, json};

/// A meeting that runs, of Ada's, with Bob.
async fn running(ada: &Person<'_>) -> String {
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    assert_eq!(ada.post(&format!("{meeting}/start"), None).await.0, 200);
    meeting
}

async fn state(person: &Person<'_>, meeting: &str) -> Value {
    let (status, state) = person.get(&format!("{meeting}/state")).await;
    assert_eq!(status, 200, "{state}");
    state
}

/// Waits, turn by turn, until what is counted is this.
async fn until(mut there: impl AsyncFnMut() -> bool) {
    while !there().await {
        tokio::task::yield_now().await;
    }
}

async fn transcript(line: &mut Line, meeting: &str) {
    let meeting_id = id(meeting);
    line.subscribe(Query::Transcript { meeting_id }, None).await;
    assert!(matches!(line.frame().await, ServerFrame::Snapshot { .. }));
}

#[tokio::test]
async fn somebody_is_there_while_something_is_open_and_half_a_minute_more() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = running(&ada).await;
    assert_eq!(state(&ada, &meeting).await["activeParticipants"], json!([]));
    let (mut one, mut two) = (Line::of(&bob).await, Line::of(&bob).await);
    transcript(&mut one, &meeting).await;
    transcript(&mut two, &meeting).await;
    let here = json!([bob.id]);
    assert_eq!(
        state(&ada, &meeting).await["activeParticipants"],
        here,
        "once"
    );
    drop(one);
    two.say(&ClientFrame::Unsubscribe { sub: SUB }).await;
    assert!(two.is_alive().await);
    // Both are closed when the time of the last begins.
    until(async || presence::once(&api.app).await.is_some()).await;
    api.app.clock.advance(LINGER_MS - 1);
    presence::once(&api.app).await;
    assert_eq!(state(&ada, &meeting).await["activeCount"], 1);
    api.app.clock.advance(1);
    until(async || state(&ada, &meeting).await["activeCount"] == 0).await;
    let away = async || {
        let (_, people) = ada.get(&format!("{meeting}/participants")).await;
        people["items"][1]["leftAt"].clone()
    };
    until(async || away().await == json!(NOW + LINGER_MS)).await;
    let mut two = Line::of(&bob).await;
    transcript(&mut two, &meeting).await;
    assert_eq!(state(&ada, &meeting).await["activeParticipants"], here);
    until(async || away().await == Value::Null).await;
    // Who leaves is gone at once, and their subscription ends.
    assert_eq!(bob.post(&format!("{meeting}/leave"), None).await.0, 204);
    assert_eq!(state(&ada, &meeting).await["activeCount"], 0);
}

#[tokio::test]
async fn hands_stand_in_line_once_and_go_with_their_people() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    for name in ["bob", "carol"] {
        ada.invite(&meeting, name, "observer").await;
    }
    let (bob, carol) = (api.sign_in("bob").await, api.sign_in("carol").await);
    let hand = format!("{meeting}/hand");
    assert_problem(&bob.post(&hand, None).await, 409, "MEETING_NOT_ACTIVE");
    ada.post(&format!("{meeting}/start"), None).await;
    let queue = async || state(&ada, &meeting).await["speakerQueue"].clone();
    for person in [&bob, &carol, &bob, &ada] {
        assert_eq!(person.post(&hand, None).await.0, 200);
    }
    assert_eq!(queue().await, json!([bob.id, carol.id, ada.id]));
    let next = format!("{meeting}/speakers/next");
    assert_problem(&bob.post(&next, None).await, 403, "FORBIDDEN");
    let (_, given) = ada.post(&next, None).await;
    assert_eq!(
        given,
        json!({"next": bob.id, "speakerQueue": [carol.id, ada.id]})
    );
    let (_, lowered) = ada.delete(&hand).await;
    assert_eq!(lowered, json!({"next": null, "speakerQueue": [carol.id]}));
    assert_eq!(bob.post(&hand, None).await.0, 200);
    let other = format!("{meeting}/speakers/{}", bob.id);
    assert_problem(&carol.delete(&other).await, 403, "FORBIDDEN");
    assert_eq!(
        ada.delete(&other).await.1["speakerQueue"],
        json!([carol.id])
    );
    assert_eq!(carol.post(&format!("{meeting}/leave"), None).await.0, 204);
    assert_eq!(queue().await, json!([]));
    let key = |what| ada.keyed(reqwest::Method::POST, &next, what, &Value::Null);
    bob.post(&hand, None).await;
    let first = key("one").await;
    assert_eq!(first.1["next"], json!(bob.id));
    assert_eq!(
        key("one").await,
        first,
        "a retry gives the word to nobody else"
    );
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?action=nextSpeaker").await;
    let done = rows["items"].as_array().unwrap().iter();
    assert_eq!(
        done.filter(|row| row["success"] == true).count(),
        2,
        "{rows}"
    );
}

fn chunk(at: u64, start: u64, ms: u64) -> Value {
    json!({"chunks": [{"sourceId": "mic", "segmentId": at.to_string(), "text": "hi",
        "startMs": start, "endMs": start + ms, "speaker": {"label": "Bob"}}]})
}

#[tokio::test]
async fn nothing_is_written_down_while_the_transcript_is_paused() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = running(&ada).await;
    let path = format!("{meeting}/transcript");
    let (pause, resume) = (
        format!("{meeting}/transcription/pause"),
        format!("{meeting}/transcription/resume"),
    );
    assert_eq!(bob.post(&path, chunk(1, NOW, 10)).await.0, 200);
    assert_problem(&bob.post(&pause, None).await, 403, "FORBIDDEN");
    for _ in 0..2 {
        assert_eq!(ada.post(&pause, None).await.0, 204);
    }
    assert_eq!(state(&ada, &meeting).await["transcriptionStatus"], "paused");
    let refused = bob.post(&path, chunk(2, NOW, 10)).await;
    assert_problem(&refused, 409, "CONFLICT");
    assert_eq!(refused.1["reason"], "transcription-paused");
    assert_eq!(ada.post(&resume, None).await.0, 204);
    assert_eq!(bob.post(&path, chunk(2, NOW, 10)).await.0, 200);
    let off = json!({"settings": {"transcription": false}});
    assert_eq!(ada.patch(&meeting, off).await.0, 200);
    let refused = bob.post(&path, chunk(3, NOW, 10)).await;
    assert_eq!(refused.1["reason"], "transcription-off", "{}", refused.1);
    assert_eq!(ada.post(&resume, None).await.0, 204);
    assert_eq!(state(&ada, &meeting).await["transcriptionStatus"], "active");
}

#[tokio::test]
async fn the_state_tells_who_has_spoken_and_when_the_talk_rests() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = running(&ada).await;
    let before = state(&ada, &meeting).await;
    assert_eq!(
        (&before["lull"], &before["lullAt"]),
        (&json!(false), &json!(NOW + LULL_MS))
    );
    assert_eq!(before["lastActivity"], Value::Null);
    api.app.clock.advance(5);
    let path = format!("{meeting}/transcript");
    bob.post(&path, chunk(1, NOW, 30)).await;
    bob.post(&path, chunk(2, NOW + 40, 12)).await;
    let after = state(&ada, &meeting).await;
    assert_eq!(after["lullAt"], NOW + 5 + LULL_MS);
    assert_eq!(after["lastActivity"], NOW + 5);
    api.app.clock.advance(3);
    let id = api.app.ids.uuid();
    let message = json!({"id": id, "text": "hello"});
    let posted = ada.post(&format!("{meeting}/messages"), message).await;
    assert!(posted.0.is_success(), "{}", posted.1);
    let written = state(&ada, &meeting).await;
    assert_eq!(written["lastActivity"], NOW + 8);
    let spoke = json!([{"userId": null, "label": "Bob", "ms": 42}]);
    assert_eq!(after["speakingTime"], spoke);
    api.app.clock.advance(LULL_MS);
    assert_eq!(state(&ada, &meeting).await["lull"], true);
    ada.post(&format!("{meeting}/end"), None).await;
    let over = state(&ada, &meeting).await;
    assert_eq!(
        (&over["lull"], &over["transcriptionStatus"]),
        (&json!(false), &json!("inactive"))
    );
    let eve = api.sign_in("eve").await;
    assert_problem(
        &eve.get(&format!("{meeting}/state")).await,
        404,
        "NOT_FOUND",
    );
}

#[tokio::test]
async fn the_socket_does_the_same_as_http() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut call = 0;
    let mut say = async |line: &mut Line, key: &str, mut command: Value| {
        call += 1;
        command["meetingId"] = json!(id(&meeting));
        let command = serde_json::from_value(command).unwrap();
        let key = key.to_owned();
        line.say(&ClientFrame::Call {
            id: call,
            key,
            command,
        })
        .await;
        match line.frame().await {
            ServerFrame::Reply { ok, error, .. } => json!({"ok": ok, "error": error}),
            other => panic!("{other:?}"),
        }
    };
    let (mut host, mut guest) = (Line::of(&ada).await, Line::of(&bob).await);
    let reply = say(&mut host, "1", json!({"type": "startMeeting"})).await;
    assert_eq!(reply["ok"]["state"], "active");
    let reply = say(&mut guest, "1", json!({"type": "joinMeeting"})).await;
    assert_eq!(reply["ok"]["status"], "joined");
    let reply = say(&mut guest, "2", json!({"type": "raiseHand"})).await;
    assert_eq!(reply["ok"]["speakerQueue"], json!([bob.id]));
    for _ in 0..2 {
        let reply = say(&mut host, "2", json!({"type": "nextSpeaker"})).await;
        assert_eq!(
            reply["ok"]["next"],
            json!(bob.id),
            "the same answer under the same key"
        );
    }
    let reply = say(&mut guest, "3", json!({"type": "pauseTranscription"})).await;
    assert_eq!(reply["error"]["code"], "FORBIDDEN");
    let reply = say(&mut host, "3", json!({"type": "pauseTranscription"})).await;
    assert_eq!(reply["ok"], json!({"done": true}));
    let reply = say(&mut host, "4", json!({"type": "endMeeting"})).await;
    assert_eq!(reply["ok"]["state"], "concluded");
}
