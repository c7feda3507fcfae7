//! The extractor of whoever calls over HTTP.

use super::standing::ENDED;
use super::{authenticate, judged, refused, service};
use crate::actor::{Actor, RequestInfo};
use crate::app::App;
use crate::audit;
use crate::http::{Failure, request_info};
use axum::extract::FromRequestParts;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use connvo_core::error::Problem;
use std::ops::Deref;
use std::sync::Arc;

/// The caller of a request, known by the bearer token (RFC 6750).
#[derive(Debug, Clone)]
pub struct Caller(pub Actor);

impl Deref for Caller {
    type Target = Actor;
    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        // A layer around may have asked already.
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let request: Arc<RequestInfo> = Arc::new(request_info(parts, app));
        let told = |problem: &Problem| audit::unauthenticated(app, &request, problem);
        let token = bearer(parts).inspect_err(told)?;
        let identity = authenticate(app, &request, token).await?;
        app.seen.note(&identity.user_id, request.began_at_ms);
        Ok(Self(identity.actor(&request)))
    }
}

/// Who signs out: nobody when the session of the token, which is good otherwise, has ended
/// already. A retry is told the same as the first call.
#[derive(Debug)]
pub struct Leaver(pub Option<Actor>);

impl FromRequestParts<App> for Leaver {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let request: Arc<RequestInfo> = Arc::new(request_info(parts, app));
        let told = |problem: &Problem| audit::unauthenticated(app, &request, problem);
        let token = bearer(parts).inspect_err(told)?;
        if service::is_one(token) {
            return Ok(service::refuse(app, &request, token).await?);
        }
        let verified = app.auth.verify(app, &request, token).await;
        if let Err(problem) = &verified
            && problem.reason.as_deref() == Some(ENDED)
        {
            return Ok(Self(None));
        }
        let identity = judged(app, &request, verified)?;
        app.seen.note(&identity.user_id, request.began_at_ms);
        Ok(Self(Some(identity.actor(&request))))
    }
}

/// The token of a request.
///
/// # Errors
/// `UNAUTHORIZED` without one.
pub(crate) fn bearer(parts: &Parts) -> Result<&str, Problem> {
    parts
        .headers
        .get(AUTHORIZATION)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim())
        .ok_or_else(|| refused("a bearer token is needed"))
}
