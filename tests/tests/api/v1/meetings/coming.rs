//! Coming and going: answers, requests, approval, hand-over, and who follows the host.

use crate::client::{Api, NOW, Person, assert_problem};
use serde_json::{Value, json};

async fn made(person: &Person<'_>, draft: Value) -> String {
    let (status, made) = person.post("/v1/meetings", draft).await;
    assert_eq!(status, 201, "{made}");
    format!("/v1/meetings/{}", made["id"].as_str().unwrap())
}

async fn status(person: &Person<'_>, path: &str) -> Value {
    let (status, answer) = person.post(path, None).await;
    assert_eq!(status, 200, "{answer}");
    answer["status"].clone()
}

#[tokio::test]
async fn an_invitation_is_accepted_declined_and_thought_of_again() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    let at = |what: &str| format!("{meeting}/{what}");
    assert_eq!(status(&bob, &at("accept")).await, "accepted");
    assert_problem(&bob.post(&at("accept"), None).await, 409, "CONFLICT");
    assert_eq!(status(&bob, &at("decline")).await, "declined");
    let people = bob.get(&at("participants")).await;
    assert_problem(&people, 403, "FORBIDDEN");
    assert_eq!(ada.get(&meeting).await.1["participantCount"], 1);
    assert_eq!(status(&bob, &at("accept")).await, "accepted");
    assert_eq!(status(&bob, &at("join")).await, "joined");
    assert_eq!(bob.post(&at("leave"), None).await.0, 204);
    assert_eq!(
        status(&bob, &at("join")).await,
        "joined",
        "who has left may come again"
    );
    let (_, people) = ada.get(&at("participants")).await;
    assert_eq!(
        (
            &people["items"][1]["joinedAt"],
            &people["items"][1]["leftAt"]
        ),
        (&json!(NOW), &Value::Null)
    );
    assert_problem(&ada.post(&at("decline"), None).await, 409, "CONFLICT");
    let eve = api.sign_in("eve").await;
    for what in ["accept", "decline", "join", "leave"] {
        assert_problem(&eve.post(&at(what), None).await, 404, "NOT_FOUND");
    }
}

#[tokio::test]
async fn who_asks_to_join_waits_for_host_or_co_host() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = json!({"title": "Open", "isPublic": true, "requiresApproval": true});
    let meeting = made(&ada, draft).await;
    let join = format!("{meeting}/join");
    assert_eq!(status(&bob, &join).await, "requested");
    assert_problem(&bob.post(&join, None).await, 409, "CONFLICT");
    let (_, seen) = bob.get(&meeting).await;
    assert_eq!((&seen["requested"], seen.get("role")), (&json!(true), None));
    assert_problem(
        &bob.get(&format!("{meeting}/notes")).await,
        404,
        "NOT_FOUND",
    );
    let (_, people) = ada.get(&format!("{meeting}/participants")).await;
    let asks = people["items"].as_array().unwrap().iter();
    let asks: Vec<_> = asks.filter(|one| one["status"] == "requested").collect();
    assert_eq!(
        (&asks[0]["userId"], &asks[0]["name"]),
        (&json!(bob.id), &json!("bob"))
    );
    assert_eq!(asks[0]["email"], json!(bob.id), "the address is not told");
    let answer = |what: &str| format!("{meeting}/participants/{}/{what}", bob.id);
    assert_problem(&bob.post(&answer("approve"), None).await, 404, "NOT_FOUND");
    assert_eq!(status(&ada, &answer("approve")).await, "accepted");
    assert_problem(&ada.post(&answer("refuse"), None).await, 409, "CONFLICT");
    assert_eq!(bob.get(&format!("{meeting}/notes")).await.0, 200);
    let carol = api.sign_in("carol").await;
    assert_eq!(status(&carol, &join).await, "requested");
    let refuse = format!("{meeting}/participants/{}/refuse", carol.id);
    assert_eq!(status(&ada, &refuse).await, "removed");
    assert_problem(&carol.post(&join, None).await, 403, "FORBIDDEN");
    let admin = api.sign_in_as("admin@example.com").await;
    for (action, count) in [
        ("joinMeeting", 3),
        ("approveParticipant", 1),
        ("refuseParticipant", 1),
    ] {
        let (_, rows) = admin.get(&format!("/v1/admin/audit?action={action}")).await;
        let done = rows["items"].as_array().unwrap().iter();
        let done = done.filter(|row| row["success"] == true).count();
        assert_eq!(done, count, "{action}: {rows}");
    }
}

