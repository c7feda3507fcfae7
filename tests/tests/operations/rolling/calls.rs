//! Who calls over HTTP, on connections that are kept.

use super::{Work, reader, speaker};
use connvo_core::protocol::command::TranscriptAccepted;
use connvo_tests::load::people::Place;
use reqwest::RequestBuilder;
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::time::interval;

/// Between two calls of one caller.
const EVERY: Duration = Duration::from_millis(20);

/// The sequences that one meeting's speaker was told.
pub(crate) struct Said {
    pub(crate) at: usize,
    pub(crate) sequences: Vec<u64>,
}

/// Says one thing after the other; what fails is noted, and said again.
pub(crate) async fn speak(work: Arc<Work>, place: Place, at: usize) -> Said {
    let url = format!(
        "http://{}/v1/meetings/{}/transcript",
        work.address, place.id
    );
    let mut sequences = Vec::new();
    let mut pace = interval(EVERY);
    while !work.is_over() {
        pace.tick().await;
        let number = sequences.len();
        let chunk = json!({"sourceId": "mic", "segmentId": number.to_string(),
            "text": "and that is that", "startMs": number, "endMs": number + 1,
            "speaker": {"label": "Ada"}});
        let call = work.http.post(&url).bearer_auth(speaker(&place));
        let call = call.json(&json!({"chunks": [chunk]}));
        let accepted: Option<TranscriptAccepted> = match call.send().await {
            Ok(answer) if answer.status().is_success() => answer.json().await.ok(),
            Ok(answer) => {
                work.fail(format!("{}: {:?}", answer.status(), answer.text().await));
                None
            }
            Err(error) => {
                work.fail(format!("{error:?}"));
                None
            }
        };
        if let Some(accepted) = accepted {
            sequences.extend(accepted.sequences.into_iter().flatten());
            work.answered.fetch_add(1, Ordering::SeqCst);
        }
    }
    Said { at, sequences }
}

/// Reads the note again and again.
pub(crate) async fn read(work: Arc<Work>, place: Place) {
    let url = format!("http://{}/v1/meetings/{}/notes", work.address, place.id);
    again(&work, work.http.get(&url).bearer_auth(reader(&place))).await;
}

/// Asks whether the whole is ready, as what watches over it does.
pub(crate) async fn ask(work: Arc<Work>) {
    let url = format!("http://{}/readyz", work.address);
    again(&work, work.http.get(&url)).await;
}

async fn again(work: &Work, call: RequestBuilder) {
    let mut pace = interval(EVERY);
    while !work.is_over() {
        pace.tick().await;
        let call = call.try_clone().expect("it has no body");
        match call.send().await {
            Ok(answer) if answer.status().is_success() => {
                work.answered.fetch_add(1, Ordering::SeqCst);
            }
            Ok(answer) => work.fail(answer.status().to_string()),
            Err(error) => work.fail(format!("{error:?}")),
        }
    }
}
