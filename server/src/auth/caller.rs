//! The extractor of whoever calls over HTTP.

use super::refused;
use crate::app::App;
use crate::http::Failure;
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use connvo_core::id::UserId;

/// The caller of a request, known by the bearer token (RFC 6750).
#[derive(Debug, Clone)]
pub struct Caller {
    /// The user.
    pub user_id: UserId,
    /// The sign-in session, where the issuer names one.
    pub session_id: Option<String>,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let token = parts
            .headers
            .get(AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim())
            .ok_or_else(|| refused("a bearer token is needed"))?;
        let identity = app.auth.verify(token).await?;
        Ok(Self {
            user_id: identity.user_id,
            session_id: identity.session_id,
        })
    }
}
