//! `/v1/users/{id}`.

use crate::client::{Api, NOW, assert_problem};
use connvo_server::user;
use serde_json::{Value, json};

#[tokio::test]
async fn others_see_what_somebody_says_of_themselves_and_no_address() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let path = format!("/v1/users/{}", bob.id);
    assert_eq!(ada.get(&path).await.0, 200, "an empty profile too");
    bob.put("/v1/me/profile", json!({"bio": "I build."})).await;
    let said = json!({"items": [{"slug": "rust", "proficiency": "expert"}]});
    bob.put("/v1/me/interests", said.clone()).await;
    let (status, seen) = ada.get(&path).await;
    assert_eq!(status, 200, "{seen}");
    assert_eq!(seen["name"], "bob");
    assert_eq!(seen["profile"]["bio"], "I build.");
    assert_eq!(seen["interests"], said["items"]);
    assert_eq!(
        (&seen["connectionCount"], &seen["createdAt"]),
        (&json!(0), &json!(NOW))
    );
    assert!(!seen.to_string().contains("bob@example.org"));
}

#[tokio::test]
async fn a_block_hides_both_from_each_other_until_the_blocker_lifts_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    let (adas, bobs) = (
        format!("/v1/users/{}", ada.id),
        format!("/v1/users/{}", bob.id),
    );
    let block = |path: &str| format!("{path}/block");
    assert_eq!(ada.post(&block(&bobs), Value::Null).await.0, 204);
    assert_problem(&ada.get(&bobs).await, 404, "NOT_FOUND");
    assert_problem(&bob.get(&adas).await, 404, "NOT_FOUND");
    assert_eq!(eve.get(&adas).await.0, 200);
    let ask = |id: &str| json!({"userId": id, "kind": "connection"});
    let asked = bob.post("/v1/connections", ask(&ada.id)).await;
    assert_problem(&asked, 404, "NOT_FOUND");
    let asked = ada.post("/v1/connections", ask(&bob.id)).await;
    assert_problem(&asked, 409, "CONFLICT");
    // The blocked one sees nothing of it, and may block back.
    assert_eq!(bob.get("/v1/connections").await.1["items"], json!([]));
    let (_, listed) = ada.get("/v1/connections?state=blocked").await;
    let lift = |listed: &Value| {
        let id = listed["items"][0]["id"].as_str().unwrap();
        format!("/v1/connections/{id}/unblock")
    };
    let adas_block = lift(&listed);
    assert_problem(&bob.post(&adas_block, Value::Null).await, 404, "NOT_FOUND");
    assert_eq!(bob.post(&block(&adas), Value::Null).await.0, 204);
    assert_eq!(ada.post(&adas_block, Value::Null).await.0, 204);
    assert_problem(&ada.get(&bobs).await, 404, "NOT_FOUND");
    let (_, listed) = bob.get("/v1/connections?state=blocked").await;
    assert_eq!(bob.post(&lift(&listed), Value::Null).await.0, 204);
    assert_eq!(ada.get(&bobs).await.0, 200);
    assert_eq!(ada.post("/v1/connections", ask(&bob.id)).await.0, 201);
}

#[tokio::test]
async fn who_is_not_there_or_not_active_has_no_profile() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let nobody = api.app.ids.user();
    let absent = ada.get(&format!("/v1/users/{nobody}")).await;
    assert_problem(&absent, 404, "NOT_FOUND");
    let block = async |id: &str| {
        let path = format!("/v1/users/{id}/block");
        ada.post(&path, Value::Null).await
    };
    assert_problem(&block(nobody.as_str()).await, 404, "NOT_FOUND");
    assert_problem(&block(&ada.id).await, 422, "VALIDATION_ERROR");
    let id = bob.id.parse().unwrap();
    user::set_active(&api.app, &id, false).await.unwrap();
    assert_problem(&ada.get(&format!("/v1/users/{id}")).await, 404, "NOT_FOUND");
    assert_eq!(block(&bob.id).await.0, 204, "as of anybody");
}

