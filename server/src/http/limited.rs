//! Answers that tell how their caller stands: `RateLimit-Policy` and `RateLimit` (IETF
//! draft-ietf-httpapi-ratelimit-headers).

use crate::actor::Actor;
use crate::app::App;
use axum::http::{HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use connvo_core::id::MeetingId;
use connvo_core::rate::{Rate, Standing, WINDOW_MS};

pub(super) const RATE_LIMIT: HeaderName = HeaderName::from_static("ratelimit");
pub(super) const RATE_LIMIT_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

/// An answer, good or bad, of an operation that is limited.
#[derive(Debug)]
pub struct Limited<R> {
    answer: R,
    rate: Rate,
    standing: Option<Standing>,
}

impl<R> Limited<R> {
    /// The answer, with how the actor stands in the meeting after it.
    pub fn of(app: &App, rate: Rate, actor: &Actor, meeting: &MeetingId, answer: R) -> Self {
        let now = app.clock.now_ms();
        let standing = app.rates.standing(rate, &actor.user_id, meeting, now);
        Self {
            answer,
            rate,
            standing,
        }
    }

    /// The same of what a program sends with the service token `id`.
    pub fn of_service(app: &App, rate: Rate, id: &str, answer: R) -> Self {
        let standing = app.rates.standing_of_service(rate, id, app.clock.now_ms());
        Self {
            answer,
            rate,
            standing,
        }
    }

    /// The same of what is limited by person, wherever it is.
    pub fn of_person(app: &App, rate: Rate, actor: &Actor, answer: R) -> Self {
        let now = app.clock.now_ms();
        let standing = app.rates.standing_of_person(rate, &actor.user_id, now);
        Self {
            answer,
            rate,
            standing,
        }
    }
}

impl<R: IntoResponse> IntoResponse for Limited<R> {
    fn into_response(self) -> Response {
        let mut response = self.answer.into_response();
        let Some(Standing { left, full_in_ms }) = self.standing else {
            return response;
        };
        let Rate { action, per_minute } = self.rate;
        let policy = format!("\"{action}\";q={per_minute};w={}", WINDOW_MS / 1000);
        let limit = format!("\"{action}\";r={left};t={}", full_in_ms.div_ceil(1000));
        let headers = response.headers_mut();
        for (name, value) in [(RATE_LIMIT_POLICY, policy), (RATE_LIMIT, limit)] {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        response
    }
}
