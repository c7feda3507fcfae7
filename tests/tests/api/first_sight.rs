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