#[tokio::test]
async fn blocks_and_their_end_are_in_the_audit_log() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let block = format!("/v1/users/{}/block", bob.id);
    for _ in 0..2 {
        let kept = ada.keyed(reqwest::Method::POST, &block, "k", &Value::Null);
        assert_eq!(kept.await.0, 204);
    }
    let (_, listed) = ada.get("/v1/connections?state=blocked").await;
    let id = listed["items"][0]["id"].as_str().unwrap();
    ada.post(&format!("/v1/connections/{id}/unblock"), Value::Null)
        .await;
    let (_, rows) = admin
        .get(&format!("/v1/admin/audit?actor={}&type=change", ada.id))
        .await;
    let rows = rows["items"].as_array().unwrap();
    let mut did: Vec<_> = rows
        .iter()
        .map(|row| row["action"].as_str().unwrap())
        .collect();
    did.sort_unstable();
    assert_eq!(did, ["blockPerson", "unblockPerson"]);
    assert!(rows.iter().all(|row| row["changes"]["userId"] == bob.id));
}

#[tokio::test]
async fn what_people_change_is_in_the_audit_log_by_name_and_id_and_without_its_text() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let settings = json!({"name": "Secret", "timezone": "Europe/Lisbon", "language": null});
    assert_eq!(ada.patch("/v1/me", settings).await.0, 200);
    let profile = json!({"bio": "Secret", "skills": ["Secret"]});
    assert_eq!(ada.put("/v1/me/profile", profile).await.0, 200);
    let interests = json!({"items": [{"slug": "rust", "proficiency": "expert"}]});
    for _ in 0..2 {
        let put = ada.put("/v1/me/interests", interests.clone()).await;
        assert_eq!(put.0, 200);
    }
    let ask = |kind: &str| json!({"userId": bob.id, "kind": kind, "message": "Secret"});
    let (_, asked) = ada.post("/v1/connections", ask("mentor")).await;
    let (_, other) = ada.post("/v1/connections", ask("mentee")).await;
    let path = |of: &Value, verb: &str| {
        let id = of["id"].as_str().unwrap();
        format!("/v1/connections/{id}{verb}")
    };
    let accepted = bob.post(&path(&asked, "/accept"), Value::Null).await;
    assert_eq!(accepted.0, 200);
    assert_eq!(ada.delete(&path(&asked, "")).await.0, 204);
    let declined = bob.post(&path(&other, "/decline"), Value::Null).await;
    assert_eq!(declined.0, 200);
    let rows = async |of: &str| {
        let log = format!("/v1/admin/audit?actor={of}&type=change");
        let (_, log) = admin.get(&log).await;
        let rows = log["items"].as_array().unwrap().clone();
        assert!(!json!(rows).to_string().contains("Secret"));
        rows
    };
    let of = |rows: &[Value], action: &str| -> Vec<Value> {
        let of = rows.iter().filter(|row| row["action"] == action);
        of.map(|row| row["changes"].clone()).collect()
    };
    let did = rows(&ada.id).await;
    let fields = |names: &[&str]| json!({"fields": names});
    assert_eq!(of(&did, "changeAccount"), [fields(&["name", "timezone"])]);
    assert_eq!(of(&did, "putProfile"), [fields(&["bio", "skills"])]);
    let mut put = of(&did, "putInterests");
    put.sort_by_key(Value::to_string);
    assert_eq!(put, [fields(&["items"]), fields(&[])]);
    let step = |of: &Value, from: Value, to: Value| json!({"connectionId": of["id"], "userId": bob.id, "state": {"from": from, "to": to}});
    let mut first = step(&asked, Value::Null, json!("pending"));
    first["kind"] = json!("mentor");
    assert!(of(&did, "askConnection").contains(&first));
    assert_eq!(of(&did, "askConnection").len(), 2);
    let removed = step(&asked, json!("accepted"), Value::Null);
    assert_eq!(of(&did, "removeConnection"), [removed]);
    let did = rows(&bob.id).await;
    for (action, what, to) in [
        ("acceptConnection", &asked, "accepted"),
        ("declineConnection", &other, "declined"),
    ] {
        let mut step = step(what, json!("pending"), json!(to));
        step["userId"] = json!(ada.id);
        assert_eq!(of(&did, action), [step]);
    }
}
