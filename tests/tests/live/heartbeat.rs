//! Who is there, and who counts as gone.

use crate::client::Api;
use crate::line::{Heard, Line, address, nudge};
use connvo_core::protocol::close;
use connvo_core::protocol::frame::ClientFrame;
use futures_util::SinkExt;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_socket_that_nothing_is_heard_from_is_closed() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let mut line = Line::of(&ada).await;
    for _ in 0..3 {
        api.app.clock.advance(20_000);
        nudge(&api);
        assert!(line.is_alive().await);
    }
    api.app.clock.advance(31_000);
    nudge(&api);
    assert_eq!(line.end().await, close::TRY_LATER);
}

#[tokio::test]
async fn a_stock_editor_that_nothing_is_heard_from_is_closed() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::stock(&ada, &meeting).await.unwrap();
    api.app.clock.advance(31_000);
    nudge(&api);
    assert_eq!(line.end().await, close::TRY_LATER);
}

#[tokio::test]
async fn a_socket_that_pings_but_never_says_hello_is_closed() {
    let api = Api::start().await;
    let mut line = Line::open(address(&api)).await;
    assert!(line.is_alive().await);
    api.app.clock.advance(9_000);
    assert!(line.is_alive().await);
    api.app.clock.advance(2_000);
    line.say(&ClientFrame::Ping {}).await;
    assert_eq!(line.end().await, close::TRY_LATER);
}

#[tokio::test]
async fn three_strikes_close_a_socket() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let mut line = Line::of(&ada).await;
    for _ in 0..3 {
        line.0.send(Message::Text("nonsense".into())).await.unwrap();
    }
    for _ in 0..3 {
        assert!(matches!(line.next().await, Heard::Frame(said) if said.contains("error")));
    }
    assert_eq!(line.end().await, close::MALFORMED);
}

#[tokio::test]
async fn three_strikes_close_a_stock_editor() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::stock(&ada, &meeting).await.unwrap();
    for _ in 0..3 {
        line.0.send(Message::Text("nonsense".into())).await.unwrap();
    }
    assert_eq!(line.end().await, close::MALFORMED);
}

#[tokio::test]
async fn a_refused_token_and_a_store_that_is_away_close_differently() {
    let api = Api::start().await;
    let mut line = Line::hello(address(&api), "not a token").await;
    assert_eq!(line.end().await, close::POLICY);
    let ada = api.sign_in("ada").await;
    api.app.db.close().await;
    let mut line = Line::hello(address(&api), &ada.token).await;
    assert!(matches!(line.next().await, Heard::Frame(said) if said.contains("UNAVAILABLE")));
    assert_eq!(line.end().await, close::TRY_LATER);
}
