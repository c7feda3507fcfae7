//! Ten recorded meetings at once: whoever watches gets every final chunk once and in
//! order, also who loses the line again and again.
#![allow(missing_docs)]

use connvo_tests::postgres;
use connvo_tests::process::ServerProcess;
use connvo_tests::replay::report::Row;
use connvo_tests::replay::{Plan, play, recordings};
use std::path::Path;

/// As fast as the server takes it, and not all of each hour.
const PLAN: Plan = Plan {
    speed: 0.0,
    lines: 200,
    cuts: 10,
    seed: 7,
};

async fn rows(arguments: &[&str]) -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/meetings");
    let server = ServerProcess::start(&[&["--rate-limits", "off"], arguments].concat());
    let all = recordings(&folder).unwrap();
    play(server.address(), all, PLAN).await.unwrap()
}

fn assert_whole(rows: &[Row]) {
    assert_eq!(rows.len(), 10);
    for row in rows {
        assert!(row.is_whole(), "{row:#?}");
        assert!(row.chunks >= 100 && row.interim > row.chunks, "{row:#?}");
        assert!(row.watchers == 5 && row.interim_heard > 0, "{row:#?}");
        assert!(row.disconnects >= PLAN.cuts, "{row:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_watcher_of_ten_meetings_hears_every_chunk_once_on_sqlite() {
    assert_whole(&rows(&[]).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_watcher_of_ten_meetings_hears_every_chunk_once_on_postgres() {
    let database = postgres::prepared().await;
    assert_whole(&rows(&["--database-url", database.url()]).await);
}
