//! What a provider says is seen by who follows the transcript.

use crate::client::NOW;
use crate::line::{Line, SUB, id, ticking};
use connvo_core::protocol::Command;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::transcript::view::TranscriptView;
use serde_json::{Value, json};

/// What a watcher hears until a final chunk has come: the interim texts on the way, and the
/// final one.
async fn until_final(line: &mut Line, view: &mut TranscriptView) -> (Vec<String>, Value) {
    let mut interim = Vec::new();
    loop {
        match line.frame().await {
            ServerFrame::Volatile { item, .. } => {
                let text = item["text"].as_str().unwrap().to_owned();
                assert!(view.spoken(item), "{text:?} changes what is seen");
                interim.push(text);
            }
            ServerFrame::Events { items, .. } if !items.is_empty() => {
                for item in &items {
                    view.finalised(item.clone());
                }
                return (interim, items.into_iter().next_back().unwrap());
            }
            other => panic!("{other:?}"),
        }
    }
}

async fn call(line: &mut Line, command: Value) -> Value {
    let command: Command = serde_json::from_value(command).unwrap();
    line.say(&ClientFrame::Call {
        id: 1,
        key: "k".into(),
        command,
    })
    .await;
    let ServerFrame::Reply { ok, error, .. } = line.frame().await else {
        panic!("a reply");
    };
    assert_eq!(error, None);
    serde_json::to_value(ok.unwrap()).unwrap()
}

#[tokio::test]
async fn watchers_see_interim_texts_then_final_ones_and_none_that_were_taken_back() {
    let api = ticking().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    ada.invite(&meeting, "bob", "participant").await;
    let (mut speaks, mut watches) = (Line::of(&ada).await, Line::of(&bob).await);
    let meeting_id = id(&meeting);
    let query = Query::Transcript {
        meeting_id: meeting_id.clone(),
    };
    watches.subscribe(query, None).await;
    let ServerFrame::Snapshot { sub: SUB, .. } = watches.frame().await else {
        panic!("a snapshot");
    };
    let mut view = TranscriptView::default();
    let turn = |ended: bool, text: &str| {
        json!({"type": "appendProviderTranscript", "meetingId": meeting_id,
            "provider": "assemblyai", "sourceId": "mic", "startedAt": NOW, "messages": [
                {"type": "Turn", "turn_order": 0, "turn_is_formatted": ended,
                    "end_of_turn": ended, "transcript": text, "words": [
                        {"text": text, "start": 100, "end": 200, "word_is_final": ended}]}]})
    };
    let reply = call(&mut speaks, turn(false, "hi")).await;
    assert_eq!(reply, json!({"sequences": [null]}));
    let ServerFrame::Volatile { item, .. } = watches.frame().await else {
        panic!("an interim chunk");
    };
    assert_eq!(item["text"], "hi");
    assert!(view.spoken(item));
    let reply = call(&mut speaks, turn(true, "Hi.")).await;
    assert_eq!(reply, json!({"sequences": [1]}));
    let (interim, said) = until_final(&mut watches, &mut view).await;
    assert_eq!((interim.len(), &said["text"]), (0, &json!("Hi.")));
    assert!(view.interim().is_empty());

    // A trailing result of the browser's vanishes; then what was meant is final.
    let heard = |at: u64, before: u64, results: Value| {
        json!({"type": "appendProviderTranscript", "meetingId": meeting_id,
            "provider": "web-speech", "sourceId": "page", "startedAt": NOW, "messages": [
                {"timeStamp": at, "resultIndex": 0, "resultsBefore": before,
                    "results": results}]})
    };
    let result = |text: &str, ended: bool| json!({"isFinal": ended, "0": {"transcript": text, "confidence": 0.5}});
    let first = json!([result("so", false), result("what", false)]);
    call(&mut speaks, heard(1, 0, first)).await;
    for _ in 0..2 {
        let ServerFrame::Volatile { item, .. } = watches.frame().await else {
            panic!("an interim chunk");
        };
        assert!(view.spoken(item));
    }
    assert_eq!(view.interim().len(), 2);
    call(&mut speaks, heard(2, 2, json!([result("So what?", true)]))).await;
    let mut taken_back = false;
    let mut ended = false;
    while !(taken_back && ended) {
        match watches.frame().await {
            ServerFrame::Volatile { item, .. } => {
                assert_eq!(item["text"], "");
                taken_back = view.spoken(item);
            }
            ServerFrame::Events { items, .. } => {
                ended = true;
                assert_eq!(items[0]["text"], "So what?");
                view.finalised(items[0].clone());
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(view.interim().is_empty());

    let names = Query::Speakers {
        meeting_id: meeting_id.clone(),
    };
    let mut follows = Line::of(&bob).await;
    follows.subscribe(names, None).await;
    let ServerFrame::Snapshot { items, .. } = follows.frame().await else {
        panic!("a snapshot");
    };
    assert_eq!(items, [json!({"names": []})]);

    // A speaker gets a name, over the socket as over HTTP; retried, the same answer.
    for _ in 0..2 {
        let name = json!({"type": "renameSpeaker", "meetingId": meeting_id, "label": "ada",
            "name": "Ada Byron"});
        let reply = call(&mut speaks, name).await;
        assert_eq!(reply, json!({"label": "ada", "name": "Ada Byron"}));
    }
    let ServerFrame::Snapshot { items, .. } = follows.frame().await else {
        panic!("a fresh snapshot");
    };
    let named = json!({"names": [{"label": "ada", "name": "Ada Byron"}]});
    assert_eq!(items, [named]);
    let (_, page) = bob.get(&format!("{meeting}/transcript")).await;
    assert_eq!(page["items"][0]["speaker"]["name"], "Ada Byron");
}
