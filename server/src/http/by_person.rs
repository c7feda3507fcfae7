//! Operations that are limited by person, whatever they come to.

use super::{Failure, Limited};
use crate::app::App;
use crate::auth::Caller;
use crate::rate::{ME_EXPORT, PEOPLE_BLOCK, Rate, SEARCH, TRANSCRIPT_EXPORT};
use axum::extract::{FromRequestParts, MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

/// Method, path, and limit.
const LIMITS: [(&str, &str, Rate); 5] = [
    ("GET", "/v1/search", SEARCH),
    ("GET", "/v1/me/export", ME_EXPORT),
    (
        "GET",
        "/v1/meetings/{id}/transcript/export",
        TRANSCRIPT_EXPORT,
    ),
    ("POST", "/v1/users/{id}/block", PEOPLE_BLOCK),
    ("POST", "/v1/connections/{id}/block", PEOPLE_BLOCK),
];

/// The limit of an operation, where it has one here.
pub(super) fn limit(method: &str, path: &str) -> Option<Rate> {
    let is = |row: &&(&str, &str, Rate)| row.0 == method && row.1 == path;
    LIMITS.iter().find(is).map(|row| row.2)
}

/// Takes one entry out of the limit, or says when to come again.
pub(super) async fn take(State(app): State<App>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>();
    let limit = path.and_then(|path| limit(request.method().as_str(), path.as_str()));
    let Some(limit) = limit else {
        return next.run(request).await;
    };
    let (mut parts, body) = request.into_parts();
    let caller = match Caller::from_request_parts(&mut parts, &app).await {
        Ok(caller) => caller,
        Err(refused) => return refused.into_response(),
    };
    let now = app.clock.now_ms();
    let answer = match app.rates.take_of_person(limit, &caller.user_id, now) {
        Ok(()) => {
            parts.extensions.insert(caller.clone());
            next.run(Request::from_parts(parts, body)).await
        }
        Err(problem) => Failure(problem).into_response(),
    };
    Limited::of_person(&app, limit, &caller, answer).into_response()
}
