//! What webhooks and sign-ins do is in the audit log, once, and names nobody by address.

use crate::stage::Stage;
use connvo_server::audit::store::{AuditRow, Filter, page};
use serde_json::{Value, json};

/// Rows since the start that are of this action, oldest first.
async fn rows(stage: &Stage, action: &str) -> Vec<AuditRow> {
    let filter = Filter {
        action: Some(action.into()),
        ..Filter::default()
    };
    let db = &stage.api.app.db;
    let mut rows = page(db, &filter, None, 100).await.unwrap();
    for row in &rows {
        let text = json!(row).to_string();
        assert!(!text.contains("example.org"), "{text}");
    }
    rows.reverse();
    rows
}

fn ada(email: &str, updated_at: &str) -> Value {
    json!({"object": "user", "id": "user_ada", "email": email, "email_verified": true,
        "first_name": "ada", "last_name": null, "updated_at": updated_at})
}

#[tokio::test]
async fn a_first_sign_in_makes_a_user_and_begins_a_session() {
    let stage = Stage::start().await;
    let ada = stage.sign_in("ada").await;
    stage.sign_in("ada").await;
    let made = rows(&stage, "createUser").await;
    let made: Vec<_> = made.iter().map(|row| row.resource.clone()).collect();
    assert_eq!(made, [format!("users/{}", ada.id)]);
    let begun = rows(&stage, "startSession").await;
    assert_eq!(begun.len(), 1);
    assert_eq!(begun[0].session_id.as_deref(), Some("session_ada"));
    assert_eq!(begun[0].actor_id.as_ref().unwrap().as_str(), ada.id);
}

#[tokio::test]
async fn news_of_a_user_and_of_a_session_are_told_once_with_their_event() {
    let stage = Stage::start().await;
    let person = stage.sign_in("ada").await;
    let news = ada("lovelace@example.org", "2027-01-15T08:00:00.000Z");
    for _ in 0..2 {
        let sent = stage.event("event_1", "user.updated", news.clone()).await;
        assert_eq!(sent, 200);
    }
    // Another event that tells nothing new.
    assert_eq!(stage.event("event_2", "user.updated", news).await, 200);
    let told = rows(&stage, "updateUser").await;
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].changes["eventId"], "event_1");
    assert_eq!(told[0].changes["provider"], "workos");
    assert_eq!(told[0].actor_id, None);
    let hash = connvo_server::audit::address_hash(&person.id, "lovelace@example.org");
    assert_eq!(told[0].changes["emailHash"]["to"], hash);
    let session = json!({"object": "session", "id": "session_ada", "user_id": "user_ada"});
    for event in ["event_3", "event_3", "event_4"] {
        let sent = stage.event(event, "session.revoked", session.clone()).await;
        assert_eq!(sent, 200);
    }
    let ended = rows(&stage, "endSession").await;
    assert_eq!(ended.len(), 1);
    assert_eq!(ended[0].session_id.as_deref(), Some("session_ada"));
}

#[tokio::test]
async fn news_of_organisations_and_memberships_are_told_once() {
    let stage = Stage::start().await;
    let person = stage.sign_in("ada").await;
    let at = |ms: u32| format!("2027-01-15T08:00:00.00{ms}Z");
    let org = |name: &str, ms| json!({"id": "org_acme", "name": name, "updated_at": at(ms)});
    let member = |role: &str, ms| {
        json!({"organization_id": "org_acme", "user_id": "user_ada", "status": "active",
            "role": {"slug": role}, "updated_at": at(ms)})
    };
    let (of_org, of_member) = ("organization", "organization_membership");
    // Some come twice, and some say again what an earlier one has said.
    for (id, kind, what, data) in [
        ("1", of_org, "created", org("Acme", 1)),
        ("1", of_org, "created", org("Acme", 1)),
        ("2", of_org, "created", org("Acme", 1)),
        ("3", of_org, "updated", org("Acme & Co", 2)),
        ("4", of_member, "created", member("member", 1)),
        ("4", of_member, "created", member("member", 1)),
        ("5", of_member, "created", member("member", 1)),
        ("6", of_member, "updated", member("admin", 2)),
        ("7", of_member, "deleted", member("admin", 2)),
        ("8", of_org, "deleted", org("Acme & Co", 2)),
        ("8", of_org, "deleted", org("Acme & Co", 2)),
        ("9", of_org, "deleted", org("Acme & Co", 2)),
        // An event is told apart by its id, whatever it says.
        ("1", of_org, "updated", org("Other", 3)),
        ("4", of_member, "updated", member("admin", 3)),
    ] {
        let event = format!("{kind}.{what}");
        assert_eq!(stage.event(id, &event, data).await, 200);
    }
    let (member, admin) = (json!("member"), json!("admin"));
    for (action, from, to) in [
        ("addMember", Value::Null, member.clone()),
        ("changeMember", member, admin.clone()),
        ("removeMember", admin, Value::Null),
    ] {
        let told = rows(&stage, action).await;
        assert_eq!(told.len(), 1, "{action}");
        assert_eq!(told[0].changes["role"], json!({"from": from, "to": to}));
        assert_eq!(told[0].changes["userId"], person.id.as_str());
    }
    for action in ["createOrg", "renameOrg", "closeOrg"] {
        assert_eq!(rows(&stage, action).await.len(), 1, "{action}");
    }
}

