//! `/v1/meetings/{id}/messages`.

use crate::client::{Api, NOW, assert_problem};
use serde_json::{Value, json};

#[tokio::test]
async fn a_message_is_posted_once_and_read_back() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let path = format!("{meeting}/messages");
    let id = api.app.ids.uuid();
    let draft = json!({"id": id, "text": "see this", "attachments": [
        {"url": "https://example.com/plan", "name": "plan", "type": "text/html", "size": 5}]});
    let (status, message) = ada.post(&path, draft.clone()).await;
    assert_eq!(status, 200);
    let expected = json!({"id": id, "sequence": 1, "postedSequence": 1, "revision": 0,
        "kind": "text", "authorId": ada.id, "authorName": "ada", "text": "see this",
        "replyToId": null, "threadId": null, "attachments": draft["attachments"],
        "mentions": [], "reactions": [], "editedAt": null, "deletedAt": null,
        "createdAt": NOW});
    assert_eq!(message, expected);
    assert_eq!(ada.post(&path, draft).await.1, message, "a retry");
    let (_, page) = bob.get(&path).await;
    assert_eq!(page, json!({"items": [message], "next": null}));
}

#[tokio::test]
async fn a_key_makes_one_message_and_another_persons_is_another() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let path = format!("{meeting}/messages");
    let body = json!({"text": "hi"});
    let keyed = |who| async move { who };
    let first = ada.keyed(reqwest::Method::POST, &path, "k", &body).await.1;
    let again = ada.keyed(reqwest::Method::POST, &path, "k", &body).await.1;
    assert_eq!(first, again);
    let others = keyed(&bob)
        .await
        .keyed(reqwest::Method::POST, &path, "k", &body)
        .await
        .1;
    assert_ne!(others["id"], first["id"]);
    let other = json!({"text": "ho"});
    let refused = ada.keyed(reqwest::Method::POST, &path, "k", &other).await;
    assert_problem(&refused, 409, "CONFLICT");
}

#[tokio::test]
async fn threads_reactions_edits_and_tombstones() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let path = format!("{meeting}/messages");
    let first = ada.post(&path, json!({"text": "first"})).await.1;
    let first_id = first["id"].as_str().unwrap();
    for text in ["a", "b", "c"] {
        let answer = json!({"text": text, "replyToId": first_id});
        let (_, answer) = bob.post(&path, answer).await;
        assert_eq!(answer["threadId"], json!(first_id));
    }
    let thread = format!("{path}?thread={first_id}&limit=2");
    let (_, page) = ada.get(&thread).await;
    let texts = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().unwrap();
        items
            .iter()
            .map(|m| m["text"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(texts(&page), ["a", "b"]);
    let next = page["next"].as_str().unwrap();
    assert_eq!(
        texts(&ada.get(&format!("{thread}&after={next}")).await.1),
        ["c"]
    );

    let one = format!("{path}/{first_id}");
    let thumb = format!("{one}/reactions/%F0%9F%91%8D");
    let (_, reacted) = bob.put(&thumb, Value::Null).await;
    assert_eq!(
        reacted["reactions"],
        json!([{"emoji": "👍", "userIds": [bob.id]}])
    );
    assert_eq!(bob.delete(&thumb).await.1["reactions"], json!([]));
    assert_problem(
        &bob.put(&format!("{one}/reactions/no"), Value::Null).await,
        422,
        "VALIDATION_ERROR",
    );

    let edit = json!({"text": "1st"});
    assert_problem(&bob.patch(&one, edit.clone()).await, 403, "FORBIDDEN");
    let (_, edited) = ada.patch(&one, edit).await;
    assert_eq!(
        (&edited["text"], &edited["revision"]),
        (&json!("1st"), &json!(3))
    );
    assert_problem(&bob.delete(&one).await, 403, "FORBIDDEN");
    let bobs = ada.get(&format!("{path}?limit=1")).await.1["items"][0].clone();
    let (status, gone) = ada
        .delete(&format!("{path}/{}", bobs["id"].as_str().unwrap()))
        .await;
    assert_eq!((status.as_u16(), &gone["text"]), (200, &json!("")));
    assert!(gone["deletedAt"].is_number());
    let again = json!({"text": "again"});
    let late = bob
        .patch(&format!("{path}/{}", bobs["id"].as_str().unwrap()), again)
        .await;
    assert_problem(&late, 409, "CONFLICT");
    let unknown = format!("{path}/{}", api.app.ids.uuid());
    assert_problem(&ada.delete(&unknown).await, 404, "NOT_FOUND");
}

#[tokio::test]
async fn history_goes_back_and_the_journal_forth() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/messages");
    for at in 0..5 {
        ada.post(&path, json!({"text": at.to_string()})).await;
    }
    for (order, expected) in [("history", "43210"), ("journal", "01234")] {
        let (mut read, mut after) = (String::new(), String::new());
        loop {
            let page = ada
                .get(&format!("{path}?order={order}&limit=2{after}"))
                .await
                .1;
            for item in page["items"].as_array().unwrap() {
                read.push_str(item["text"].as_str().unwrap());
            }
            let Some(next) = page["next"].as_str() else {
                break;
            };
            after = format!("&after={next}");
        }
        assert_eq!(read, expected, "{order}");
    }
}

