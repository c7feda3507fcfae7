//! Rooms open once, close when idle, and never serve what the log does not give.

use crate::client::Api;
use crate::line::{Line, id, ticking};
use connvo_core::protocol::lane::ServerLane;
use connvo_server::db::Db;
use connvo_server::note::store;
use connvo_tests::load::author::Author;
use futures_util::future::join_all;
use std::time::Duration;
use tokio::task::yield_now;

/// Lets a minute pass, until every room is closed; nobody may follow one any more.
pub async fn evict(api: &Api) {
    while !api.app.tasks.is_empty() {
        yield_now().await;
    }
    settle().await;
    pass(Duration::from_secs(61)).await;
    while api.app.rooms.count() > 0 {
        yield_now().await;
    }
}

/// Lets the timers' time pass, and everybody do what they do then. Whoever waits for
/// the database at this moment gives it up.
pub async fn pass(time: Duration) {
    tokio::time::pause();
    tokio::time::advance(time).await;
    tokio::time::resume();
    settle().await;
}

/// Lets everybody do what is to do now.
async fn settle() {
    for _ in 0..1_000 {
        yield_now().await;
    }
}

#[tokio::test]
async fn two_first_visitors_share_one_room() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut lines = join_all((0..10).map(|_| Line::of(&ada))).await;
    let opening = lines.iter_mut().zip(1..);
    let opened = join_all(opening.map(|(line, client)| line.follow(&meeting, client))).await;
    assert_eq!(opened, vec![(true, 1, 0); 10]);
    assert_eq!(api.app.rooms.count(), 1);
    for (line, client) in lines.iter_mut().zip(1..) {
        line.types(&mut Author::new(client, false), 1, "a").await;
    }
    assert_eq!(ada.content(&meeting).await, "a".repeat(10));
}

#[tokio::test]
async fn a_room_that_nobody_follows_writes_a_base_and_closes() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::of(&ada).await;
    line.follow(&meeting, 5).await;
    line.types(&mut Author::new(5, false), 1, "kept").await;
    let stored = store::load(&api.app.db, &id(&meeting)).await.unwrap();
    assert_eq!(stored.base, None);
    drop(line);
    evict(&api).await;
    let stored = store::load(&api.app.db, &id(&meeting)).await.unwrap();
    let base = stored.base.unwrap();
    assert_eq!((base.sequence, base.text.as_str()), (1, "kept"));
    assert_eq!(ada.content(&meeting).await, "kept");
}

#[tokio::test]
async fn a_note_whose_base_was_tampered_with_is_started_over_in_a_new_epoch() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut line = Line::of(&ada).await;
    let mut author = Author::new(5, false);
    line.follow(&meeting, 5).await;
    line.types(&mut author, 1, "as it was").await;
    drop(line);
    evict(&api).await;
    let Db::Sqlite { writer, .. } = &api.app.db else {
        unreachable!("this is SQLite");
    };
    sqlx::query("UPDATE note_bases SET text = 'tampered'")
        .execute(writer)
        .await
        .unwrap();
    let mut line = Line::of(&ada).await;
    // A client of the old epoch starts anew.
    line.note(&meeting, 6, Some((1, 1))).await;
    assert!(matches!(
        line.lane().await,
        ServerLane::Access { epoch: 2, .. }
    ));
    assert!(matches!(
        line.lane().await,
        ServerLane::Snapshot { epoch: 2, .. }
    ));
    // Base and log are what counts, and document and text agree again.
    assert_eq!(ada.content(&meeting).await, "tampered");
    line.types(&mut Author::new(6, false), 1, "on").await;
}

#[tokio::test]
async fn a_room_that_cannot_be_loaded_leaves_nothing_behind() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = id(&ada.meeting().await);
    api.app.db.close().await;
    let opened = join_all((0..10).map(|_| api.app.rooms.open(&meeting))).await;
    assert!(opened.iter().all(Result::is_err));
    assert_eq!(api.app.rooms.count(), 0);
}
