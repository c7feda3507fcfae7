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
    let expected = json!({"id": org["id"], "name": "Acme", "role": "admin", "status": "active",
        "createdAt": NOW});
    assert_eq!((status.as_u16(), &org), (201, &expected));
    let path = format!("/v1/orgs/{}", org["id"].as_str().unwrap());
    let members = format!("{path}/members");
    assert_problem(&bob.get(&path).await, 404, "NOT_FOUND");
    assert_problem(&bob.get(&members).await, 404, "NOT_FOUND");
    let draft = |name: &str| json!({"email": format!("{name}@example.org"), "role": "member"});
    // Whether an account has the address is not told.
    for name in ["bob", "nobody"] {
        let invited = json!({"email": format!("{name}@example.org"), "role": "member",
            "status": "pending", "invitedAt": NOW});
        let (status, answer) = ada.post(&members, draft(name)).await;
        assert_eq!((status.as_u16(), answer), (201, invited));
    }
    // Who is asked sees no more than that, and belongs to it once they accept.
    assert_problem(&bob.get(&path).await, 404, "NOT_FOUND");
    let (_, asked) = bob.get("/v1/orgs").await;
    let pending = json!({"id": org["id"], "name": "Acme", "role": "member", "status": "pending",
        "createdAt": NOW});
    assert_eq!(asked["items"], json!([pending]));
    assert_eq!(bob.get("/v1/me/entitlements").await.1["org"], Value::Null);
    let accept = format!("{path}/accept");
    assert_eq!(bob.post(&accept, Value::Null).await.0, 200);
    let again = bob.post(&accept, Value::Null).await;
    assert_problem(&again, 404, "NOT_FOUND");
    assert_eq!(bob.get(&path).await.1["role"], "member");
    let member = ada.post(&members, draft("bob")).await;
    assert_problem(&member, 409, "CONFLICT");
    assert_problem(&bob.post(&members, draft("ada")).await, 403, "FORBIDDEN");
    let waiting = format!("{path}/invitations");
    assert_problem(&bob.get(&waiting).await, 403, "FORBIDDEN");
    let (_, left) = ada.get(&waiting).await;
    assert_eq!(left["items"][0]["email"], "nobody@example.org");
    let nobody = format!("{waiting}/nobody@example.org");
    assert_eq!(ada.delete(&nobody).await.0, 204);
    assert_problem(&ada.delete(&nobody).await, 404, "NOT_FOUND");
    let own = format!("{members}/{}", ada.id);
    assert_problem(&ada.delete(&own).await, 409, "CONFLICT");
    let bobs = format!("{members}/{}", bob.id);
    let role = json!({"role": "admin"});
    let put = api.send(Method::PUT, &bobs, Some(&ada.token), Some(&role));
    assert_eq!(put.await.0, 200);
    assert_eq!(ada.delete(&own).await.0, 204);
    assert_problem(&ada.get(&path).await, 404, "NOT_FOUND");
    assert_eq!(ada.get("/v1/orgs").await.1["items"], json!([]));
}

#[tokio::test]
async fn who_is_asked_may_decline_and_the_last_administrator_closes() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let path = format!("/v1/orgs/{}", org["id"].as_str().unwrap());
    let draft = json!({"email": "bob@example.org", "role": "admin"});
    let invite = async || ada.post(&format!("{path}/members"), draft.clone()).await.0;
    assert_eq!(invite().await, 201);
    let own = format!("{path}/members/{}", bob.id);
    assert_eq!(bob.delete(&own).await.0, 204);
    assert_eq!(bob.get("/v1/orgs").await.1["items"], json!([]));
    assert_problem(&bob.delete(&own).await, 404, "NOT_FOUND");
    assert_eq!(invite().await, 201);
    assert_eq!(
        bob.post(&format!("{path}/accept"), Value::Null).await.0,
        200
    );
    assert_problem(&ada.delete(&path).await, 409, "CONFLICT");
    assert_eq!(bob.delete(&own).await.0, 204);
    assert_problem(&bob.delete(&path).await, 404, "NOT_FOUND");
    assert_eq!(ada.delete(&path).await.0, 204);
    assert_problem(&ada.get(&path).await, 404, "NOT_FOUND");
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
