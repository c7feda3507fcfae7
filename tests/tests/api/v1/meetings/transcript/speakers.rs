//! `/v1/meetings/{id}/transcript/speakers`.

use crate::client::{Api, NOW, Person, assert_problem};
use reqwest::Method;
use serde_json::{Value, json};

/// A running meeting of Ada's, in which Ada, Bob and a voice were heard.
async fn talk(ada: &Person<'_>, bob: &str) -> String {
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    for (name, role) in [("bob", "participant"), ("olga", "observer")] {
        ada.invite(&meeting, name, role).await;
    }
    let path = format!("{meeting}/transcript");
    let said = |segment: u32, label: &str, user: Option<&str>| {
        json!({"sourceId": "room", "segmentId": segment.to_string(), "text": "hi",
            "startMs": NOW, "endMs": NOW + 500, "speaker": {"label": label, "userId": user}})
    };
    let chunks = json!({"chunks": [said(1, "ada", Some(&ada.id)), said(2, "bob", Some(bob)),
        said(3, "Speaker 1/2", None), said(4, "bob", Some(bob))]});
    assert_eq!(ada.post(&path, chunks).await.0, 200);
    path
}

#[tokio::test]
async fn speakers_are_listed_by_label_with_what_they_said() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let path = talk(&ada, &bob.id).await;
    let (status, page) = bob.get(&format!("{path}/speakers")).await;
    assert_eq!(status, 200, "{page}");
    // The order of capitals is the database's own.
    let items = page["items"].as_array().unwrap();
    let of = |label: &str| items.iter().find(|one| one["label"] == label).unwrap();
    let bob_heard = json!({"label": "bob", "name": "bob", "userId": bob.id, "chunks": 2,
        "speakingMs": 1_000});
    assert_eq!(of("bob"), &bob_heard);
    let voice = json!({"label": "Speaker 1/2", "name": "Speaker 1/2", "chunks": 1,
        "speakingMs": 500});
    assert_eq!(of("Speaker 1/2"), &voice);
    assert_eq!((items.len(), &page["next"]), (3, &Value::Null));
    let (_, first) = bob.get(&format!("{path}/speakers?limit=1")).await;
    let next = first["next"].as_str().unwrap().replace(' ', "%20");
    let (_, rest) = bob.get(&format!("{path}/speakers?after={next}")).await;
    let mut all = first["items"].as_array().unwrap().clone();
    all.extend(rest["items"].as_array().unwrap().clone());
    assert_eq!(&all, items);
}

#[tokio::test]
async fn a_host_names_any_speaker_and_reads_have_the_name() {
    let api = Api::start_with(|settings| settings.admins = vec!["root@example.org".into()]).await;
    let (ada, bob, root) = (
        api.sign_in("ada").await,
        api.sign_in("bob").await,
        api.sign_in("root").await,
    );
    let path = talk(&ada, &bob.id).await;
    let voice = format!("{path}/speakers/Speaker%201%2F2");
    let named = ada.put(&voice, json!({"name": " Grace "})).await;
    assert_eq!(named.0, 200, "{}", named.1);
    assert_eq!(named.1, json!({"label": "Speaker 1/2", "name": "Grace"}));
    let speaker = json!({"label": "Speaker 1/2", "name": "Grace"});
    for query in ["", "?from=0"] {
        let (_, page) = bob.get(&format!("{path}{query}")).await;
        assert_eq!(page["items"][2]["speaker"], speaker, "{query}");
        assert_eq!(page["items"][0]["speaker"].get("name"), None);
    }
    let (_, page) = bob.get(&format!("{path}/speakers")).await;
    let names = page["items"].as_array().unwrap().iter();
    assert!(
        names.map(|one| &one["name"]).any(|name| name == "Grace"),
        "{page}"
    );
    // What is called by its label is called nothing else any more.
    let back = ada.put(&voice, json!({"name": "Speaker 1/2"})).await;
    assert_eq!(back.0, 200);
    let (_, page) = bob.get(&path).await;
    assert_eq!(page["items"][2]["speaker"], json!({"label": "Speaker 1/2"}));
    let (_, log) = root.get("/v1/admin/audit?action=renameSpeaker").await;
    let rows = log["items"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    assert!(!log.to_string().contains("Grace"), "the log has no names");
}

#[tokio::test]
async fn a_participant_names_what_is_theirs_alone() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let path = talk(&ada, &bob.id).await;
    let name = || json!({"name": "Bobby"});
    let put = async |who: &Person<'_>, label: &str| {
        who.put(&format!("{path}/speakers/{label}"), name()).await
    };
    assert_eq!(put(&bob, "bob").await.0, 200);
    for label in ["ada", "Speaker%201%2F2"] {
        let refused = put(&bob, label).await;
        assert_problem(&refused, 403, "FORBIDDEN");
        assert_eq!(refused.1["reason"], "speaker");
    }
    assert_problem(&put(&bob, "nobody").await, 404, "NOT_FOUND");
    assert_problem(&put(&ada, "nobody").await, 404, "NOT_FOUND");
    let olga = api.sign_in("olga").await;
    assert_problem(&put(&olga, "bob").await, 403, "FORBIDDEN");
    let eve = api.sign_in("eve").await;
    assert_problem(&put(&eve, "bob").await, 404, "NOT_FOUND");
    let empty = ada
        .put(&format!("{path}/speakers/bob"), json!({"name": " "}))
        .await;
    assert_problem(&empty, 422, "VALIDATION_ERROR");
    assert_eq!(empty.1["errors"][0]["pointer"], "/name");
}

#[tokio::test]
async fn a_retried_rename_gets_the_first_answer() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let path = format!("{}/speakers/bob", talk(&ada, &bob.id).await);
    let first = json!({"name": "Bobby"});
    let once = ada.keyed(Method::PUT, &path, "k", &first).await;
    assert_eq!(once.0, 200, "{}", once.1);
    ada.put(&path, json!({"name": "Robert"})).await;
    assert_eq!(ada.keyed(Method::PUT, &path, "k", &first).await.1, once.1);
    let other = json!({"name": "Rob"});
    let conflict = ada.keyed(Method::PUT, &path, "k", &other).await;
    assert_problem(&conflict, 409, "CONFLICT");
    let (_, page) = ada
        .get(&path.replace("/speakers/bob", "?speaker=bob"))
        .await;
    assert_eq!(page["items"][0]["speaker"]["name"], "Robert");
}
