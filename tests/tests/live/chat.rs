//! The chat as those see it who follow it.

use crate::line::{Line, SUB, id, ticking};
use crate::rooms::evict;
use connvo_core::protocol::Command;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use serde_json::{Value, json};

fn query(meeting: &str) -> Query {
    Query::Chat {
        meeting_id: id(meeting),
    }
}

/// Calls a command of the chat; the answer comes before anything else that is heard.
async fn call(line: &mut Line, key: &str, meeting: &str, mut command: Value) -> Value {
    command["meetingId"] = json!(id(meeting));
    let command: Command = serde_json::from_value(command).unwrap();
    let call = ClientFrame::Call {
        id: 7,
        key: key.into(),
        command,
    };
    line.say(&call).await;
    match line.frame().await {
        ServerFrame::Reply { ok: Some(ok), .. } => ok,
        other => panic!("{other:?}"),
    }
}

async fn events(line: &mut Line) -> (u64, u64, Vec<Value>) {
    match line.frame().await {
        ServerFrame::Events {
            from, to, items, ..
        } => (from, to, items),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn who_follows_sees_every_change_once_and_who_comes_back_what_they_missed() {
    let api = ticking().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut writer = Line::of(&ada).await;
    let mut reader = Line::of(&bob).await;
    reader.subscribe(query(&meeting), None).await;
    let ServerFrame::Snapshot {
        cursor: 0, epoch, ..
    } = reader.frame().await
    else {
        panic!("an empty chat");
    };
    let posted = json!({"type": "postMessage", "text": "hi"});
    let first = call(&mut writer, "a", &meeting, posted.clone()).await;
    assert_eq!(events(&mut reader).await, (1, 1, vec![first.clone()]));
    let again = call(&mut writer, "a", &meeting, posted.clone()).await;
    assert_eq!(again, first, "a retry under the same key");
    let react = json!({"type": "reactToMessage", "messageId": first["id"], "emoji": "👍",
        "on": true});
    let reacted = call(&mut writer, "b", &meeting, react).await;
    assert_eq!(reacted["reactions"][0]["userIds"], json!([ada.id]));
    assert_eq!(events(&mut reader).await, (2, 2, vec![reacted.clone()]));
    drop(reader);

    let second = call(&mut writer, "c", &meeting, posted).await;
    let edit = json!({"type": "editMessage", "messageId": first["id"], "text": "ho"});
    let edited = call(&mut writer, "d", &meeting, edit).await;
    for from_store in [false, true] {
        if from_store {
            evict(&api).await;
        }
        let mut reader = Line::of(&bob).await;
        let from = Some((epoch.clone(), 2));
        reader.subscribe(query(&meeting), from).await;
        let (_, _, none) = events(&mut reader).await;
        assert!(none.is_empty(), "the cursor holds");
        let missed = vec![second.clone(), edited.clone()];
        assert_eq!(events(&mut reader).await, (3, 4, missed));
    }
    let mut fresh = Line::of(&bob).await;
    fresh.subscribe(query(&meeting), None).await;
    let ServerFrame::Snapshot { cursor, items, .. } = fresh.frame().await else {
        panic!("a snapshot");
    };
    assert_eq!((cursor, items), (4, vec![edited, second]));
}

#[tokio::test]
async fn who_is_sent_away_hears_no_more_of_it() {
    let api = ticking().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut reader = Line::of(&bob).await;
    reader.subscribe(query(&meeting), None).await;
    assert!(matches!(reader.frame().await, ServerFrame::Snapshot { .. }));
    ada.delete(&format!("{meeting}/participants/{}", bob.id))
        .await;
    let said = json!({"text": "about Bob"});
    ada.post(&format!("{meeting}/messages"), said).await;
    match reader.frame().await {
        ServerFrame::Revoked { sub: SUB, .. } => {}
        other => panic!("{other:?}"),
    }
    assert!(reader.is_alive().await);
}
