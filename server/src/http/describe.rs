//! What the API description says of errors, said once for every operation: each has
//! the one shape of [`super::problem`], and what can happen everywhere is declared
//! everywhere. Good answers get an example each, made of their schema.

use super::limited::{RATE_LIMIT, RATE_LIMIT_POLICY};
use super::{by_person, example};
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use connvo_core::error::Problem;
use serde_json::json;
use utoipa::openapi::path::{Operation, ParameterIn, PathItem};
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Header, OpenApi, Ref, RefOr, Response};
use utoipa::{PartialSchema, ToSchema};

const PROBLEM: &str = "Problem";

/// Completes a description.
pub(super) fn complete(mut description: OpenApi) -> OpenApi {
    for (path, item) in &mut description.paths.paths {
        for (method, operation) in operations(item) {
            if by_person::limit(method, path).is_some() {
                let response = RefOr::T(Response::new("Too many at once; see Retry-After"));
                operation.responses.responses.insert("429".into(), response);
            }
            errors(operation);
        }
    }
    let components = description.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("bearer", bearer);
    let mut parts = Vec::new();
    Problem::schemas(&mut parts);
    components.schemas.extend(parts);
    components.schemas.insert(PROBLEM.into(), problem());
    examples(&mut description);
    description
}

/// The operations of a path, by method.
fn operations(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let operations = [
        ("GET", &mut item.get),
        ("POST", &mut item.post),
        ("PUT", &mut item.put),
        ("PATCH", &mut item.patch),
        ("DELETE", &mut item.delete),
    ];
    let operations = operations.into_iter();
    operations.filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

/// Gives every good answer in JSON an example.
fn examples(description: &mut OpenApi) {
    let schemas = serde_json::to_value(&description.components).unwrap_or_default();
    for item in description.paths.paths.values_mut() {
        for (_, operation) in operations(item) {
            for (status, response) in &mut operation.responses.responses {
                let RefOr::T(response) = response else {
                    continue;
                };
                let json = response.content.get_mut("application/json");
                if let Some(RefOr::T(content)) = json.filter(|_| status.starts_with('2'))
                    && content.example.is_none()
                {
                    let schema = serde_json::to_value(&content.schema).unwrap_or_default();
                    content.example = Some(example::of(&schema, &schemas["schemas"]));
                }
            }
        }
    }
}

/// What can happen to an operation, beside what it declares itself.
fn errors(operation: &mut Operation) {
    let parameters = operation.parameters.iter().flatten();
    let places: Vec<ParameterIn> = parameters
        .filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter.parameter_in.clone()),
            RefOr::Ref(_) => None,
        })
        .collect();
    let keyed = places.contains(&ParameterIn::Header);
    let secured = operation.security.is_some();
    let body = operation.request_body.is_some();
    let query = places.contains(&ParameterIn::Query);
    let common = [
        ("401", secured, "No valid token"),
        (
            "404",
            places.contains(&ParameterIn::Path),
            "Absent, or not yours to see",
        ),
        (
            "409",
            keyed,
            "The idempotency key was used with another request",
        ),
        ("429", secured, "Too many at once; see Retry-After"),
        ("413", body, "The body is too large"),
        (
            "422",
            body || query || keyed,
            "A field is not valid; `errors` names it",
        ),
        (
            "503",
            secured || body,
            "Not now: try again; see Retry-After",
        ),
        ("default", true, "Any other error"),
    ];
    let declared = &mut operation.responses.responses;
    // A limit of its own is declared by the operation itself.
    let limited = declared.contains_key("429");
    for (status, _, description) in common.into_iter().filter(|(_, applies, _)| *applies) {
        let response = || RefOr::T(Response::new(description));
        declared.entry(status.into()).or_insert_with(response);
    }
    for (status, response) in declared {
        let RefOr::T(response) = response else {
            continue;
        };
        if !status.starts_with(['1', '2', '3']) {
            let content = Content::new(Some(Ref::from_schema_name(PROBLEM)));
            response.content = [("application/problem+json".to_owned(), RefOr::T(content))].into();
        }
        let told = [
            (
                RATE_LIMIT_POLICY,
                limited,
                "The limit, as `\"notes.op\";q=1200;w=60`",
            ),
            (
                RATE_LIMIT,
                limited,
                "What is left of it, as `\"notes.op\";r=1199;t=60`",
            ),
            (
                RETRY_AFTER,
                matches!(status.as_str(), "429" | "503"),
                "Seconds to wait",
            ),
            (WWW_AUTHENTICATE, status == "401", "`Bearer`"),
        ];
        for (name, _, description) in told.into_iter().filter(|(_, applies, _)| *applies) {
            let mut header = Header::new(Object::with_type(Type::String));
            header.description = Some(description.to_owned());
            response.headers.insert(name.to_string(), RefOr::T(header));
        }
    }
}

/// The problem with the members that RFC 9457 gives it on the wire.
fn problem() -> RefOr<Schema> {
    let mut schema = Problem::schema();
    if let RefOr::T(Schema::Object(object)) = &mut schema {
        for (name, kind) in [
            ("type", Type::String),
            ("title", Type::String),
            ("status", Type::Integer),
        ] {
            let member = Schema::Object(Object::with_type(kind));
            object.properties.insert(name.into(), RefOr::T(member));
            object.required.push(name.into());
        }
        object.example = Some(
            json!({"type": "about:blank", "title": "Not Found", "status": 404,
            "code": "NOT_FOUND", "detail": "the meeting is not there, or not yours to see",
            "errors": [], "requestId": "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e"}),
        );
    }
    schema
}
