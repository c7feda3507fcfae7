//! The months that PostgreSQL keeps the transcript by.

use crate::client::Api;
use connvo_core::id::MeetingId;
use connvo_core::transcript::validate;
use connvo_server::clock::Clock;
use connvo_server::committer::{Append, CommitError, Committer, TranscriptBatch};
use connvo_server::db::Db;
use connvo_server::transcript::partitions::keep;
use connvo_server::{sweep, transcript};
use serde_json::json;
use std::collections::BTreeSet;
use tokio::task::JoinHandle;

const DAY_MS: u64 = 86_400_000;

#[tokio::test(flavor = "multi_thread")]
async fn months_are_made_ahead_and_given_up_when_nothing_is_left_of_them() {
    let api = Api::start_at(Clock::System, |_| {}).await;
    sweep::once(&api.app).await;
    // This month and the next are in the first partition, with all from before there were any.
    let (full, empty) = (Month::of(&api, 2).await, Month::of(&api, 3).await);
    let all = [
        "transcript_chunks_before",
        "transcript_chunks_other",
        &full.name,
        &empty.name,
    ];
    assert_eq!(names(&api).await, all.map(str::to_owned).into());

    let meeting = full.meeting(&api).await;
    let far = Month::of(&api, 60).await.meeting(&api).await;
    for (meeting, chunks) in [(&meeting, 3), (&far, 1)] {
        for _ in 0..2 {
            // Said again, it is what it was.
            let sequences: Vec<u64> = (1..=chunks).collect();
            assert_eq!(says(&api, meeting, chunks).await, sequences);
        }
    }
    assert_eq!(count(&api, &full.name).await, 3);
    assert_eq!(count(&api, "transcript_chunks_other").await, 1);
    assert_eq!(count(&api, "transcript_chunks").await, 4);

    // Long over: what is not empty stays.
    let (db, later) = (&api.app.db, api.app.clock.now_ms() + 300 * DAY_MS);
    keep(db, later).await.unwrap();
    let months = names(&api).await;
    assert!(
        months.contains(&full.name) && !months.contains(&empty.name),
        "{months:?}"
    );
    assert!(!months.contains("transcript_chunks_before"), "{months:?}");
    assert!(months.len() > 4, "{months:?}");
    let forgotten = transcript::store::forget(db, &meeting, u64::MAX >> 1, 500).await;
    assert_eq!(forgotten.unwrap(), 3);
    keep(db, later).await.unwrap();
    assert!(!names(&api).await.contains(&full.name));
    // Somebody speaks in a meeting that was made then: it is kept all the same.
    assert_eq!(says(&api, &meeting, 4).await, [4, 5, 6, 7]);
    assert_eq!(count(&api, "transcript_chunks_other").await, 5);
    assert_eq!(count(&api, "transcript_chunks").await, 5);
    // A month of which something is there already comes after all.
    let far_on = api.app.clock.now_ms() + 1_826 * DAY_MS;
    keep(db, far_on).await.unwrap();
    assert_eq!(count(&api, "transcript_chunks_other").await, 4);
    assert_eq!(count(&api, "transcript_chunks").await, 5);
    assert_eq!(says(&api, &far, 2).await, [1, 2]);
    assert_eq!(count(&api, &Month::of(&api, 60).await.name).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_reads_or_writes_while_a_month_is_made_misses_nothing() {
    let api = Api::start_at(Clock::System, |_| {}).await;
    sweep::once(&api.app).await;
    let (db, mut after) = (&api.app.db, 60);
    loop {
        let month = Month::of(&api, after).await;
        let meeting = month.meeting(&api).await;
        assert_eq!(says(&api, &meeting, 3).await, [1, 2, 3]);
        // What is kept with all else stands still, so that who makes the month waits amid it.
        let mut other = pool(&api).begin().await.unwrap();
        sqlx::raw_sql("LOCK TABLE transcript_chunks_other IN ACCESS SHARE MODE")
            .execute(&mut *other)
            .await
            .unwrap();
        let (at, of) = (month.at_ms(), db.clone());
        let making = tokio::spawn(async move { keep(&of, at).await });
        waiting(&api, 1, &making).await;
        let (of, read) = (db.clone(), meeting.clone());
        let reading =
            tokio::spawn(async move { transcript::store::entries(&of, &read, 0, 0, 10).await });
        waiting(&api, 2, &making).await;
        let (of, written) = (db.clone(), meeting.clone());
        let writing = tokio::spawn(async move { append(&of, &written, 4).await });
        waiting(&api, 3, &making).await;
        other.rollback().await.unwrap();
        let is_made = making.await.unwrap();
        let sequences: Vec<_> = reading
            .await
            .unwrap()
            .unwrap()
            .iter()
            .map(|one| one.sequence)
            .collect();
        assert_eq!(sequences, [1, 2, 3]);
        assert_eq!(writing.await.unwrap().unwrap(), [1, 2, 3, 4]);
        // It waits for no longer than a moment: once more, if we did.
        if is_made.is_ok() {
            assert_eq!(count(&api, &month.name).await, 4);
            return;
        }
        after += 12;
        assert!(after < 600, "{is_made:?}");
    }
}

/// Waits until so many wait for the transcript, or the month is made or given up.
async fn waiting<T>(api: &Api, count: i64, making: &JoinHandle<T>) {
    let waits = "SELECT COUNT(DISTINCT pid) FROM pg_locks WHERE NOT granted
        AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
        AND relation::regclass::text LIKE 'transcript_chunks%'";
    while !making.is_finished() {
        let (waiting,): (i64,) = sqlx::query_as(waits).fetch_one(pool(api)).await.unwrap();
        if waiting >= count {
            return;
        }
    }
}

/// A month so many after this one.
struct Month {
    name: String,
    begin: String,
}

impl Month {
    async fn of(api: &Api, after: i32) -> Self {
        let (name, begin) = sqlx::query_as(
            "SELECT 'transcript_chunks_' || to_char(m, 'YYYY_MM'), transcript_bound(m)
             FROM (SELECT date_trunc('month', now() AT TIME ZONE 'UTC')
                 + make_interval(months => $1) AS m) AS month",
        )
        .bind(after)
        .fetch_one(pool(api))
        .await
        .unwrap();
        Self { name, begin }
    }

    /// When it begins, in milliseconds since the Unix epoch.
    fn at_ms(&self) -> u64 {
        let digits = self.begin.replace('-', "");
        u64::from_str_radix(&digits[..12], 16).unwrap()
    }

    /// A meeting that was made in it, as its id says.
    async fn meeting(&self, api: &Api) -> MeetingId {
        let id = self.begin.replace("-0000-0000-0", "-7c3a-9d2e-0");
        let ada = api.sign_in("ada").await;
        for sql in [
            "INSERT INTO meetings (id, title, state, organizer_id, created_at, updated_at)
             VALUES ($1, 'Of old', 'active', $2, 0, 0)",
            "INSERT INTO streams (meeting_id, kind, head)
             SELECT $1, 'transcript', 0 WHERE $2 <> ''",
        ] {
            let made = sqlx::query(sql).bind(&id).bind(&ada.id);
            made.execute(pool(api)).await.unwrap();
        }
        id.parse().unwrap()
    }
}

/// Says so many things; answers their sequences.
async fn says(api: &Api, meeting: &MeetingId, chunks: u64) -> Vec<u64> {
    append(&api.app.db, meeting, chunks).await.unwrap()
}

async fn append(db: &Db, meeting: &MeetingId, chunks: u64) -> Result<Vec<u64>, CommitError> {
    let draft = |at: u64| {
        let draft = json!({"sourceId": "mic", "segmentId": at.to_string(), "text": "hi",
            "startMs": at, "endMs": at, "speaker": {"label": "Ada"}});
        serde_json::from_value(draft).unwrap()
    };
    let append = Append {
        meeting: meeting.clone(),
        note: None,
        transcript: Some(TranscriptBatch {
            chunks: validate((0..chunks).map(draft).collect()).unwrap(),
            // Not so long ago that a sweep may forget it.
            created_at: Clock::System.now_ms(),
        }),
        chat: Vec::new(),
        records: Vec::new(),
    };
    let stored = Committer::start(db).append(append).await?;
    let chunks = stored.chunks.iter();
    Ok(chunks
        .map(|chunk| chunk.as_ref().unwrap().sequence)
        .collect())
}

fn pool(api: &Api) -> &connvo_server::db::postgres::Pg {
    let Db::Postgres(pool) = &api.app.db else {
        unreachable!("this is PostgreSQL");
    };
    pool
}

async fn names(api: &Api) -> BTreeSet<String> {
    let names: Vec<(String,)> = sqlx::query_as(
        "SELECT inhrelid::regclass::text FROM pg_inherits
         WHERE inhparent = 'transcript_chunks'::regclass",
    )
    .fetch_all(pool(api))
    .await
    .unwrap();
    names.into_iter().map(|(name,)| name).collect()
}

async fn count(api: &Api, table: &str) -> i64 {
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    let (count,): (i64,) = sqlx::query_as(sql).fetch_one(pool(api)).await.unwrap();
    count
}
