//! Somebody who speaks is not asked about anew for each sentence; all the same, what they
//! may no longer do ends at once.

use crate::client::{Api, Person};
use crate::line::Line;
use connvo_server::db::Db;
use reqwest::Method;
use serde_json::{Value, json};

async fn posts(person: &Person<'_>, path: String) {
    let (status, answer) = person.post(&path, Value::Null).await;
    assert!(status.is_success(), "{answer}");
}

#[tokio::test]
async fn whoever_may_no_longer_speak_is_refused_with_the_next_sentence() {
    let api = Api::start_with(|settings| {
        settings.admins = vec!["root@example.org".into()];
    })
    .await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let root = api.sign_in("root").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    posts(&ada, format!("{meeting}/start")).await;
    let mut line = Line::of(&bob).await;
    for at in 0..3 {
        assert_eq!(line.speaks(&meeting, at).await, Ok(()));
    }

    posts(&ada, format!("{meeting}/transcription/pause")).await;
    let refused = line.speaks(&meeting, 3).await.unwrap_err();
    assert_eq!(refused.reason.as_deref(), Some("transcription-paused"));
    posts(&ada, format!("{meeting}/transcription/resume")).await;
    for at in 4..6 {
        assert_eq!(line.speaks(&meeting, at).await, Ok(()));
    }

    let switch = async |active: bool| {
        let draft = json!({"value": true, "rollout": 100, "active": active, "reason": "a test"});
        let path = "/v1/admin/flags/transcription";
        let answer = api.send(Method::PUT, path, Some(&root.token), Some(&draft));
        assert_eq!(answer.await.0, 200);
    };
    switch(false).await;
    let refused = line.speaks(&meeting, 6).await.unwrap_err();
    assert_eq!(refused.reason.as_deref(), Some("flag"));
    switch(true).await;
    for at in 7..9 {
        assert_eq!(line.speaks(&meeting, at).await, Ok(()));
    }

    let role = async |role: &str| {
        let path = format!("{meeting}/participants/{}", bob.id);
        assert_eq!(ada.patch(&path, json!({"role": role})).await.0, 200);
    };
    role("observer").await;
    let refused = line.speaks(&meeting, 9).await.unwrap_err();
    assert_eq!(refused.code.status(), 403, "{refused:?}");
    role("participant").await;
    for at in 10..12 {
        assert_eq!(line.speaks(&meeting, at).await, Ok(()));
    }

    posts(&ada, format!("{meeting}/end")).await;
    let refused = line.speaks(&meeting, 12).await.unwrap_err();
    assert_eq!(refused.code.as_str(), "MEETING_NOT_ACTIVE");
}

#[tokio::test]
async fn a_plan_that_ends_by_the_time_ends_what_was_found_good() {
    let api = Api::start().await;
    let bob = api.sign_in("bob").await;
    let meeting = bob.meeting().await;
    posts(&bob, format!("{meeting}/start")).await;
    let mut line = Line::of(&bob).await;
    for at in 0..2 {
        assert_eq!(line.speaks(&meeting, at).await, Ok(()));
    }
    // Longer than the free plan lets a meeting run, and shorter than a silent socket lives.
    let minutes = 61;
    for _ in 0..minutes * 4 {
        api.app.clock.advance(15_000);
        assert!(line.is_alive().await);
    }
    let refused = line.speaks(&meeting, 2).await.unwrap_err();
    // Unless the sweep, which ends such meetings, was there first.
    let is_over = refused.code.as_str() == "MEETING_NOT_ACTIVE";
    assert!(
        is_over || refused.reason.as_deref() == Some("entitlement"),
        "{refused:?}"
    );
}

/// What one remembers is of another's memory: both together last no longer than one.
#[tokio::test]
async fn what_was_remembered_for_a_while_is_not_good_for_as_long_again() {
    let api = Api::start().await;
    let bob = api.sign_in("bob").await;
    let meeting = bob.meeting().await;
    posts(&bob, format!("{meeting}/start")).await;
    let mut line = Line::of(&bob).await;
    // From here on it is remembered for a minute.
    assert_eq!(bob.get(&format!("{meeting}/transcript")).await.0, 200);
    for _ in 0..3 {
        api.app.clock.advance(15_000);
        assert!(line.is_alive().await);
    }
    assert_eq!(line.speaks(&meeting, 0).await, Ok(()));
    // Nobody is told.
    let Db::Sqlite { writer, .. } = &api.app.db else {
        unreachable!("this is SQLite");
    };
    sqlx::query("UPDATE meetings SET transcription_paused = TRUE")
        .execute(writer)
        .await
        .unwrap();
    api.app.clock.advance(14_999);
    assert_eq!(line.speaks(&meeting, 1).await, Ok(()), "nobody has asked");
    api.app.clock.advance(1);
    let refused = line.speaks(&meeting, 2).await.unwrap_err();
    assert_eq!(refused.reason.as_deref(), Some("transcription-paused"));
}
