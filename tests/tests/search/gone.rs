//! What is gone from a meeting is found no more.

use crate::stage::{Stage, id};
use connvo_server::transcript::retention;
use reqwest::Method;
use serde_json::Value;

on_both!(
    what_the_plan_hides_is_not_found_and_goes_with_the_transcript,
    what_a_deleted_person_said_is_found_without_their_name,
    a_meeting_that_goes_takes_everything_along,
);

const DAY_MS: u64 = 24 * 3_600_000;

async fn count(stage: &Stage, table: &str) -> i64 {
    use connvo_server::db::Db;
    let sql = sqlx::AssertSqlSafe(format!("SELECT COUNT(*) FROM {table}"));
    match &stage.app.db {
        Db::Sqlite { readers, .. } => sqlx::query_scalar(sql).fetch_one(readers).await.unwrap(),
        Db::Postgres(pool) => sqlx::query_scalar(sql).fetch_one(pool).await.unwrap(),
    }
}

async fn what_the_plan_hides_is_not_found_and_goes_with_the_transcript(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    stage
        .say(&ada, &meeting, &[("1", 0, "Ada", 0, 1, "the budget")])
        .await;
    stage.index().await;
    assert_eq!(stage.texts(&ada, "budget").await.len(), 1);
    stage.app.clock.advance(31 * DAY_MS);
    let ada = stage.sign_in("ada").await;
    assert!(stage.texts(&ada, "budget").await.is_empty());
    let segments = stage.get(&ada, &format!("{meeting}/segments")).await;
    assert_eq!(segments["items"], serde_json::json!([]));
    assert_eq!(count(&stage, "transcript_segments").await, 1);
    stage.app.clock.advance(7 * DAY_MS);
    assert_eq!(retention::sweep(&stage.app).await.unwrap(), 1);
    stage.index().await;
    for table in [
        "transcript_segments",
        "search_documents",
        "transcript_touched",
    ] {
        assert_eq!(count(&stage, table).await, 0, "{table}");
    }
}

async fn what_a_deleted_person_said_is_found_without_their_name(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let bob = stage.sign_in("bobby").await;
    let meeting = stage.meeting(&ada).await;
    let path = format!("{meeting}/participants");
    let draft = serde_json::json!({"email": "bobby@example.org", "role": "participant"});
    stage.post(&ada, &path, &draft).await;
    stage.get(&bob, &format!("{meeting}/transcript")).await;
    stage
        .say(&ada, &meeting, &[("1", 0, "bobby", 0, 1, "the budget")])
        .await;
    stage.index().await;
    assert_eq!(stage.texts(&ada, "bobby").await.len(), 1);
    let (status, _) = stage.send(Method::DELETE, "/v1/me", Some(&bob), None).await;
    assert!(status.is_success());
    // What still has the name is away at once, and comes again without it.
    assert!(stage.texts(&ada, "bobby").await.is_empty());
    stage.index().await;
    assert_eq!(stage.texts(&ada, "budget").await.len(), 1);
    assert_ne!(
        stage.search(&ada, "budget", "").await[0]["speaker"],
        "bobby"
    );
    let segments = stage.get(&ada, &format!("{meeting}/segments")).await;
    assert_ne!(segments["items"][0]["speakers"][0]["label"], "bobby");
}

async fn a_meeting_that_goes_takes_everything_along(stage: Stage) {
    let ada = stage.sign_in("ada").await;
    let meeting = stage.meeting(&ada).await;
    stage
        .say(&ada, &meeting, &[("1", 0, "Ada", 0, 1, "the budget")])
        .await;
    stage.index().await;
    stage
        .post(&ada, &format!("{meeting}/end"), &Value::Null)
        .await;
    let (status, _) = stage.send(Method::DELETE, "/v1/me", Some(&ada), None).await;
    assert!(status.is_success());
    let there = connvo_server::transcript::store::head(&stage.app.db, &id(&meeting)).await;
    assert_eq!(there.unwrap(), 0);
    stage.index().await;
    for table in [
        "transcript_segments",
        "search_documents",
        "search_cursors",
        "transcript_touched",
    ] {
        assert_eq!(count(&stage, table).await, 0, "{table}");
    }
}
