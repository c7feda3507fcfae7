//! `GET /v1/admin/audit`.

use crate::client::{Api, Person, assert_problem};
use serde_json::{Value, json};

/// Somebody whom the settings name as an administrator.
async fn admin(api: &Api) -> Person<'_> {
    api.sign_in_as("admin@example.com").await
}

async fn rows(admin: &Person<'_>, query: &str) -> Vec<Value> {
    let (status, page) = admin.get(&format!("/v1/admin/audit?{query}")).await;
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn only_administrators_read_it_and_that_is_in_it_too() {
    let api = Api::start().await;
    let (admin, ada) = (admin(&api).await, api.sign_in("ada").await);
    let refused = ada.get("/v1/admin/audit").await;
    assert_problem(&refused, 403, "FORBIDDEN");
    assert_eq!(refused.1["reason"], "admin");
    let read = rows(&admin, "").await;
    let read = read.iter().find(|row| row["type"] == "read").unwrap();
    assert_eq!(read["actorId"], admin.id);
    let denied = rows(&admin, "type=denial").await;
    assert_eq!(denied.len(), 1);
    assert_eq!(denied[0]["actorId"], ada.id);
    assert_eq!(denied[0]["reason"], "admin");
}

#[tokio::test]
async fn privileged_changes_are_told_with_who_what_and_whence() {
    let api = Api::start().await;
    let (admin, ada) = (admin(&api).await, api.sign_in("ada").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    ada.invite(&meeting, "bob", "observer").await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    ada.operate(&meeting, 0, 1, json!([{"insert": "a secret plan"}]))
        .await;
    let restore = format!("{meeting}/notes/versions/0/restore");
    assert_eq!(ada.post(&restore, Value::Null).await.0, 200);
    ada.post(&format!("{meeting}/end"), Value::Null).await;
    let resource = meeting.trim_start_matches("/v1/");
    let query = format!("resource={resource}&actor={}", ada.id);
    let mut rows = rows(&admin, &query).await;
    rows.sort_by_key(|row| row["action"].as_str().unwrap().to_owned());
    let done: Vec<_> = rows
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    let expected = [
        "createMeeting",
        "endMeeting",
        "invite",
        "invite",
        "restoreNote",
        "startMeeting",
    ];
    assert_eq!(done, expected);
    for row in &rows {
        assert_eq!(row["success"], true);
        assert_eq!(row["ip"], "127.0.0.1");
        assert_eq!(row["requestId"].as_str().map(str::len), Some(36));
        assert!(row["sessionId"].is_string());
    }
    let ended = json!({"state": {"from": "active", "to": "concluded"}});
    assert_eq!(rows[1]["changes"], ended);
    let mut roles = [rows[2]["changes"].clone(), rows[3]["changes"].clone()];
    roles.sort_by_key(Value::to_string);
    // Of an address that nobody is known to have, the hash within the meeting.
    let id = meeting.rsplit('/').next().unwrap();
    let hash = connvo_server::audit::address_hash(id, "bob@example.org");
    assert_eq!(roles[0]["emailHash"], hash);
    assert_eq!(roles[0]["role"], json!({"from": null, "to": "participant"}));
    assert_eq!(roles[1]["userId"], bob.id);
    assert_eq!(
        roles[1]["role"],
        json!({"from": "participant", "to": "observer"})
    );
    assert!(!json!(rows).to_string().contains("secret"));
}

#[tokio::test]
async fn refusals_of_one_minute_are_one_row_and_sessions_are_told() {
    let api = Api::start().await;
    let (admin, ada) = (admin(&api).await, api.sign_in("ada").await);
    let meeting = ada.meeting().await;
    let eve = api.sign_in("eve").await;
    for _ in 0..5 {
        let answer = eve.get(&format!("{meeting}/notes")).await;
        assert_problem(&answer, 404, "NOT_FOUND");
    }
    for _ in 0..3 {
        let answer = api.send(reqwest::Method::GET, "/v1/me", Some("x.y.z"), None);
        assert_problem(&answer.await, 401, "UNAUTHORIZED");
    }
    let denied = rows(&admin, "type=denial&success=false").await;
    let counts = |action: &str| {
        let of = denied.iter().filter(|row| row["action"] == action);
        of.map(|row| row["count"].as_u64().unwrap())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (counts("readNote"), counts("authenticate")),
        (vec![5], vec![3])
    );
    let none = denied.iter().find(|row| row["action"] == "authenticate");
    assert_eq!(none.unwrap()["actorId"], Value::Null);
    // A minute later it is another row.
    api.app.clock.advance(60_000);
    eve.get(&format!("{meeting}/notes")).await;
    let later = rows(&admin, &format!("actor={}&action=readNote", eve.id)).await;
    assert_eq!(later.len(), 2);
    let sessions = rows(&admin, &format!("type=session&actor={}", eve.id)).await;
    assert_eq!(sessions.len(), 1);
    assert_eq!(sessions[0]["resource"], format!("users/{}", eve.id));
    assert!(!json!(sessions).to_string().contains(&eve.token));
}

#[tokio::test]
async fn pages_and_bad_filters_are_as_everywhere() {
    let api = Api::start().await;
    let admin = admin(&api).await;
    api.app.clock.advance(1);
    let (_, first) = admin.get("/v1/admin/audit?limit=1").await;
    assert_eq!(first["items"].as_array().map(Vec::len), Some(1));
    let next = first["next"].as_str().unwrap();
    api.app.clock.advance(1);
    let (_, second) = admin
        .get(&format!("/v1/admin/audit?limit=1&after={next}"))
        .await;
    // Of one millisecond, in no order.
    let action = second["items"][0]["action"].as_str().unwrap();
    assert!(["createUser", "startSession"].contains(&action));
    for bad in [
        "actor=x",
        "type=x",
        "success=x",
        "from=x",
        "resource=%00",
        "limit=0",
    ] {
        let answer = admin.get(&format!("/v1/admin/audit?{bad}")).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
    }
}
