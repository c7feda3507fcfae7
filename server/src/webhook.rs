//! What providers tell by webhook. Each event is signed over its raw body, is of this
//! moment, and has its effect once.

pub mod billing;
pub mod routes;
pub mod signature;
pub mod store;
pub mod workos;

use crate::actor::RequestInfo;
use crate::app::App;
use crate::audit;
use crate::rate::AUTH_FAILURES;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use connvo_core::error::{ErrorCode, Problem, without_quotes};
use serde::de::DeserializeOwned;
use std::sync::Arc;

/// Largest event, in bytes.
pub const EVENT_BYTES: usize = 256 << 10;

/// An event's body, which is read no further than [`EVENT_BYTES`].
///
/// # Errors
/// `PAYLOAD_TOO_LARGE`; `VALIDATION_ERROR` when it did not come whole.
fn whole(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Problem> {
    body.map_err(|rejection| {
        if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
            Problem::new(ErrorCode::PayloadTooLarge, "the event is too large")
        } else {
            Problem::new(ErrorCode::ValidationError, "the body did not come whole")
        }
    })
}

/// Passes on what came of checking the signature of a `provider`'s event. One that is not
/// good is in the audit log and counts against the address it came from, as bad tokens do;
/// a good one is taken from anywhere.
///
/// # Errors
/// What the check said; `RATE_LIMITED` instead once too many have come from the address.
fn judged(
    app: &App,
    request: &Arc<RequestInfo>,
    provider: &str,
    checked: Result<(), Problem>,
) -> Result<(), Problem> {
    if let Err(problem) = &checked {
        audit::unsigned(app, request, &format!("webhooks/{provider}"), problem);
        if let Some(address) = request.ip {
            let now = app.clock.now_ms();
            app.rates.take_from(AUTH_FAILURES, address, now)?;
        }
    }
    checked
}

/// The JSON of an event whose signature was checked.
///
/// # Errors
/// `VALIDATION_ERROR` when it is not the event that was expected.
fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(body).map_err(|error| odd(&error))
}

fn odd(error: &serde_json::Error) -> Problem {
    Problem::new(
        ErrorCode::ValidationError,
        format!(
            "not an event of this provider: {}",
            without_quotes(&error.to_string())
        ),
    )
}
