//! What a meeting is planned to be: fields, changes, lists.

use crate::client::{Api, NOW, Person, assert_problem};
use serde_json::{Value, json};

async fn made(person: &Person<'_>, draft: Value) -> Value {
    let (status, made) = person.post("/v1/meetings", draft).await;
    assert_eq!(status, 201, "{made}");
    made
}

fn path(meeting: &Value) -> String {
    format!("/v1/meetings/{}", meeting["id"].as_str().unwrap())
}

fn titles(page: &Value) -> Vec<&str> {
    let items = page["items"].as_array().unwrap().iter();
    items.map(|one| one["title"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn a_meeting_has_all_that_was_planned() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Planning", "description": "  What next  ", "scheduledAt": NOW,
        "timezone": "europe/lisbon", "durationMinutes": 45, "maxParticipants": 4,
        "settings": {"recording": true}, "tags": ["team", "50%"], "isPublic": true,
        "requiresApproval": true});
    let meeting = made(&ada, draft).await;
    assert_eq!(ada.get(&path(&meeting)).await.1, meeting);
    assert_eq!(meeting["description"], "What next");
    assert_eq!(meeting["timezone"], "Europe/Lisbon");
    assert_eq!(meeting["tags"], json!(["team", "50%"]));
    let settings = json!({"recording": true, "transcription": true, "aiAssistant": true});
    assert_eq!(meeting["settings"], settings);
    assert_eq!(meeting["maxParticipants"], 4);
}

#[tokio::test]
async fn an_instant_meeting_runs_at_once() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = made(&ada, json!({"title": "Now", "type": "instant"})).await;
    assert_eq!(
        (&meeting["state"], &meeting["startedAt"]),
        (&json!("active"), &json!(NOW))
    );
    api.app.clock.advance(90);
    let (_, ended) = ada.post(&format!("{}/end", path(&meeting)), None).await;
    assert_eq!(ended["actualDuration"], 90);
}

#[tokio::test]
async fn a_meeting_for_more_than_the_plan_allows_is_refused_and_is_not_made() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let many = json!({"title": "Many", "maxParticipants": 7});
    let refused = ada.post("/v1/meetings", many).await;
    assert_problem(&refused, 403, "FORBIDDEN");
    assert_eq!(refused.1["reason"], "entitlement");
    assert_eq!(titles(&ada.get("/v1/meetings").await.1), [""; 0]);
    let meeting = path(&made(&ada, json!({"title": "Few", "maxParticipants": 6})).await);
    let more = ada.patch(&meeting, json!({"maxParticipants": 7})).await;
    assert_problem(&more, 403, "FORBIDDEN");
}

#[tokio::test]
async fn what_is_changed_is_changed_and_the_rest_stays() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Old", "description": "d", "scheduledAt": NOW, "tags": ["a"]});
    let before = made(&ada, draft).await;
    let meeting = path(&before);
    let changes = json!({"title": "New", "description": null, "durationMinutes": 30});
    let (status, after) = ada.patch(&meeting, changes).await;
    assert_eq!(status, 200, "{after}");
    let mut expected = before.clone();
    expected["title"] = "New".into();
    expected["description"] = Value::Null;
    expected["durationMinutes"] = 30.into();
    assert_eq!(after, expected);
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    let refused = bob.patch(&meeting, json!({"title": "Mine"})).await;
    assert_problem(&refused, 403, "FORBIDDEN");
    ada.post(&format!("{meeting}/start"), None).await;
    let late = ada.patch(&meeting, json!({"scheduledAt": NOW + 1})).await;
    assert_problem(&late, 409, "CONFLICT");
    assert_eq!(ada.patch(&meeting, json!({"tags": []})).await.0, 200);
    let bad = ada.patch(&meeting, json!({"title": ""})).await;
    assert_problem(&bad, 422, "VALIDATION_ERROR");
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?action=updateMeeting").await;
    let mut rows = rows["items"].as_array().unwrap().iter();
    let fields = json!({"fields": ["title", "description", "durationMinutes"]});
    assert!(rows.any(|row| row["changes"] == fields), "{rows:?}");
}

