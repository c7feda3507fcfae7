//! How much one caller may ask for, and how they are told.

use crate::client::{Api, assert_problem};
use connvo_server::config::RateLimits;
use connvo_server::rate::{AUTH_FAILURES, ME_EXPORT, PEOPLE_BLOCK, SEARCH};
use reqwest::{Method, Response};
use serde_json::json;

fn header(answer: &Response, name: &str) -> String {
    let value = answer.headers().get(name);
    value.map_or("", |value| value.to_str().unwrap()).to_owned()
}

#[tokio::test]
async fn limited_routes_tell_what_is_left_and_when_it_is_full_again() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let operate = async |seq: u64| {
        let draft = ada.draft(0, seq, json!([{"insert": "x"}]));
        let path = format!("{meeting}/notes/ops");
        let request = api.request(Method::POST, &path).bearer_auth(&ada.token);
        request.json(&draft).send().await.unwrap()
    };
    let answer = operate(1).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(
        header(&answer, "ratelimit-policy"),
        "\"notes.op\";q=1200;w=60"
    );
    assert_eq!(header(&answer, "ratelimit"), "\"notes.op\";r=1199;t=120");
    let (user, id) = (ada.id.parse().unwrap(), meeting.rsplit('/').next().unwrap());
    let (rates, now) = (&api.app.rates, api.app.clock.now_ms());
    let rest = rates.take(
        connvo_server::rate::NOTE_OP,
        &user,
        &id.parse().unwrap(),
        1_199,
        now,
    );
    rest.unwrap();
    let refused = operate(2).await;
    assert_eq!(header(&refused, "ratelimit"), "\"notes.op\";r=0;t=120");
    assert!(header(&refused, "retry-after").parse::<u64>().unwrap() > 0);
    let refused = (refused.status(), refused.json().await.unwrap());
    assert_problem(&refused, 429, "RATE_LIMITED");
}

#[tokio::test]
async fn exports_searches_and_blocks_are_limited_by_person() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    let block = format!("/v1/users/{}/block", bob.id);
    for (method, path, rate) in [
        (Method::GET, "/v1/me/export", ME_EXPORT),
        (Method::GET, "/v1/search?q=budget", SEARCH),
        (Method::POST, block.as_str(), PEOPLE_BLOCK),
    ] {
        let (user, now) = (ada.id.parse().unwrap(), api.app.clock.now_ms());
        for _ in 1..rate.per_minute {
            api.app.rates.take_of_person(rate, &user, now).unwrap();
        }
        let ask = async |token: &str| {
            let request = api.request(method.clone(), path).bearer_auth(token);
            request.send().await.unwrap()
        };
        let policy = format!("\"{}\";q={};w=60", rate.action, rate.per_minute);
        let last = ask(&ada.token).await;
        assert!(last.status().is_success(), "{path}: {}", last.status());
        assert_eq!(header(&last, "ratelimit-policy"), policy);
        let refused = ask(&ada.token).await;
        assert_eq!(header(&refused, "ratelimit-policy"), policy);
        let refused = (refused.status(), refused.json().await.unwrap());
        assert_problem(&refused, 429, "RATE_LIMITED");
        assert_eq!(ask("x.y.z").await.status(), 401, "{path}");
    }
}

#[tokio::test]
async fn where_nobody_is_held_to_the_table_nothing_is_told() {
    let api = Api::start_with(|settings| settings.rate_limits = Some(RateLimits::Off)).await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let draft = ada.draft(0, 1, json!([{"insert": "x"}]));
    let path = format!("{meeting}/notes/ops");
    let request = api.request(Method::POST, &path).bearer_auth(&ada.token);
    let answer = request.json(&draft).send().await.unwrap();
    assert_eq!(header(&answer, "ratelimit"), "");
}

#[tokio::test]
async fn bad_tokens_beyond_the_rate_are_told_to_wait_and_good_ones_are_let_in() {
    let api = Api::start().await;
    let ada = api.sign_in("ada").await;
    let meeting = ada.meeting().await;
    let bad = async || api.send(Method::GET, "/v1/me", Some("x.y.z"), None).await;
    for _ in 0..AUTH_FAILURES.per_minute {
        assert_problem(&bad().await, 401, "UNAUTHORIZED");
    }
    assert_problem(&bad().await, 429, "RATE_LIMITED");
    assert_eq!(ada.get("/v1/me").await.0, 200);
    let yjs = format!(
        "/v1/yjs/{}?token=x.y.z",
        meeting.rsplit('/').next().unwrap()
    );
    let request = api.request(Method::GET, &yjs);
    let upgrade = request
        .header("connection", "upgrade")
        .header("upgrade", "websocket")
        .header("sec-websocket-version", "13")
        .header("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==");
    assert_eq!(upgrade.send().await.unwrap().status(), 429);
    api.app.clock.advance(120_000);
    assert_problem(&bad().await, 401, "UNAUTHORIZED");
}

#[tokio::test]
async fn beyond_the_rate_only_tokens_that_were_good_before_are_looked_at() {
    let api = Api::start().await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    assert_eq!(ada.get("/v1/me").await.0, 200);
    for _ in 0..AUTH_FAILURES.per_minute {
        let bad = api.send(Method::GET, "/v1/me", Some("x.y.z"), None).await;
        assert_problem(&bad, 401, "UNAUTHORIZED");
    }
    // Good, but never seen: it is not told from a bad one.
    assert_problem(&bob.get("/v1/me").await, 429, "RATE_LIMITED");
    assert_eq!(ada.get("/v1/me").await.0, 200);
    api.app.clock.advance(120_000);
    assert_eq!(bob.get("/v1/me").await.0, 200);
}

#[tokio::test]
async fn in_development_nobody_comes_through_a_proxy_from_elsewhere() {
    let api = Api::start().await;
    let from = async |header: &str, value: &str| {
        let request = api
            .request(Method::GET, "/v1/sign-in")
            .header(header, value);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    };
    let refused = from("x-forwarded-for", "192.0.2.1").await;
    assert_problem(&refused, 403, "FORBIDDEN");
    assert_eq!(refused.1["reason"], "proxy");
    assert_eq!(from("x-forwarded-host", "app.example.org").await.0, 403);
    assert_eq!(from("forwarded", "for=192.0.2.1").await.0, 403);
    // As `next dev` passes on what comes from this machine.
    assert_eq!(from("x-forwarded-for", "::1").await.0, 200);
    assert_eq!(from("x-forwarded-host", "localhost:3000").await.0, 200);
}
