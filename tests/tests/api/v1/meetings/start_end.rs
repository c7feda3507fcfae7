//! `POST /v1/meetings/{id}/start` and `…/end`.

use crate::client::{Api, NOW, assert_problem};
use serde_json::{Value, json};

#[tokio::test]
async fn a_meeting_goes_from_scheduled_to_active_to_concluded_and_no_further() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let (start, end) = (format!("{meeting}/start"), format!("{meeting}/end"));
    assert_problem(&ada.post(&end, Value::Null).await, 409, "CONFLICT");
    let (status, started) = ada.post(&start, Value::Null).await;
    assert_eq!(
        (status.as_u16(), &started["state"]),
        (200, &json!("active"))
    );
    assert_eq!(started["startedAt"], NOW);
    assert_problem(&ada.post(&start, Value::Null).await, 409, "CONFLICT");
    api.app.clock.advance(5);
    let (status, ended) = ada.post(&end, Value::Null).await;
    assert_eq!(
        (status.as_u16(), &ended["state"]),
        (200, &json!("concluded"))
    );
    assert_eq!(ended["endedAt"], NOW + 5);
    assert_problem(&ada.post(&start, Value::Null).await, 409, "CONFLICT");
}

#[tokio::test]
async fn participants_neither_start_nor_end_it() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let bob = api.sign_in("bob").await;
    for what in ["start", "end"] {
        let answer = bob.post(&format!("{meeting}/{what}"), Value::Null).await;
        assert_problem(&answer, 403, "FORBIDDEN");
    }
}
