//! How much one person may ask of the server.

use crate::client::Api;
use crate::line::{Heard, Line, address, id, nudge, ticking};
use connvo_core::error::ErrorCode;
use connvo_core::limits::NoteLimits;
use connvo_core::live::stock::Message;
use connvo_core::note::Document;
use connvo_core::protocol::frame::{ClientFrame, ServerFrame};
use connvo_core::protocol::lane::ServerLane;
use connvo_core::protocol::varint;
use connvo_core::protocol::{CONNECTIONS, close};
use connvo_server::rate::{AUTH_FAILURES, NOTE_OP};
use connvo_tests::load::author::Author;

const LETTERS: u64 = 30_000;

#[tokio::test]
async fn a_person_holds_twenty_connections_through_both_doors_together() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    let mut held = Vec::new();
    for at in 0..CONNECTIONS {
        held.push(if at % 2 == 0 {
            Line::of(&ada).await
        } else {
            Line::stock(&ada, &meeting).await.unwrap()
        });
    }
    assert_eq!(Line::stock(&ada, &meeting).await.err(), Some(429));
    let mut more = Line::hello(address(&api), &ada.token).await;
    assert!(matches!(more.next().await, Heard::Frame(said) if said.contains("RATE_LIMITED")));
    assert_eq!(more.end().await, close::TRY_LATER);
    // Nobody gave way to it, and nobody else is held to it.
    for line in held.iter_mut().step_by(2) {
        assert!(line.is_alive().await);
    }
    Line::of(&bob).await;
    held.truncate(CONNECTIONS - 1);
    loop {
        let mut again = Line::hello(address(&api), &ada.token).await;
        if matches!(again.frame().await, ServerFrame::Welcome { .. }) {
            break;
        }
    }
}

#[tokio::test]
async fn a_change_beyond_the_rate_is_delayed_and_not_skipped() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::of(&ada).await;
    line.follow(&meeting, 5).await;
    let user = ada.id.parse().unwrap();
    let now = api.app.clock.now_ms();
    let rates = &api.app.rates;
    rates
        .take(NOTE_OP, &user, &id(&meeting), 1_200, now)
        .unwrap();
    let mut author = Author::new(5, false);
    line.offer(5, 1, &author.append("late")).await;
    line.say(&ClientFrame::Ping {}).await;
    // Delivery goes on meanwhile.
    let bob = api.sign_in("bob").await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut other = Line::of(&bob).await;
    other.follow(&meeting, 6).await;
    other.types(&mut Author::new(6, false), 1, "now ").await;
    let ServerLane::Events { from: 1, entries } = line.lane().await else {
        panic!("the other's change comes first");
    };
    assert_eq!(entries[0].client_id, "6");
    api.app.clock.advance(2_000);
    nudge(&api);
    loop {
        match line.next().await {
            Heard::Lane(ServerLane::Events { from: 2, entries }) => {
                assert_eq!(entries[0].client_id, "5");
                break;
            }
            Heard::Frame(pong) => assert!(pong.contains("pong")),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn bad_tokens_at_hello_count_against_their_address() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    drop(Line::of(&ada).await);
    let hello = async || {
        let mut line = Line::hello(address(&api), "x.y.z").await;
        let ServerFrame::Error { error } = line.frame().await else {
            panic!("an error");
        };
        (error.code, line.end().await)
    };
    for _ in 0..AUTH_FAILURES.per_minute {
        assert_eq!(hello().await, (ErrorCode::Unauthorized, close::POLICY));
    }
    assert_eq!(hello().await, (ErrorCode::RateLimited, close::TRY_LATER));
    // Whoever has a token that was good before is let in all the same.
    Line::of(&ada).await;
}

/// A text with a letter put between any two of its own, each an item for itself:
/// little text, much state.
fn laborious(client: u64, letters: u64) -> Vec<u8> {
    let mut out = vec![1];
    varint::write(&mut out, letters);
    varint::write(&mut out, client);
    out.push(0);
    // A string (4) in the root; then strings with a left and a right origin.
    out.extend([4, 1]);
    varint::write_bytes(&mut out, b"content");
    varint::write_bytes(&mut out, "x".repeat(letters as usize).as_bytes());
    for left in 0..letters - 1 {
        out.push(4 | 0xc0);
        for origin in [left, left + 1] {
            varint::write(&mut out, client);
            varint::write(&mut out, origin);
        }
        varint::write_bytes(&mut out, b"y");
    }
    out.push(0);
    out
}

#[tokio::test]
async fn a_note_of_several_megabytes_is_loaded_through_both_doors() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::of(&ada).await;
    line.follow(&meeting, 1 << 50).await;
    for client in 0..4 {
        let client = (1 << 50) + client;
        let update = laborious(client, LETTERS);
        assert!(update.len() < 1 << 20);
        line.offer(client, 1, &update).await;
        assert!(matches!(line.lane().await, ServerLane::Events { .. }));
    }
    let mut reader = Line::of(&ada).await;
    reader.note(&meeting, 9, None).await;
    assert!(matches!(reader.lane().await, ServerLane::Access { .. }));
    let ServerLane::Snapshot { state, .. } = reader.lane().await else {
        panic!("a snapshot");
    };
    assert!(state.len() > 2 << 20, "{}", state.len());
    let document = Document::load(None, &[&state], 9, NoteLimits::default()).unwrap();
    assert_eq!(
        document.text().to_string().len(),
        4 * (2 * LETTERS as usize - 1)
    );
    let mut stock = Line::stock(&ada, &meeting).await.unwrap();
    stock.stock_say(&Message::Step1(&[0])).await;
    assert!(stock.step2().await.len() > 2 << 20);
}
