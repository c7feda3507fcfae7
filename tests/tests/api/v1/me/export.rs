//! `GET /v1/me/export`.

use crate::client::{Api, NOW, Person};
use connvo_server::person::export::store::Section;
use connvo_server::user;
use reqwest::Method;
use serde_json::{Value, json};

async fn export(person: &Person<'_>) -> Vec<Value> {
    let request = person.api.request(Method::GET, "/v1/me/export");
    let answer = request.bearer_auth(&person.token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "application/x-ndjson");
    let text = answer.text().await.unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn of(lines: &[Value], kind: &str) -> Vec<Value> {
    let of = lines.iter().filter(|line| line["type"] == kind);
    of.map(|line| line["data"].clone()).collect()
}

#[tokio::test]
async fn everything_kept_about_me_comes_as_lines() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    ada.put("/v1/me/profile", json!({"bio": "I draw."})).await;
    let said = json!({"items": [{"slug": "rust", "proficiency": "expert"}]});
    ada.put("/v1/me/interests", said).await;
    ada.post(
        "/v1/connections",
        json!({"userId": bob.id, "kind": "follow"}),
    )
    .await;
    ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let (_, other) = bob.post("/v1/orgs", json!({"name": "Other"})).await;
    let asked = format!("/v1/orgs/{}/members", other["id"].as_str().unwrap());
    let member = json!({"email": "ada@example.org", "role": "member"});
    assert_eq!(bob.post(&asked, member).await.0, 201);
    let admin = api.sign_in_as("admin@example.com").await;
    let known = admin.get(&format!("/v1/admin/users/{}", ada.id)).await;
    assert_eq!(known.0, 200);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    for at in 0..25 {
        ada.operate(&meeting, at, at + 1, json!([{"insert": "x"}]))
            .await;
    }
    bob.operate(&meeting, 25, 1, json!([{"insert": "not mine"}]))
        .await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let chunk = |segment: u32, label: &str, user: &str| {
        json!({"sourceId": "mic", "segmentId": segment.to_string(), "text": label, "startMs": 0,
            "endMs": 1, "speaker": {"label": label, "userId": user}})
    };
    let mut chunks: Vec<Value> = (0..150).map(|at| chunk(at, "mine", &ada.id)).collect();
    chunks.push(chunk(200, "of bob", &bob.id));
    for some in chunks.chunks(50) {
        let path = format!("{meeting}/transcript");
        let (status, said) = ada.post(&path, json!({"chunks": some})).await;
        assert_eq!(status, 200, "{said}");
    }
    for (who, text) in [(&ada, "hers"), (&bob, "not mine")] {
        let said = json!({ "text": text });
        let said = who.post(&format!("{meeting}/messages"), said).await;
        assert_eq!(said.0, 200, "{}", said.1);
    }
    let lines = export(&ada).await;
    for section in Section::ALL {
        let kind = section.as_str();
        assert!(!of(&lines, kind).is_empty(), "there is one of each: {kind}");
    }
    let about = of(&lines, "auditRowAbout");
    let mut about: Vec<_> = about.iter().map(|row| row["action"].to_string()).collect();
    about.sort();
    assert_eq!(about, ["\"createUser\"", "\"readUser\""]);
    let orgs = of(&lines, "org");
    let mut orgs: Vec<_> = orgs
        .iter()
        .map(|org| (&org["name"], &org["status"]))
        .collect();
    orgs.sort_by_key(|org| org.0.to_string());
    let expected =
        [("Acme", "active"), ("Other", "pending")].map(|org| (json!(org.0), json!(org.1)));
    assert_eq!(
        orgs,
        [
            (&expected[0].0, &expected[0].1),
            (&expected[1].0, &expected[1].1)
        ]
    );
    assert_eq!(of(&lines, "orgMembership").len(), 1);
    assert_eq!(of(&lines, "user")[0]["email"], "ada@example.org");
    assert_eq!(of(&lines, "profile")[0]["bio"], "I draw.");
    assert_eq!(of(&lines, "interest")[0]["slug"], "rust");
    assert_eq!(of(&lines, "connection")[0]["userId"], bob.id);
    assert_eq!(of(&lines, "session").len(), 1);
    assert_eq!(of(&lines, "meeting")[0]["title"], "Stand-up");
    assert_eq!(of(&lines, "membership")[0]["role"], "host");
    let entries = of(&lines, "noteEntry");
    assert_eq!(entries.len(), 25);
    assert_eq!(entries[24]["sequence"], 25);
    assert_eq!(entries[0]["operation"], json!([{"insert": "x"}]));
    let said = of(&lines, "transcriptChunk");
    assert_eq!(said.len(), 150);
    assert!(said.iter().all(|chunk| chunk["speakerLabel"] == "mine"));
    let did = of(&lines, "auditRow");
    assert!(did.iter().any(|row| row["action"] == "exportPerson"));
    assert!(did.iter().all(|row| row["actorId"] == ada.id));
    let end = lines.last().unwrap();
    assert_eq!(
        *end,
        json!({"type": "end", "data": {"lines": lines.len() - 1}})
    );
    let text = json!(lines).to_string();
    assert!(!text.contains("not mine") && !text.contains("of bob"));
    for others in [&admin.id, "bob@example.org", "admin@example.com"] {
        assert!(!text.contains(others), "{others}");
    }
}

#[tokio::test]
async fn who_is_blocked_finds_nothing_of_it_in_the_export() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let block = format!("/v1/users/{}/block", bob.id);
    assert_eq!(ada.post(&block, Value::Null).await.0, 204);
    assert_eq!(of(&export(&ada).await, "connection")[0]["userId"], bob.id);
    let text = json!(export(&bob).await).to_string();
    assert!(!text.contains(&ada.id), "{text}");
}

#[tokio::test]
async fn the_export_has_what_is_counted_and_whom_nobody_sees() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    for other in [&bob, &eve] {
        let ask = json!({"userId": other.id, "kind": "connection"});
        let (_, asked) = ada.post("/v1/connections", ask).await;
        let accept = format!("/v1/connections/{}/accept", asked["id"].as_str().unwrap());
        assert_eq!(other.post(&accept, Value::Null).await.0, 200);
    }
    user::set_active(&api.app, &bob.id.parse().unwrap(), false)
        .await
        .unwrap();
    let (_, seen) = ada.get("/v1/connections").await;
    assert_eq!(seen["items"].as_array().unwrap().len(), 1);
    let lines = export(&ada).await;
    let connections = of(&lines, "connection");
    let mut names: Vec<_> = connections
        .iter()
        .map(|one| (&one["userId"], &one["name"]))
        .collect();
    names.sort_by_key(|one| one.1.to_string());
    let expected = [(json!(eve.id), json!("eve")), (json!(bob.id), Value::Null)];
    assert_eq!(names, expected.each_ref().map(|one| (&one.0, &one.1)));
    let profile = &of(&lines, "profile")[0];
    assert_eq!(
        (&profile["connectionCount"], &profile["meetingCount"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(profile["averageRating"], Value::Null);
    let user = &of(&lines, "user")[0];
    assert_eq!(user["isActive"], true);
    // Not written yet.
    assert_eq!(user["lastSeenAt"], NOW);
}

#[tokio::test]
async fn the_export_of_somebody_new_has_the_account_alone() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let kinds: Vec<Value> = export(&ada)
        .await
        .iter()
        .map(|line| line["type"].clone())
        .collect();
    assert_eq!(
        kinds,
        [
            "user",
            "profile",
            "session",
            "auditRow",
            "auditRow",
            "auditRowAbout",
            "end"
        ]
    );
}
