//! `/v1/meetings/{id}/participants`.

use crate::client::{Api, NOW, assert_problem};
use connvo_server::db::StoreError;
use connvo_server::on_db;
use serde_json::{Value, json};

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
        "role": "participant", "status": "invited", "canShare": true, "canRecord": false,
        "canInvite": false, "invitedAt": NOW, "joinedAt": null, "leftAt": null,
        "messageCount": 0, "speakingTime": 0});
    assert_eq!(invited, expected);
    let bob = api.sign_in("bob").await;
    let (_, listed) = bob.get(&path).await;
    assert_eq!(listed["items"][1]["userId"], json!(bob.id));
    assert_eq!(listed["items"][1]["name"], "bob");
    assert_eq!(bob.get(&meeting).await.1["role"], "participant");
}

#[tokio::test]
async fn an_invited_address_tells_nobody_who_has_it_before_they_come_in() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/participants");
    let draft = json!({"email": "bob@example.org", "role": "participant"});
    let (_, invited) = ada.post(&path, draft).await;
    let hidden = (&Value::Null, &Value::Null);
    assert_eq!((&invited["userId"], &invited["name"]), hidden);
    let seen = async || ada.get(&path).await.1["items"][1].clone();
    // Neither being told of the meeting nor looking at who is in it is coming in.
    assert_eq!(bob.get(&meeting).await.0, 200);
    assert_eq!(bob.get(&path).await.0, 200);
    let before = seen().await;
    assert_eq!((&before["userId"], &before["name"]), hidden);
    let by_id = ada.delete(&format!("{path}/{}", bob.id)).await;
    assert_problem(&by_id, 404, "NOT_FOUND");
    for _ in 0..2 {
        assert_eq!(bob.get(&format!("{meeting}/notes")).await.0, 200);
    }
    let after = seen().await;
    let known = (&json!(bob.id), &json!("bob"));
    assert_eq!((&after["userId"], &after["name"]), known);
    assert_eq!(after["status"], "joined");
    let admin = api.sign_in_as("admin@example.com").await;
    let (_, rows) = admin.get("/v1/admin/audit?action=joinMeeting").await;
    let rows = rows["items"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["actorId"]), (1, &json!(bob.id)));
    assert_eq!(ada.delete(&format!("{path}/{}", bob.id)).await.0, 204);
}

#[tokio::test]
async fn an_invitation_of_somebody_blocked_is_told_as_any_and_reaches_nobody() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let block = format!("/v1/users/{}/block", ada.id);
    assert_eq!(bob.post(&block, None).await.0, 204);
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/participants");
    let invite = async |email: &str| {
        let draft = json!({"email": email, "role": "participant"});
        let (status, mut invited) = ada.post(&path, draft).await;
        invited["email"] = Value::Null;
        (status, invited)
    };
    assert_eq!(
        invite("bob@example.org").await,
        invite("nobody@example.org").await
    );
    let bob = api.sign_in("bob").await;
    assert_eq!(bob.get("/v1/meetings").await.1["items"], json!([]));
    for part in ["", "/notes", "/participants"] {
        assert_problem(
            &bob.get(&format!("{meeting}{part}")).await,
            404,
            "NOT_FOUND",
        );
    }
    let (_, listed) = ada.get(&path).await;
    assert_eq!(listed["items"][1]["userId"], Value::Null);
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

#[tokio::test]
async fn who_is_sent_away_or_leaves_is_gone_until_invited_again() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    let away = format!("{meeting}/participants/bob@example.org");
    assert_problem(&bob.delete(&away).await, 403, "FORBIDDEN");
    assert_eq!(ada.delete(&away).await.0, 204);
    assert_problem(&ada.delete(&away).await, 409, "CONFLICT");
    assert_problem(&bob.get(&meeting).await, 404, "NOT_FOUND");
    let (_, mine) = bob.get("/v1/meetings").await;
    assert_eq!(mine["items"], json!([]));
    ada.invite(&meeting, "bob", "participant").await;
    let leave = format!("{meeting}/leave");
    assert_eq!(bob.post(&leave, None).await.0, 204);
    assert_eq!(bob.get(&meeting).await.1["status"], "left");
    let notes = bob.get(&format!("{meeting}/notes")).await;
    assert_problem(&notes, 403, "FORBIDDEN");
    assert_problem(&ada.post(&leave, None).await, 409, "CONFLICT");
    let nobody = format!("{meeting}/participants/nobody@example.org");
    assert_problem(&ada.delete(&nobody).await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn a_participant_invites_when_allowed_to_but_nobody_above_themselves() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/participants");
    let draft = json!({"email": "bob@example.org", "role": "participant", "canInvite": true});
    assert_eq!(ada.post(&path, draft).await.1["canInvite"], true);
    let bob = api.sign_in("bob").await;
    let invite =
        |role, more: bool| json!({"email": "guest@example.org", "role": role, "canRecord": more});
    assert_eq!(bob.post(&path, invite("participant", false)).await.0, 201);
    assert_problem(
        &bob.post(&path, invite("co-host", false)).await,
        403,
        "FORBIDDEN",
    );
    assert_problem(
        &bob.post(&path, invite("observer", true)).await,
        403,
        "FORBIDDEN",
    );
    let own = json!({"email": "bob@example.org", "role": "participant", "canRecord": true});
    assert_problem(&bob.post(&path, own).await, 403, "FORBIDDEN");
    ada.invite(&meeting, "carol", "co-host").await;
    let lower = json!({"email": "carol@example.org", "role": "observer"});
    assert_problem(&bob.post(&path, lower).await, 403, "FORBIDDEN");
}

#[tokio::test]
async fn who_changed_their_address_is_invited_under_the_new_one_as_the_same_person() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    let rename = "UPDATE users SET email = 'bobby@example.org' WHERE id = $1";
    let renamed: Result<(), StoreError> = async {
        on_db!(
            &api.app.db,
            write | pool | {
                sqlx::query(rename).bind(&bob.id).execute(pool).await?;
            }
        );
        Ok(())
    }
    .await;
    renamed.unwrap();
    ada.invite(&meeting, "bobby", "observer").await;
    assert_eq!(bob.get(&meeting).await.1["role"], "observer");
    let (_, members) = ada.get(&format!("{meeting}/participants")).await;
    assert_eq!(members["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn an_address_with_a_nul_leads_nowhere() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let answer = ada.delete(&format!("{meeting}/participants/%00")).await;
    assert_problem(&answer, 404, "NOT_FOUND");
}
