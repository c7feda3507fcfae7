//! `POST /v1/meetings/{id}/start` and `…/end`.

use crate::client::{Api, NOW, assert_problem};
use crate::line::Line;
use connvo_core::protocol::lane::ServerLane;
use connvo_server::db::Db;
use connvo_server::meeting::overtime;
use serde_json::{Value, json};

#[tokio::test]
async fn a_meeting_goes_from_scheduled_to_active_to_concluded_and_no_further() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let (start, end) = (format!("{meeting}/start"), format!("{meeting}/end"));
    assert_problem(&ada.post(&end, Value::Null).await, 409, "CONFLICT");
    let (status, started) = ada.post(&start, Value::Null).await;
    assert_eq!(
        (status.as_u16(), &started["state"]),
        (200, &json!("active"))
    );
    assert_eq!(started["startedAt"], NOW);
    assert_problem(&ada.post(&start, Value::Null).await, 409, "CONFLICT");
    api.app.clock.advance(5);
    let (status, ended) = ada.post(&end, Value::Null).await;
    assert_eq!(
        (status.as_u16(), &ended["state"]),
        (200, &json!("concluded"))
    );
    assert_eq!(ended["endedAt"], NOW + 5);
    assert_problem(&ada.post(&start, Value::Null).await, 409, "CONFLICT");
}

const HOUR_MS: u64 = 3_600_000;

#[tokio::test]
async fn a_meeting_whose_minutes_are_over_ends_by_itself_and_everybody_hears_of_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    bob.operate(&meeting, 0, 1, json!([{"insert": "a"}])).await;
    let mut line = Line::of(&bob).await;
    assert!(line.follow(&meeting, 5).await.0, "bob may write");
    api.app.clock.advance(HOUR_MS - 1);
    let next = overtime::once(&api.app).await.unwrap();
    assert_eq!(next, Some(NOW + HOUR_MS), "the free plan has an hour");
    assert_eq!(ada.get(&meeting).await.1["state"], "active");
    api.app.clock.advance(1);
    for _ in 0..2 {
        assert_eq!(overtime::once(&api.app).await.unwrap(), None);
    }
    let access = ServerLane::Access {
        writable: false,
        epoch: 1,
    };
    assert_eq!(line.lane().await, access);
    let (_, over) = ada.get(&meeting).await;
    assert_eq!(
        (&over["state"], &over["endedAt"]),
        (&json!("concluded"), &json!(NOW + HOUR_MS))
    );
    let draft = bob.draft(1, 2, json!([{"insert": "b"}]));
    let refused = bob.post(&format!("{meeting}/notes/ops"), draft).await;
    assert_problem(&refused, 403, "FORBIDDEN");
    let (_, log) = admin.get("/v1/admin/audit?action=endMeeting").await;
    let rows = log["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{log}");
    assert_eq!(
        (&rows[0]["actorId"], &rows[0]["durationMs"]),
        (&Value::Null, &json!(0))
    );
    assert_eq!(rows[0]["reason"], "meetingMinutes");
    assert_eq!(
        rows[0]["changes"]["state"],
        json!({"from": "active", "to": "concluded"})
    );
}

#[tokio::test]
async fn a_meeting_of_a_larger_plan_runs_for_longer() {
    let api = Api::start().await;
    let admin = api.sign_in_as("admin@example.com").await;
    let ada = api.sign_in("ada").await;
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let set = format!(
        "/v1/admin/orgs/{}/entitlements/meetingMinutes",
        org["id"].as_str().unwrap()
    );
    let longer = json!({"value": 61, "reason": "a pilot"});
    assert_eq!(admin.put(&set, longer).await.0, 200);
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    api.app.clock.advance(HOUR_MS);
    let next = overtime::once(&api.app).await.unwrap();
    assert_eq!(next, Some(NOW + HOUR_MS + 60_000));
    assert_eq!(ada.get(&meeting).await.1["state"], "active");
    api.app.clock.advance(60_000);
    assert_eq!(overtime::once(&api.app).await.unwrap(), None);
    assert_eq!(ada.get(&meeting).await.1["state"], "concluded");
}

/// No meeting called "stuck" can be changed.
async fn stick(db: &Db) {
    match db {
        Db::Sqlite { writer, .. } => sqlx::raw_sql(
            "CREATE TRIGGER stuck BEFORE UPDATE ON meetings WHEN OLD.title = 'stuck'
             BEGIN SELECT RAISE(ABORT, 'stuck'); END",
        )
        .execute(writer)
        .await
        .map(|_| ()),
        Db::Postgres(pool) => sqlx::raw_sql(
            "CREATE FUNCTION stuck() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'stuck'; END $$;
             CREATE TRIGGER stuck BEFORE UPDATE ON meetings FOR EACH ROW
             WHEN (OLD.title = 'stuck') EXECUTE FUNCTION stuck()",
        )
        .execute(pool)
        .await
        .map(|_| ()),
    }
    .unwrap();
}

#[tokio::test]
async fn a_meeting_that_cannot_be_ended_keeps_no_other_from_its_end() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let mut paths = Vec::new();
    for title in ["stuck", "Stand-up"] {
        let (_, meeting) = ada.post("/v1/meetings", json!({"title": title})).await;
        let path = format!("/v1/meetings/{}", meeting["id"].as_str().unwrap());
        assert_eq!(ada.post(&format!("{path}/start"), Value::Null).await.0, 200);
        paths.push(path);
        api.app.clock.advance(1);
    }
    stick(&api.app.db).await;
    api.app.clock.advance(HOUR_MS);
    assert_eq!(overtime::once(&api.app).await.unwrap(), None);
    assert_eq!(ada.get(&paths[0]).await.1["state"], "active");
    assert_eq!(ada.get(&paths[1]).await.1["state"], "concluded");
}

#[tokio::test]
async fn participants_neither_start_nor_end_it() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    for what in ["start", "end"] {
        let answer = bob.post(&format!("{meeting}/{what}"), Value::Null).await;
        assert_problem(&answer, 403, "FORBIDDEN");
    }
}
