//! Who is calling. Tokens are RS256 JWTs, verified against a set of public keys;
//! with `--dev` the server is its own issuer and goes the same way.
//!
//! Law: a token or a key never reaches a log line. Only the verified signature is
//! remembered, by the token's hash, until the token expires.

pub mod admin;
pub mod caller;
pub mod issuer;
pub mod keys;
pub mod routes;
pub mod store;

use crate::actor::{Actor, RequestInfo};
use crate::app::App;
use crate::audit;
use crate::clock::{Clock, Ids};
use crate::db::{Db, StoreError};
use crate::rate::AUTH_FAILURES;
use crate::user;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use issuer::Issuer;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use keys::Keys;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

pub use admin::require_admin;
pub use caller::Caller;

/// How far clocks may differ, in milliseconds.
const LEEWAY_MS: u64 = 30_000;
/// Verified tokens remembered at most.
const REMEMBERED: usize = 20_000;

/// What a token says.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    /// Who issued it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// Whom it names, in the issuer's own terms.
    pub sub: String,
    /// Email address, where the issuer gives one.
    #[serde(default)]
    pub email: Option<String>,
    /// Name, where the issuer gives one.
    #[serde(default)]
    pub name: Option<String>,
    /// The sign-in session, where the issuer names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<String>,
    /// Seconds since the Unix epoch.
    pub iat: u64,
    /// Seconds since the Unix epoch.
    pub exp: u64,
}

/// A verified caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: UserId,
    /// The sign-in session, where the issuer names one.
    pub session_id: Option<String>,
    /// When the token stops being good, in milliseconds since the Unix epoch.
    pub expires_at_ms: u64,
}

impl Identity {
    /// The caller as whoever does something with this request.
    #[must_use]
    pub fn actor(&self, request: &Arc<RequestInfo>) -> Actor {
        Actor {
            user_id: self.user_id.clone(),
            session_id: self.session_id.clone(),
            request: Arc::clone(request),
        }
    }
}

/// Verifies tokens, and issues them in development.
pub struct Auth {
    db: Db,
    clock: Clock,
    ids: Ids,
    keys: Keys,
    issuer: Issuer,
    verified: Mutex<HashMap<[u8; 32], Identity>>,
}

impl Auth {
    /// Reads the keys; makes the first one where there is none.
    ///
    /// # Errors
    /// The store fails.
    pub async fn open(db: Db, clock: Clock, ids: Ids) -> Result<Self, StoreError> {
        let issuer = Issuer::open(&db, &clock, &ids).await?;
        let keys = Keys::open(&db, clock.clone()).await?;
        Ok(Self {
            db,
            clock,
            ids,
            keys,
            issuer,
            verified: Mutex::default(),
        })
    }

    /// The public keys, for `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> jsonwebtoken::jwk::JwkSet {
        self.keys.public()
    }

    /// Issues a token for whoever claims this address, making the user at first
    /// sight.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a bad address or name.
    pub async fn issue(&self, email: &str, name: &str) -> Result<(String, Identity), Problem> {
        let person = user::NewUser::validate(email, name)?;
        let now = self.clock.now_ms();
        let claims = self.issuer.claims(&person, self.ids.uuid(), now);
        let user_id = user::store::ensure(
            &self.db,
            &self.ids.user(),
            &claims.sub,
            Some(person.email()),
            person.name(),
            now,
        )
        .await?;
        let identity = Identity {
            user_id,
            session_id: claims.sid.clone(),
            expires_at_ms: claims.exp.saturating_mul(1000),
        };
        Ok((self.issuer.sign(&claims)?, identity))
    }

    /// Who a token names.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when the token is malformed, of another algorithm, unsigned by
    /// a known key, of another issuer or audience, or out of its time.
    pub async fn verify(&self, token: &str) -> Result<Identity, Problem> {
        let now = self.clock.now_ms();
        let hash: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let known = self.remembered().get(&hash).cloned();
        if let Some(identity) = known {
            return in_time(identity, now);
        }
        let claims = self.check_signature(token).await?;
        let expires_at_ms = claims.exp.saturating_mul(1000);
        if claims.iat.saturating_mul(1000) > now.saturating_add(LEEWAY_MS) {
            return Err(refused("the token is of the future"));
        }
        let name = claims.name.as_deref().unwrap_or_default();
        let user_id = match user::store::by_subject(&self.db, &claims.sub).await? {
            Some(user_id) => user_id,
            None => {
                let (id, email) = (self.ids.user(), claims.email.as_deref());
                user::store::ensure(&self.db, &id, &claims.sub, email, name, now).await?
            }
        };
        let identity = in_time(
            Identity {
                user_id,
                session_id: claims.sid,
                expires_at_ms,
            },
            now,
        )?;
        let mut verified = self.remembered();
        if verified.len() >= REMEMBERED {
            verified.retain(|_, kept| kept.expires_at_ms > now);
            if verified.len() >= REMEMBERED {
                verified.clear();
            }
        }
        verified.insert(hash, identity.clone());
        Ok(identity)
    }

    fn remembered(&self) -> std::sync::MutexGuard<'_, HashMap<[u8; 32], Identity>> {
        self.verified.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn check_signature(&self, token: &str) -> Result<Claims, Problem> {
        let header = decode_header(token).map_err(|_| refused("not a token"))?;
        if header.alg != Algorithm::RS256 {
            return Err(refused("tokens are signed with RS256"));
        }
        let kid = header
            .kid
            .ok_or_else(|| refused("the token names no key"))?;
        let Some(key) = self.keys.find(&self.db, &kid).await? else {
            return Err(refused("the token's key is not known"));
        };
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_issuer(&[issuer::ISSUER]);
        rules.set_audience(&[issuer::AUDIENCE]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
        // Expiry is checked against the injected clock.
        rules.validate_exp = false;
        decode::<Claims>(token, &key, &rules)
            .map(|data| data.claims)
            .map_err(|_| refused("the token's signature, issuer or audience is not right"))
    }
}

/// Who a token names, at any door. A token that is not good is in the audit log and
/// counts against the address it came from; a good one is let in from anywhere.
///
/// # Errors
/// As [`Auth::verify`]; `RATE_LIMITED` instead of `UNAUTHORIZED` once too many have
/// come from the address.
pub async fn authenticate(
    app: &App,
    request: &Arc<RequestInfo>,
    token: &str,
) -> Result<Identity, Problem> {
    let verified = app.auth.verify(token).await;
    if let Err(problem) = &verified
        && problem.code == ErrorCode::Unauthorized
    {
        audit::unauthenticated(app, request, problem);
        if let Some(address) = request.ip {
            let now = app.clock.now_ms();
            app.rates.take_from(AUTH_FAILURES, address, now)?;
        }
    }
    verified
}

fn in_time(identity: Identity, now: u64) -> Result<Identity, Problem> {
    if identity.expires_at_ms.saturating_add(LEEWAY_MS) > now {
        Ok(identity)
    } else {
        Err(refused("the token has expired: sign in again").because("expired"))
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(ErrorCode::Unauthorized, detail)
}
