//! A statement that is held up ends, with an answer that says to come again, and holds up
//! nothing else for longer.

use crate::client::{Api, Person, assert_problem};
use connvo_server::config::Settings;
use connvo_server::config::database::Pooler;
use connvo_server::db::Db;
use connvo_tests::pgbouncer::{self, Mode};
use connvo_tests::postgres;
use futures_util::future::join_all;
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// More callers than there are connections.
const CALLERS: usize = 12;
const CONNECTIONS: u32 = 4;
const LIMIT_MS: u32 = 400;

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_waits_for_a_lock_ends_and_the_server_goes_on() {
    let database = postgres::database().await;
    ends(&database, |settings| {
        settings.database_url = Some(database.url().into());
        settings.database.lock_ms = Some(LIMIT_MS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_ends_and_the_server_goes_on() {
    let database = postgres::database().await;
    ends(&database, |settings| {
        settings.database_url = Some(database.url().into());
        long(settings);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_too() {
    let database = postgres::database().await;
    let pooled = pgbouncer::by(database.url(), Mode::Transaction).await;
    ends(&database, |settings| {
        settings.database_url = Some(pooled);
        settings.bus_database_url = Some(database.url().into());
        settings.database.pooler = Some(Pooler::Transaction);
        long(settings);
    })
    .await;
}

/// One that keeps sessions needs no setting, of the server's or of its own.
#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_that_keeps_sessions_as_without_one() {
    let database = postgres::database().await;
    let pooled = pgbouncer::by(database.url(), Mode::Session).await;
    ends(&database, |settings| {
        settings.database_url = Some(pooled);
        long(settings);
    })
    .await;
}

fn long(settings: &mut Settings) {
    settings.database.lock_ms = Some(0);
    settings.database.statement_ms = Some(LIMIT_MS);
}

async fn ends(database: &postgres::Database, limits: impl FnOnce(&mut Settings)) {
    let api = Api::start_with(|settings| {
        settings.database.connections = CONNECTIONS.try_into().ok();
        limits(settings);
    })
    .await;
    // Whatever way it goes, a line of its own hears.
    while !api.app.bus.is_up() {
        sleep(Duration::from_millis(5)).await;
    }
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut holding = PgConnection::connect(database.url()).await.unwrap();
    let mut held = holding.begin().await.unwrap();
    sqlx::raw_sql("LOCK TABLE meetings IN ACCESS EXCLUSIVE MODE")
        .execute(&mut *held)
        .await
        .unwrap();
    let begun = Instant::now();
    let calls = (0..CALLERS).map(|_| lists(&ada));
    for answer in join_all(calls).await {
        assert_problem(&answer, 503, "UNAVAILABLE");
        assert!(answer.1["retryAfterMs"].is_u64(), "{}", answer.1);
    }
    // Three after the other on each connection, and what a busy machine adds.
    assert!(
        begun.elapsed() < Duration::from_secs(5),
        "{:?}",
        begun.elapsed()
    );
    held.rollback().await.unwrap();
    assert_eq!(lists(&ada).await.0, 200);
    assert_eq!(ada.get(&meeting).await.0, 200);
    let Db::Postgres(pool) = &api.app.db else {
        unreachable!("this is PostgreSQL");
    };
    assert!(pool.size() <= CONNECTIONS);
    let metrics = api.request(reqwest::Method::GET, "/metrics");
    let metrics = metrics.send().await.unwrap().text().await.unwrap();
    let most = format!("connvo_database_connections_max {CONNECTIONS}\n");
    assert!(metrics.contains(&most), "{metrics}");
}

async fn lists(person: &Person<'_>) -> crate::client::Answer {
    person.get("/v1/meetings").await
}
