//! `/v1/admin/orgs`, `/v1/admin/users` and `/v1/admin/flags`.

use crate::client::{Answer, Api, NOW, Person, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

async fn send(person: &Person<'_>, method: Method, path: &str, body: Value) -> Answer {
    let body = Some(&body).filter(|body| !body.is_null());
    person
        .api
        .send(method, path, Some(&person.token), body)
        .await
}

async fn start() -> Api {
    Api::start_with(|settings| settings.admins = vec!["root@example.org".into()]).await
}

#[tokio::test]
async fn administrators_alone_are_let_in() {
    let api = start().await;
    let ada = api.sign_in("ada").await;
    for path in [
        "/v1/admin/orgs",
        "/v1/admin/users",
        "/v1/admin/flags",
        "/v1/admin/flags/stream",
    ] {
        let refused = ada.get(path).await;
        assert_problem(&refused, 403, "FORBIDDEN");
        assert_eq!(refused.1["reason"], "admin");
    }
    let draft = json!({"value": true, "rollout": 1, "active": true, "reason": "x"});
    let refused = send(&ada, Method::PUT, "/v1/admin/flags/mine", draft).await;
    assert_problem(&refused, 403, "FORBIDDEN");
}

#[tokio::test]
async fn an_override_gives_a_feature_until_it_expires() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let path = format!("/v1/admin/orgs/{}", org["id"].as_str().unwrap());
    let own = |key: &str| format!("{path}/entitlements/{key}");
    let features = async || {
        let (_, me) = ada.get("/v1/me/entitlements").await;
        me["entitlements"]["features"].to_string()
    };
    assert!(!features().await.contains("recording"));
    let draft = json!({"value": true, "expiresAt": NOW + 60_000, "reason": "a pilot"});
    let (status, detail) = send(&root, Method::PUT, &own("recording"), draft).await;
    assert_eq!(status, 200, "{detail}");
    assert_eq!(detail["overrides"][0]["source"], "operator");
    assert!(features().await.contains("recording"));
    let (_, audit) = root.get("/v1/admin/audit?limit=100").await;
    let rows = audit.to_string();
    assert!(
        rows.contains("putOverride") && rows.contains("a pilot"),
        "{rows}"
    );
    api.app.clock.advance(60_000);
    assert!(!features().await.contains("recording"));
    for (key, draft, status, code) in [
        (
            "teleport",
            json!({"value": true, "reason": "x"}),
            404,
            "NOT_FOUND",
        ),
        (
            "recording",
            json!({"value": 1, "reason": "x"}),
            422,
            "VALIDATION_ERROR",
        ),
        (
            "recording",
            json!({"value": true, "reason": " "}),
            422,
            "VALIDATION_ERROR",
        ),
        (
            "recording",
            json!({"value": true, "reason": "x", "expiresAt": 1}),
            422,
            "VALIDATION_ERROR",
        ),
    ] {
        let answer = send(&root, Method::PUT, &own(key), draft).await;
        assert_problem(&answer, status, code);
    }
    let gone = format!("{}?reason=done", own("recording"));
    assert_eq!(send(&root, Method::DELETE, &gone, Value::Null).await.0, 204);
    let again = send(&root, Method::DELETE, &gone, Value::Null).await;
    assert_problem(&again, 404, "NOT_FOUND");
}

#[tokio::test]
async fn a_change_of_an_override_is_recorded_with_what_was_set_before() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let path = format!(
        "/v1/admin/orgs/{}/entitlements/participants",
        org["id"].as_str().unwrap()
    );
    let first = json!({"value": 12, "expiresAt": NOW + 60_000, "reason": "a pilot"});
    assert_eq!(send(&root, Method::PUT, &path, first).await.0, 200);
    api.app.clock.advance(1);
    let second = json!({"value": 20, "reason": "a larger one"});
    assert_eq!(send(&root, Method::PUT, &path, second).await.0, 200);
    api.app.clock.advance(1);
    let gone = format!("{path}?reason=done");
    assert_eq!(send(&root, Method::DELETE, &gone, Value::Null).await.0, 204);
    let first = json!({"value": 12, "expiresAt": NOW + 60_000});
    let second = json!({"value": 20, "expiresAt": null});
    for (action, expected) in [
        (
            "putOverride",
            vec![(&first, &second), (&Value::Null, &first)],
        ),
        ("deleteOverride", vec![(&second, &Value::Null)]),
    ] {
        let (_, log) = root.get(&format!("/v1/admin/audit?action={action}")).await;
        let rows = log["items"].as_array().unwrap();
        let told: Vec<_> = rows
            .iter()
            .map(|row| (&row["changes"]["from"], &row["changes"]["to"]))
            .collect();
        assert_eq!(told, expected, "{log}");
        assert_eq!(rows[0]["changes"]["key"], "participants");
    }
}

