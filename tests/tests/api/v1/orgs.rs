//! `/v1/orgs`, `/v1/me/entitlements` and what the plan allows in a meeting.

use crate::client::{Api, NOW, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

#[tokio::test]
async fn whoever_makes_an_organisation_decides_who_belongs_to_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let (status, org) = ada.post("/v1/orgs", json!({"name": " Acme "})).await;
    let expected = json!({"id": org["id"], "name": "Acme", "role": "admin", "createdAt": NOW});
    assert_eq!((status.as_u16(), &org), (201, &expected));
    let path = format!("/v1/orgs/{}", org["id"].as_str().unwrap());
    let members = format!("{path}/members");
    assert_problem(&bob.get(&path).await, 404, "NOT_FOUND");
    assert_problem(&bob.get(&members).await, 404, "NOT_FOUND");
    let draft = |name: &str| json!({"email": format!("{name}@example.org"), "role": "member"});
    let unknown = ada.post(&members, draft("nobody")).await;
    assert_problem(&unknown, 422, "VALIDATION_ERROR");
    assert_eq!(ada.post(&members, draft("bob")).await.0, 201);
    assert_eq!(bob.get(&path).await.1["role"], "member");
    assert_problem(&bob.post(&members, draft("ada")).await, 403, "FORBIDDEN");
    let own = format!("{members}/{}", ada.id);
    let send = async |method, path: &str, token: &str, body: Option<Value>| {
        api.send(method, path, Some(token), body.as_ref()).await
    };
    let last = send(Method::DELETE, &own, &ada.token, None).await;
    assert_problem(&last, 409, "CONFLICT");
    let bobs = format!("{members}/{}", bob.id);
    let role = Some(json!({"role": "admin"}));
    assert_eq!(send(Method::PUT, &bobs, &ada.token, role).await.0, 200);
    assert_eq!(send(Method::DELETE, &own, &ada.token, None).await.0, 204);
    assert_problem(&ada.get(&path).await, 404, "NOT_FOUND");
    assert_eq!(ada.get("/v1/orgs").await.1["items"], json!([]));
}

#[tokio::test]
async fn a_person_alone_is_on_the_free_plan() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (status, me) = ada.get("/v1/me/entitlements").await;
    assert_eq!(status, 200);
    assert_eq!(me["org"], Value::Null);
    let expected = json!({"plan": "free", "changesAt": null,
        "features": ["video.webrtc", "transcription", "ai.precall", "matching"],
        "limits": {"participants": 6, "meetingMinutes": 60, "transcriptRetentionDays": 30,
            "aiCallsPerDay": 20}});
    assert_eq!(me["entitlements"], expected);
    assert_eq!(me["flags"]["insights"], true);
    assert_eq!(ada.get("/v1/flags").await.1, me["flags"]);
    let of_meeting = format!("{}/entitlements", ada.meeting().await);
    assert_eq!(ada.get(&of_meeting).await.1, expected);
}

#[tokio::test]
async fn a_meeting_takes_as_many_people_as_the_plan_allows() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    for guest in 0..5 {
        ada.invite(&meeting, &format!("guest-{guest}"), "participant")
            .await;
    }
    let draft = json!({"email": "one@example.org", "role": "observer"});
    let full = ada.post(&format!("{meeting}/participants"), draft).await;
    assert_problem(&full, 403, "FORBIDDEN");
    assert_eq!(full.1["reason"], "entitlement");
    assert_eq!(full.1["errors"][0]["pointer"], "/limits/participants");
    // Who is in already may get another role.
    ada.invite(&meeting, "guest-0", "observer").await;
}

fn chunk(segment: u32, at: u64) -> Value {
    json!({"chunks": [{"sourceId": "mic", "segmentId": segment.to_string(), "revision": 0,
        "isInterim": false, "text": "hello", "startMs": at, "endMs": at + 1,
        "speaker": {"label": "Ada"}}]})
}

#[tokio::test]
async fn a_meeting_takes_transcript_for_as_long_as_the_plan_lets_it_run() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let path = format!("{meeting}/transcript");
    api.app.clock.advance(60 * 60_000 - 1);
    assert_eq!(ada.post(&path, chunk(1, NOW)).await.0, 200);
    api.app.clock.advance(1);
    let over = ada.post(&path, chunk(2, NOW)).await;
    assert_problem(&over, 403, "FORBIDDEN");
    assert_eq!(over.1["errors"][0]["pointer"], "/limits/meetingMinutes");
    assert_eq!(
        ada.post(&format!("{meeting}/end"), Value::Null).await.0,
        200
    );
}

#[tokio::test]
async fn transcript_older_than_the_plan_keeps_is_not_shown_and_a_week_later_deleted() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let path = format!("{meeting}/transcript");
    assert_eq!(ada.post(&path, chunk(1, NOW)).await.0, 200);
    let shown = async || {
        let ada = api.sign_in("ada").await;
        ada.get(&path).await.1["items"].as_array().unwrap().len()
    };
    api.app.clock.advance(30 * DAY_MS);
    assert_eq!(shown().await, 1);
    let sweep = async || {
        let swept = connvo_server::transcript::retention::sweep(&api.app);
        swept.await.unwrap()
    };
    assert_eq!(sweep().await, 0);
    api.app.clock.advance(1);
    assert_eq!(shown().await, 0);
    assert_eq!(sweep().await, 0);
    api.app.clock.advance(7 * DAY_MS - 1);
    assert_eq!(sweep().await, 0);
    api.app.clock.advance(1);
    assert_eq!(sweep().await, 1);
    assert_eq!(sweep().await, 0);
}