#[tokio::test]
async fn a_cancelled_meeting_is_over_and_never_began() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let cancel = format!("{meeting}/cancel");
    let (status, cancelled) = ada.post(&cancel, None).await;
    assert_eq!(
        (status.as_u16(), &cancelled["state"]),
        (200, &json!("cancelled"))
    );
    assert_eq!(cancelled["actualDuration"], Value::Null);
    assert_problem(&ada.post(&cancel, None).await, 409, "CONFLICT");
    assert_problem(
        &ada.post(&format!("{meeting}/start"), None).await,
        409,
        "CONFLICT",
    );
}

#[tokio::test]
async fn a_list_is_narrowed_by_every_filter() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    for (title, more) in [
        ("Ärger 100%", json!({"tags": ["team"], "scheduledAt": NOW})),
        (
            "Planning",
            json!({"tags": ["teams"], "scheduledAt": NOW + 10}),
        ),
        ("Now", json!({"type": "instant"})),
    ] {
        let mut draft = json!({"title": title});
        for (name, value) in more.as_object().unwrap() {
            draft[name] = value.clone();
        }
        made(&ada, draft).await;
        api.app.clock.advance(1);
    }
    let other = path(&made(&bob, json!({"title": "Bob's"})).await);
    bob.invite(&other, "ada", "observer").await;
    let found = async |query: &str| {
        let (status, page) = ada.get(&format!("/v1/meetings?{query}")).await;
        assert_eq!(status, 200, "{page}");
        titles(&page).join(",")
    };
    assert_eq!(found("").await, "Bob's,Now,Planning,Ärger 100%");
    for (query, expected) in [
        ("state=active", "Now"),
        ("type=instant", "Now"),
        ("q=%C3%84RGER", "Ärger 100%"),
        ("q=%25", "Ärger 100%"),
        ("q=_", ""),
        ("tag=team", "Ärger 100%"),
        ("role=observer", "Bob's"),
        ("role=host&q=n", "Now,Planning"),
        (&format!("from={NOW}&to={}", NOW + 10), "Ärger 100%"),
        (&format!("from={}", NOW + 1), "Planning"),
        (&format!("to={NOW}"), ""),
    ] {
        assert_eq!(found(query).await, expected, "{query}");
    }
    let (_, first) = ada.get("/v1/meetings?role=host&limit=2").await;
    assert_eq!(titles(&first), ["Now", "Planning"]);
    let next = first["next"].as_str().unwrap();
    assert_eq!(
        found(&format!("role=host&limit=2&after={next}")).await,
        "Ärger 100%"
    );
    for (bad, status) in [("from=5&to=5", 422), ("state=over", 422), ("q=%00", 422)] {
        let answer = ada.get(&format!("/v1/meetings?{bad}")).await;
        assert_problem(&answer, status, "VALIDATION_ERROR");
    }
}

#[tokio::test]
async fn public_meetings_are_listed_to_all_but_whom_a_block_keeps_apart() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let open = made(&ada, json!({"title": "Open", "isPublic": true})).await;
    made(&ada, json!({"title": "Closed"})).await;
    let listed = async || bob.get("/v1/meetings/public?q=o").await.1;
    let page = listed().await;
    assert_eq!(titles(&page), ["Open"]);
    assert_eq!(page["items"][0]["requested"], false);
    assert_eq!(page["items"][0].get("role"), None);
    assert_eq!(bob.get(&path(&open)).await.1, page["items"][0]);
    let block = format!("/v1/users/{}/block", ada.id);
    assert_eq!(bob.post(&block, None).await.0, 204);
    assert_eq!(titles(&listed().await), [""; 0]);
    assert_problem(&bob.get(&path(&open)).await, 404, "NOT_FOUND");
    let join = format!("{}/join", path(&open));
    assert_problem(&bob.post(&join, None).await, 404, "NOT_FOUND");
}