#[tokio::test]
async fn bad_messages_are_refused_by_field_and_nobody_unknown_is_mentioned() {
    let api = Api::start().await;
    let (ada, eve) = (api.sign_in("ada").await, api.sign_in("eve").await);
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/messages");
    let bad = json!({"text": "", "mentions": [eve.id], "attachments": []});
    let answer = ada.post(&path, bad).await;
    assert_problem(&answer, 422, "VALIDATION_ERROR");
    assert_eq!(answer.1["errors"][0]["pointer"], "/text");
    let answer = ada
        .post(&path, json!({"text": "hi", "mentions": [ada.id, eve.id]}))
        .await;
    assert_problem(&answer, 422, "VALIDATION_ERROR");
    let answer = ada
        .post(&path, json!({"text": "hi", "replyToId": eve.id}))
        .await;
    assert_eq!(answer.1["errors"][0]["pointer"], "/replyToId");
    assert_problem(
        &eve.post(&path, json!({"text": "hi"})).await,
        404,
        "NOT_FOUND",
    );
    let none = ada.get(&path).await.1;
    assert_eq!(none["items"], json!([]));
}

#[tokio::test]
async fn taking_anothers_words_away_is_in_the_audit_log() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let admin = api.sign_in_as("admin@example.com").await;
    let meeting = ada.meeting().await;
    ada.invite(&meeting, "bob", "participant").await;
    let path = format!("{meeting}/messages");
    for who in [&bob, &ada] {
        let message = who.post(&path, json!({"text": "rude"})).await.1;
        let one = format!("{path}/{}", message["id"].as_str().unwrap());
        assert_eq!(ada.delete(&one).await.0, 200);
    }
    let (_, log) = admin.get("/v1/admin/audit?action=deleteMessage").await;
    let rows = log["items"].as_array().unwrap();
    assert_eq!(rows.len(), 1, "{log}");
    assert_eq!(rows[0]["changes"]["authorId"], json!(bob.id));
    assert!(!log.to_string().contains("rude"));
}

#[tokio::test]
async fn messages_go_after_ninety_days_with_what_search_knows_of_them() {
    use connvo_server::{chat::retention, search::index};
    const DAY_MS: u64 = 24 * 3_600_000;
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let path = format!("{meeting}/messages");
    for text in ["Old one", "Old two"] {
        assert_eq!(ada.post(&path, json!({"text": text})).await.0, 200);
    }
    let found = async |q: &str| {
        index::once(&api.app).await.unwrap();
        let ada = api.sign_in("ada").await;
        let (_, found) = ada.get(&format!("/v1/search?q={q}")).await;
        found["items"].as_array().unwrap().len()
    };
    assert_eq!(found("old").await, 2);
    api.app.clock.advance(90 * DAY_MS - 1);
    let ada = api.sign_in("ada").await;
    assert_eq!(ada.post(&path, json!({"text": "Young"})).await.0, 200);
    assert_eq!(retention::sweep(&api.app).await.unwrap(), 0);
    api.app.clock.advance(2);
    assert_eq!(retention::sweep(&api.app).await.unwrap(), 2);
    assert_eq!(retention::sweep(&api.app).await.unwrap(), 0);
    let ada = api.sign_in("ada").await;
    let (_, page) = ada.get(&path).await;
    let texts: Vec<_> = page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["text"])
        .collect();
    assert_eq!(texts, ["Young"]);
    assert_eq!((found("old").await, found("young").await), (0, 1));
}

#[tokio::test]
async fn a_participant_has_a_count_of_messages_and_the_time_of_their_words() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    ada.post(&format!("{meeting}/start"), Value::Null).await;
    let path = format!("{meeting}/messages");
    ada.post(&path, json!({"text": "one"})).await;
    let (_, two) = ada.post(&path, json!({"text": "two"})).await;
    let said = json!({"chunks": [{"sourceId": "mic", "segmentId": "1", "text": "hi",
        "startMs": 1_000, "endMs": 3_500, "speaker": {"label": "Ada", "userId": ada.id}}]});
    assert_eq!(
        ada.post(&format!("{meeting}/transcript"), said).await.0,
        200
    );
    let of_ada = async || {
        let (_, people) = ada.get(&format!("{meeting}/participants")).await;
        let one = &people["items"][0];
        (one["messageCount"].clone(), one["speakingTime"].clone())
    };
    assert_eq!(of_ada().await, (json!(2), json!(2_500)));
    let gone = format!("{path}/{}", two["id"].as_str().unwrap());
    ada.delete(&gone).await;
    assert_eq!(of_ada().await, (json!(1), json!(2_500)));
}
