//! `/v1/admin/users/{id}`.

use crate::client::{Api, NOW, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn administrators_keep_people_out_and_let_them_in_again() {
    let api = Api::start().await;
    let (admin, bob) = (
        api.sign_in_as("admin@example.com").await,
        api.sign_in("bob").await,
    );
    let path = format!("/v1/admin/users/{}", bob.id);
    assert_problem(&bob.get(&path).await, 403, "FORBIDDEN");
    let known = json!({"id": bob.id, "email": "bob@example.org", "name": "bob", "timezone": null,
        "language": null, "isActive": true, "lastSeenAt": NOW, "deletedAt": null, "createdAt": NOW});
    assert_eq!(admin.get(&path).await.1, known);
    let out = json!({"isActive": false, "reason": "sends spam"});
    let first = admin.keyed(Method::PATCH, &path, "k", &out).await;
    assert_eq!(
        (first.0.as_u16(), &first.1["isActive"]),
        (200, &json!(false))
    );
    assert_eq!(admin.keyed(Method::PATCH, &path, "k", &out).await, first);
    assert_problem(&bob.get("/v1/me").await, 401, "UNAUTHORIZED");
    let back = json!({"isActive": true, "reason": "a mistake"});
    assert_eq!(admin.patch(&path, back).await.0, 200);
    assert_eq!(bob.get("/v1/me").await.0, 200);
    let query = format!(
        "/v1/admin/audit?resource=users/{}&action=changeUser",
        bob.id
    );
    let (_, rows) = admin.get(&query).await;
    let reasons: Vec<&Value> = rows["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| &r["reason"])
        .collect();
    assert_eq!(reasons.len(), 2, "the retry is not one: {rows}");
    assert!(reasons.contains(&&json!("sends spam")));
    for row in rows["items"].as_array().unwrap() {
        let out = row["reason"] == "sends spam";
        assert_eq!(
            row["changes"],
            json!({"isActive": {"from": out, "to": !out}})
        );
    }
    let reads = format!("/v1/admin/audit?action=readUser&actor={}", admin.id);
    assert_eq!(
        admin.get(&reads).await.1["items"].as_array().unwrap().len(),
        1
    );
}

#[tokio::test]
async fn a_reason_is_needed_and_nobody_locks_themselves_out() {
    let api = Api::start().await;
    let (admin, bob) = (
        api.sign_in_as("admin@example.com").await,
        api.sign_in("bob").await,
    );
    let path = |id: &str| format!("/v1/admin/users/{id}");
    let silent = json!({"isActive": false, "reason": " "});
    let silent = admin.patch(&path(&bob.id), silent).await;
    assert_problem(&silent, 422, "VALIDATION_ERROR");
    let out = json!({"isActive": false, "reason": "x"});
    let own = admin.patch(&path(&admin.id), out.clone()).await;
    assert_problem(&own, 409, "CONFLICT");
    let nobody = path(api.app.ids.user().as_str());
    assert_problem(&admin.patch(&nobody, out).await, 404, "NOT_FOUND");
    bob.delete("/v1/me").await;
    let back = json!({"isActive": true, "reason": "x"});
    let gone = admin.patch(&path(&bob.id), back).await;
    assert_problem(&gone, 404, "NOT_FOUND");
}
