//! `/v1/meetings/{id}/participants`.

use crate::client::{Api, NOW, assert_problem};
use serde_json::json;

#[tokio::test]
async fn an_invitation_by_address_waits_until_its_owner_signs_in() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/participants");
    let draft = json!({"email": "Bob@Example.org", "role": "participant"});
    let (status, invited) = ada.post(&path, draft).await;
    assert_eq!(status, 201);
    let expected = json!({"userId": null, "email": "bob@example.org", "name": null,
        "role": "participant", "invitedAt": NOW});
    assert_eq!(invited, expected);
    let bob = api.sign_in("bob").await;
    let (_, listed) = bob.get(&path).await;
    assert_eq!(listed["items"][1]["userId"], json!(bob.id));
    assert_eq!(listed["items"][1]["name"], "bob");
    assert_eq!(bob.get(&meeting).await.1["role"], "participant");
}

#[tokio::test]
async fn host_and_co_host_invite_and_others_may_not() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/participants");
    let draft = || json!({"email": "new@example.org", "role": "observer"});
    for (name, role, allowed) in [
        ("carol", "co-host", true),
        ("bob", "participant", false),
        ("olga", "observer", false),
    ] {
        ada.invite(&meeting, name, role).await;
        let person = api.sign_in(name).await;
        let answer = person.post(&path, draft()).await;
        if allowed {
            assert_eq!(answer.0, 201);
        } else {
            assert_problem(&answer, 403, "FORBIDDEN");
        }
    }
}

#[tokio::test]
async fn a_second_host_and_a_bad_address_are_refused() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let path = format!("{}/participants", ada.meeting().await);
    for (draft, pointer) in [
        (json!({"email": "bob@example.org", "role": "host"}), "/role"),
        (json!({"email": "bob", "role": "observer"}), "/email"),
        (json!({"email": "bob@example.org", "role": "king"}), "/role"),
    ] {
        let answer = ada.post(&path, draft).await;
        assert_problem(&answer, 422, "VALIDATION_ERROR");
        assert_eq!(answer.1["errors"][0]["pointer"], pointer);
    }
}

#[tokio::test]
async fn a_role_is_changed_by_inviting_again_but_never_the_hosts() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    ada.invite(&meeting, "bob", "observer").await;
    let bob = api.sign_in("bob").await;
    assert_eq!(bob.get(&meeting).await.1["role"], "observer");
    let own = json!({"email": "ada@example.org", "role": "observer"});
    let answer = ada.post(&format!("{meeting}/participants"), own).await;
    assert_problem(&answer, 409, "CONFLICT");
}
