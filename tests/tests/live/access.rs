//! Who may read and write, and from when to when.

use crate::client::Api;
use crate::line::{Heard, Line, SUB};
use connvo_core::error::ErrorCode;
use connvo_core::live::stock::Message;
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_core::protocol::lane::ServerLane;
use connvo_tests::load::author::Author;
use serde_json::Value;

const HOUR_MS: u64 = 3_600_000;

#[tokio::test]
async fn strangers_find_no_meeting_at_either_door() {
    let api = Api::start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let meeting = ada.meeting().await;
    assert_eq!(Line::stock(&eve, &meeting).await.err(), Some(404));
    let mut line = Line::of(&eve).await;
    line.note(&meeting, 1, None).await;
    let ServerFrame::Revoked { sub, error } = line.frame().await else {
        panic!("revoked");
    };
    assert_eq!((sub, error.code), (SUB, ErrorCode::NotFound));
    let meeting_id = crate::line::id(&meeting);
    line.subscribe(Query::Transcript { meeting_id }, None).await;
    assert!(matches!(line.frame().await, ServerFrame::Revoked { .. }));
}

#[tokio::test]
async fn observers_cannot_write_at_the_stock_door() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "observer").await;
    let mut line = Line::stock(&bob, &meeting).await.unwrap();
    line.stock_say(&Message::Step1(&[0])).await;
    line.step2().await;
    let update = Author::new(5, false).append("mine");
    line.stock_say(&Message::Step2(&update)).await;
    line.stock_say(&Message::Update(&update)).await;
    // The answer to a further question comes after whatever came of the changes.
    line.stock_say(&Message::Step1(&[0])).await;
    line.step2().await;
    assert_eq!(ada.content(&meeting).await, "");
}

#[tokio::test]
async fn a_change_sent_after_the_right_was_taken_away_is_refused() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut line = Line::of(&bob).await;
    line.follow(&meeting, 5).await;
    let mut author = Author::new(5, false);
    line.types(&mut author, 1, "yes").await;
    ada.invite(&meeting, "bob", "observer").await;
    line.offer(5, 2, &author.append("no")).await;
    let access = ServerLane::Access {
        writable: false,
        epoch: 1,
    };
    assert_eq!(line.lane().await, access);
    assert!(matches!(line.lane().await, ServerLane::Refuse { .. }));
    assert_eq!(ada.content(&meeting).await, "yes");
}

#[tokio::test]
async fn the_grace_of_a_meeting_that_is_over_ends_on_an_open_socket_too() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    ada.post(&format!("{meeting}/end"), Value::Null).await;
    api.app.clock.advance(2 * HOUR_MS);
    let ada = api.sign_in("ada").await;
    let mut line = Line::of(&ada).await;
    let mut author = Author::new(5, false);
    assert!(line.follow(&meeting, 5).await.0);
    line.types(&mut author, 1, "in time").await;
    api.app.clock.advance(22 * HOUR_MS);
    line.offer(5, 2, &author.append("late")).await;
    loop {
        match line.next().await {
            Heard::Lane(ServerLane::Refuse { .. }) => break,
            Heard::Lane(_) => {}
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(ada.content(&meeting).await, "in time");
}

#[tokio::test]
async fn who_is_sent_away_hears_nothing_that_is_said_afterwards() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut line = Line::of(&bob).await;
    line.follow(&meeting, 5).await;
    let mut stock = Line::stock(&bob, &meeting).await.unwrap();
    stock.stock_say(&Message::Step1(&[0])).await;
    stock.step2().await;
    let away = format!("{meeting}/participants/{}", bob.id);
    assert_eq!(ada.delete(&away).await.0, 204);
    ada.operate(&meeting, 0, 1, serde_json::json!([{"insert": "secret"}]))
        .await;
    loop {
        match line.next().await {
            Heard::Frame(text) => {
                assert!(text.contains("revoked"), "{text}");
                break;
            }
            Heard::Lane(ServerLane::Awareness(_)) => {}
            other => panic!("{other:?}"),
        }
    }
    assert!(line.is_alive().await);
    loop {
        match stock.next().await {
            Heard::Closed(_) => break,
            Heard::Stock(bytes) => {
                let told = String::from_utf8_lossy(&bytes).contains("secret");
                assert!(!told, "{bytes:?}");
            }
            other => panic!("{other:?}"),
        }
    }
}
