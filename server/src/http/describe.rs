//! What the API description says of errors, said once for every operation: each has
//! the one shape of [`super::problem`], and what can happen everywhere is declared
//! everywhere.

use super::limited::{RATE_LIMIT, RATE_LIMIT_POLICY};
use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use connvo_core::error::Problem;
use utoipa::openapi::path::{Operation, ParameterIn};
use utoipa::openapi::schema::{Object, Schema, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, Header, OpenApi, Ref, RefOr, Response};
use utoipa::{PartialSchema, ToSchema};

const PROBLEM: &str = "Problem";

/// Completes a description.
pub(super) fn complete(mut description: OpenApi) -> OpenApi {
    for item in description.paths.paths.values_mut() {
        let operations = [
            &mut item.get,
            &mut item.post,
            &mut item.put,
            &mut item.patch,
            &mut item.delete,
        ];
        operations.into_iter().flatten().for_each(errors);
    }
    let components = description.components.get_or_insert_default();
    let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    components.add_security_scheme("bearer", bearer);
    let mut parts = Vec::new();
    Problem::schemas(&mut parts);
    components.schemas.extend(parts);
    components.schemas.insert(PROBLEM.into(), problem());
    description
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
    }
    schema
}
