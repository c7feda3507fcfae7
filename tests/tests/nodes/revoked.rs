//! Who is removed, deactivated or signed out at one node hears nothing more at another,
//! with the bus or without.

use crate::client::Person;
use crate::cluster::{Cluster, Over, until};
use crate::line::{Heard, Line, id};
use connvo_core::live::stock::Message as Stock;
use connvo_core::protocol::frame::Query;
use connvo_server::user;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::{Instant, timeout};

on_both!(
    rights_end_within_a_second_and_with_the_bus_sooner,
    without_the_bus_a_pause_is_heard_of_within_a_second,
);

/// How soon: the promise.
const WITHIN: Duration = Duration::from_secs(1);
/// What the machine may be late, when others work on it too.
const LATE: Duration = Duration::from_secs(2);

/// Hears a line until it is over or revoked; then nothing of the note any more.
async fn to_the_end(line: &mut Line) {
    let ended = timeout(WITHIN + LATE, async {
        loop {
            match line.next().await {
                Heard::Closed(_) | Heard::Broken => return,
                Heard::Frame(text) if text.contains("\"revoked\"") => return,
                _ => {}
            }
        }
    });
    ended.await.expect("it ends");
}

async fn lines(person: &Person<'_>, meeting: &str) -> Vec<Line> {
    let mut live = Line::of(person).await;
    live.follow(meeting, 5).await;
    let mut stock = Line::stock(person, meeting).await.unwrap();
    stock.stock_say(&Stock::Step1(&[0])).await;
    stock.step2().await;
    let mut chat = Line::of(person).await;
    let meeting_id = id(meeting);
    chat.subscribe(Query::Chat { meeting_id }, None).await;
    chat.frame().await;
    vec![live, stock, chat]
}

/// Takes somebody's rights in every way; how long it took until it was so, together.
async fn end_everywhere(cluster: &Cluster) -> Duration {
    let mut all = Duration::ZERO;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    for how in ["removed", "deactivated", "signed out", "left"] {
        let bob = cluster.api(0).sign_in("bob").await;
        ada.invite(&meeting, "bob", "participant").await;
        // He may be there still.
        bob.post(&format!("{meeting}/accept"), None).await;
        let there = cluster.at(1, &bob);
        until("the other node lets him in", async || {
            there.get(&format!("{meeting}/notes")).await.0 == 200
        })
        .await;
        let mut lines = lines(&there, &meeting).await;
        let begun = Instant::now();
        let user_id = bob.id.parse().unwrap();
        match how {
            "removed" => {
                let path = format!("{meeting}/participants/{}", bob.id);
                let gone = ada.delete(&path).await;
                assert!(gone.0.is_success(), "{gone:?}");
            }
            "deactivated" => {
                let api = cluster.api(0);
                user::set_active(&api.app, &user_id, false).await.unwrap();
            }
            "signed out" => {
                assert_eq!(bob.post("/v1/me/sign-out", Value::Null).await.0, 204);
            }
            _ => {
                let left = bob.post(&format!("{meeting}/leave"), Value::Null).await;
                assert!(left.0.is_success(), "{left:?}");
            }
        }
        for line in &mut lines {
            to_the_end(line).await;
        }
        let taken = begun.elapsed();
        assert!(taken < WITHIN + LATE, "{how}: {taken:?}");
        all += taken;
        // What comes afterwards reaches none of them.
        let version = ada.get(&format!("{meeting}/notes")).await.1["version"].clone();
        let version = version.as_u64().unwrap();
        ada.operate(&meeting, version, version + 1, json!([{"insert": "after"}]))
            .await;
        for line in &mut lines {
            let heard = timeout(Duration::from_millis(100), async {
                loop {
                    match line.next().await {
                        Heard::Closed(_) | Heard::Broken => return,
                        Heard::Frame(text) => assert!(!text.contains("after"), "{text}"),
                        Heard::Lane(lane) => panic!("{how}: {lane:?}"),
                        Heard::Stock(bytes) => {
                            assert!(!bytes.windows(5).any(|part| part == b"after"), "{how}");
                        }
                    }
                }
            });
            // That nothing comes is what is hoped for.
            let _ = heard.await;
        }
        let api = cluster.api(0);
        user::set_active(&api.app, &user_id, true).await.unwrap();
    }
    all
}

/// Were it not for the hints, it would take as long with the bus: eight times up to 0.8 s.
async fn rights_end_within_a_second_and_with_the_bus_sooner(over: Over) {
    let cluster = Cluster::of(2, over).await;
    let with = end_everywhere(&cluster).await + end_everywhere(&cluster).await;
    cluster.silence(1).await;
    let without = end_everywhere(&cluster).await + end_everywhere(&cluster).await;
    assert!(
        with * 2 < without,
        "{with:?} with the bus, {without:?} without"
    );
}

/// Nobody's memory ends by the time here: that it is asked again is by the journal alone.
async fn without_the_bus_a_pause_is_heard_of_within_a_second(over: Over) {
    let cluster = Cluster::timeless(2, over).await;
    let ada = cluster.api(0).sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    cluster.silence(1).await;
    let mut line = Line::of(&cluster.at(1, &ada)).await;
    let mut said = 0;
    for how in ["pause", "resume", "pause"] {
        let path = format!("{meeting}/transcription/{how}");
        let done = ada.post(&path, Value::Null).await;
        assert!(done.0.is_success(), "{how}: {}", done.1);
        let begun = Instant::now();
        loop {
            said += 1;
            let heard = line.speaks(&meeting, said).await;
            let reason = heard
                .as_ref()
                .err()
                .and_then(|error| error.reason.as_deref());
            let expected = (how == "pause").then_some("transcription-paused");
            if reason == expected {
                break;
            }
            assert!(begun.elapsed() < WITHIN + LATE, "{how}: {heard:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}
