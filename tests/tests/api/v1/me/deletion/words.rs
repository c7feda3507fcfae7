//! What was said in the name of who is deleted.

use super::v1_me_deletion::{everywhere, tables_with};
use crate::client::{Api, NOW, Person};
use connvo_server::audit::{Entry, Kind, Trail};
use connvo_server::idempotency::Once;
use connvo_server::person::erase;
use connvo_server::{behind, sweep};
use serde_json::{Value, json};
use std::sync::Arc;

/// What stands as label beside what was said.
async fn labels(reader: &Person<'_>, meeting: &str) -> Vec<Value> {
    let (status, said) = reader.get(&format!("{meeting}/transcript")).await;
    assert_eq!(status, 200, "{said}");
    let said = said["items"].as_array().unwrap().iter();
    said.map(|one| one["speaker"]["label"].clone()).collect()
}

/// Somebody whom no id is known of says something.
pub async fn hears(writer: &Person<'_>, meeting: &str, segment: &str, label: &str) {
    let chunk = json!({"sourceId": "room", "segmentId": segment, "text": "hi", "startMs": 0,
        "endMs": 1, "speaker": {"label": label}});
    let path = format!("{meeting}/transcript");
    let (status, said) = writer.post(&path, json!({"chunks": [chunk]})).await;
    assert_eq!(status, 200, "{said}");
}

#[tokio::test]
async fn who_takes_the_name_of_another_takes_none_of_their_words_along() {
    let api = Api::start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let mallory = api.sign_in("mallory").await;
    let meeting = ada.meeting().await;
    for name in ["eve", "mallory"] {
        ada.invite(&meeting, name, "participant").await;
    }
    mallory
        .operate(&meeting, 0, 1, json!([{"insert": "mine"}]))
        .await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    hears(&ada, &meeting, "0", "Zoë").await;
    hears(&ada, &meeting, "1", "mallory").await;
    api.app.clock.advance(1);
    for person in [&eve, &mallory] {
        let renamed = person.patch("/v1/me", json!({"name": "Zoë"})).await;
        assert_eq!(renamed.0, 200, "{}", renamed.1);
    }
    // Who was merely asked has said nothing at all, whenever it was.
    hears(&ada, &meeting, "2", "Zoë").await;
    assert_eq!(eve.delete("/v1/me").await.0, 200);
    assert_eq!(labels(&ada, &meeting).await, ["Zoë", "mallory", "Zoë"]);
    // Who took part is called so since the last of these alone.
    assert_eq!(mallory.delete("/v1/me").await.0, 200);
    let left = ["Zoë", "mallory", "Deleted user"];
    assert_eq!(labels(&ada, &meeting).await, left);
}

#[tokio::test]
async fn what_a_crash_leaves_of_a_deletion_is_taken_away_by_the_sweep() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let (gone, meeting, _) = everywhere(&api, &ada).await;
    let alone = gone.meeting().await;
    gone.operate(&alone, 0, 1, json!([{"insert": "bartholomew's own"}]))
        .await;
    // Some of what they have used of the rate table is written down, some is not yet.
    behind::flush(&api.app).await;
    gone.operate(&alone, 1, 2, json!([{"insert": "all "}]))
        .await;
    let knows = async |id: &str| {
        let tables = tables_with(&api, id).await;
        tables.iter().any(|one| one == "rate_limits")
    };
    assert!(knows(&gone.id).await);
    // The transaction, and nothing after it.
    let (app, user) = (&api.app, gone.id.parse().unwrap());
    let made = (app.ids.uuid(), NOW);
    let entry = Entry::of(
        made,
        &Arc::default(),
        Kind::Change,
        "erasePerson",
        "users/1",
    );
    let trail = Trail::new(&app.ids, NOW, &Arc::default());
    let erased = erase::store::erase(&app.db, &user, (entry, &Once::default()), &trail).await;
    let (_, left) = erased.unwrap().unwrap();
    assert_eq!(left.removed.len(), 1);
    let before = tables_with(&api, "bartholomew").await;
    for table in [
        "erasures",
        "note_log",
        "transcript_chunks",
        "idempotency_keys",
    ] {
        assert!(before.iter().any(|one| one == table), "{table}: {before:?}");
    }
    app.rooms.close(&left.removed[0]).await;
    for _ in 0..2 {
        sweep::once(app).await;
        behind::flush(app).await;
        assert!(!knows(&gone.id).await);
        assert_eq!(tables_with(&api, "bartholomew").await, [""; 0]);
        assert_eq!(
            tables_with(&api, left.removed[0].as_str()).await,
            ["audit_logs"]
        );
    }
    assert_eq!(labels(&ada, &meeting).await[0], "Deleted user");
}

#[tokio::test]
async fn a_state_that_was_looked_at_before_does_not_name_who_is_deleted() {
    let api = Api::start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "eve", "participant").await;
    eve.get(&format!("{meeting}/notes")).await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    hears(&ada, &meeting, "0", "eve").await;
    let state = format!("{meeting}/state");
    let label = async || ada.get(&state).await.1["speakingTime"][0]["label"].clone();
    assert_eq!(label().await, "eve");
    assert_eq!(eve.delete("/v1/me").await.0, 200);
    assert_eq!(label().await, "Deleted user");
}
