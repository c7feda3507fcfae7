//! Transcript and chat at several nodes: in order, without gaps or repetitions, and views
//! that change.

use crate::client::Person;
use crate::cluster::{Cluster, NEVER, Over, until};
use crate::line::{Line, SUB, id};
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_server::config::RateLimits;
use serde_json::{Value, json};
use tokio::time::timeout;

on_both!(
    what_is_said_at_all_nodes_is_heard_at_each_in_order,
    without_a_bus_nothing_is_lost_and_with_it_again_nothing_comes_twice,
    interim_words_are_heard_at_other_nodes,
);
by_pooler!(
    what_is_said_at_all_nodes_is_heard_at_each_in_order,
    interim_words_are_heard_at_other_nodes,
);

/// Lines said at each node.
const LINES: u64 = 40;

async fn cluster(over: Over, count: usize) -> Cluster {
    Cluster::with(count, over, |settings| {
        settings.rate_limits = Some(RateLimits::Off);
    })
    .await
}

/// A meeting that runs.
async fn running(ada: &Person<'_>) -> String {
    let meeting = ada.meeting().await;
    assert_eq!(ada.post(&format!("{meeting}/start"), None).await.0, 200);
    meeting
}

async fn follow(person: &Person<'_>, query: Query) -> Line {
    let mut line = Line::of(person).await;
    line.subscribe(query, None).await;
    let frame = line.frame().await;
    assert!(
        matches!(frame, ServerFrame::Snapshot { sub: SUB, .. }),
        "{frame:?}"
    );
    line
}

fn chunk(source: &str, at: u64, text: &str) -> Value {
    json!({"chunks": [{"sourceId": source, "segmentId": at.to_string(), "text": text,
        "startMs": at * 1_000, "endMs": at * 1_000 + 500, "speaker": {"label": source}}]})
}

async fn says(person: &Person<'_>, meeting: &str, source: &str, from: u64, to: u64) {
    for at in from..to {
        let text = format!("{source} {at}");
        let path = format!("{meeting}/transcript");
        let (status, said) = person.post(&path, chunk(source, at, &text)).await;
        assert!(status.is_success(), "{said}");
    }
}

async fn posts(person: &Person<'_>, meeting: &str, from: u64, to: u64) {
    for at in from..to {
        let id = person.api.app.ids.message().to_string();
        let draft = json!({"id": id, "text": format!("{at}")});
        let path = format!("{meeting}/messages");
        let (status, posted) = person.post(&path, draft).await;
        assert!(status.is_success(), "{posted}");
    }
}

/// What is heard until so many items have come; the frames cover all without a gap.
async fn hears(line: &mut Line, cursor: &mut u64, count: usize) -> Vec<Value> {
    let mut all = Vec::new();
    while all.len() < count {
        let frame = timeout(NEVER, line.frame()).await;
        let frame = frame.unwrap_or_else(|_| panic!("{} of {count} came", all.len()));
        let ServerFrame::Events {
            from, to, items, ..
        } = frame
        else {
            panic!("{frame:?}");
        };
        assert_eq!(from, *cursor + 1, "no gap and no repetition");
        *cursor = to;
        all.extend(items);
    }
    assert_eq!(all.len(), count);
    let sequences: Vec<u64> = all
        .iter()
        .map(|item| item["sequence"].as_u64().unwrap())
        .collect();
    assert!(sequences.is_sorted_by(|a, b| a < b), "{sequences:?}");
    all
}

