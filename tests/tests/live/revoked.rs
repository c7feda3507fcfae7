//! Who is deactivated or signed out is gone at once, from either door.

use crate::client::{Api, Person};
use crate::line::{Heard, Line};
use crate::stage::Stage;
use connvo_core::error::ErrorCode;
use connvo_core::live::stock::Message;
use connvo_core::protocol::close;
use connvo_core::protocol::frame::{ClientFrame, ServerFrame};
use connvo_server::user;
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::timeout;

/// How long a revocation may take.
const AT_ONCE: Duration = Duration::from_secs(1);

/// The next that is heard is the refusal, then the close code.
async fn closes(line: &mut Line) {
    let ended = timeout(AT_ONCE, async {
        let ServerFrame::Error { error } = line.frame().await else {
            panic!("nothing comes before the refusal");
        };
        assert_eq!(error.code, ErrorCode::Unauthorized);
        line.end().await
    });
    assert_eq!(ended.await.expect("at once"), close::POLICY);
}

/// A member's live and stock lines, both following the note of `meeting`.
async fn lines(person: &Person<'_>, meeting: &str) -> (Line, Line) {
    let mut live = Line::of(person).await;
    live.follow(meeting, 5).await;
    let mut stock = Line::stock(person, meeting).await.unwrap();
    stock.stock_say(&Message::Step1(&[0])).await;
    stock.step2().await;
    (live, stock)
}

/// What the stock line hears holds no change of the note any more.
async fn closes_stock(line: &mut Line) {
    let ended = timeout(AT_ONCE, async {
        loop {
            match line.next().await {
                Heard::Closed(code) => return code,
                Heard::Stock(bytes) => {
                    let update = matches!(
                        connvo_core::live::stock::decode(&bytes),
                        Some(Message::Update(_))
                    );
                    assert!(!update, "nothing comes after the revocation");
                }
                _ => {}
            }
        }
    });
    assert_eq!(ended.await.expect("at once"), close::POLICY);
}

#[tokio::test]
async fn a_deactivated_user_is_gone_from_both_doors_at_once() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let (mut live, mut stock) = lines(&bob, &meeting).await;
    let mut other = Line::of(&ada).await;
    let id = bob.id.parse().unwrap();
    user::set_active(&api.app, &id, false).await.unwrap();
    ada.operate(&meeting, 0, 1, json!([{"insert": "after"}]))
        .await;
    closes(&mut live).await;
    closes_stock(&mut stock).await;
    assert_eq!(bob.get("/v1/me").await.0, 401);
    assert!(other.is_alive().await, "others stay");
    user::set_active(&api.app, &id, true).await.unwrap();
    assert_eq!(bob.get("/v1/me").await.0, 200);
}

#[tokio::test]
async fn who_deletes_their_account_is_gone_from_both_doors_at_once() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let (mut live, mut stock) = lines(&bob, &meeting).await;
    let mut other = Line::of(&ada).await;
    assert_eq!(bob.delete("/v1/me").await.0, 200);
    ada.operate(&meeting, 0, 1, json!([{"insert": "after"}]))
        .await;
    closes(&mut live).await;
    closes_stock(&mut stock).await;
    assert!(other.is_alive().await, "others stay");
}

#[tokio::test]
async fn who_signs_out_is_gone_from_both_doors_at_once() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let (mut live, mut stock) = lines(&bob, &meeting).await;
    let elsewhere = api.sign_in("bob").await;
    let mut other = Line::of(&elsewhere).await;
    assert_eq!(bob.post("/v1/me/sign-out", Value::Null).await.0, 204);
    ada.operate(&meeting, 0, 1, json!([{"insert": "after"}]))
        .await;
    closes(&mut live).await;
    closes_stock(&mut stock).await;
    assert!(other.is_alive().await, "another session stays");
}

#[tokio::test]
async fn a_session_that_workos_revokes_is_gone_from_both_doors_at_once() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let (mut live, mut stock) = lines(&ada, &meeting).await;
    let session = json!({"object": "session", "id": "session_ada", "user_id": "user_ada"});
    assert_eq!(
        stage.event("event_1", "session.revoked", session).await,
        200
    );
    closes(&mut live).await;
    closes_stock(&mut stock).await;
}

#[tokio::test]
async fn a_user_whom_workos_removes_is_gone_from_both_doors_at_once() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let (mut live, mut stock) = lines(&ada, &meeting).await;
    let gone = json!({"object": "user", "id": "user_ada"});
    assert_eq!(stage.event("event_1", "user.deleted", gone).await, 200);
    closes(&mut live).await;
    closes_stock(&mut stock).await;
}

#[tokio::test]
async fn a_revoked_session_cannot_be_refreshed_with() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let mut line = Line::of(&ada).await;
    let ended = json!({"object": "session", "id": "session_old", "user_id": "user_ada"});
    assert_eq!(stage.event("event_1", "session.revoked", ended).await, 200);
    assert!(line.is_alive().await, "it is another session");
    let token = stage.token(&json!({"sid": "session_old"}));
    line.say(&ClientFrame::Refresh { token }).await;
    closes(&mut line).await;
}

/// A line that moved on to a newer session is of that one.
#[tokio::test]
async fn a_refreshed_line_goes_with_its_newer_session() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    let mut line = Line::of(&ada).await;
    let token = stage.token(&json!({"sid": "session_new"}));
    line.say(&ClientFrame::Refresh { token }).await;
    assert!(line.is_alive().await);
    let revoke = async |event: &str, id: &str| {
        let session = json!({"object": "session", "id": id, "user_id": "user_ada"});
        assert_eq!(stage.event(event, "session.revoked", session).await, 200);
    };
    revoke("event_1", "session_ada").await;
    assert!(line.is_alive().await);
    revoke("event_2", "session_new").await;
    closes(&mut line).await;
}
