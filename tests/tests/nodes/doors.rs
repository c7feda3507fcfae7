//! The note at several nodes at once: all doors, one text, which the log gives.

use crate::client::Person;
use crate::cluster::{Cluster, NEVER, Over, until};
use crate::line::{Heard, Line, id};
use connvo_core::limits::NoteLimits;
use connvo_core::live::stock::{self, Message as Stock};
use connvo_core::note::document::Document;
use connvo_core::protocol::lane::{LaneEntry, ServerLane};
use connvo_server::config::RateLimits;
use connvo_server::note::store;
use connvo_tests::load::author::Author;
use futures_util::future::join_all;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde_json::json;
use tokio::time::timeout;

on_both!(
    all_doors_at_three_nodes_make_one_text,
    a_client_that_moves_to_another_node_goes_on_and_repeats_nothing,
    an_operation_against_what_another_node_has_just_committed_is_taken,
    presence_is_seen_at_every_node,
);
by_pooler!(
    all_doors_at_three_nodes_make_one_text,
    a_client_that_moves_to_another_node_goes_on_and_repeats_nothing,
    an_operation_against_what_another_node_has_just_committed_is_taken,
    presence_is_seen_at_every_node,
);

/// Changes through each door.
const CHANGES: u64 = 40;

/// Somebody who only looks: the document as the journal makes it.
struct Watcher {
    line: Line,
    document: Document,
    head: u64,
}

impl Watcher {
    async fn of(person: &Person<'_>, meeting: &str, client: u64) -> Self {
        let mut line = Line::of(person).await;
        line.note(meeting, client, None).await;
        assert!(matches!(line.lane().await, ServerLane::Access { .. }));
        let ServerLane::Snapshot { cursor, state, .. } = line.lane().await else {
            panic!("it begins with a snapshot");
        };
        let document = Document::load_v1(&[&state], client, NoteLimits::default());
        Self {
            line,
            document: document.unwrap(),
            head: cursor,
        }
    }

    async fn follows_up_to(&mut self, head: u64) {
        while self.head < head {
            let lane = timeout(NEVER, self.line.lane()).await;
            let ServerLane::Events { from, entries } = lane.expect("more comes") else {
                continue;
            };
            assert_eq!(from, self.head + 1, "no gap and no repetition");
            self.head += entries.len() as u64;
            for LaneEntry { update, .. } in &entries {
                if let Some(update) = update {
                    self.document.apply_committed(&[update]).unwrap();
                }
            }
        }
    }
}

/// Inserts and deletes through the op door, each time against what was read a while ago.
async fn operates(person: &Person<'_>, meeting: &str, seed: u64) {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut seen = (String::new(), 0);
    for seq in 1..=CHANGES {
        if random.random_range(0..3) == 0 {
            let (status, note) = person.get(&format!("{meeting}/notes")).await;
            assert_eq!(status, 200, "{note}");
            let content = note["content"].as_str().unwrap().to_owned();
            seen = (content, note["version"].as_u64().unwrap());
        }
        let length = seen.0.len();
        let at = random.random_range(0..=length);
        let delete = random.random_range(0..=(length - at).min(2));
        let operation = json!([{"retain": at}, {"insert": format!("{seed}.{seq} ")},
            {"delete": delete}]);
        let parts = operation.as_array().unwrap().iter();
        let operation: Vec<_> = parts
            .filter(|part| part["retain"] != 0 && part["delete"] != 0)
            .cloned()
            .collect();
        // A room that gave way to another node's says so: the same is sent again, as clients do.
        let draft = person.draft(seen.1, seq, operation.into());
        let path = format!("{meeting}/notes/ops");
        let mut tries = 0;
        let accepted = loop {
            let (status, answer) = person.post(&path, draft.clone()).await;
            tries += 1;
            if status == 200 {
                break answer;
            }
            assert!(status == 503 && tries < 20, "{answer}");
        };
        assert!(accepted["version"].as_u64().unwrap() > seen.1);
    }
}

