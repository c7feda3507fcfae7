//! `DELETE /v1/me`.

use crate::client::{Api, NOW, Person, assert_problem};
use crate::stage::Stage;
use connvo_server::audit;
use connvo_server::db::Db;
use reqwest::Method;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

/// Every row of every table, as text.
async fn rows(db: &Db) -> Vec<(String, String)> {
    let mut found = Vec::new();
    match db {
        Db::Sqlite { readers, .. } => {
            let tables: Vec<(String,)> =
                sqlx::query_as("SELECT name FROM sqlite_master WHERE type = 'table'")
                    .fetch_all(readers)
                    .await
                    .unwrap();
            for (table,) in tables {
                let columns: Vec<(String,)> =
                    sqlx::query_as("SELECT name FROM pragma_table_info($1)")
                        .bind(&table)
                        .fetch_all(readers)
                        .await
                        .unwrap();
                let text =
                    |(column,): &(String,)| format!("COALESCE(CAST(\"{column}\" AS TEXT), '')");
                let columns: Vec<String> = columns.iter().map(text).collect();
                // A blob is text where it is: what is no text is cut off by the driver.
                let sql = format!(
                    "SELECT hex({}) FROM \"{table}\"",
                    columns.join(" || ' ' || ")
                );
                let texts: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
                    .fetch_all(readers)
                    .await
                    .unwrap();
                let plain = |(text,): (String,)| {
                    let bytes: Vec<u8> = (0..text.len() / 2)
                        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
                        .collect();
                    (table.clone(), String::from_utf8_lossy(&bytes).into_owned())
                };
                found.extend(texts.into_iter().map(plain));
            }
        }
        Db::Postgres(pool) => {
            // But the journal of revocations: ids, kept for minutes.
            let tables: Vec<(String,)> = sqlx::query_as(
                "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'
                     AND table_name <> 'access_journal'",
            )
            .fetch_all(pool)
            .await
            .unwrap();
            for (table,) in tables {
                let sql = format!("SELECT to_jsonb(t)::text FROM \"{table}\" t");
                let texts: Vec<(String,)> = sqlx::query_as(AssertSqlSafe(sql))
                    .fetch_all(pool)
                    .await
                    .unwrap();
                found.extend(texts.into_iter().map(|(text,)| (table.clone(), text)));
            }
        }
    }
    found
}

/// Where a word stands, in any case.
pub async fn tables_with(api: &Api, word: &str) -> Vec<String> {
    let rows = rows(&api.app.db).await;
    let with = rows
        .into_iter()
        .filter(|(_, text)| text.to_lowercase().contains(word));
    let mut tables: Vec<String> = with.map(|(table, _)| table).collect();
    tables.dedup();
    tables
}

/// Said in the person's name: more than are changed in one transaction.
const CHUNKS: u32 = 600;

/// Somebody of whom every table knows something.
pub async fn everywhere<'a>(api: &'a Api, ada: &Person<'_>) -> (Person<'a>, String, String) {
    let meeting = ada.meeting().await;
    let draft = json!({"email": "bartholomew@example.org", "role": "participant"});
    let invite = format!("{meeting}/participants");
    let invited = ada.keyed(Method::POST, &invite, "k", &draft).await;
    assert_eq!(invited.0, 201);
    let gone = api.sign_in("bartholomew").await;
    let profile = json!({"bio": "Bartholomew, to friends", "company": "Bartholomew & Sons"});
    for (path, body) in [
        ("/v1/me/profile", profile),
        (
            "/v1/me/interests",
            json!({"items": [{"slug": "rust", "proficiency": "expert"}]}),
        ),
    ] {
        let kept = gone.keyed(Method::PUT, path, "k", &body).await;
        assert_eq!(kept.0, 200, "{}", kept.1);
    }
    let settings = json!({"avatarUrl": "https://example.org/bartholomew.png", "language": "en"});
    assert_eq!(gone.patch("/v1/me", settings).await.0, 200);
    let ask = json!({"userId": gone.id, "kind": "mentor", "message": "Dear Bartholomew"});
    let asked = ada.keyed(Method::POST, "/v1/connections", "k", &ask).await;
    assert_eq!(asked.0, 201);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let members = format!("/v1/orgs/{}/members", org["id"].as_str().unwrap());
    let member = json!({"email": "bartholomew@example.org", "role": "member"});
    assert_eq!(ada.post(&members, member).await.0, 201);
    let accept = format!("/v1/orgs/{}/accept", org["id"].as_str().unwrap());
    assert_eq!(gone.post(&accept, Value::Null).await.0, 200);
    // A second organisation waits for them to accept.
    let (_, other) = ada.post("/v1/orgs", json!({"name": "Other"})).await;
    let members = format!("/v1/orgs/{}/members", other["id"].as_str().unwrap());
    let member = json!({"email": "bartholomew@example.org", "role": "member"});
    assert_eq!(ada.post(&members, member).await.0, 201);
    gone.operate(&meeting, 0, 1, json!([{"insert": "a plan"}]))
        .await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let chunk = |at: u32| {
        json!({"sourceId": "mic", "segmentId": at.to_string(), "text": "hi", "startMs": 0,
            "endMs": 1, "speaker": {"label": "Bartholomew", "userId": gone.id}})
    };
    for from in 0..CHUNKS / 50 {
        let chunks: Vec<Value> = (50 * from..50 * (from + 1)).map(chunk).collect();
        let path = format!("{meeting}/transcript");
        let (status, said) = ada.post(&path, json!({"chunks": chunks})).await;
        assert_eq!(status, 200, "{said}");
    }
    // What a recogniser that knows nobody's id has heard.
    let heard = |at: u32, label: &str| {
        json!({"sourceId": "room", "segmentId": at.to_string(), "text": "hi", "startMs": 0,
            "endMs": 1, "speaker": {"label": label}})
    };
    let heard = [heard(0, "bartholomew"), heard(1, "Speaker 2")];
    let path = format!("{meeting}/transcript");
    assert_eq!(ada.post(&path, json!({"chunks": heard})).await.0, 200);
    // Called by their name, and under a label of theirs by another.
    for (label, name) in [
        ("Speaker%202", "bartholomew"),
        ("Bartholomew", "Old Bartholomew"),
    ] {
        let path = format!("{path}/speakers/{label}");
        let named = ada.put(&path, json!({"name": name})).await;
        assert_eq!(named.0, 200, "{}", named.1);
    }
    let own = gone.meeting().await;
    gone.invite(&own, "ada", "participant").await;
    let refused = gone.get("/v1/admin/users?search=bartholomew").await;
    assert_problem(&refused, 403, "FORBIDDEN");
    (gone, meeting, own)
}

