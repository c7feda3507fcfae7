//! Meetings of who is deleted.

use super::v1_me_deletion::tables_with;
use super::v1_me_deletion_words::hears;
use crate::client::Api;
use connvo_server::app::AccessChange;
use connvo_server::listeners::About;
use connvo_server::rooms::mailbox::Mailbox;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;

#[tokio::test]
async fn a_meeting_that_was_nobody_elses_goes_with_all_of_it() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let alone = ada.meeting().await;
    ada.invite(&alone, "nobody", "participant").await;
    ada.operate(&alone, 0, 1, json!([{"insert": "a diary"}]))
        .await;
    ada.post(&format!("{alone}/start"), Value::Null).await;
    hears(&ada, &alone, "0", "Zoë").await;
    let draft = json!({"title": "For all", "isPublic": true});
    let (_, public) = ada.post("/v1/meetings", draft).await;
    let shared = ada.meeting().await;
    ada.invite(&shared, "bob", "participant").await;
    assert_eq!(bob.content(&shared).await, "");
    let (status, receipt) = ada.delete("/v1/me").await;
    assert_eq!(status, 200, "{receipt}");
    assert_eq!(receipt["counts"]["meetings"], 1);
    let id = alone.rsplit('/').next().unwrap();
    assert_eq!(tables_with(&api, id).await, ["audit_logs"]);
    assert!(api.app.rooms.get(&id.parse().unwrap()).is_none());
    assert_eq!(tables_with(&api, "a diary").await, [""; 0]);
    assert_eq!(bob.get(&shared).await.0, 200);
    let public = format!("/v1/meetings/{}", public["id"].as_str().unwrap());
    assert_eq!(bob.get(&public).await.1["state"], "cancelled");
    // The last one to go takes the meeting along.
    let (_, receipt) = bob.delete("/v1/me").await;
    assert_eq!(receipt["counts"]["meetings"], 1);
}

#[tokio::test]
async fn a_meeting_that_goes_on_has_another_host_or_ends_with_its_host() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    let admin = api.sign_in_as("admin@example.com").await;
    let inherited = ada.meeting().await;
    ada.invite(&inherited, "eve", "participant").await;
    ada.invite(&inherited, "bob", "co-host").await;
    let (watched, planned) = (ada.meeting().await, ada.meeting().await);
    for meeting in [&watched, &planned] {
        ada.invite(meeting, "eve", "observer").await;
    }
    for meeting in [&inherited, &watched] {
        let started = ada.post(&format!("{meeting}/start"), Value::Null).await;
        assert_eq!(started.0, 200);
    }
    let mailbox = Arc::<Mailbox>::default();
    let hear = |path: &String| {
        let meeting = path.rsplit('/').next().unwrap().parse().unwrap();
        let about = About::Meeting(meeting);
        api.app.listeners.hear(about, &mailbox)
    };
    let _hears = [&inherited, &watched, &planned].map(hear);
    assert_eq!(ada.delete("/v1/me").await.0, 200);
    // Told at once, and again when the journal of changes is read, each second.
    let mut changed = BTreeSet::new();
    for change in mailbox.take().changes.held {
        if let AccessChange::Meeting { meeting_id } = &*change {
            changed.insert(format!("/v1/meetings/{meeting_id}"));
        }
    }
    let expected = [&inherited, &watched, &planned].map(Clone::clone);
    assert_eq!(changed, BTreeSet::from(expected));
    let (_, seen) = bob.get(&inherited).await;
    assert_eq!(
        (&seen["role"], &seen["state"]),
        (&json!("host"), &json!("active"))
    );
    assert_eq!(eve.get(&inherited).await.1["role"], "participant");
    assert_eq!(
        bob.post(&format!("{inherited}/end"), Value::Null).await.0,
        200
    );
    for (meeting, state) in [(&watched, "concluded"), (&planned, "cancelled")] {
        assert_eq!(eve.get(meeting).await.1["state"], state);
    }
    let row = async |action: &str| {
        let path = format!("/v1/admin/audit?action={action}");
        let (_, log) = admin.get(&path).await;
        let rows = log["items"].as_array().unwrap().clone();
        rows.into_iter()
            .find(|row| row["reason"] == "host-deleted")
            .unwrap()
    };
    let handed = row("handOverHost").await;
    assert_eq!(handed["actorId"], Value::Null);
    assert_eq!(
        handed["changes"]["host"],
        json!({"from": ada.id, "to": bob.id})
    );
    for (action, from, to) in [
        ("endMeeting", "active", "concluded"),
        ("cancelMeeting", "scheduled", "cancelled"),
    ] {
        let state = row(action).await["changes"]["state"].clone();
        assert_eq!(state, json!({"from": from, "to": to}));
    }
}
