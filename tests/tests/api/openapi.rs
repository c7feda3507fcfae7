//! `/openapi.json` describes every route.

use crate::client::{Api, NOW, Person};
use connvo_core::access::surface::{Gate, ROUTES, gate};
use connvo_core::access::{Action, ParticipantStatus, Role, Standing, can};
use connvo_core::error::ErrorCode;
use connvo_core::meeting::MeetingState;
use connvo_server::config::Secret;
use connvo_tests::{signature, workos};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[tokio::test]
async fn every_route_is_described() {
    let api = Api::start().await;
    let (status, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    assert_eq!(status, 200);
    assert_eq!(
        description["openapi"].as_str().map(|v| &v[..3]),
        Some("3.1")
    );
    let mut described = BTreeSet::new();
    for (path, methods) in description["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            described.insert(format!("{method} {path}"));
        }
    }
    let expected = ROUTES
        .iter()
        .map(|(method, path, _)| format!("{method} {path}"));
    let expected: BTreeSet<_> = expected.collect();
    assert_eq!(described, expected);
}

#[tokio::test]
async fn every_reference_leads_somewhere() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    let text = description.to_string();
    let names = text.split("#/components/schemas/").skip(1);
    for name in names.map(|rest| rest.split('"').next().unwrap()) {
        let schema = &description["components"]["schemas"][name];
        assert!(schema.is_object(), "{name}");
    }
}

#[tokio::test]
async fn every_operation_declares_its_errors_with_their_schema() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    let problem = "#/components/schemas/Problem";
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            let declared = operation["responses"].as_object().unwrap();
            assert!(declared.contains_key("default"), "{method} {path}");
            for (status, response) in declared
                .iter()
                .filter(|(status, _)| !status.starts_with(['1', '2']))
            {
                let schema = &response["content"]["application/problem+json"]["schema"];
                assert_eq!(schema["$ref"], problem, "{method} {path}: {status}");
            }
            let expected: &[(&str, bool)] = &[
                ("401", operation.get("security").is_some()),
                ("404", path.contains('{')),
                ("422", operation.get("requestBody").is_some()),
                ("503", operation.get("security").is_some()),
                ("429", path.ends_with("/ops") && method == "post"),
            ];
            for (status, _) in expected.iter().filter(|(_, expected)| *expected) {
                assert!(declared.contains_key(*status), "{method} {path}: {status}");
            }
        }
    }
    let schema = &description["components"]["schemas"]["Problem"];
    for member in ["type", "title", "status", "code", "detail", "requestId"] {
        assert!(schema["properties"][member].is_object(), "{member}");
    }
}

/// Every operation: its method, its path, and what is said of it.
fn operations(description: &Value) -> Vec<(&str, &str, &Value)> {
    let paths = description["paths"].as_object().unwrap();
    paths
        .iter()
        .flat_map(|(path, methods)| {
            let methods = methods.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (method.as_str(), path.as_str(), operation))
        })
        .collect()
}

#[tokio::test]
async fn every_operation_says_what_it_does_and_who_may() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    for (method, path, operation) in operations(&description) {
        let name = format!("{method} {path}");
        let summary = operation["summary"].as_str().unwrap_or_default();
        assert!(!summary.is_empty(), "{name}: a summary");
        let answers = operation["responses"].as_object().unwrap();
        assert!(
            answers.keys().any(|status| status.starts_with(['1', '2'])),
            "{name}"
        );
        let refuses = answers.contains_key("403");
        match gate(method, path).expect("a gate") {
            Gate::Admin | Gate::OrgAdmin => assert!(refuses, "{name}: 403"),
            Gate::Meeting(action) => {
                // Who comes is counted by the plan, too.
                let counted = path.ends_with("/accept") || path.ends_with("/join");
                assert_eq!(refuses, forbids(action) || counted, "{name}: 403");
            }
            _ => {}
        }
        let parameters = operation["parameters"].as_array();
        let parameters = parameters.map_or(&[][..], Vec::as_slice);
        if parameters.iter().any(|it| it["name"] == "Idempotency-Key") {
            assert!(answers.contains_key("409"), "{name}: 409");
        }
        for parameter in parameters {
            let kind = &parameter["schema"];
            assert!(kind.is_object(), "{name}: {parameter}");
        }
    }
}

/// Whether there is anybody in a meeting who may see it and not do this.
fn forbids(action: Action) -> bool {
    let states = [MeetingState::Scheduled, MeetingState::Active];
    let mut refusals = Role::ALL.into_iter().flat_map(|role| {
        let standings = ParticipantStatus::ALL.map(|status| Standing::new(role, status));
        standings.into_iter().flat_map(move |standing| {
            states.map(move |state| can(&standing, state, None, NOW, action).err())
        })
    });
    refusals.any(|refusal| refusal.is_some_and(|no| no.code == ErrorCode::Forbidden))
}

#[tokio::test]
async fn a_call_that_makes_something_of_a_meeting_takes_an_idempotency_key() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    // Appends are recognised by what they bring; see the descriptions. What a message is
    // to become it may be told twice.
    let natural = [
        "/notes/ops",
        "/transcript",
        "/messages/{message}",
        "/{emoji}",
        "/transcript/{provider}",
    ];
    for (method, path, operation) in operations(&description) {
        // A secret is not kept: who has not heard it asks for another.
        if (method, path) == ("post", "/v1/meetings/{id}/service-tokens") {
            continue;
        }
        let appends = natural.iter().any(|end| path.ends_with(end));
        if method == "get" || appends || !path.starts_with("/v1/meetings") {
            continue;
        }
        let parameters = operation["parameters"].to_string();
        assert!(parameters.contains("Idempotency-Key"), "{method} {path}");
    }
}

