//! The `Idempotency-Key` header, as an extractor and as the description has it.

use super::Failure;
use crate::idempotency::Key;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use utoipa::IntoParams;

/// The caller's key, where one is sent.
#[derive(Debug, Clone)]
pub struct IdempotencyKey(pub Option<Key>);

impl<S: Send + Sync> FromRequestParts<S> for IdempotencyKey {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let Some(value) = parts.headers.get("idempotency-key") else {
            return Ok(Self(None));
        };
        let key = Key::parse(value.to_str().unwrap_or_default())?;
        Ok(Self(Some(key)))
    }
}

/// How the description names it: `params(…, IdempotencyHeader)`.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "only its description is used")]
pub struct IdempotencyHeader {
    /// The same for every retry: within 24 hours each gets the first answer. 1 to
    /// 128 printable ASCII characters.
    #[param(
        rename = "Idempotency-Key",
        min_length = 1,
        max_length = 128,
        pattern = "^[ -~]+$",
        example = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e"
    )]
    key: Option<String>,
}
