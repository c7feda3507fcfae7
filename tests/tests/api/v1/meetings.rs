//! `/v1/meetings` and `/v1/meetings/{id}`.

use crate::client::{Api, NOW, assert_problem};
use serde_json::{Value, json};

#[tokio::test]
async fn a_new_meeting_is_scheduled_and_its_maker_is_the_host() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (status, made) = ada
        .post("/v1/meetings", json!({"title": "  Planning "}))
        .await;
    assert_eq!(status, 201);
    let expected = json!({
        "id": made["id"], "title": "Planning", "state": "scheduled", "role": "host",
        "organizerId": ada.id, "createdAt": NOW, "updatedAt": NOW, "startedAt": null, "endedAt": null,
        "isPublic": false, "status": "joined", "canShare": true, "canRecord": false,
        "canInvite": false, "description": null, "type": "scheduled", "scheduledAt": null,
        "timezone": null, "durationMinutes": null, "maxParticipants": null,
        "settings": {"recording": false, "transcription": true, "aiAssistant": true},
        "tags": [], "requiresApproval": false, "rrule": null, "seriesId": null, "occurrenceAt": null,
        "participantCount": 1, "actualDuration": null,
    });
    assert_eq!(made, expected);
    let path = format!("/v1/meetings/{}", made["id"].as_str().unwrap());
    assert_eq!(ada.get(&path).await.1, expected);
}

#[tokio::test]
async fn a_title_has_one_to_two_hundred_units() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for title in ["", "   ", &"😀".repeat(101)] {
        let answer = ada.post("/v1/meetings", json!({"title": title})).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
        assert_eq!(answer.1["errors"][0]["pointer"], "/title");
    }
    let title = "😀".repeat(100);
    let (status, _) = ada.post("/v1/meetings", json!({"title": title})).await;
    assert_eq!(status, 201);
}

#[tokio::test]
async fn strangers_learn_nothing() {
    let api = Api::start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let meeting = ada.meeting().await;
    let absent = "/v1/meetings/0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
    for tail in [
        "",
        "/participants",
        "/notes",
        "/notes/ops",
        "/notes/history",
        "/notes/versions/0",
        "/transcript",
    ] {
        let hidden = eve.get(&format!("{meeting}{tail}")).await;
        assert_problem(&hidden, 404, "NOT_FOUND");
        let missing = eve.get(&format!("{absent}{tail}")).await;
        assert_eq!(hidden.1["detail"], missing.1["detail"]);
    }
    for tail in ["/start", "/end", "/notes/versions/0/restore"] {
        let answer = eve.post(&format!("{meeting}{tail}"), Value::Null).await;
        assert_problem(&answer, 404, "NOT_FOUND");
    }
    assert_problem(&ada.get("/v1/meetings/not-an-id").await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn my_meetings_are_listed_newest_first_in_pages() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let mut made = Vec::new();
    for _ in 0..3 {
        made.push(ada.meeting().await);
        bob.meeting().await;
        api.app.clock.advance(1);
    }
    made.reverse();
    let (_, first) = ada.get("/v1/meetings?limit=2").await;
    let next = first["next"].as_str().unwrap();
    let (_, rest) = ada.get(&format!("/v1/meetings?limit=2&after={next}")).await;
    assert_eq!(rest["next"], Value::Null);
    let pages = [first, rest];
    let seen: Vec<String> = pages
        .iter()
        .flat_map(|page| page["items"].as_array().unwrap())
        .map(|item| format!("/v1/meetings/{}", item["id"].as_str().unwrap()))
        .collect();
    assert_eq!(seen, made);
}

#[tokio::test]
async fn pages_are_bounded() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for query in ["limit=0", "limit=101", "limit=x", "after=x"] {
        let answer = ada.get(&format!("/v1/meetings?{query}")).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
    }
    let members = format!("{}/participants?after=%00", ada.meeting().await);
    assert_problem(&ada.get(&members).await, 422, "VALIDATION_ERROR");
}

#[tokio::test]
async fn strangers_learn_that_a_public_meeting_is_there_and_no_more() {
    let api = Api::start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let draft = json!({"title": "Open day", "isPublic": true});
    let (_, made) = ada.post("/v1/meetings", draft).await;
    let path = format!("/v1/meetings/{}", made["id"].as_str().unwrap());
    let seen = json!({"id": made["id"], "title": "Open day", "state": "scheduled",
        "isPublic": true, "createdAt": NOW, "description": null, "type": "scheduled",
        "scheduledAt": null, "timezone": null, "durationMinutes": null, "maxParticipants": null,
        "settings": {"recording": false, "transcription": true, "aiAssistant": true},
        "tags": [], "requiresApproval": false, "rrule": null, "participantCount": 1,
        "requested": false});
    assert_eq!(eve.get(&path).await.1, seen);
    for rest in ["/participants", "/notes", "/transcript"] {
        let answer = eve.get(&format!("{path}{rest}")).await;
        assert_problem(&answer, 404, "NOT_FOUND");
    }
    assert_eq!(eve.get("/v1/meetings").await.1["items"], json!([]));
}
