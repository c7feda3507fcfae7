//! `/openapi.json` describes every route.

use crate::client::Api;
use reqwest::Method;
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
    let expected = [
        "delete /v1/admin/flags/{key}",
        "delete /v1/admin/orgs/{id}/entitlements/{key}",
        "delete /v1/orgs/{id}",
        "delete /v1/orgs/{id}/invitations/{email}",
        "delete /v1/orgs/{id}/members/{user}",
        "get /v1/orgs/{id}/invitations",
        "post /v1/orgs/{id}/accept",
        "get /v1/admin/flags",
        "get /v1/admin/flags/{key}",
        "get /v1/admin/orgs",
        "get /v1/admin/orgs/{id}",
        "get /v1/admin/users",
        "get /v1/flags",
        "get /v1/me/entitlements",
        "get /v1/meetings/{id}/entitlements",
        "get /v1/orgs",
        "get /v1/orgs/{id}",
        "get /v1/orgs/{id}/members",
        "post /v1/orgs",
        "post /v1/orgs/{id}/members",
        "post /v1/webhooks/billing",
        "put /v1/admin/flags/{key}",
        "put /v1/admin/orgs/{id}/entitlements/{key}",
        "put /v1/orgs/{id}/members/{user}",
        "get /.well-known/jwks.json",
        "get /healthz",
        "get /readyz",
        "get /v1/admin/audit",
        "get /v1/me",
        "get /v1/meetings",
        "get /v1/meetings/{id}",
        "get /v1/meetings/{id}/notes",
        "get /v1/meetings/{id}/notes/history",
        "get /v1/meetings/{id}/notes/ops",
        "get /v1/meetings/{id}/notes/versions/{n}",
        "get /v1/meetings/{id}/participants",
        "get /v1/meetings/{id}/transcript",
        "delete /v1/meetings/{id}/participants/{who}",
        "get /v1/sign-in",
        "post /dev/token",
        "post /v1/me/sign-out",
        "post /v1/meetings",
        "post /v1/meetings/{id}/end",
        "post /v1/meetings/{id}/leave",
        "post /v1/meetings/{id}/notes/ops",
        "post /v1/meetings/{id}/notes/versions/{n}/restore",
        "post /v1/meetings/{id}/participants",
        "post /v1/meetings/{id}/start",
        "post /v1/meetings/{id}/transcript",
        "post /v1/webhooks/workos",
    ];
    let expected: BTreeSet<_> = expected.into_iter().map(String::from).collect();
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
                .filter(|(status, _)| !status.starts_with('2'))
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
