//! `/v1/connections`.

use crate::client::{Api, Person, assert_problem};
use connvo_core::person::connection::{COOL_DOWN_MS, PENDING};
use connvo_core::rate::CONNECTIONS_ASK;
use connvo_server::config::RateLimits;
use connvo_server::user;
use reqwest::Method;
use serde_json::{Value, json};

async fn ask(from: &Person<'_>, to: &Person<'_>, kind: &str) -> Value {
    let draft = json!({"userId": to.id, "kind": kind, "message": "hello"});
    let (status, asked) = from.post("/v1/connections", draft).await;
    assert_eq!(status, 201, "{asked}");
    asked
}

fn path(connection: &Value, verb: &str) -> String {
    format!(
        "/v1/connections/{}{verb}",
        connection["id"].as_str().unwrap()
    )
}

async fn listed(person: &Person<'_>, query: &str) -> Vec<Value> {
    let (status, page) = person.get(&format!("/v1/connections?{query}")).await;
    assert_eq!(status, 200, "{page}");
    page["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_request_is_answered_by_whom_it_was_made_to() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    let asked = ask(&ada, &bob, "mentor").await;
    assert_eq!(asked["state"], "pending");
    assert_eq!(
        (&asked["name"], &asked["initiatedByMe"]),
        (&json!("bob"), &json!(true))
    );
    let accept = path(&asked, "/accept");
    assert_problem(&ada.post(&accept, Value::Null).await, 403, "FORBIDDEN");
    assert_problem(&eve.post(&accept, Value::Null).await, 404, "NOT_FOUND");
    let (status, accepted) = bob.post(&accept, Value::Null).await;
    assert_eq!(status, 200, "{accepted}");
    assert_eq!(accepted["state"], "accepted");
    assert_eq!(accepted["userId"], ada.id);
    assert_problem(&bob.post(&accept, Value::Null).await, 409, "CONFLICT");
    let (_, seen) = eve.get(&format!("/v1/users/{}", bob.id)).await;
    assert_eq!(seen["connectionCount"], 1);
    assert_eq!(listed(&ada, "state=accepted").await.len(), 1);
    assert_eq!(listed(&ada, "state=pending").await.len(), 0);
    assert_eq!(ada.delete(&path(&asked, "")).await.0, 204);
    assert_eq!(listed(&bob, "").await.len(), 0);
}

#[tokio::test]
async fn one_like_it_is_not_asked_for_twice_from_either_side() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let asked = ask(&ada, &bob, "mentor").await;
    let same = |kind: &str, to: &Person<'_>| json!({"userId": to.id, "kind": kind});
    let again = ada.post("/v1/connections", same("mentor", &bob)).await;
    assert_problem(&again, 409, "CONFLICT");
    let mirrored = bob.post("/v1/connections", same("mentee", &ada)).await;
    assert_problem(&mirrored, 409, "CONFLICT");
    // Another kind is another connection; following goes both ways at once.
    ask(&bob, &ada, "mentor").await;
    for (from, to) in [(&ada, &bob), (&bob, &ada)] {
        assert_eq!(ask(from, to, "follow").await["state"], "accepted");
    }
    // Who declined may ask instead; who was declined may not.
    assert_eq!(
        bob.post(&path(&asked, "/decline"), Value::Null).await.0,
        200
    );
    let again = ada.post("/v1/connections", same("mentor", &bob)).await;
    assert_problem(&again, 409, "CONFLICT");
    let turned = ask(&bob, &ada, "mentee").await;
    assert_eq!(turned["state"], "pending");
    assert_eq!(
        ada.post(&path(&turned, "/accept"), Value::Null).await.0,
        200
    );
    assert_eq!(listed(&ada, "").await.len(), 4);
}

#[tokio::test]
async fn who_was_declined_asks_again_a_week_later_at_the_earliest() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let asked = ask(&ada, &bob, "mentor").await;
    api.app.clock.advance(5);
    bob.post(&path(&asked, "/decline"), Value::Null).await;
    let draft = json!({"userId": bob.id, "kind": "mentor"});
    api.app.clock.advance(COOL_DOWN_MS - 1);
    let ada = api.sign_in("ada").await;
    let refused = ada.post("/v1/connections", draft.clone()).await;
    assert_problem(&refused, 409, "CONFLICT");
    assert_eq!(refused.1["reason"], "cool-down");
    api.app.clock.advance(1);
    let (status, again) = ada.post("/v1/connections", draft).await;
    assert_eq!(status, 201, "{again}");
    let left = listed(&ada, "").await;
    assert_eq!((left.len(), &left[0]["state"]), (1, &json!("pending")));
}

