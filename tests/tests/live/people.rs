//! A meeting's people, its state and a person's meetings, followed live.

use crate::client::Api;
use crate::line::{Line, SUB, id};
use connvo_core::protocol::frame::{Query, ServerFrame};
use serde_json::{Value, json};

/// The next value of a view.
async fn look(line: &mut Line) -> Value {
    match line.frame().await {
        ServerFrame::Snapshot {
            sub: SUB,
            mut items,
            ..
        } => items.remove(0),
        other => panic!("{other:?}"),
    }
}

/// Values of a view up to one that fits.
async fn until(line: &mut Line, fits: impl Fn(&Value) -> bool) -> Value {
    loop {
        let value = look(line).await;
        if fits(&value) {
            return value;
        }
    }
}

#[tokio::test]
async fn who_is_invited_and_who_answers_is_seen_at_once() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    let meeting_id = id(&meeting);
    let mut line = Line::of(&ada).await;
    line.subscribe(Query::Participants { meeting_id }, None)
        .await;
    assert_eq!(look(&mut line).await.as_array().unwrap().len(), 1);
    ada.invite(&meeting, "bob", "participant").await;
    until(&mut line, |people| people[1]["status"] == "invited").await;
    bob.post(&format!("{meeting}/accept"), None).await;
    let people = until(&mut line, |people| people[1]["status"] == "accepted").await;
    assert_eq!(people[1]["name"], "bob");
    bob.post(&format!("{meeting}/decline"), None).await;
    until(&mut line, |people| people[1]["status"] == "declined").await;
}

#[tokio::test]
async fn hands_and_the_pause_and_who_comes_are_seen_at_once() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.post(&format!("{meeting}/start"), None).await;
    let mut line = Line::of(&ada).await;
    let meeting_id = id(&meeting);
    line.subscribe(Query::MeetingState { meeting_id }, None)
        .await;
    assert_eq!(look(&mut line).await["speakerQueue"], json!([]));
    bob.post(&format!("{meeting}/hand"), None).await;
    until(&mut line, |now| now["speakerQueue"] == json!([bob.id])).await;
    ada.post(&format!("{meeting}/transcription/pause"), None)
        .await;
    until(&mut line, |now| now["transcriptionStatus"] == "paused").await;
    let mut own = Line::of(&bob).await;
    own.follow(&meeting, 5).await;
    until(&mut line, |now| {
        now["activeParticipants"] == json!([bob.id])
    })
    .await;
    bob.post(&format!("{meeting}/leave"), None).await;
    until(&mut line, |now| {
        now["activeCount"] == 0 && now["speakerQueue"] == json!([])
    })
    .await;
}

#[tokio::test]
async fn a_persons_meetings_follow_what_becomes_of_them() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let mut line = Line::of(&bob).await;
    line.subscribe(Query::Meetings {}, None).await;
    assert_eq!(look(&mut line).await, json!([]));
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    until(&mut line, |mine| mine[0]["status"] == "invited").await;
    ada.patch(&meeting, json!({"title": "Another"})).await;
    until(&mut line, |mine| mine[0]["title"] == "Another").await;
    ada.post(&format!("{meeting}/start"), None).await;
    until(&mut line, |mine| mine[0]["state"] == "active").await;
    ada.delete(&format!("{meeting}/participants/bob@example.org"))
        .await;
    until(&mut line, |mine| *mine == json!([])).await;
}
