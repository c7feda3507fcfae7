//! Migrations beside servers of the version before, which run on.

use crate::client::{Api, NOW};
use connvo_server::clock::Clock;
use connvo_server::config::RateLimits;
use connvo_server::db::Db;
use connvo_server::db::postgres::migrate;
use connvo_tests::postgres;
use futures_util::future::join_all;
use serde_json::json;
use sqlx::migrate::Migrator;
use sqlx::{Connection, PgConnection};
use std::borrow::Cow;
use std::collections::BTreeSet;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// The last migration from before there were servers to run beside.
const BEFORE: i64 = 30;
/// Those that move the transcript to its months: this version's server works without them
/// too, so it stands in for the version before them.
const MONTHS: std::ops::RangeInclusive<i64> = 31..=33;
/// How long a reader holds the tables.
const HELD: Duration = Duration::from_millis(2_500);

/// What takes something from under the version before, or keeps its writers waiting while
/// rows are read or an index is built; and what makes it harmless.
const REFUSED: [(&str, &[&str]); 11] = [
    ("DROP COLUMN", &[]),
    ("DROP TABLE", &[]),
    ("RENAME", &[]),
    ("SET NOT NULL", &[]),
    (
        "ALTER COLUMN",
        &[
            "SET DEFAULT",
            "DROP DEFAULT",
            "DROP NOT NULL",
            "SET STATISTICS",
        ],
    ),
    ("ADD COLUMN", &["NOT NULL DEFAULT", "!NOT NULL"]),
    ("ADD CONSTRAINT", &["NOT VALID", "USING INDEX"]),
    ("ADD PRIMARY KEY", &[]),
    ("INDEX", &["CONCURRENTLY", "ALTER INDEX", "DROP INDEX"]),
    ("LOCK TABLE", &[]),
    ("TRUNCATE", &[]),
];

#[test]
fn migrations_take_nothing_from_the_version_before() {
    for (statement, refused) in [
        ("ALTER TABLE users DROP COLUMN name", Some("DROP COLUMN")),
        (
            "ALTER TABLE users ADD COLUMN a TEXT NOT NULL",
            Some("ADD COLUMN"),
        ),
        (
            "ALTER TABLE users ADD COLUMN a TEXT NOT NULL DEFAULT ''",
            None,
        ),
        ("ALTER TABLE users ADD COLUMN a BIGINT", None),
        ("CREATE INDEX a ON users (name)", Some("INDEX")),
        ("CREATE INDEX CONCURRENTLY a ON users (name)", None),
        ("CREATE TABLE a (b TEXT);\nCREATE INDEX c ON a (b)", None),
        (
            "-- safe: INDEX, for a reason\nCREATE INDEX a ON users (name)",
            None,
        ),
        (
            "ALTER TABLE users ALTER COLUMN name TYPE BIGINT",
            Some("ALTER COLUMN"),
        ),
    ] {
        assert_eq!(found(statement).first().copied(), refused, "{statement}");
    }
    let mut looked_at = 0;
    for migration in migrate::history().iter().filter(|one| one.version > BEFORE) {
        let refused = found(migration.sql.as_str());
        let which = &migration.description;
        assert!(
            refused.is_empty(),
            "{} {which}: {refused:?}",
            migration.version
        );
        looked_at += 1;
    }
    assert!(looked_at > 0);
}

/// What of a migration is refused: of tables that it makes itself, nothing.
fn found(sql: &str) -> Vec<&'static str> {
    let safe: Vec<&str> = sql
        .lines()
        .filter_map(|line| line.strip_prefix("-- safe: "))
        .collect();
    let code: Vec<&str> = sql.lines().filter(|line| !line.starts_with("--")).collect();
    let code = code
        .join("\n")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    let words: Vec<&str> = code.split_whitespace().collect();
    let own: BTreeSet<&str> = words
        .windows(3)
        .filter(|three| three[..2] == ["CREATE", "TABLE"])
        .map(|three| three[2])
        .collect();
    let mut refused = Vec::new();
    for statement in code.split(';') {
        let is_own = statement.split([' ', '(']).any(|word| own.contains(word));
        for (what, harmless) in REFUSED {
            let is_harmless = harmless.iter().any(|with| match with.strip_prefix('!') {
                Some(without) => !statement.contains(without),
                None => statement.contains(with),
            });
            let is_told = safe.iter().any(|line| line.starts_with(what));
            if statement.contains(what) && !is_harmless && !is_told && !is_own {
                refused.push(what);
            }
        }
    }
    refused
}

