//! Writers over HTTP. Each repeats a change until it is acknowledged.

use crate::ledger::{Ledger, PATIENCE, World, marker};
use connvo_core::protocol::command::{NoteAccepted, TranscriptAccepted};
use reqwest::Client;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::rc::Rc;

/// Writes to the note by operations against a version that is often old.
pub(crate) async fn operate(world: World, ledger: Rc<Ledger>, room: usize, person: usize) {
    let url = world.url(room, "/notes/ops");
    let client_id = format!("op{person}");
    let mut base_version = 0;
    for client_seq in 1.. {
        if world.is_stopped() {
            return;
        }
        let body = json!({
            "baseVersion": base_version,
            "clientId": client_id,
            "clientSeq": client_seq,
            "operation": [{"insert": marker(&client_id, client_seq)}],
        });
        let token = world.token(room, person);
        let accepted: NoteAccepted = post(&world, &ledger, &url, token, &body).await;
        let acknowledged = (client_id.clone(), client_seq, accepted.version);
        ledger.rooms.borrow_mut()[room]
            .operations
            .push(acknowledged);
        if client_seq % 3 == 0 {
            base_version = accepted.version;
        }
    }
}

/// Writes final chunks, one to three in a call.
pub(crate) async fn transcribe(world: World, ledger: Rc<Ledger>, room: usize) {
    let url = world.url(room, "/transcript");
    let mut next = 1;
    while !world.is_stopped() {
        let segments: Vec<String> = (0..1 + next % 3)
            .map(|more| format!("segment{}", next + more))
            .collect();
        next += segments.len();
        let chunk = |segment: &String| {
            json!({
                "sourceId": "recogniser", "segmentId": segment, "revision": 0,
                "isInterim": false, "text": "and that is that",
                "startMs": 1_750_000_000_000_u64, "endMs": 1_750_000_001_000_u64,
                "speaker": {"label": "Ada"},
            })
        };
        let chunks: Vec<Value> = segments.iter().map(chunk).collect();
        let body = json!({"chunks": chunks});
        let token = world.token(room, 4);
        let accepted: TranscriptAccepted = post(&world, &ledger, &url, token, &body).await;
        assert_eq!(accepted.sequences.len(), segments.len());
        for (segment, sequence) in segments.into_iter().zip(accepted.sequences) {
            let sequence = sequence.expect("a final chunk has a sequence");
            ledger.rooms.borrow_mut()[room]
                .segments
                .push((segment, sequence));
        }
    }
}

async fn post<T: DeserializeOwned>(
    world: &World,
    ledger: &Ledger,
    url: &str,
    token: &str,
    body: &Value,
) -> T {
    loop {
        let seen = world.starts();
        ledger.note();
        // A client of its own for each server: no connection of a dead one is kept.
        let sent = Client::new().post(url).bearer_auth(token).json(body);
        let why = match sent.timeout(PATIENCE).send().await {
            Ok(answer) if !answer.status().is_success() => {
                let status = answer.status();
                panic!("{status}: {}", answer.text().await.unwrap_or_default());
            }
            Ok(answer) => match answer.json().await {
                Ok(answer) => {
                    ledger.note();
                    return answer;
                }
                Err(error) => error.to_string(),
            },
            Err(error) => error.to_string(),
        };
        world.back_after(seen, &why).await;
    }
}
