//! Who comes for the first time: their account, their address, what waits for them.

use crate::client::assert_problem;
use crate::stage::Stage;
use serde_json::{Value, json};

#[tokio::test]
async fn a_user_is_made_at_first_sight_with_what_workos_knows() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let (_, me) = ada.get("/v1/me").await;
    assert_eq!(me["email"], "ada@example.org");
    assert_eq!(me["name"], "ada");
    let again = stage.token(&json!({"jti": "02", "sid": "session_other"}));
    assert_eq!(stage.get("/v1/me", &again).await.1["id"], ada.id.as_str());
    assert_eq!(stage.peer.asked(), 1, "who is known is not asked after");
}

#[tokio::test]
async fn an_invitation_waits_until_the_address_is_known() {
    let stage = Stage::start().await;
    let host = stage.api.sign_in("host").await;
    let meeting = host.meeting().await;
    host.invite(&meeting, "ada", "participant").await;
    // WorkOS does not answer: she comes in, and nobody knows her address.
    assert!(stage.api.app.auth.refresh_keys().await);
    stage.peer.down(true);
    let token = stage.token(&json!({}));
    let (status, me) = stage.get("/v1/me", &token).await;
    assert_eq!((status.as_u16(), &me["email"]), (200, &Value::Null));
    assert_problem(&stage.get(&meeting, &token).await, 404, "NOT_FOUND");
    let known = json!({"object": "user", "id": "user_ada", "email": "Ada@example.org",
        "email_verified": true, "first_name": "Ada", "updated_at": "2027-01-15T08:00:00.000Z"});
    assert_eq!(stage.event("event_1", "user.updated", known).await, 200);
    assert_eq!(stage.get(&meeting, &token).await.0, 200);
}

#[tokio::test]
async fn an_address_that_is_not_verified_opens_nothing() {
    let stage = Stage::start().await;
    let host = stage.api.sign_in("host").await;
    let meeting = host.meeting().await;
    host.invite(&meeting, "ada", "participant").await;
    let claimed = json!({"object": "user", "id": "user_eve", "email": "ada@example.org",
        "email_verified": false});
    stage.peer.knows("user_eve", claimed);
    let eve =
        stage.token(&json!({"sub": "user_eve", "sid": "session_eve", "email": "ada@example.org"}));
    let (status, me) = stage.get("/v1/me", &eve).await;
    assert_eq!((status.as_u16(), &me["email"]), (200, &Value::Null));
    assert_problem(&stage.get(&meeting, &eve).await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn who_has_no_address_is_asked_after_once_a_minute() {
    let stage = Stage::start().await;
    for jti in ["1", "2", "3"] {
        let token = stage.token(&json!({"jti": jti}));
        assert_eq!(stage.get("/v1/me", &token).await.0, 200);
    }
    assert_eq!(stage.peer.asked(), 1);
    stage.api.app.clock.advance(60_000);
    stage.sign_in("ada").await;
    assert_eq!(stage.peer.asked(), 2);
}

#[tokio::test]
async fn who_has_no_verified_address_is_asked_after_again_an_hour_later() {
    let stage = Stage::start().await;
    let known = |verified: bool| {
        json!({"object": "user", "id": "user_ada", "email": "ada@example.org",
            "email_verified": verified})
    };
    stage.peer.knows("user_ada", known(false));
    let now = crate::client::NOW / 1_000;
    let token = stage.token(&json!({"exp": now + 7_200}));
    let email = async || stage.get("/v1/me", &token).await.1["email"].clone();
    assert_eq!(email().await, Value::Null);
    stage.peer.knows("user_ada", known(true));
    stage.api.app.clock.advance(3_599_999);
    assert_eq!(email().await, Value::Null);
    assert_eq!(stage.peer.asked(), 1);
    stage.api.app.clock.advance(1);
    assert_eq!(email().await, "ada@example.org", "by the very same token");
    assert_eq!(email().await, "ada@example.org");
    assert_eq!(stage.peer.asked(), 2);
}

#[tokio::test]
async fn an_address_is_of_one_account_at_a_time_and_its_invitations_go_with_it() {
    let stage = Stage::start().await;
    let host = stage.api.sign_in("host").await;
    let waits = host.meeting().await;
    let ada = stage.sign_in("ada").await;
    host.invite(&waits, "ada", "participant").await;
    let own = ada.meeting().await;
    // Now it is somebody else's: the same address, as WorkOS has verified.
    let eve = json!({"object": "user", "id": "user_eve", "email": "ada@example.org",
        "email_verified": true, "first_name": "eve", "updated_at": "2027-01-15T08:00:00.000Z"});
    assert_eq!(stage.event("event_1", "user.created", eve).await, 200);
    let token = stage.token(&json!({"sub": "user_eve", "sid": "session_eve"}));
    assert_eq!(ada.get("/v1/me").await.1["email"], Value::Null);
    assert_eq!(
        stage.get("/v1/me", &token).await.1["email"],
        "ada@example.org"
    );
    assert_problem(&ada.get(&waits).await, 404, "NOT_FOUND");
    assert_eq!(stage.get(&waits, &token).await.0, 200);
    // Where she takes part she stays; who has the address now is another.
    assert_eq!(ada.get(&own).await.0, 200);
    assert_problem(&stage.get(&own, &token).await, 404, "NOT_FOUND");
    ada.invite(&own, "ada", "observer").await;
    assert_eq!(stage.get(&own, &token).await.0, 200);
    let filter = connvo_server::audit::store::Filter {
        action: Some("loseAddress".into()),
        ..Default::default()
    };
    let lost = connvo_server::audit::store::page(&stage.api.app.db, &filter, None, 9).await;
    let lost = lost.unwrap();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].resource, format!("users/{}", ada.id));
}

#[tokio::test]
async fn who_loses_an_administrators_address_administers_no_more() {
    let stage = Stage::start().await;
    let ada = stage.api.sign_in_as("admin@example.com").await;
    assert_eq!(ada.get("/v1/admin/audit").await.0, 200);
    let eve = json!({"object": "user", "id": "user_eve", "email": "admin@example.com",
        "email_verified": true, "updated_at": "2027-01-15T08:00:00.000Z"});
    assert_eq!(stage.event("event_1", "user.created", eve).await, 200);
    assert_problem(&ada.get("/v1/admin/audit").await, 403, "FORBIDDEN");
}
