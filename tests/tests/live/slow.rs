//! A reader that stops reading.

use crate::line::{Heard, Line, id, ticking};
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_core::protocol::lane::ServerLane;
use serde_json::json;
use std::time::Duration;
use yrs::{Doc, Text, TextRef, Transact, TransactionMut};

/// Texts written and taken back: more than all buffers to one reader hold.
const TEXTS: u64 = 40;
const TEXT: u32 = 100_000;
const CLIENT: u64 = 3;

#[tokio::test]
async fn a_reader_that_stops_reading_delays_nobody_and_resumes_without_loss() {
    let api = ticking().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut slow = Line::of(&bob).await;
    let (_, epoch, mut cursor) = slow.follow(&meeting, 1).await;
    let mut other = Line::of(&bob).await;
    other.follow(&meeting, 2).await;
    let mut writer = Line::of(&ada).await;
    writer.follow(&meeting, CLIENT).await;
    let lines = api.app.tasks.len();

    let doc = Doc::with_client_id(CLIENT);
    let text = doc.get_or_insert_text("content");
    let (mut head, mut seq) = (cursor, 0);
    for _ in 0..TEXTS {
        let edits: [fn(&TextRef, &mut TransactionMut<'_>); 2] = [
            |text, change| text.insert(change, 0, &"x".repeat(TEXT as usize)),
            |text, change| text.remove_range(change, 0, TEXT),
        ];
        for edit in edits {
            seq += 1;
            let mut change = doc.transact_mut();
            edit(&text, &mut change);
            let update = change.encode_update_v1();
            drop(change);
            writer.offer(CLIENT, seq, &update).await;
            // The other reader has it at once.
            head = read(&mut other, head).await.unwrap();
            assert_eq!(read(&mut writer, head - 1).await, Some(head));
        }
    }
    while api.app.tasks.len() == lines {
        crate::rooms::pass(Duration::from_secs(31)).await;
    }
    assert_eq!(api.app.tasks.len(), lines - 1);

    while let Some(upto) = read(&mut slow, cursor).await {
        cursor = upto;
    }
    assert!(cursor < head);
    let mut back = Line::of(&bob).await;
    back.note(&meeting, 1, Some((epoch, cursor))).await;
    while cursor < head {
        cursor = read(&mut back, cursor).await.unwrap();
    }
}

/// What one says at a time, and how often: more than waits outside the server.
const SAID: usize = 2_000;
const TIMES: u64 = 50;

#[tokio::test]
async fn what_a_reader_does_not_take_gathers_and_comes_together() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    assert_eq!(
        ada.post(&format!("{meeting}/start"), json!({})).await.0,
        200
    );
    let mut slow = Line::narrow(&ada).await;
    let meeting_id = id(&meeting);
    slow.subscribe(Query::Transcript { meeting_id }, None).await;
    assert!(matches!(slow.frame().await, ServerFrame::Snapshot { .. }));
    for at in 0..TIMES {
        let chunk = json!({"text": "x".repeat(SAID), "startMs": at, "endMs": at + 1,
            "sourceId": "mic", "segmentId": at.to_string(), "speaker": {"label": "Ada"}});
        let said = json!({"chunks": [chunk]});
        let (status, answer) = ada.post(&format!("{meeting}/transcript"), said).await;
        assert!(status.is_success(), "{answer}");
    }
    let (mut cursor, mut frames) = (0, 0);
    while cursor < TIMES {
        if let ServerFrame::Events { from, to, .. } = slow.frame().await {
            assert_eq!(from, cursor + 1, "in order");
            (cursor, frames) = (to, frames + 1);
        }
    }
    assert!(frames < TIMES / 2, "{frames} frames");
}

/// Reads one frame of events that follow the cursor; the cursor after them.
async fn read(line: &mut Line, cursor: u64) -> Option<u64> {
    loop {
        match line.next().await {
            Heard::Lane(ServerLane::Events { from, entries }) => {
                assert_eq!(from, cursor + 1, "a gap in the log");
                return Some(cursor + entries.len() as u64);
            }
            Heard::Lane(ServerLane::Access { .. }) => {}
            Heard::Broken | Heard::Closed(_) => return None,
            other => panic!("{other:?}"),
        }
    }
}
