//! `connvo replay` plays real inputs through the public API.
#![allow(missing_docs, unreachable_pub)]

#[path = "api/client.rs"]
#[expect(dead_code, reason = "the fixture of the whole API")]
mod client;

use client::Api;
use connvo_server::config::RateLimits;
use connvo_server::replay::{Outcome, Replay};
use std::path::PathBuf;

/// Which database the server of [`client`] has.
const POSTGRES: bool = false;
/// Whether there is a pooler between.
const POOLED: bool = false;

fn data(name: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data"));
    Some(folder.join(name))
}

async fn play(meeting: Option<PathBuf>, trace: Option<PathBuf>) -> (Outcome, Vec<String>) {
    let api = Api::start_with(|settings| settings.rate_limits = Some(RateLimits::Off)).await;
    let replay = Replay {
        meeting_file: meeting,
        trace_file: trace,
        speed: 0.0,
        url: api.url.clone(),
    };
    let mut said = Vec::new();
    let outcome = replay.run(|line| {
        said.push(line);
        Ok(())
    });
    (outcome.await.unwrap(), said)
}

#[tokio::test]
async fn a_meeting_and_a_trace_are_played_side_by_side() {
    let (outcome, said) = play(
        data("meetings/ES2006a.json.gz"),
        data("editing-traces/friendsforever_flat.json.gz"),
    )
    .await;
    let note = outcome.note.unwrap();
    assert!(note.equals_trace && note.copies_agree);
    assert!(outcome.chunks > 100);
    assert!(said[0].contains("/room?id="), "{said:?}");
    assert!(said.last().unwrap().contains("equals the trace's end text"));
}

#[tokio::test]
async fn two_people_of_a_concurrent_trace_end_with_the_same_text() {
    let trace = data("editing-traces/friendsforever.concurrent.json.gz");
    let (outcome, _) = play(None, trace).await;
    let note = outcome.note.unwrap();
    assert_eq!(note.writers, 2);
    assert!(note.copies_agree);
}
