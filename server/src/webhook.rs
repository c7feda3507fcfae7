//! What providers tell by webhook. Each event is signed over its raw body, is of this
//! moment, and has its effect once.

pub mod billing;
pub mod routes;
pub mod signature;
pub mod store;
pub mod workos;

use connvo_core::error::{ErrorCode, Problem, without_quotes};
use serde::de::DeserializeOwned;

/// Largest event, in bytes.
pub const EVENT_BYTES: usize = 256 << 10;

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
