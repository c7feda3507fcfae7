//! One meeting sustains ten updates a second with bursts of fifty, held to its rate, while
//! its neighbours talk without pause: nothing is refused and nothing lost.

use crate::client::{Api, NOW};
use crate::line::{Line, id};
use connvo_core::id::MeetingId;
use connvo_core::protocol::Command;
use connvo_core::protocol::frame::{ClientFrame, Query, ServerFrame};
use connvo_core::rate::TRANSCRIPT_INGEST;
use futures_util::future::join_all;
use serde_json::json;
use std::collections::BTreeSet;
use tokio::sync::watch;

/// Seconds on the server's clock: every window of the rate table is passed twice.
const SECONDS: u64 = 130;
const EACH_SECOND: u64 = 10;
const BURST: u64 = 50;
/// A burst comes every so many seconds.
const BETWEEN_BURSTS: u64 = 6;
const WATCHERS: usize = 4;
const NEIGHBOURS: usize = 8;
/// What a neighbour says each second, in one call.
const NEIGHBOUR: u64 = 15;

/// Somebody who speaks in a meeting.
struct Talk {
    line: Line,
    meeting: MeetingId,
    said: u64,
}

impl Talk {
    /// Sends so many calls of so many chunks, all before the first answer; each is stored.
    async fn say(&mut self, calls: u64, chunks: u64) {
        for call in 0..calls {
            let chunk = |at: u64| {
                let at = self.said + at;
                json!({"sourceId": "mic", "segmentId": at.to_string(), "text": format!("word {at}"),
                    "startMs": NOW + at, "endMs": NOW + at, "speaker": {"label": "Ada"}})
            };
            let chunks: Vec<_> = (0..chunks).map(chunk).collect();
            self.said += chunks.len() as u64;
            let command = json!({"type": "appendTranscript", "meetingId": self.meeting,
                "chunks": chunks});
            let command: Command = serde_json::from_value(command).unwrap();
            let (id, key) = (call, self.said.to_string());
            let frame = ClientFrame::Call { id, key, command };
            self.line.say(&frame).await;
        }
        let mut answered = BTreeSet::new();
        while (answered.len() as u64) < calls {
            let (id, ok, error) = match self.line.frame().await {
                ServerFrame::Reply { id, ok, error, .. } => (id, ok, error),
                other => panic!("{other:?}"),
            };
            assert_eq!(error, None);
            assert!(answered.insert(id), "answered twice");
            let stored = &ok.unwrap()["sequences"];
            let stored = stored.as_array().unwrap().iter();
            assert_eq!(stored.filter(|one| one.is_u64()).count() as u64, chunks);
        }
    }
}

/// Hears every chunk once: the journal has no gap, and nothing is in it twice.
async fn watch(mut line: Line, all: u64) {
    let (mut next, mut said) = (1, BTreeSet::new());
    while next <= all {
        let (from, items) = match line.frame().await {
            ServerFrame::Events { from, items, .. } => (from, items),
            ServerFrame::Pong { .. } => continue,
            other => panic!("{other:?}"),
        };
        // Who only listens says now and then that they are there.
        line.say(&ClientFrame::Ping {}).await;
        assert_eq!(from, next, "a gap");
        for item in items {
            assert_eq!(item["sequence"], next);
            let segment = item["segmentId"].as_str().unwrap().to_owned();
            assert!(said.insert(segment), "{item}");
            next += 1;
        }
    }
    assert_eq!(next, all + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_meeting_sustains_its_rate_with_bursts_beside_busy_neighbours() {
    // Its clock goes on by hand, and the rate table holds by it.
    let api = Api::start().await;
    let bursts = SECONDS.div_ceil(BETWEEN_BURSTS);
    let all = SECONDS * EACH_SECOND + bursts * BURST;
    let a_minute = 60 * EACH_SECOND + 60 / BETWEEN_BURSTS * BURST;
    assert!(a_minute <= TRANSCRIPT_INGEST.per_minute, "it is allowed");

    let mut talks = Vec::new();
    let mut watches = Vec::new();
    for meeting in 0..=NEIGHBOURS {
        let host = api.sign_in(&format!("host{meeting}")).await;
        let path = host.meeting().await;
        let started = host.post(&format!("{path}/start"), None).await;
        assert!(started.0.is_success(), "{started:?}");
        let (watchers, said) = match meeting {
            0 => (WATCHERS, all),
            _ => (1, SECONDS * NEIGHBOUR),
        };
        for _ in 0..watchers {
            let mut line = Line::of(&host).await;
            let meeting_id = id(&path);
            line.subscribe(Query::Transcript { meeting_id }, None).await;
            assert!(matches!(line.frame().await, ServerFrame::Snapshot { .. }));
            watches.push(tokio::spawn(watch(line, said)));
        }
        talks.push(Talk {
            line: Line::of(&host).await,
            meeting: id(&path),
            said: 0,
        });
    }
    let neighbours = talks.split_off(1);
    let mut talk = talks.remove(0);
    let second = watch::Sender::new(0);
    let neighbours = neighbours.into_iter().map(|mut neighbour| {
        let mut second = second.subscribe();
        tokio::spawn(async move {
            for at in 0..SECONDS {
                second.wait_for(|second| *second >= at).await.unwrap();
                neighbour.say(1, NEIGHBOUR).await;
            }
        })
    });
    let neighbours: Vec<_> = neighbours.collect();
    for at in 0..SECONDS {
        second.send_replace(at);
        talk.say(EACH_SECOND, 1).await;
        if at % BETWEEN_BURSTS == 0 {
            talk.say(BURST, 1).await;
        }
        api.app.clock.advance(1_000);
    }
    assert_eq!(talk.said, all);
    for done in join_all(neighbours.into_iter().chain(watches)).await {
        done.unwrap();
    }
}