#[tokio::test]
async fn a_refusal_of_one_kind_stands_against_asking_for_another() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let asked = ask(&ada, &bob, "mentor").await;
    bob.post(&path(&asked, "/decline"), Value::Null).await;
    for kind in ["mentor", "mentee", "collaborator", "connection", "follow"] {
        let draft = json!({"userId": bob.id, "kind": kind});
        let refused = ada.post("/v1/connections", draft).await;
        assert_problem(&refused, 409, "CONFLICT");
        assert_eq!(refused.1["reason"], "cool-down", "{kind}");
    }
    // Who refused may ask, for whatever they like.
    ask(&bob, &ada, "collaborator").await;
    api.app.clock.advance(COOL_DOWN_MS);
    let ada = api.sign_in("ada").await;
    ask(&ada, &bob, "follow").await;
}

#[tokio::test]
async fn who_ends_what_was_offered_to_them_is_not_asked_again_at_once() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let follow = ask(&ada, &bob, "follow").await;
    assert_eq!(bob.delete(&path(&follow, "")).await.0, 204);
    assert_eq!(listed(&ada, "").await[0]["state"], "declined");
    for kind in ["follow", "connection"] {
        let draft = json!({"userId": bob.id, "kind": kind});
        let refused = ada.post("/v1/connections", draft).await;
        assert_eq!(refused.1["reason"], "cool-down", "{}", refused.1);
    }
    // Who began it may end it and begin again; so may the other.
    let asked = ask(&bob, &ada, "connection").await;
    let accept = path(&asked, "/accept");
    assert_eq!(ada.post(&accept, Value::Null).await.0, 200);
    assert_eq!(bob.delete(&path(&asked, "")).await.0, 204);
    ask(&bob, &ada, "connection").await;
}

#[tokio::test]
async fn the_name_of_who_is_hidden_is_not_told_to_who_has_blocked_them() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let eve = api.sign_in("eve").await;
    for (from, to) in [(&ada, &bob), (&ada, &eve)] {
        let block = format!("/v1/users/{}/block", to.id);
        assert_eq!(from.post(&block, Value::Null).await.0, 204);
    }
    let names = async || -> Vec<(Value, Value)> {
        let blocked = listed(&ada, "state=blocked").await;
        let mut names: Vec<_> = blocked
            .iter()
            .map(|one| (one["userId"].clone(), one["name"].clone()))
            .collect();
        names.sort_by_key(|one| one.0.to_string());
        names
    };
    let both = |bobs: Value, eves: Value| {
        let mut both = vec![(json!(bob.id), bobs), (json!(eve.id), eves)];
        both.sort_by_key(|one| one.0.to_string());
        both
    };
    assert_eq!(names().await, both(json!("bob"), json!("eve")));
    let back = format!("/v1/users/{}/block", ada.id);
    assert_eq!(bob.post(&back, Value::Null).await.0, 204);
    assert_eq!(names().await, both(Value::Null, json!("eve")));
    let id = eve.id.parse().unwrap();
    user::set_active(&api.app, &id, false).await.unwrap();
    assert_eq!(names().await, both(Value::Null, Value::Null));
    user::set_active(&api.app, &id, true).await.unwrap();
    assert_eq!(names().await, both(Value::Null, json!("eve")));
}

#[tokio::test]
async fn only_so_many_requests_wait_for_an_answer() {
    let api = Api::start_with(|settings| settings.rate_limits = Some(RateLimits::Off)).await;
    let ada = api.sign_in("ada").await;
    let mut last = Value::Null;
    for at in 0..PENDING {
        last = ask(&ada, &api.sign_in(&format!("p{at}")).await, "mentor").await;
    }
    let bob = api.sign_in("bob").await;
    let one_more = json!({"userId": bob.id, "kind": "mentor"});
    let refused = ada.post("/v1/connections", one_more.clone()).await;
    assert_problem(&refused, 409, "CONFLICT");
    assert_eq!(refused.1["reason"], "pending");
    // Following waits for nobody, and others' requests are others'.
    ask(&ada, &bob, "follow").await;
    ask(&bob, &ada, "collaborator").await;
    assert_eq!(ada.delete(&path(&last, "")).await.0, 204);
    assert_eq!(ada.post("/v1/connections", one_more).await.0, 201);
}

