//! A statement that is held up ends, with an answer that says to come again, and holds up
//! nothing else for longer.

use crate::client::{Api, Person, assert_problem};
use connvo_server::config::Settings;
use connvo_server::db::Db;
use futures_util::future::join_all;
use sqlx::{Connection, PgConnection};
use std::time::Duration;
use tokio::time::Instant;

/// More callers than there are connections.
const CALLERS: usize = 12;
const CONNECTIONS: u32 = 4;
const LIMIT_MS: u32 = 400;

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_waits_for_a_lock_ends_and_the_server_goes_on() {
    ends(|settings| settings.database.lock_ms = Some(LIMIT_MS)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_statement_that_takes_too_long_ends_and_the_server_goes_on() {
    ends(|settings| {
        settings.database.lock_ms = Some(0);
        settings.database.statement_ms = Some(LIMIT_MS);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn behind_a_pooler_too() {
    let database = connvo_tests::postgres::database().await;
    let (direct, pooled) = (
        database.url().to_owned(),
        connvo_tests::pgbouncer::before(database.url()).await,
    );
    ends(|settings| {
        settings.database_url = Some(pooled);
        settings.bus_database_url = Some(direct);
        settings.database.pooler = Some(connvo_server::config::database::Pooler::Transaction);
        settings.database.lock_ms = Some(0);
        settings.database.statement_ms = Some(LIMIT_MS);
    })
    .await;
}

async fn ends(limits: impl FnOnce(&mut Settings)) {
    let mut url = None;
    let api = Api::start_with(|settings| {
        settings.database.connections = CONNECTIONS.try_into().ok();
        limits(settings);
        let direct = settings.bus_database_url.as_ref();
        url = direct.or(settings.database_url.as_ref()).cloned();
    })
    .await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let mut holding = PgConnection::connect(&url.unwrap()).await.unwrap();
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
}

async fn lists(person: &Person<'_>) -> crate::client::Answer {
    person.get("/v1/meetings").await
}