#[tokio::test]
async fn limited_operations_describe_how_their_caller_stands() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    let mut limited = Vec::new();
    for (method, path, operation) in operations(&description) {
        let answers = operation["responses"].as_object().unwrap();
        let told = |answer: &Value| {
            ["ratelimit", "ratelimit-policy"].map(|name| answer["headers"][name].is_object())
        };
        if answers.values().all(|answer| told(answer) == [true, true]) {
            limited.push(format!("{method} {path}"));
        } else {
            assert!(
                answers
                    .values()
                    .all(|answer| told(answer) == [false, false]),
                "{path}"
            );
        }
        for status in ["429", "503"] {
            let answer = answers.get(status);
            assert!(
                answer.is_none_or(|answer| answer["headers"]["retry-after"].is_object()),
                "{method} {path}: {status}"
            );
        }
    }
    for path in ["notes/ops", "notes/versions/{n}/restore", "transcript"] {
        let name = format!("post /v1/meetings/{{id}}/{path}");
        assert!(limited.contains(&name), "{name} of {limited:?}");
    }
}

/// The example of a request body, there or at its schema.
fn example<'a>(description: &'a Value, content: &'a Value) -> Option<&'a Value> {
    content.get("example").or_else(|| {
        let name = content["schema"]["$ref"].as_str()?.rsplit('/').next()?;
        description["components"]["schemas"][name].get("example")
    })
}

/// Every example is sent as it is, by the platform's administrator, to a meeting and an
/// organisation of their own.
#[tokio::test]
async fn every_request_body_has_an_example_that_the_server_takes() {
    let api = Api::start_with(|settings| {
        settings.admins = vec!["ada@example.org".into()];
        settings.billing_webhook_secret = Some(Secret::new("whsec_billing"));
        settings.dev = Some(true);
        settings.workos.client_id = Some(workos::CLIENT.into());
        settings.workos.webhook_secret = Some(Secret::new(workos::SECRET));
    })
    .await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    let (ada, bob) = (api.sign_in("ada").await, api.sign_in("bob").await);
    // Who may come to be kept out.
    let carol = api.sign_in("carol").await;
    let meeting = ada.meeting().await;
    assert_eq!(ada.post(&format!("{meeting}/start"), None).await.0, 200);
    ada.invite(&meeting, "bob", "participant").await;
    let said = json!({"text": "hi"});
    let message = ada.post(&format!("{meeting}/messages"), said).await.1["id"].clone();
    let message = message.as_str().unwrap().to_owned();
    let said = json!({"chunks": [{"sourceId": "mic", "segmentId": "1", "text": "hi",
        "startMs": 1, "endMs": 2, "speaker": {"label": "made-up"}}]});
    assert_eq!(
        ada.post(&format!("{meeting}/transcript"), said).await.0,
        200
    );
    let (_, org) = ada.post("/v1/orgs", json!({"name": "Acme"})).await;
    let org = org["id"].as_str().unwrap();
    let dan = api.sign_in("dan").await;
    let member = json!({"email": "dan@example.org", "role": "member"});
    let invited = ada.post(&format!("/v1/orgs/{org}/members"), member).await;
    assert_eq!(invited.0, 201, "{}", invited.1);
    let accepted = dan.post(&format!("/v1/orgs/{org}/accept"), None).await;
    assert_eq!(accepted.0, 200, "{}", accepted.1);
    ada.invite(&meeting, "dan", "participant").await;
    let mut sent = 0;
    for (method, path, operation) in operations(&description) {
        for (_, content) in operation["requestBody"]["content"]
            .as_object()
            .into_iter()
            .flatten()
        {
            let name = format!("{method} {path}");
            let body = example(&description, content);
            let mut body = body.unwrap_or_else(|| panic!("{name}: an example")).clone();
            if body.get("userId").is_some() {
                let another = if path.ends_with("/host") { &dan } else { &bob };
                body["userId"] = json!(another.id);
            }
            if path.ends_with("/billing") {
                // Long ago: not held for an organisation that may still come.
                body["created"] = json!(NOW / 1_000 - 2 * 3_600);
            }
            let user = if path.contains("/users/") {
                &carol
            } else if path.contains("/orgs/") {
                &dan
            } else {
                &bob
            };
            let path = fill(path, &meeting, org, &user.id).replace("{message}", &message);
            let (status, answer) = send(&ada, method, &path, &body).await;
            assert!(status.is_success(), "{name}: {status} {answer}");
            sent += 1;
        }
    }
    assert!(sent > 0);
}

/// A path whose parameters name what is there.
fn fill(path: &str, meeting: &str, org: &str, user: &str) -> String {
    let meeting = meeting.rsplit('/').next().unwrap();
    let id = if path.contains("/orgs/") {
        org
    } else if path.contains("/users/") {
        user
    } else {
        meeting
    };
    let key = if path.contains("/flags/") {
        "made-up"
    } else {
        "recording"
    };
    path.replace("{id}", id)
        .replace("{user}", user)
        .replace("{who}", "bob@example.org")
        .replace("{key}", key)
        .replace("{provider}", "deepgram")
        .replace("{label}", "made-up")
}

async fn send(by: &Person<'_>, method: &str, path: &str, body: &Value) -> (StatusCode, Value) {
    let method = method.to_uppercase().parse().unwrap();
    let text = body.to_string();
    let mut request = by.api.request(method, path).bearer_auth(&by.token);
    if path.ends_with("/billing") {
        let signature = signature::sign("whsec_billing", NOW / 1000, text.as_bytes());
        request = request.header("stripe-signature", signature);
    } else if path.ends_with("/workos") {
        let signature = workos::signature(workos::SECRET, NOW, &text);
        request = request.header("workos-signature", signature);
    }
    let request = request
        .header("content-type", "application/json")
        .body(text);
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap_or_default())
}