#[tokio::test]
async fn a_flag_is_changed_with_a_reason_and_the_change_is_recorded() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let rules = json!([{"emailDomains": ["example.org"], "value": {"size": 3}}]);
    let draft =
        json!({"value": true, "rollout": 0, "active": true, "rules": rules, "reason": "to try"});
    let path = "/v1/admin/flags/new.thing";
    assert_eq!(send(&root, Method::PUT, path, draft).await.0, 200);
    assert_eq!(
        ada.get("/v1/flags").await.1["new.thing"],
        json!({"size": 3})
    );
    let unexplained = send(&root, Method::DELETE, path, Value::Null).await;
    assert_problem(&unexplained, 422, "VALIDATION_ERROR");
    let gone = format!("{path}?reason=tried");
    assert_eq!(send(&root, Method::DELETE, &gone, Value::Null).await.0, 204);
    assert_eq!(ada.get("/v1/flags").await.1["new.thing"], Value::Null);
    let kept = send(
        &root,
        Method::DELETE,
        "/v1/admin/flags/stream?reason=x",
        Value::Null,
    )
    .await;
    assert_problem(&kept, 409, "CONFLICT");
    let rows = root.get("/v1/admin/audit?limit=10").await.1.to_string();
    for word in [
        "putFlag",
        "to try",
        "deleteFlag",
        "tried",
        "flags/new.thing",
    ] {
        assert!(rows.contains(word), "{word}: {rows}");
    }
}

#[tokio::test]
async fn capabilities_stay_switched_on_however_many_flags_there_are() {
    let api = start().await;
    let mut many = Vec::new();
    for at in 0..250 {
        let mut flag = connvo_core::flag::seeds().remove(0);
        flag.key = format!("a.{at}");
        many.push(flag);
    }
    let seeded = connvo_server::flag::store::seed(&api.app.db, &many, NOW);
    seeded.await.unwrap();
    let ada = api.sign_in("ada").await;
    let (_, flags) = ada.get("/v1/flags").await;
    assert_eq!(flags["transcription"], true);
    assert_eq!(flags.as_object().unwrap().len(), 257);
}

#[tokio::test]
async fn people_and_organisations_are_found_by_a_part_of_their_name() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    ada.post("/v1/orgs", json!({"name": "100% Acme"})).await;
    let count = async |path: &str| root.get(path).await.1["items"].as_array().unwrap().len();
    assert_eq!(count("/v1/admin/orgs?search=0%25%20ac").await, 1);
    assert_eq!(count("/v1/admin/orgs?search=1_0").await, 0);
    assert_eq!(count("/v1/admin/users?search=ADA").await, 1);
    assert_eq!(count("/v1/admin/users?search=example.org").await, 2);
    assert_eq!(count("/v1/admin/users?search=nobody").await, 0);
}

#[tokio::test]
async fn what_administrators_read_is_in_the_audit_log() {
    let api = start().await;
    let (root, ada) = (api.sign_in("root").await, api.sign_in("ada").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let one = format!("orgs/{}", org["id"].as_str().unwrap());
    for (path, action, resource) in [
        ("users?search=ada", "readUsers", "users"),
        ("orgs", "readOrgs", "orgs"),
        (one.as_str(), "readOrg", one.as_str()),
        ("flags", "readFlags", "flags"),
        ("flags/stream", "readFlag", "flags/stream"),
    ] {
        assert_eq!(root.get(&format!("/v1/admin/{path}")).await.0, 200);
        let asked = format!("/v1/admin/audit?action={action}");
        let row = root.get(&asked).await.1["items"][0].clone();
        assert_eq!(row["type"], "read", "{path}");
        assert_eq!(row["resource"], resource, "{path}");
        assert_eq!(row["actorId"], root.id.as_str(), "{path}");
    }
}