/// Types at the end of its own text through the live lane, and reads what comes.
async fn types(person: &Person<'_>, meeting: &str, client: u64) {
    let mut line = Line::of(person).await;
    line.follow(meeting, client).await;
    let mut author = Author::new(client, true);
    for seq in 1..=CHANGES {
        let update = author.edit();
        line.offer(client, seq, &update).await;
    }
    let mut acknowledged = 0;
    while acknowledged < CHANGES {
        match timeout(NEVER, line.lane()).await.expect("all are taken") {
            ServerLane::Events { entries, .. } => {
                let own = |entry: &&LaneEntry| entry.client_id == client.to_string();
                let last = entries.iter().filter(own).map(|entry| entry.client_seq);
                acknowledged = last.fold(acknowledged, u64::max);
            }
            ServerLane::Acknowledge { client_seq, .. } => {
                acknowledged = acknowledged.max(client_seq);
            }
            other => panic!("{other:?}"),
        }
    }
}

/// Types through the stock door, and hears what becomes of it.
async fn types_stock(person: &Person<'_>, meeting: &str, client: u64) {
    let mut line = Line::stock(person, meeting).await.unwrap();
    line.stock_say(&Stock::Step1(&[0])).await;
    let state = line.step2().await;
    let mut document = Document::load_v1(&[&state], 1, NoteLimits::default()).unwrap();
    // The server asks in turn: there is nothing yet.
    line.stock_say(&Stock::Step2(&[0, 0])).await;
    let mut author = Author::new(client, false);
    for _ in 0..CHANGES {
        line.stock_say(&Stock::Update(&author.edit())).await;
    }
    while document.known().clock(client) < author.clock() {
        let heard = timeout(NEVER, line.next()).await;
        let clock = document.known().clock(client);
        let heard = heard.unwrap_or_else(|_| panic!("{clock} of {} came", author.clock()));
        let Heard::Stock(bytes) = heard else {
            panic!("{heard:?}");
        };
        if let Some(Stock::Update(update)) = stock::decode(&bytes) {
            document.apply_committed(&[update]).unwrap();
        }
    }
}

async fn all_doors_at_three_nodes_make_one_text(over: Over) {
    let cluster = Cluster::with(3, over, |settings| {
        settings.rate_limits = Some(RateLimits::Off);
    })
    .await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    let at = |node| cluster.at(node, &ada);
    let mut watchers = join_all((0..3).map(|node| {
        let (meeting, person) = (meeting.clone(), at(node));
        async move { Watcher::of(&person, &meeting, 90 + node as u64).await }
    }))
    .await;
    let (bob, eve) = (
        cluster.api(1).sign_in("bob").await,
        cluster.api(2).sign_in("eve").await,
    );
    ada.invite(&meeting, "bob", "participant").await;
    ada.invite(&meeting, "eve", "participant").await;
    let bob_at = |node| cluster.at(node, &bob);
    let eve_at = |node| cluster.at(node, &eve);
    let people = [
        at(0),
        bob_at(1),
        eve_at(2),
        at(1),
        bob_at(2),
        eve_at(0),
        at(2),
        bob_at(0),
        eve_at(1),
    ];
    let [a, b, c, d, e, f, g, h, i] = &people;
    tokio::join!(
        operates(a, &meeting, 1),
        operates(b, &meeting, 2),
        operates(c, &meeting, 3),
        types(d, &meeting, 11),
        types(e, &meeting, 12),
        types(f, &meeting, 13),
        types_stock(g, &meeting, 21),
        types_stock(h, &meeting, 22),
        types_stock(i, &meeting, 23),
    );
    let api = cluster.api(0);
    let head = store::head(&api.app.db, &id(&meeting)).await.unwrap();
    let log = store::load(&api.app.db, &id(&meeting)).await.unwrap();
    let log = log.text().unwrap().to_string();
    for (node, watcher) in watchers.iter_mut().enumerate() {
        watcher.follows_up_to(head).await;
        assert_eq!(
            watcher.document.text().to_string(),
            log,
            "watched at {node}"
        );
        assert_eq!(at(node).content(&meeting).await, log, "read at {node}");
        let room = cluster.api(node).app.rooms.get(&id(&meeting)).unwrap();
        assert_eq!(room.feed().note_head(), head);
    }
    // Every word of the op door once.
    for (seed, seq) in (1..=3).flat_map(|seed| (1..=CHANGES).map(move |seq| (seed, seq))) {
        let all = store::range(&api.app.db, &id(&meeting), 1, head + 1)
            .await
            .unwrap();
        let found = all.iter().filter(|entry| {
            let says = serde_json::to_string(&entry.operation).unwrap();
            says.contains(&format!("\"{seed}.{seq} \""))
        });
        assert_eq!(found.count(), 1, "{seed}.{seq}");
        if seq == 1 {
            assert_eq!(all.len() as u64, head, "no gap");
        }
    }
}

