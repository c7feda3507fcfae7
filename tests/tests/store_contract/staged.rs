//! Chunks that are durable before they are in their table (SQLite).

use crate::fixture::{Store, chunk};
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use connvo_server::db::{Db, staged};
use connvo_server::transcript::store::{entries, head};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;

/// Rows of a table.
async fn rows(db: &Db, table: &str) -> i64 {
    let Db::Sqlite { readers, .. } = db else {
        unreachable!("staged on SQLite alone")
    };
    let sql = format!("SELECT COUNT(*) FROM {table}");
    let counting = sqlx::query_as(sqlx::AssertSqlSafe(sql));
    let (count,): (i64,) = counting.fetch_one(readers).await.unwrap();
    count
}

/// The store as a crash at this moment would leave it.
async fn crashed(folder: &Path) -> (Db, TempDir) {
    let copy = TempDir::new().unwrap();
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap();
        if file.file_name() != "connvo.lock" {
            std::fs::copy(file.path(), copy.path().join(file.file_name())).unwrap();
        }
    }
    (Db::sqlite(copy.path()).await.unwrap(), copy)
}

async fn said(store: &Store, meeting: &MeetingId, segment: u64, revision: u32) -> Option<Chunk> {
    let text = format!("revision {revision} of {segment}");
    let stored = store.transcript(meeting, vec![chunk("mic", segment, revision, &text)]);
    stored.await.chunks.remove(0).map(Arc::unwrap_or_clone)
}

#[tokio::test]
async fn a_committed_chunk_is_staged_until_it_is_read() {
    let store = Store::sqlite().await;
    let (_, meeting) = store.hosted().await;
    let one = said(&store, &meeting, 1, 0).await.unwrap();
    assert_eq!(rows(&store.db, "transcript_chunks").await, 0);
    assert_eq!(rows(&store.db, "transcript_staged").await, 1);
    let read = entries(&store.db, &meeting, 0, 0, 10).await.unwrap();
    assert_eq!(read, [one]);
    assert_eq!(rows(&store.db, "transcript_chunks").await, 1);
    assert_eq!(rows(&store.db, "transcript_staged").await, 0);
}

#[tokio::test]
async fn many_chunks_of_a_meeting_go_into_the_table_by_themselves() {
    let store = Store::sqlite().await;
    let (_, busy) = store.hosted().await;
    let quiet = store.meeting(&store.user("grace").await).await;
    said(&store, &quiet, 1, 0).await.unwrap();
    for segment in 0..200 {
        said(&store, &busy, segment, 0).await.unwrap();
    }
    let moved = rows(&store.db, "transcript_chunks").await;
    assert!((128..200).contains(&moved), "{moved}");
    let (after, _copy) = crashed(store.folder()).await;
    assert_eq!(rows(&after, "transcript_chunks").await, 201);
    assert_eq!(rows(&after, "transcript_staged").await, 0);
}

#[tokio::test]
async fn chunks_of_a_meeting_that_is_gone_go_nowhere() {
    let store = Store::sqlite().await;
    let (_, meeting) = store.hosted().await;
    said(&store, &meeting, 1, 0).await.unwrap();
    let Db::Sqlite { writer, .. } = &store.db else {
        unreachable!("it is SQLite")
    };
    let gone = sqlx::query("DELETE FROM streams").execute(writer).await;
    gone.unwrap();
    let (after, _copy) = crashed(store.folder()).await;
    staged::flush_all(&store.db).await.unwrap();
    for db in [&store.db, &after] {
        assert_eq!(rows(db, "transcript_chunks").await, 0);
        assert_eq!(rows(db, "transcript_staged").await, 0);
    }
}

/// Chunks, revisions, retries and reads in any order, and a crash at any moment, leave
/// what the answers said.
#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_crash_at_any_moment() {
    for seed in 0..12 {
        let mut random = Pcg64Mcg::seed_from_u64(seed);
        let store = Store::sqlite().await;
        let host = store.user("ada").await;
        let meetings = [store.meeting(&host).await, store.meeting(&host).await];
        let mut kept: [BTreeMap<u64, Chunk>; 2] = Default::default();
        for _ in 0..150 {
            let at = random.random_range(0..2);
            let (meeting, kept) = (&meetings[at], &mut kept[at]);
            if random.random_bool(0.05) {
                staged::flush(&store.db, meeting).await.unwrap();
                continue;
            }
            let (segment, revision) = (random.random_range(0..100), random.random_range(0..3));
            let before = kept.get(&segment).map(|chunk| chunk.fields.revision);
            match said(&store, meeting, segment, revision).await {
                Some(stored) => {
                    assert!(
                        before.is_none_or(|before| before <= revision),
                        "seed {seed}"
                    );
                    if before == Some(revision) {
                        assert_eq!(kept[&segment], stored, "seed {seed}: a retry");
                    }
                    kept.insert(segment, stored);
                }
                None => assert!(before > Some(revision), "seed {seed}"),
            }
        }
        let (after, _copy) = crashed(store.folder()).await;
        for (meeting, kept) in meetings.iter().zip(kept) {
            let mut kept: Vec<_> = kept.into_values().collect();
            kept.sort_by_key(|chunk| chunk.sequence);
            for db in [&after, &store.db] {
                let read = entries(db, meeting, 0, 0, 1_000).await.unwrap();
                assert_eq!(read, kept, "seed {seed}");
                let last = kept.last().map_or(0, |chunk| chunk.sequence);
                assert_eq!(head(db, meeting).await.unwrap(), last, "seed {seed}");
            }
        }
    }
}