#[tokio::test]
async fn a_public_meeting_shows_plain_participants_who_came_and_nobodys_address() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = made(&ada, json!({"title": "Open", "isPublic": true})).await;
    ada.invite(&meeting, "carol", "participant").await;
    assert_eq!(status(&bob, &format!("{meeting}/join")).await, "accepted");
    ada.post(&format!("{meeting}/start"), None).await;
    let eve = api.sign_in("eve").await;
    assert_eq!(status(&eve, &format!("{meeting}/join")).await, "joined");
    let path = format!("{meeting}/participants");
    let (_, seen) = bob.get(&path).await;
    assert!(!seen.to_string().contains("example.org"), "{seen}");
    assert_eq!(
        seen["items"].as_array().unwrap().len(),
        3,
        "carol has not come: {seen}"
    );
    let (_, first) = bob.get(&format!("{path}?limit=2")).await;
    let next = first["next"].as_str().unwrap();
    let (_, rest) = bob.get(&format!("{path}?limit=2&after={next}")).await;
    assert_eq!(rest["items"].as_array().unwrap().len(), 1);
    let (_, all) = ada.get(&path).await;
    assert!(all.to_string().contains("carol@example.org"));
}

#[tokio::test]
async fn of_many_who_come_at_once_as_many_get_in_as_there_is_room_for() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let draft = json!({"title": "Small", "isPublic": true, "maxParticipants": 3});
    let meeting = made(&ada, draft).await;
    let mut people = Vec::new();
    for at in 0..6 {
        people.push(api.sign_in(&format!("guest-{at}")).await);
    }
    let join = format!("{meeting}/join");
    let came = people.iter().map(|one| one.post(&join, None));
    let answers = futures_util::future::join_all(came).await;
    let (inside, outside): (Vec<_>, _) = answers.into_iter().partition(|one| one.0 == 200);
    assert_eq!(inside.len(), 2, "three with the host");
    for refused in outside {
        assert_problem(&refused, 409, "CONFLICT");
        assert_eq!(refused.1["reason"], "full");
    }
    assert_eq!(ada.get(&meeting).await.1["participantCount"], 3);
    let draft = json!({"email": "late@example.org", "role": "observer"});
    let full = ada.post(&format!("{meeting}/participants"), draft).await;
    assert_eq!(full.1["reason"], "full", "{}", full.1);
}

#[tokio::test]
async fn somebody_is_invited_by_user_id_and_their_address_stays_theirs() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/participants");
    let (code, invited) = ada
        .post(&path, json!({"userId": bob.id, "role": "participant"}))
        .await;
    assert_eq!(code, 201, "{invited}");
    assert!(!invited.to_string().contains("example.org"), "{invited}");
    assert_eq!(bob.get(&meeting).await.1["status"], "invited");
    let carol = api.sign_in("carol").await;
    carol
        .post(&format!("/v1/users/{}/block", ada.id), None)
        .await;
    let nobody = api.app.ids.user();
    for id in [carol.id.as_str(), nobody.as_str()] {
        let answer = ada
            .post(&path, json!({"userId": id, "role": "observer"}))
            .await;
        assert_problem(&answer, 404, "NOT_FOUND");
    }
    // By address afterwards they are the same.
    ada.invite(&meeting, "bob", "observer").await;
    assert_eq!(ada.get(&path).await.1["items"].as_array().unwrap().len(), 2);
    assert_eq!(bob.get(&meeting).await.1["role"], "observer");
}