#[tokio::test]
async fn who_is_deleted_at_workos_is_erased_as_by_themselves_and_does_not_come_back() {
    let stage = Stage::start().await;
    let person = stage.sign_in("ada").await;
    let profile = json!({"bio": "Counts"});
    assert_eq!(person.put("/v1/me/profile", profile).await.0, 200);
    let gone = json!({"object": "user", "id": "user_ada"});
    for event in ["event_1", "event_1", "event_2"] {
        let sent = stage.event(event, "user.deleted", gone.clone()).await;
        assert_eq!(sent, 200);
    }
    let receipts = rows(&stage, "erasePerson").await;
    assert_eq!(receipts.len(), 1);
    assert_eq!(receipts[0].resource, format!("users/{}", person.id));
    assert_eq!(receipts[0].changes["counts"]["profiles"], 1);
    assert!(receipts[0].changes["receipt"].is_string());
    let id = person.id.parse().unwrap();
    let left = connvo_server::user::store::known(&stage.api.app.db, &id).await;
    let left = left.unwrap().unwrap();
    assert_eq!((left.email, left.is_active), (None, false));
    assert!(left.deleted_at.is_some() && left.name != "ada");
    // Late news and a token of another session make nobody of them again.
    let late = ada("ada@example.org", "2027-01-15T09:00:00.000Z");
    assert_eq!(stage.event("event_3", "user.updated", late).await, 200);
    let token = stage.token(&json!({"sid": "session_late"}));
    assert_eq!(stage.get("/v1/me", &token).await.0, 401);
    // Nor do they belong to anything again.
    let member = json!({"organization_id": "org_acme", "user_id": "user_ada", "status": "active",
        "role": {"slug": "admin"}, "updated_at": "2027-01-15T09:00:00.000Z"});
    let kind = "organization_membership.created";
    assert_eq!(stage.event("event_4", kind, member).await, 200);
    assert_eq!(rows(&stage, "addMember").await.len(), 0);
    assert_eq!(rows(&stage, "createUser").await.len(), 1);
}

#[tokio::test]
async fn news_of_who_deleted_their_account_here_make_nobody_of_them_until_they_sign_in() {
    let stage = Stage::start().await;
    let person = stage.sign_in("ada").await;
    assert_eq!(person.delete("/v1/me").await.0, 200);
    let member = json!({"organization_id": "org_acme", "user_id": "user_ada", "status": "active",
        "role": {"slug": "admin"}, "updated_at": "2027-01-15T09:00:00.000Z"});
    let session = json!({"object": "session", "id": "session_new", "user_id": "user_ada"});
    let news = |ms: u32| ada("ada@example.org", &format!("2027-01-15T09:00:00.00{ms}Z"));
    for (id, event, data) in [
        ("event_1", "user.updated", news(1)),
        ("event_2", "organization_membership.created", member.clone()),
        ("event_3", "session.created", session.clone()),
        ("event_4", "session.revoked", session),
    ] {
        assert_eq!(stage.event(id, event, data).await, 200);
    }
    assert_eq!(rows(&stage, "createUser").await.len(), 1);
    assert_eq!(rows(&stage, "addMember").await.len(), 0);
    assert_eq!(rows(&stage, "startSession").await.len(), 1);
    // A session that ended there lets nobody in all the same.
    let ended = stage.token(&json!({"sid": "session_new"}));
    assert_eq!(stage.get("/v1/me", &ended).await.0, 401);
    // Who signs in again is somebody new, of whom news are taken as of everybody.
    let back = stage.token(&json!({"sid": "session_later"}));
    let (status, me) = stage.get("/v1/me", &back).await;
    assert_eq!(status, 200, "{me}");
    assert_ne!(me["id"], person.id.as_str());
    let kind = "organization_membership.updated";
    assert_eq!(stage.event("event_5", kind, member).await, 200);
    let added = rows(&stage, "addMember").await;
    assert_eq!(added.len(), 1);
    assert_eq!(added[0].changes["userId"], me["id"]);
}

#[tokio::test]
async fn who_acts_in_somebodys_name_is_in_every_row_and_not_by_address() {
    let stage = Stage::start().await;
    let bob = stage.sign_in("bob").await;
    stage.sign_in("ada").await;
    let create = async |act: &str| {
        let token =
            stage.token(&json!({"sid": format!("session_{}", act.len()), "act": {"sub": act}}));
        let ada = crate::client::Person {
            api: &stage.api,
            id: String::new(),
            token,
        };
        ada.meeting().await
    };
    create("bob@example.org").await;
    create("support@example.org").await;
    let made = rows(&stage, "createMeeting").await;
    let mut by: Vec<_> = made
        .iter()
        .map(|row| row.changes["actedBy"].clone())
        .collect();
    let hash = connvo_server::audit::address_hash("act", "support@example.org");
    let mut expected = [json!(bob.id), json!(hash)];
    by.sort_by_key(Value::to_string);
    expected.sort_by_key(Value::to_string);
    assert_eq!(by, expected);
    let sessions = rows(&stage, "startSession").await;
    let acted = sessions
        .iter()
        .filter(|row| row.changes["actedBy"].is_string());
    assert_eq!(acted.count(), 2);
}
