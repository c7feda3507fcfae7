//! What is left when a transaction dies, and when one entry is poison.

use crate::fixture::{NOW, Store, chunk, claim, entry, said, typed};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_server::committer::{Append, CommitError, NoteBatch};
use connvo_server::db::Db;
use connvo_server::{note, transcript};
use sqlx::{Connection, PgConnection};
use std::sync::Arc;

on_both!(
    a_transaction_dropped_midway_leaves_nothing,
    a_poison_entry_alone_is_refused,
);

async fn a_transaction_dropped_midway_leaves_nothing(store: Store) {
    let (ada, meeting) = store.hosted().await;
    let insert = "INSERT INTO note_clients (meeting_id, client_id, user_id, last_seq) VALUES ($1, 'x', NULL, 1)";
    let move_head = "UPDATE streams SET head = 7 WHERE meeting_id = $1 AND kind = 'note'";
    for sql in [insert, move_head] {
        // Every statement so far is done; the commit never comes.
        match &store.db {
            Db::Sqlite { writer, .. } => {
                let mut tx = writer.begin_with("BEGIN IMMEDIATE").await.unwrap();
                let done = sqlx::query(sql).bind(meeting.as_str());
                done.execute(&mut *tx).await.unwrap();
            }
            Db::Postgres(pool) => {
                let mut tx = pool.begin().await.unwrap();
                let done = sqlx::query(sql).bind(meeting.as_str());
                done.execute(&mut *tx).await.unwrap();
            }
        }
    }
    let stored = note::store::load(&store.db, &meeting).await.unwrap();
    assert!(stored.clients.is_empty());
    store.note(&meeting, typed(&ada, "x", 0, 1)).await.unwrap();
}

/// The second of two rows with one client's number breaks the log's unique index,
/// on either database, whatever stands beside it in the batch.
async fn a_poison_entry_alone_is_refused(store: Store) {
    const MEETINGS: usize = 20;
    let ada = store.user("ada").await;
    let mut meetings = Vec::new();
    for _ in 0..MEETINGS {
        let meeting = store.meeting(&ada).await;
        store
            .note(&meeting, typed(&ada, "tab", 0, 1))
            .await
            .unwrap();
        meetings.push(meeting);
    }
    let poisoned = |at| at == 7 || at == 13;
    let mut tasks = tokio::task::JoinSet::new();
    for (at, meeting) in meetings.iter().cloned().enumerate() {
        let again = if poisoned(at) { 1 } else { 2 };
        let append = Append {
            note: Some(NoteBatch {
                expected_head: 1,
                entries: vec![Arc::new(entry(&ada, 2, "tab", again))],
                claims: vec![claim(Some(&ada), "tab", 2)],
            }),
            ..said(&meeting, vec![chunk("mic", 1, 0, "hi")])
        };
        let committer = store.committer.clone();
        tasks.spawn(async move { (at, committer.append(append).await) });
    }
    for (at, outcome) in tasks.join_all().await {
        let refused = matches!(outcome, Err(CommitError::Storage(_)));
        assert_eq!(refused, poisoned(at), "{at}: {outcome:?}");
    }
    for (at, meeting) in meetings.iter().enumerate() {
        let stored = u64::from(!poisoned(at));
        let head = note::store::head(&store.db, meeting).await.unwrap();
        assert_eq!(head, 1 + stored);
        let head = transcript::store::head(&store.db, meeting).await.unwrap();
        assert_eq!(head, stored);
    }
}