#[tokio::test]
async fn roles_and_rights_are_changed_by_those_above() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "observer").await;
    let bob = api.sign_in("bob").await;
    let of = |who: &str| format!("{meeting}/participants/{who}");
    let changes = json!({"role": "participant", "canRecord": true});
    let (code, changed) = ada.patch(&of("Bob@example.org"), changes).await;
    assert_eq!(code, 200, "{changed}");
    assert_eq!(
        (&changed["role"], &changed["canRecord"]),
        (&json!("participant"), &json!(true))
    );
    assert_eq!(bob.get(&meeting).await.1["role"], "participant");
    let own = bob
        .patch(&of("bob@example.org"), json!({"role": "co-host"}))
        .await;
    assert_problem(&own, 403, "FORBIDDEN");
    let host = ada.patch(&of(&ada.id), json!({"role": "observer"})).await;
    assert_problem(&host, 409, "CONFLICT");
    let second = ada
        .patch(&of("bob@example.org"), json!({"role": "host"}))
        .await;
    assert_problem(&second, 422, "VALIDATION_ERROR");
    let nobody = ada
        .patch(&of("eve@example.org"), json!({"canShare": true}))
        .await;
    assert_problem(&nobody, 404, "NOT_FOUND");
}

#[tokio::test]
async fn a_host_hands_the_meeting_over_or_is_followed_when_they_leave() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.invite(&meeting, "carol", "co-host").await;
    let (bob, carol) = (api.sign_in("bob").await, api.sign_in("carol").await);
    let host = format!("{meeting}/host");
    assert_problem(
        &carol.post(&host, json!({"userId": carol.id})).await,
        403,
        "FORBIDDEN",
    );
    let eve = api.sign_in("eve").await;
    assert_problem(
        &ada.post(&host, json!({"userId": eve.id})).await,
        409,
        "CONFLICT",
    );
    let (code, now) = ada.post(&host, json!({"userId": bob.id})).await;
    assert_eq!((code.as_u16(), &now["role"]), (200, &json!("host")));
    assert_eq!(ada.get(&meeting).await.1["role"], "co-host");
    let leave = format!("{meeting}/leave");
    assert_eq!(bob.post(&leave, None).await.0, 204);
    let role = async |person: &Person<'_>| person.get(&meeting).await.1["role"].clone();
    // Of the co-hosts one who has come goes before one who was only asked.
    assert_eq!(
        (role(&ada).await, role(&carol).await),
        (json!("host"), json!("co-host"))
    );
    assert_eq!(role(&bob).await, "participant");
    assert_eq!(ada.post(&leave, None).await.0, 204);
    assert_eq!(role(&carol).await, "host");
    let last = carol.post(&leave, None).await;
    assert_problem(&last, 409, "CONFLICT");
    assert_eq!(last.1["reason"], "host");
}

#[tokio::test]
async fn a_retry_of_joining_gets_the_first_answer() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = json!({"title": "Open", "isPublic": true, "requiresApproval": true});
    let meeting = made(&ada, draft).await;
    let join = format!("{meeting}/join");
    let ask = || bob.keyed(reqwest::Method::POST, &join, "one", &Value::Null);
    let first = ask().await;
    assert_eq!(first.1["status"], "requested");
    assert_eq!(ask().await, first);
}

#[tokio::test]
async fn who_has_asked_to_join_takes_that_back_and_is_a_stranger_again() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = json!({"title": "Open", "isPublic": true, "requiresApproval": true});
    let meeting = made(&ada, draft).await;
    let (join, leave) = (format!("{meeting}/join"), format!("{meeting}/leave"));
    assert_problem(&bob.post(&leave, None).await, 404, "NOT_FOUND");
    assert_eq!(status(&bob, &join).await, "requested");
    assert_eq!(bob.post(&leave, None).await.0, 204);
    assert_eq!(bob.get(&meeting).await.1["requested"], false);
    let (_, people) = ada.get(&format!("{meeting}/participants")).await;
    assert_eq!(people["items"].as_array().unwrap().len(), 1, "{people}");
    assert_problem(&bob.post(&leave, None).await, 404, "NOT_FOUND");
    // It is no way around the approval, and can be done again.
    assert_eq!(status(&bob, &join).await, "requested");
    ada.patch(&meeting, json!({"isPublic": false})).await;
    assert_eq!(bob.post(&leave, None).await.0, 204);
    let asked = ada
        .post(&format!("{meeting}/participants/{}/approve", bob.id), None)
        .await;
    assert_problem(&asked, 404, "NOT_FOUND");
}