#[tokio::test]
async fn no_table_knows_the_name_or_address_of_who_was_deleted() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (gone, meeting, own) = everywhere(&api, &ada).await;
    let before = tables_with(&api, "bartholomew").await;
    for table in [
        "users",
        "profiles",
        "connections",
        "participants",
        "transcript_chunks",
        "transcript_speakers",
        "idempotency_keys",
        "org_invitations",
    ] {
        assert!(before.iter().any(|one| one == table), "{table}: {before:?}");
    }
    let (status, receipt) = gone.delete("/v1/me").await;
    assert_eq!(status, 200, "{receipt}");
    let counts = json!({"connections": 1, "interests": 1, "invitations": 1, "memberships": 1,
        "meetings": 0, "participants": 2, "profiles": 1, "sessions": 1, "transcriptChunks": CHUNKS});
    assert_eq!(
        (&receipt["counts"], &receipt["deletedAt"]),
        (&counts, &json!(NOW))
    );
    audit::write_behind(&api.app).await;
    connvo_server::behind::flush(&api.app).await;
    assert_eq!(tables_with(&api, "bartholomew").await, [""; 0]);
    assert_problem(&gone.get("/v1/me").await, 401, "UNAUTHORIZED");
    let profile = ada.get(&format!("/v1/users/{}", gone.id)).await;
    assert_problem(&profile, 404, "NOT_FOUND");

    // What is others' stays.
    let (_, members) = ada.get(&format!("{own}/participants")).await;
    let members = members["items"].as_array().unwrap();
    let of = |id: &str| members.iter().find(|one| one["userId"] == id).unwrap();
    let left = of(&gone.id);
    assert_eq!(
        (&left["email"], &left["status"]),
        (&json!(gone.id), &json!("left"))
    );
    assert_eq!(left["name"], "Deleted user");
    assert_eq!(of(&ada.id)["role"], "host");
    assert_eq!(ada.content(&meeting).await, "a plan");
    let (_, said) = ada.get(&format!("{meeting}/transcript?limit=1")).await;
    let speaker = &said["items"][0]["speaker"];
    assert_eq!(speaker["label"], "Deleted user");
    assert_eq!(speaker["userId"], Value::Null);

    let (_, said) = ada
        .get(&format!("{meeting}/transcript?after={CHUNKS}"))
        .await;
    let labels = said["items"].as_array().unwrap().iter();
    let labels: Vec<_> = labels.map(|one| &one["speaker"]["label"]).collect();
    assert_eq!(labels, ["Deleted user", "Speaker 2"]);

    // The receipt is in the audit log, and tells nothing of the person.
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, log) = admin.get("/v1/admin/audit?action=erasePerson").await;
    let row = &log["items"][0];
    assert_eq!(row["changes"]["receipt"], receipt["id"]);
    assert_eq!(row["changes"]["counts"], counts);
    assert_eq!(
        (&row["ip"], &row["userAgent"]),
        (&Value::Null, &Value::Null)
    );
}

