//! Errors as `application/problem+json` (RFC 9457). A handler's [`Failure`] travels
//! to the outermost layer in the response's extensions; there it gets its request
//! id and its body, and so does any bare error of another layer.

use axum::Json;
use axum::extract::Request;
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connvo_core::error::{ErrorCode, Problem};
use serde::Serialize;

/// What a handler answers when it cannot do as asked.
#[derive(Debug)]
pub struct Failure(pub Problem);

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<crate::db::StoreError> for Failure {
    fn from(error: crate::db::StoreError) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = status(&self.0).into_response();
        response.extensions_mut().insert(self.0);
        response
    }
}

fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// The members of RFC 9457 beside our own.
#[derive(Serialize)]
struct Body<'a> {
    r#type: &'static str,
    title: &'a str,
    status: u16,
    #[serde(flatten)]
    problem: &'a Problem,
}

/// The outermost layer: gives every error its body.
pub(super) async fn finish(request: Request, next: Next) -> Response {
    let id = request.headers().get("x-request-id").cloned();
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        // A body of one's own is left alone: JSON, and the pages of the web app.
        None if is_own(&response) => return response,
        None => of_status(status),
    };
    let problem = Problem {
        request_id: id.and_then(|id| id.to_str().ok().map(str::to_owned)),
        ..problem
    };
    let body = Body {
        r#type: "about:blank",
        title: status.canonical_reason().unwrap_or("Error"),
        status: status.as_u16(),
        problem: &problem,
    };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    parts.headers.remove(CONTENT_TYPE);
    if let Some(wait) = problem.retry_after_ms {
        parts
            .headers
            .insert(RETRY_AFTER, wait.div_ceil(1000).max(1).into());
    }
    if problem.code == ErrorCode::Unauthorized {
        parts
            .headers
            .insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    let json = HeaderValue::from_static("application/problem+json");
    parts.headers.insert(CONTENT_TYPE, json);
    let (_, body) = Json(body).into_response().into_parts();
    Response::from_parts(parts, body)
}

fn is_own(response: &Response) -> bool {
    response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|kind| kind == "text/html" || kind.as_bytes().ends_with(b"json"))
}

/// The problem of a layer that knows only a status.
fn of_status(status: StatusCode) -> Problem {
    let (code, detail) = match status {
        StatusCode::UNAUTHORIZED => (ErrorCode::Unauthorized, "a bearer token is needed"),
        StatusCode::FORBIDDEN => (ErrorCode::Forbidden, "not allowed"),
        StatusCode::NOT_FOUND => (ErrorCode::NotFound, "there is nothing at this address"),
        StatusCode::METHOD_NOT_ALLOWED => (
            ErrorCode::ValidationError,
            "this address does not take that method; see Allow",
        ),
        StatusCode::PAYLOAD_TOO_LARGE => (ErrorCode::PayloadTooLarge, "the body is too large"),
        StatusCode::REQUEST_TIMEOUT | StatusCode::SERVICE_UNAVAILABLE => {
            (ErrorCode::Unavailable, "not done in time: try again")
        }
        status if status.is_client_error() => {
            (ErrorCode::ValidationError, "the request is not understood")
        }
        _ => (ErrorCode::Internal, "a fault of the server's own"),
    };
    let mut problem = Problem::new(code, detail);
    problem.retry_after_ms = (code == ErrorCode::Unavailable).then_some(1_000);
    problem
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_and_json_are_bodies_of_their_own() {
        let of = |kind: &'static str| ([(CONTENT_TYPE, kind)], "body").into_response();
        for own in ["text/html", "application/json", "application/problem+json"] {
            assert!(is_own(&of(own)), "{own}");
        }
        for bare in ["text/plain; charset=utf-8", "application/octet-stream"] {
            assert!(!is_own(&of(bare)), "{bare}");
        }
    }
}