async fn a_client_that_moves_to_another_node_goes_on_and_repeats_nothing(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    let there = cluster.at(1, &ada);
    // The other node has the note open, and knows nothing of the client.
    let _watcher = Watcher::of(&there, &meeting, 90).await;
    let mut author = Author::new(5, false);
    let mut line = Line::of(&ada).await;
    let (_, epoch, mut cursor) = line.follow(&meeting, 5).await;
    let mut seq = 0;
    for node in [1, 0, 1, 0, 1] {
        seq += 1;
        let first = author.append("a");
        line.offer(5, seq, &first).await;
        let ServerLane::Events { from, entries } = line.lane().await else {
            panic!("the change comes back");
        };
        assert_eq!((from, entries.len()), (cursor + 1, 1));
        cursor += 1;
        // One that changes nothing takes no place in the log, and is acknowledged.
        seq += 1;
        line.offer(5, seq, &[0, 0]).await;
        assert!(matches!(
            line.lane().await,
            ServerLane::Acknowledge { client_seq, .. } if client_seq == seq
        ));
        line = Line::of(&cluster.at(node, &ada)).await;
        line.note(&meeting, 5, Some((epoch, cursor))).await;
        assert!(matches!(line.lane().await, ServerLane::Access { .. }));
        // It does not know that the last one came through.
        line.offer(5, seq, &[0, 0]).await;
        assert!(matches!(
            line.lane().await,
            ServerLane::Acknowledge { client_seq, .. } if client_seq == seq
        ));
        line.offer(5, seq - 1, &first).await;
        let ServerLane::Acknowledge { .. } = line.lane().await else {
            panic!("a repetition is acknowledged");
        };
    }
    assert_eq!(there.content(&meeting).await, "aaaaa");
}

async fn an_operation_against_what_another_node_has_just_committed_is_taken(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let there = cluster.at(1, &ada);
    let meeting = ada.meeting().await;
    assert_eq!(there.content(&meeting).await, "");
    for round in 0..20 {
        let (one, other) = if round % 2 == 0 {
            (&ada, &there)
        } else {
            (&there, &ada)
        };
        let operation = json!([{"insert": "x"}]);
        let accepted = one.operate(&meeting, round, round + 1, operation).await;
        assert_eq!(accepted["version"], round + 1);
        let text = "x".repeat(round as usize + 1);
        assert_eq!(other.content(&meeting).await, text);
    }
    // One that is ahead of every node is told so.
    let ahead = there.draft(99, 99, json!([{"insert": "x"}]));
    let (status, problem) = there.post(&format!("{meeting}/notes/ops"), ahead).await;
    assert_eq!(
        (status.as_u16(), &problem["reason"]),
        (409, &json!("resync"))
    );
}

async fn presence_is_seen_at_every_node(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut here = Line::stock(&ada, &meeting).await.unwrap();
    here.stock_say(&Stock::Step1(&[0])).await;
    here.step2().await;
    let state = |clock, json: &str| {
        let state = connvo_core::live::presence::State {
            client_id: 7,
            clock,
            json: json.into(),
        };
        connvo_core::live::presence::encode([state].iter())
    };
    here.stock_say(&Stock::Awareness(&state(1, "{\"at\":1}")))
        .await;
    // Who comes later sees who is there, and then how they move and go.
    let mut there = Line::stock(&cluster.at(1, &ada), &meeting).await.unwrap();
    there.stock_say(&Stock::Step1(&[0])).await;
    there.step2().await;
    let heard = async |line: &mut Line, what: &str| {
        let heard = timeout(NEVER, async {
            loop {
                match line.next().await {
                    Heard::Stock(bytes) => {
                        if let Some(Stock::Awareness(bytes)) = stock::decode(&bytes)
                            && connvo_core::live::presence::decode(bytes)
                                .unwrap()
                                .iter()
                                .any(|state| state.client_id == 7 && state.json.contains(what))
                        {
                            return;
                        }
                    }
                    other => panic!("{other:?}"),
                }
            }
        });
        heard
            .await
            .unwrap_or_else(|_| panic!("never heard: {what}"));
    };
    heard(&mut there, "\"at\":1").await;
    here.stock_say(&Stock::Awareness(&state(2, "{\"at\":2}")))
        .await;
    heard(&mut there, "\"at\":2").await;
    drop(here);
    heard(&mut there, "null").await;
    until("the room is left", async || {
        cluster.api(0).app.tasks.is_empty()
    })
    .await;
}
