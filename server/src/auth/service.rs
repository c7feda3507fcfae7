//! Service tokens: a program that hears a meeting bears one and sends its transcript, with
//! the right of the host or co-host who made it, and may nothing else.
//!
//! Laws: the store knows a token's hash alone. Nothing is remembered of it: each request
//! reads it, so that one taken back is good nowhere from then on.

pub mod store;

use super::caller::bearer;
use super::{Caller, refused};
use crate::actor::{Actor, RequestInfo};
use crate::app::App;
use crate::audit;
use crate::clock::Ids;
use crate::http::{Failure, request_info};
use crate::rate::AUTH_FAILURES;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use sha2::{Digest, Sha256};
use std::sync::Arc;

/// How every service token begins: no other does.
const PREFIX: &str = "connvo_service_";

/// A token that is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// Its id.
    pub id: String,
    /// What its program is called.
    pub name: String,
    /// Whose transcript it is for.
    pub meeting_id: MeetingId,
    /// With whose right.
    pub made_by: UserId,
    /// Until when it is good, in milliseconds since the Unix epoch; without it, for as long
    /// as the meeting runs.
    pub expires_at: Option<u64>,
}

/// Who sends a transcript: a person, or a program with a service token.
#[derive(Debug, Clone)]
pub struct Sender {
    /// The person; of a program, who made its token.
    pub actor: Actor,
    /// The program.
    pub service: Option<Service>,
}

impl From<Actor> for Sender {
    fn from(actor: Actor) -> Self {
        Self {
            actor,
            service: None,
        }
    }
}

impl FromRequestParts<App> for Sender {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        if !bearer(parts).is_ok_and(is_one) {
            let Caller(actor) = Caller::from_request_parts(parts, app).await?;
            return Ok(actor.into());
        }
        let request = Arc::new(request_info(parts, app));
        let service = find(app, &request, &hash(bearer(parts)?)).await?;
        Ok(Self::program(service, &request))
    }
}

impl Sender {
    /// The program that a token is of.
    #[must_use]
    pub fn program(service: Service, request: &Arc<RequestInfo>) -> Self {
        Self {
            actor: Actor {
                user_id: service.made_by.clone(),
                session_id: None,
                acted_by: Some(format!("service-tokens/{}", service.id)),
                request: Arc::clone(request),
            },
            service: Some(service),
        }
    }
}

/// A fresh token: 192 random bits.
#[must_use]
pub fn fresh(ids: &Ids) -> String {
    let parts = [ids.bits(), ids.bits(), ids.bits()];
    let secret: String = parts.iter().map(|part| format!("{part:016x}")).collect();
    format!("{PREFIX}{secret}")
}

/// What the store knows of a token.
#[must_use]
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Whether it is one, good or not.
#[must_use]
pub fn is_one(token: &str) -> bool {
    token.starts_with(PREFIX)
}

/// Why a service token gets nowhere but to its transcript.
///
/// # Errors
/// Always: `FORBIDDEN` (`service-token`) for one that is good, else as [`find`].
pub(super) async fn refuse<T>(
    app: &App,
    request: &Arc<RequestInfo>,
    token: &str,
) -> Result<T, Problem> {
    find(app, request, &hash(token)).await?;
    Err(refused_elsewhere(app, request))
}

/// Why a program is refused whatever else it asks for, which the audit log has.
pub fn refused_elsewhere(app: &App, request: &Arc<RequestInfo>) -> Problem {
    let detail =
        "a service token is for sending the transcript of its meeting, and for nothing else";
    let problem = Problem::new(ErrorCode::Forbidden, detail).because("service-token");
    audit::unauthenticated(app, request, &problem);
    problem
}

/// The token with this hash, where it is good. One that is not is in the audit log, and
/// counts against the address it came from.
///
/// # Errors
/// `UNAUTHORIZED` for one that is nobody's, was taken back or is out of its time, or whose
/// maker may not come in any more; `RATE_LIMITED`; the store fails.
pub async fn find(app: &App, request: &Arc<RequestInfo>, hash: &str) -> Result<Service, Problem> {
    let now = app.clock.now_ms();
    if let Some(service) = store::find(&app.db, hash, now).await? {
        return Ok(service);
    }
    let problem = refused("this service token is not good (any more)");
    audit::unauthenticated(app, request, &problem);
    if let Some(address) = request.ip {
        app.rates.take_from(AUTH_FAILURES, address, now)?;
    }
    Err(problem)
}