async fn what_is_said_at_all_nodes_is_heard_at_each_in_order(over: Over) {
    let cluster = cluster(over, 3).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = running(&ada).await;
    let meeting_id = id(&meeting);
    let people: Vec<Person<'_>> = (0..3).map(|node| cluster.at(node, &ada)).collect();
    let mut lines = Vec::new();
    for person in &people {
        let transcript = Query::Transcript {
            meeting_id: meeting_id.clone(),
        };
        let chat = Query::Chat {
            meeting_id: meeting_id.clone(),
        };
        lines.push((follow(person, transcript).await, follow(person, chat).await));
    }
    tokio::join!(
        says(&people[0], &meeting, "a", 0, LINES),
        says(&people[1], &meeting, "b", 0, LINES),
        says(&people[2], &meeting, "c", 0, LINES),
        posts(&people[0], &meeting, 0, LINES),
        posts(&people[1], &meeting, 0, LINES),
        posts(&people[2], &meeting, 0, LINES),
    );
    let mut heard = Vec::new();
    for (transcript, chat) in &mut lines {
        let count = 3 * LINES as usize;
        let said = hears(transcript, &mut 0, count).await;
        // Behind what the server says of the start.
        let posted = hears(chat, &mut 1, count).await;
        heard.push((said, posted));
    }
    assert_eq!(heard[0], heard[1]);
    assert_eq!(heard[0], heard[2]);
    for source in ["a", "b", "c"] {
        let own = heard[0].0.iter().filter(|one| one["sourceId"] == source);
        let texts: Vec<String> = own
            .map(|one| one["text"].as_str().unwrap().into())
            .collect();
        let expected: Vec<String> = (0..LINES).map(|at| format!("{source} {at}")).collect();
        assert_eq!(texts, expected);
    }
}

async fn without_a_bus_nothing_is_lost_and_with_it_again_nothing_comes_twice(over: Over) {
    let cluster = cluster(over, 2).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let there = cluster.at(1, &ada);
    let meeting = running(&ada).await;
    let meeting_id = id(&meeting);
    let mut line = follow(
        &there,
        Query::Transcript {
            meeting_id: meeting_id.clone(),
        },
    )
    .await;
    let mut view = follow(&there, Query::MeetingState { meeting_id }).await;
    let mut cursor = 0;
    says(&ada, &meeting, "a", 0, 5).await;
    hears(&mut line, &mut cursor, 5).await;
    cluster.silence(1).await;
    let answer = cluster.api(1).request(reqwest::Method::GET, "/readyz");
    let answer = answer.send().await.unwrap();
    assert!(answer.status().is_success());
    assert!(answer.text().await.unwrap().contains("bus is away"));
    let metrics = cluster.api(1).request(reqwest::Method::GET, "/metrics");
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("connvo_bus_up 0"), "{metrics}");
    says(&ada, &meeting, "a", 5, 10).await;
    assert_eq!(ada.post(&format!("{meeting}/hand"), None).await.0, 200);
    let heard = hears(&mut line, &mut cursor, 5).await;
    assert_eq!(heard[4]["text"], "a 9");
    // Views come a little later.
    let raised = timeout(NEVER, async {
        loop {
            if let ServerFrame::Snapshot { items, .. } = view.frame().await
                && items[0]["speakerQueue"] == json!([ada.id])
            {
                return;
            }
        }
    });
    raised.await.expect("the hand is seen");
    cluster.restore(1).await;
    says(&ada, &meeting, "a", 10, 15).await;
    let heard = hears(&mut line, &mut cursor, 5).await;
    assert_eq!(heard[4]["text"], "a 14");
    until("it is told", async || {
        let ready = cluster.api(1).request(reqwest::Method::GET, "/readyz");
        ready.send().await.unwrap().text().await.unwrap() == "ready"
    })
    .await;
}

async fn interim_words_are_heard_at_other_nodes(over: Over) {
    let cluster = cluster(over, 2).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let there = cluster.at(1, &ada);
    let meeting = running(&ada).await;
    let meeting_id = id(&meeting);
    let mut line = follow(&there, Query::Transcript { meeting_id }).await;
    let mut body = chunk("mic", 1, "hel");
    body["chunks"][0]["isInterim"] = json!(true);
    let path = format!("{meeting}/transcript");
    assert!(ada.post(&path, body).await.0.is_success());
    let heard = timeout(NEVER, line.frame()).await.expect("it is relayed");
    let ServerFrame::Volatile { item, .. } = heard else {
        panic!("{heard:?}");
    };
    assert_eq!(item["text"], "hel");
}