#[tokio::test(flavor = "multi_thread")]
async fn servers_that_start_at_once_migrate_once() {
    let database = postgres::database().await;
    let servers = (0..3).map(|_| Db::postgres(database.url()));
    for server in join_all(servers).await {
        server.unwrap().close().await;
    }
    let mut line = PgConnection::connect(database.url()).await.unwrap();
    let (count,): (i64,) = sqlx::query_as("SELECT COUNT(*) FROM _sqlx_migrations WHERE success")
        .fetch_one(&mut line)
        .await
        .unwrap();
    assert_eq!(count, migrate::history().iter().count() as i64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_starts_over_tables_that_are_ahead_of_it() {
    let database = postgres::database().await;
    Db::postgres(database.url()).await.unwrap().close().await;
    let mut line = PgConnection::connect(database.url()).await.unwrap();
    let next =
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'of the next version', TRUE, '', 0)";
    sqlx::query(next).execute(&mut line).await.unwrap();
    Db::postgres(database.url()).await.unwrap().close().await;
}

/// The server runs on the tables as they were before [`MONTHS`], with people at work and
/// somebody who reads for long, while these migrations are made.
#[tokio::test(flavor = "multi_thread")]
async fn migrations_beside_a_server_at_work_fail_no_request() {
    let database = postgres::database().await;
    let mut line = PgConnection::connect(database.url()).await.unwrap();
    let (before, since): (Vec<_>, Vec<_>) = migrate::history()
        .iter()
        .cloned()
        .partition(|one| !MONTHS.contains(&one.version));
    let mut history = migrate::history();
    history.migrations = Cow::Owned(before);
    run(&history, &mut line).await;
    for one in &since {
        // So that the server takes them for done.
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
             VALUES ($1, $2, TRUE, $3, 0)",
        )
        .bind(one.version)
        .bind(&*one.description)
        .bind(&*one.checksum)
        .execute(&mut line)
        .await
        .unwrap();
    }
    let api = Api::start_at(Clock::System, |settings| {
        settings.database_url = Some(database.url().into());
        settings.rate_limits = Some(RateLimits::Off);
    })
    .await;
    let api = Arc::new(api);
    let over = Arc::new(AtomicBool::new(false));
    let people: Vec<_> = (0..4)
        .map(|at| tokio::spawn(works(Arc::clone(&api), Arc::clone(&over), at)))
        .collect();

    let undone = sqlx::query("DELETE FROM _sqlx_migrations WHERE version BETWEEN $1 AND $2")
        .bind(MONTHS.start())
        .bind(MONTHS.end());
    undone.execute(&mut line).await.unwrap();
    let mut reader = PgConnection::connect(database.url()).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("SELECT COUNT(*) FROM transcript_chunks")
        .execute(&mut *reading)
        .await
        .unwrap();
    let mut migrating = pin!(migrate::run(database.url()));
    tokio::select! {
        done = &mut migrating => panic!("it waits for the reader: {done:?}"),
        () = sleep(HELD) => {}
    }
    reading.rollback().await.unwrap();
    let migrated = timeout(Duration::from_secs(60), migrating).await;
    migrated.expect("it ends").unwrap();
    // They work on for a while.
    let db = &api.app.db;
    connvo_server::transcript::partitions::keep(db, api.app.clock.now_ms())
        .await
        .unwrap();
    sleep(Duration::from_millis(500)).await;
    over.store(true, Ordering::SeqCst);
    for done in join_all(people).await {
        let (meeting, said) = done.unwrap();
        assert!(said > 10, "{said}");
        let (count,): (i64,) =
            sqlx::query_as("SELECT COUNT(*) FROM transcript_chunks WHERE meeting_id = $1")
                .bind(meeting)
                .fetch_one(&mut line)
                .await
                .unwrap();
        assert_eq!(count, said, "each once");
    }
}

/// Speaks and reads until it is over; answers where, and how much was said.
async fn works(api: Arc<Api>, over: Arc<AtomicBool>, at: usize) -> (String, i64) {
    let ada = api.sign_in(&format!("person{at}")).await;
    let meeting = ada.meeting().await;
    assert_eq!(ada.post(&format!("{meeting}/start"), None).await.0, 200);
    let mut said = 0;
    while !over.load(Ordering::SeqCst) {
        let chunk = json!({"sourceId": "mic", "segmentId": said.to_string(), "text": "hi",
            "startMs": NOW, "endMs": NOW, "speaker": {"label": "Ada"}});
        let path = format!("{meeting}/transcript");
        let answer = ada.post(&path, json!({"chunks": [chunk]})).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
        said += 1;
        let answer = ada.get(&path).await;
        assert_eq!(answer.0, 200, "{}", answer.1);
    }
    (meeting.rsplit('/').next().unwrap().to_owned(), said)
}

async fn run(history: &Migrator, line: &mut PgConnection) {
    history.run(line).await.unwrap();
}
