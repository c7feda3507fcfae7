//! Coming back with a cursor.

use crate::line::{Line, id, ticking};
use crate::rooms::evict;
use connvo_core::protocol::frame::{Query, ServerFrame};
use connvo_core::protocol::lane::ServerLane;
use connvo_server::db::Db;
use connvo_tests::load::author::Author;

#[tokio::test]
async fn who_comes_back_gets_what_came_after_their_cursor() {
    let api = ticking().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let mut reader = Line::of(&bob).await;
    let (_, epoch, cursor) = reader.follow(&meeting, 6).await;
    drop(reader);
    let mut writer = Line::of(&ada).await;
    writer.follow(&meeting, 5).await;
    let mut author = Author::new(5, false);
    for seq in 1..=3 {
        writer.types(&mut author, seq, "a").await;
    }
    let mut reader = Line::of(&bob).await;
    reader.note(&meeting, 6, Some((epoch, cursor + 1))).await;
    assert!(matches!(reader.lane().await, ServerLane::Access { .. }));
    let ServerLane::Events { from, entries } = reader.lane().await else {
        panic!("no snapshot: the cursor holds");
    };
    assert_eq!((from, entries.len()), (cursor + 2, 2));
}

/// A client behind the cut of the log gets a snapshot, not a hole; the log begins
/// where it is kept.
#[tokio::test]
async fn who_is_behind_the_cut_of_the_log_starts_from_a_snapshot() {
    let api = ticking().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut writer = Line::of(&ada).await;
    let (_, epoch, _) = writer.follow(&meeting, 5).await;
    let mut author = Author::new(5, false);
    for seq in 1..=4 {
        writer.types(&mut author, seq, "a").await;
    }
    drop(writer);
    evict(&api).await;
    let Db::Sqlite { writer, .. } = &api.app.db else {
        unreachable!("this is SQLite");
    };
    sqlx::query("DELETE FROM note_log WHERE sequence <= 2")
        .execute(writer)
        .await
        .unwrap();

    let mut line = Line::of(&ada).await;
    line.note(&meeting, 6, Some((epoch, 1))).await;
    assert!(matches!(line.lane().await, ServerLane::Access { .. }));
    assert!(matches!(
        line.lane().await,
        ServerLane::Snapshot { cursor: 4, .. }
    ));

    let meeting_id = id(&meeting);
    let mut line = Line::of(&ada).await;
    let journal = format!("{}.{epoch}", api.app.store_epoch);
    let ops = Query::NoteOps { meeting_id };
    line.subscribe(ops.clone(), Some((journal.clone(), 1)))
        .await;
    let ServerFrame::Snapshot {
        reset,
        cursor,
        items,
        ..
    } = line.frame().await
    else {
        panic!("a snapshot");
    };
    assert_eq!((reset, cursor, items.len()), (true, 4, 2));

    let mut line = Line::of(&ada).await;
    line.subscribe(ops, Some((journal, 2))).await;
    assert!(matches!(
        line.frame().await,
        ServerFrame::Events { from: 3, to: 2, .. }
    ));
    assert!(matches!(
        line.frame().await,
        ServerFrame::Events { from: 3, to: 4, .. }
    ));

    let (_, page) = ada
        .get(&format!("{meeting}/notes/ops?after=0&limit=1"))
        .await;
    assert_eq!(
        (&page["items"][0]["sequence"], &page["next"]),
        (&3.into(), &"3".into())
    );
}