#[tokio::test]
async fn the_audit_log_keeps_what_the_deleted_did_and_forgets_from_where() {
    let api = Api::start().await;
    let (ada, gone) = (api.sign_in("ada").await, api.sign_in("bartholomew").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let rows = async |of: &Person<'_>| -> Vec<Value> {
        let path = format!("/v1/admin/audit?actor={}", of.id);
        admin.get(&path).await.1["items"]
            .as_array()
            .unwrap()
            .clone()
    };
    for person in [&ada, &gone] {
        person.meeting().await;
        let refused = person.get("/v1/admin/users").await;
        assert_problem(&refused, 403, "FORBIDDEN");
    }
    assert!(rows(&gone).await.iter().all(|row| row["ip"].is_string()));
    let before = rows(&gone).await.len();
    // Counted in memory, and not written yet.
    let absent = format!("/v1/meetings/{}", api.app.ids.meeting());
    assert_problem(&gone.get(&absent).await, 404, "NOT_FOUND");
    assert_eq!(gone.delete("/v1/me").await.0, 200);
    let left = rows(&gone).await;
    assert_eq!(left.len(), before + 2, "{left:?}");
    for row in left {
        assert_eq!(
            (&row["ip"], &row["userAgent"]),
            (&Value::Null, &Value::Null),
            "{row}"
        );
    }
    assert!(rows(&ada).await.iter().all(|row| row["ip"].is_string()));
}

#[tokio::test]
async fn whoever_signs_in_with_the_address_later_is_somebody_new() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (gone, meeting, _) = everywhere(&api, &ada).await;
    assert_eq!(gone.delete("/v1/me").await.0, 200);
    let new = api.sign_in("bartholomew").await;
    assert_ne!(new.id, gone.id);
    assert_problem(&new.get(&meeting).await, 404, "NOT_FOUND");
    assert_eq!(new.get("/v1/meetings").await.1["items"], json!([]));
    assert_eq!(new.get("/v1/me/profile").await.1["bio"], Value::Null);
    assert_problem(&gone.get("/v1/me").await, 401, "UNAUTHORIZED");
}

#[tokio::test]
async fn a_token_of_a_session_from_before_makes_nobody_new() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    assert_eq!(ada.delete("/v1/me").await.0, 200);
    let fresh = stage.token(&json!({"jti": "02"}));
    let refused = stage.get("/v1/me", &fresh).await;
    assert_problem(&refused, 401, "UNAUTHORIZED");
    assert_eq!(tables_with(&stage.api, "ada@example.org").await, [""; 0]);
    let later = stage.token(&json!({"sid": "session_later"}));
    let (status, me) = stage.get("/v1/me", &later).await;
    assert_eq!(status, 200, "{me}");
    assert_ne!(me["id"], ada.id);
}

#[tokio::test]
async fn the_last_administrator_of_others_names_another_first() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let path = format!("/v1/orgs/{}/members", org["id"].as_str().unwrap());
    let member = json!({"email": "bob@example.org", "role": "member"});
    assert_eq!(ada.post(&path, member).await.0, 201);
    let accept = format!("/v1/orgs/{}/accept", org["id"].as_str().unwrap());
    assert_eq!(bob.post(&accept, Value::Null).await.0, 200);
    let refused = ada.delete("/v1/me").await;
    assert_problem(&refused, 409, "CONFLICT");
    assert_eq!(refused.1["reason"], "last-admin");
    assert_eq!(ada.get("/v1/me").await.1["email"], "ada@example.org");
    let admin = json!({"role": "admin"});
    assert_eq!(ada.put(&format!("{path}/{}", bob.id), admin).await.0, 200);
    assert_eq!(ada.delete("/v1/me").await.0, 200);
    let (_, left) = bob.get(&path).await;
    assert_eq!(left["items"].as_array().unwrap().len(), 1);
    // Alone in it, one may go: the organisation ends.
    assert_eq!(bob.delete("/v1/me").await.0, 200);
}

#[tokio::test]
async fn a_retry_of_a_deletion_gets_the_receipt_and_nothing_else() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let first = ada.keyed(Method::DELETE, "/v1/me", "k", &Value::Null).await;
    assert_eq!(first.0, 200, "{}", first.1);
    let again = ada.keyed(Method::DELETE, "/v1/me", "k", &Value::Null).await;
    assert_eq!(again, first);
    // Also by a fresh token of the same session, which nobody remembers.
    let fresh = Person {
        api: &stage.api,
        id: ada.id.clone(),
        token: stage.token(&json!({"jti": "02"})),
    };
    let again = fresh
        .keyed(Method::DELETE, "/v1/me", "k", &Value::Null)
        .await;
    assert_eq!(again, first);
    for person in [&ada, &fresh] {
        let other = person
            .keyed(Method::DELETE, "/v1/me", "l", &Value::Null)
            .await;
        assert_problem(&other, 401, "UNAUTHORIZED");
        assert_problem(&person.delete("/v1/me").await, 401, "UNAUTHORIZED");
        let read = person.keyed(Method::GET, "/v1/me", "k", &Value::Null).await;
        assert_problem(&read, 401, "UNAUTHORIZED");
    }
    stage.api.app.clock.advance(600_000);
    let late = ada.keyed(Method::DELETE, "/v1/me", "k", &Value::Null).await;
    assert_problem(&late, 401, "UNAUTHORIZED");
}