/// The committer has inserted the log's row and waits for another's lock; then its
/// connection is killed. Nothing of the append is there, and it can be made again.
#[tokio::test(flavor = "multi_thread")]
async fn a_postgres_connection_killed_in_mid_append_leaves_nothing() {
    let store = Arc::new(Store::postgres().await);
    let (ada, meeting) = store.hosted().await;
    let Db::Postgres(pool) = &store.db else {
        unreachable!("this is PostgreSQL");
    };
    let options = pool.connect_options();
    let mut other = PgConnection::connect_with(&options).await.unwrap();
    let mut holding = other.begin().await.unwrap();
    sqlx::query(
        "INSERT INTO note_clients (meeting_id, client_id, user_id, last_seq) VALUES ($1, 'tab', $2, 0)",
    )
    .bind(meeting.as_str())
    .bind(ada.as_str())
    .execute(&mut *holding)
    .await
    .unwrap();
    let waiting = {
        let (store, meeting, batch) = (store.clone(), meeting.clone(), typed(&ada, "tab", 0, 1));
        tokio::spawn(async move { store.note(&meeting, batch).await })
    };
    let mut judge = PgConnection::connect_with(&options).await.unwrap();
    let killed = loop {
        let killed: Vec<(bool,)> = sqlx::query_as(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND wait_event_type = 'Lock'
                 AND query LIKE 'INSERT INTO note_clients%'",
        )
        .fetch_all(&mut judge)
        .await
        .unwrap();
        if !killed.is_empty() {
            break killed;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(killed, [(true,)]);
    let outcome = waiting.await.unwrap();
    assert!(
        matches!(outcome, Err(CommitError::Storage(_))),
        "{outcome:?}"
    );
    holding.rollback().await.unwrap();
    let stored = note::store::load(&store.db, &meeting).await.unwrap();
    assert!(stored.entries.is_empty() && stored.clients.is_empty());
    store
        .note(&meeting, typed(&ada, "tab", 0, 1))
        .await
        .unwrap();
}

/// Halving looks for poison, not for a database that is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_closed_database_refuses_everybody() {
    let store = Store::sqlite().await;
    let (_, meeting) = store.hosted().await;
    store.db.close().await;
    let append = said(&meeting, vec![chunk("mic", NOW, 0, "hi")]);
    let outcome = store.committer.append(append).await;
    assert!(matches!(outcome, Err(CommitError::Storage(_))));
}

/// Every commit that writes chunks fails with this code, as often as that; each is counted.
async fn fails(store: &Store, code: &str, times: i64) {
    let Db::Postgres(pool) = &store.db else {
        unreachable!("this is PostgreSQL");
    };
    let trigger = format!(
        "CREATE SEQUENCE attempts;
         CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN
             IF nextval('attempts') <= {times} THEN
                 RAISE EXCEPTION 'as the test wants it' USING ERRCODE = '{code}';
             END IF;
             RETURN NULL;
         END $$;
         CREATE TRIGGER fails AFTER INSERT ON transcript_chunks
             FOR EACH STATEMENT EXECUTE FUNCTION fail();"
    );
    let made = sqlx::raw_sql(sqlx::AssertSqlSafe(trigger));
    made.execute(&**pool).await.unwrap();
}

/// How many commits there were since.
async fn attempts(store: &Store) -> i64 {
    let Db::Postgres(pool) = &store.db else {
        unreachable!("this is PostgreSQL");
    };
    let asked = sqlx::query_as("SELECT last_value FROM attempts");
    let (attempts,): (i64,) = asked.fetch_one(&**pool).await.unwrap();
    attempts
}

/// Something is said in so many meetings at once; what becomes of each.
async fn all_say(
    store: &Store,
    meetings: &[MeetingId],
) -> Vec<(MeetingId, Result<(), CommitError>)> {
    let mut tasks = tokio::task::JoinSet::new();
    for meeting in meetings.iter().cloned() {
        let append = said(&meeting, vec![chunk("mic", 1, 0, "hi")]);
        let committer = store.committer.clone();
        tasks.spawn(async move { (meeting, committer.append(append).await.map(drop)) });
    }
    tasks.join_all().await
}

async fn meetings(store: &Store, count: usize) -> Vec<MeetingId> {
    let ada = store.user("ada").await;
    let mut meetings = Vec::new();
    for _ in 0..count {
        meetings.push(store.meeting(&ada).await);
    }
    meetings
}

/// A serialisation failure or a deadlock is nobody's fault: the same batch goes again.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_in_anothers_way_is_tried_again_whole() {
    for code in ["40001", "40P01"] {
        let store = Store::postgres().await;
        let meetings = meetings(&store, 20).await;
        fails(&store, code, 2).await;
        for (meeting, outcome) in all_say(&store, &meetings).await {
            assert!(outcome.is_ok(), "{code} at {meeting}: {outcome:?}");
        }
        let attempts = attempts(&store).await;
        assert!((3..10).contains(&attempts), "{code}: {attempts}");
    }
}

/// Where locks or statements take too long everybody is told to come again: each half would
/// wait as long as the whole.
#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_waited_too_long_is_not_halved() {
    for code in ["55P03", "57014", "40001", "40P01"] {
        let store = Store::postgres().await;
        let meetings = meetings(&store, 20).await;
        fails(&store, code, i64::MAX).await;
        for (meeting, outcome) in all_say(&store, &meetings).await {
            let Err(CommitError::Storage(error)) = outcome else {
                panic!("{code} at {meeting}: {outcome:?}");
            };
            assert_eq!(Problem::from(error).code, ErrorCode::Unavailable);
        }
        // Halved, it would be 39 of them.
        let attempts = attempts(&store).await;
        assert!((1..15).contains(&attempts), "{code}: {attempts}");
    }
}

/// Who holds one meeting's journal for long holds up nobody else's.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_is_held_holds_up_no_other() {
    let store = Store::postgres_waiting(300).await;
    let meetings = meetings(&store, 20).await;
    let Db::Postgres(pool) = &store.db else {
        unreachable!("this is PostgreSQL");
    };
    let mut other = PgConnection::connect_with(&pool.connect_options())
        .await
        .unwrap();
    let mut holding = other.begin().await.unwrap();
    sqlx::query("SELECT head FROM streams WHERE meeting_id = $1 FOR UPDATE")
        .bind(meetings[7].as_str())
        .execute(&mut *holding)
        .await
        .unwrap();
    for (meeting, outcome) in all_say(&store, &meetings).await {
        let Err(error) = outcome else {
            assert_ne!(meeting, meetings[7]);
            continue;
        };
        assert_eq!(meeting, meetings[7], "{error}");
    }
    holding.rollback().await.unwrap();
    let again = said(&meetings[7], vec![chunk("mic", 1, 0, "hi")]);
    store.committer.append(again).await.unwrap();
    for meeting in &meetings {
        let head = transcript::store::head(&store.db, meeting).await.unwrap();
        assert_eq!(head, 1);
    }
}
