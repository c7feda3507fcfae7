//! Extractors whose rejections are problems that name the place.

use super::Failure;
use axum::extract::rejection::{JsonRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use connvo_core::error::{ErrorCode, Problem, without_quotes};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// A JSON body, either way.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(value)) => Ok(Self(value)),
            Err(rejection) => Err(Failure(of_json(&rejection))),
        }
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

fn of_json(rejection: &JsonRejection) -> Problem {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            ErrorCode::ValidationError,
            "send JSON with Content-Type: application/json",
        ),
        other if other.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(ErrorCode::PayloadTooLarge, "the body is too large")
        }
        other => at_its_place(&without_quotes(&other.body_text())),
    }
}

/// axum says "Failed to … : chunks[3].text: what is wrong"; the wire wants the
/// JSON pointer `/chunks/3/text` and what is wrong there. A member that somebody has made
/// up is not said back: it may be anything that they have written.
fn at_its_place(said: &str) -> Problem {
    let said = said.split_once(": ").map_or(said, |(_, said)| said);
    let is_path = |path: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_.[]".contains(c);
        !path.is_empty() && path.chars().all(plain)
    };
    match said.split_once(": ") {
        Some((path, message)) if is_path(path) => {
            let path = path.replace(['.', '['], "/").replace(']', "");
            Problem::field(format!("/{}", path.trim_start_matches('/')), message)
        }
        Some((path, message)) if !path.contains(' ') || message.starts_with("unknown field") => {
            Problem::new(ErrorCode::ValidationError, message)
        }
        _ => Problem::new(ErrorCode::ValidationError, said),
    }
}

/// A part of the path. What does not parse cannot exist: `NOT_FOUND`.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        // No database takes a NUL, so nothing has one in its name.
        if parts.uri.path().contains("%00") {
            return Err(Failure(Problem::not_found("this address")));
        }
        axum::extract::Path::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|_: PathRejection| Failure(Problem::not_found("this address")))
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        axum::extract::Query::from_request_parts(parts, state)
            .await
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection: QueryRejection| {
                Failure(Problem::new(
                    ErrorCode::ValidationError,
                    rejection.body_text(),
                ))
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misplaced_value_is_named_by_its_json_pointer() {
        let problem = at_its_place("Failed to read: chunks[3].text: invalid type at line 1");
        assert_eq!(problem.errors[0].pointer, "/chunks/3/text");
        assert_eq!(problem.errors[0].message, "invalid type at line 1");
        let listed = at_its_place("Failed to read: [0]: invalid type: string, expected a UUID");
        assert_eq!(listed.errors[0].pointer, "/0");
        for made_up in ["a-secret", "a secret told"] {
            let said = format!("Failed to read: {made_up}: unknown field, expected `bio`");
            let problem = at_its_place(&said);
            assert_eq!(problem.detail, "unknown field, expected `bio`");
            assert!(problem.errors.is_empty());
        }
        let typed = at_its_place("Failed to read: invalid type: null, expected a map");
        assert_eq!(typed.detail, "invalid type: null, expected a map");
        assert!(
            at_its_place("Failed to read: EOF while parsing")
                .errors
                .is_empty()
        );
    }
}