#[tokio::test]
async fn asking_is_limited_and_a_retry_under_a_key_is_not_counted() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = json!({"userId": bob.id, "kind": "follow"});
    for _ in 0..40 {
        let kept = ada.keyed(Method::POST, "/v1/connections", "k", &draft);
        assert_eq!(kept.await.0, 201);
    }
    for _ in 1..CONNECTIONS_ASK.per_minute {
        let again = ada.post("/v1/connections", draft.clone()).await;
        assert_problem(&again, 409, "CONFLICT");
    }
    let refused = ada.post("/v1/connections", draft.clone()).await;
    assert_problem(&refused, 429, "RATE_LIMITED");
    let other = json!({"userId": ada.id, "kind": "follow"});
    assert_eq!(bob.post("/v1/connections", other).await.0, 201);
    api.app.clock.advance(120_000);
    let again = ada.post("/v1/connections", draft).await;
    assert_problem(&again, 409, "CONFLICT");
}

#[tokio::test]
async fn a_block_ends_all_that_is_between_two_people() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let follow = ask(&ada, &bob, "follow").await;
    let asked = ask(&bob, &ada, "connection").await;
    assert_eq!(ada.post(&path(&asked, "/block"), Value::Null).await.0, 204);
    let left = listed(&ada, "").await;
    assert_eq!(left.len(), 1);
    assert_eq!(
        (&left[0]["state"], &left[0]["id"]),
        (&json!("blocked"), &asked["id"])
    );
    assert_eq!(left[0]["message"], Value::Null);
    assert!(listed(&bob, "").await.is_empty());
    for verb in ["/accept", "/decline", "/block", "/unblock"] {
        let hidden = bob.post(&path(&asked, verb), Value::Null).await;
        assert_problem(&hidden, 404, "NOT_FOUND");
    }
    assert_problem(&bob.delete(&path(&asked, "")).await, 404, "NOT_FOUND");
    assert_problem(&ada.delete(&path(&follow, "")).await, 404, "NOT_FOUND");
    assert_problem(&ada.delete(&path(&asked, "")).await, 409, "CONFLICT");
    assert_eq!(ada.post(&path(&asked, "/block"), Value::Null).await.0, 204);
    assert_eq!(
        ada.post(&path(&asked, "/unblock"), Value::Null).await.0,
        204
    );
    assert!(listed(&ada, "").await.is_empty());
}

#[tokio::test]
async fn connections_come_in_pages_newest_first() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    for name in ["bob", "eve", "joe"] {
        ask(&ada, &api.sign_in(name).await, "follow").await;
        api.app.clock.advance(1);
    }
    let (_, first) = ada.get("/v1/connections?limit=2").await;
    let names = |page: &Value| {
        let items = page["items"].as_array().unwrap().iter();
        items.map(|one| one["name"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(names(&first), ["joe", "eve"]);
    let next = first["next"].as_str().unwrap();
    let (_, second) = ada
        .get(&format!("/v1/connections?limit=2&after={next}"))
        .await;
    assert_eq!(names(&second), ["bob"]);
    assert_eq!(second["next"], Value::Null);
    let bad = ada.get("/v1/connections?state=nonsense").await;
    assert_problem(&bad, 422, "VALIDATION_ERROR");
}

#[tokio::test]
async fn a_retry_under_a_key_has_no_second_effect() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let draft = json!({"userId": bob.id, "kind": "follow"});
    let first = ada
        .keyed(Method::POST, "/v1/connections", "k", &draft)
        .await;
    assert_eq!(first.0, 201);
    assert_eq!(
        ada.keyed(Method::POST, "/v1/connections", "k", &draft)
            .await,
        first
    );
    let remove = path(&first.1, "");
    for _ in 0..2 {
        let removed = ada.keyed(Method::DELETE, &remove, "k", &Value::Null).await;
        assert_eq!(removed.0, 204);
    }
    assert!(listed(&ada, "").await.is_empty());
}

#[tokio::test]
async fn a_bad_request_is_refused_at_its_place() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let own = json!({"userId": ada.id, "kind": "follow"});
    let own = ada.post("/v1/connections", own).await;
    assert_problem(&own, 422, "VALIDATION_ERROR");
    let long = json!({"userId": bob.id, "kind": "follow", "message": "x".repeat(501)});
    let long = ada.post("/v1/connections", long).await;
    assert_eq!(long.1["errors"][0]["pointer"], "/message");
    let nobody = json!({"userId": api.app.ids.user(), "kind": "follow"});
    let nobody = ada.post("/v1/connections", nobody).await;
    assert_problem(&nobody, 404, "NOT_FOUND");
}
