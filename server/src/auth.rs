//! Who is calling. Tokens are RS256 JWTs of a trusted issuer, verified against its
//! public keys: WorkOS AuthKit's where that is set up, and with `--dev` the server's
//! own, which goes the same way.
//!
//! Laws: a token or a key never reaches a log line. Only the verified signature is
//! remembered, by the token's hash, until the token expires; whether the person and
//! their session are still good is asked again and again (see [`standing`]).

pub mod admin;
pub mod caller;
mod claims;
mod departed;
mod identify;
pub mod issuer;
mod keys;
pub mod routes;
pub mod service;
pub mod standing;
pub mod store;
mod verified;

use crate::actor::{Actor, RequestInfo};
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry, Kind, Trail};
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::db::{Db, StoreError};
use crate::rate::AUTH_FAILURES;
use crate::user;
use crate::workos::{self, Directory};
use claims::Accepted;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use identify::said;
use issuer::Issuer;
use keys::{Keys, Source};
use standing::Standings;
use std::sync::Arc;
use std::time::Duration;
use verified::Verified;

pub use admin::{is_admin, require_admin};
pub use caller::Caller;

/// How far clocks may differ, in milliseconds.
const LEEWAY_MS: u64 = 30_000;
/// Longest token, in bytes: a longer one is not looked at.
pub const TOKEN_BYTES: usize = 8 << 10;
/// How often the keys are read again in the background.
const REFRESH: Duration = Duration::from_secs(300);
/// And how soon after they were out of reach.
const RETRY: Duration = Duration::from_secs(10);

/// A verified caller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The user.
    pub user_id: UserId,
    /// The sign-in session, where the issuer names one.
    pub session_id: Option<String>,
    /// Who acts on their behalf; see [`Actor::acted_by`].
    pub acted_by: Option<String>,
    /// When the token stops being good, in milliseconds since the Unix epoch.
    pub expires_at_ms: u64,
}

/// An issuer that is believed, under the names it goes by.
struct Trusted {
    accepted: Vec<Accepted>,
    keys: Keys,
    /// Who knows the addresses of its people; otherwise the token says them.
    directory: Option<Directory>,
    embedded: bool,
}

impl Identity {
    /// The caller as whoever does something with this request.
    #[must_use]
    pub fn actor(&self, request: &Arc<RequestInfo>) -> Actor {
        Actor {
            user_id: self.user_id.clone(),
            session_id: self.session_id.clone(),
            acted_by: self.acted_by.clone(),
            request: Arc::clone(request),
        }
    }
}

/// Verifies tokens, and issues them in development.
pub struct Auth {
    db: Db,
    clock: Clock,
    ids: Ids,
    trusted: Vec<Trusted>,
    issuer: Option<Issuer>,
    verified: Verified,
    standings: Standings,
}

impl Auth {
    /// Trusts the issuers of the settings; in development makes the first signing key
    /// where there is none.
    ///
    /// # Errors
    /// The store fails.
    pub async fn open(config: &Config, db: Db, clock: Clock, ids: Ids) -> Result<Self, StoreError> {
        let mut trusted = Vec::new();
        let mut own = None;
        if config.dev {
            own = Some(Issuer::open(&db, &clock, &ids).await?);
            let keys = Keys::new(Source::Stored(db.clone()), clock.clone());
            keys.refresh().await;
            trusted.push(Trusted {
                accepted: vec![Accepted::new(issuer::ISSUER.into(), issuer::AUDIENCE)],
                keys,
                directory: None,
                embedded: true,
            });
        }
        if let Some(settings) = &config.workos {
            let http = workos::client();
            let published = Source::Published(http.clone(), settings.jwks_url.clone());
            let names = settings.issuers.iter().cloned();
            let key = settings.api_key.clone();
            trusted.push(Trusted {
                accepted: names
                    .map(|name| Accepted::new(name, &settings.client_id))
                    .collect(),
                keys: Keys::new(published, clock.clone()),
                directory: key.map(|key| Directory::new(http, settings.api_url.clone(), key)),
                embedded: false,
            });
        }
        Ok(Self {
            db,
            clock,
            ids,
            trusted,
            issuer: own,
            verified: Verified::default(),
            standings: Standings::default(),
        })
    }

    /// The embedded issuer's public keys, for `/.well-known/jwks.json`.
    #[must_use]
    pub fn jwks(&self) -> jsonwebtoken::jwk::JwkSet {
        let own = self.trusted.iter().find(|trusted| trusted.embedded);
        own.map_or_else(
            || jsonwebtoken::jwk::JwkSet { keys: Vec::new() },
            |own| own.keys.public(),
        )
    }

    /// Reads every issuer's keys again; false when some are out of reach.
    pub async fn refresh_keys(&self) -> bool {
        let mut all = true;
        for trusted in &self.trusted {
            all &= trusted.keys.refresh().await;
        }
        all
    }

    /// Issues a token for whoever claims this address, making the user at first
    /// sight. Every token is a session of its own, which begins with it.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a bad address or name; `NOT_FOUND` outside development;
    /// `UNAUTHORIZED` for somebody deactivated.
    pub async fn issue(
        &self,
        app: &App,
        request: &Arc<RequestInfo>,
        (email, name): (&str, &str),
    ) -> Result<(String, Identity), Problem> {
        let Some(issuer) = &self.issuer else {
            return Err(Problem::not_found("the embedded issuer"));
        };
        let person = user::NewUser::validate(email, name)?;
        let now = self.clock.now_ms();
        let claims = issuer.claims(&person, self.ids.uuid(), now);
        if let Some(known) = user::store::by_subject(&self.db, &claims.sub).await? {
            store::standing(&self.db, &known, None, now)
                .await?
                .allowed()?;
        }
        let who = (claims.sub.as_str(), claims.sid.as_deref());
        let trail = Trail::new(&self.ids, now, request);
        let fresh = self.ids.user();
        let met = store::meet(&self.db, &fresh, who, &said(&claims), &trail).await?;
        met.tell(app);
        let user_id = met.user_id;
        let identity = Identity {
            user_id,
            session_id: claims.sid.clone(),
            acted_by: None,
            expires_at_ms: claims.exp.saturating_mul(1000),
        };
        Ok((issuer.sign(&claims)?, identity))
    }

    /// Who a token names, for one request.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when the token is malformed, of another algorithm, unsigned by
    /// a known key, of another issuer or audience, or out of its time; or when its
    /// person was deactivated or its session revoked. `UNAVAILABLE` when the issuer's
    /// keys or the store are out of reach. `RATE_LIMITED`, before any signature is looked
    /// at, when too many bad ones came from the address; tokens that were good pass.
    pub async fn verify(
        &self,
        app: &App,
        request: &Arc<RequestInfo>,
        token: &str,
    ) -> Result<Identity, Problem> {
        let identity = self.identify(app, request, token).await?;
        let (user, session) = (&identity.user_id, identity.session_id.as_deref());
        let now = self.clock.now_ms();
        self.standings.check(&self.db, (user, session), now).await?;
        Ok(identity)
    }

    /// As [`Auth::verify`], for a connection that stays: person and session are looked
    /// up in the store, whatever is remembered.
    ///
    /// # Errors
    /// As [`Auth::verify`].
    pub async fn admit(
        &self,
        app: &App,
        request: &Arc<RequestInfo>,
        token: &str,
    ) -> Result<Identity, Problem> {
        let identity = self.identify(app, request, token).await?;
        self.stands(&identity.user_id, identity.session_id.as_deref())
            .await?;
        Ok(identity)
    }

    /// Whether who was admitted may stay.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when they were deactivated or signed out; the store fails.
    pub async fn stands(&self, user: &UserId, session: Option<&str>) -> Result<(), Problem> {
        let now = self.clock.now_ms();
        self.standings.ask(&self.db, (user, session), now).await
    }

    /// Forgets what is remembered of whom a change concerns.
    pub fn forget(&self, change: &AccessChange) {
        self.standings.forget(change);
    }
}

/// Who a token names, for one request. A token that is not good is in the audit log and
/// counts against the address it came from; a good one is let in from anywhere.
///
/// # Errors
/// As [`Auth::verify`]; `FORBIDDEN` (`service-token`) for a program's; `RATE_LIMITED` instead of `UNAUTHORIZED` once too many have
/// come from the address.
pub async fn authenticate(
    app: &App,
    request: &Arc<RequestInfo>,
    token: &str,
) -> Result<Identity, Problem> {
    if service::is_one(token) {
        return service::refuse(app, request, token).await;
    }
    judged(app, request, app.auth.verify(app, request, token).await)
}

/// As [`authenticate`], for a connection that stays: see [`Auth::admit`].
///
/// # Errors
/// As [`authenticate`].
pub async fn admit(
    app: &App,
    request: &Arc<RequestInfo>,
    token: &str,
) -> Result<Identity, Problem> {
    if service::is_one(token) {
        return service::refuse(app, request, token).await;
    }
    judged(app, request, app.auth.admit(app, request, token).await)
}

fn judged(
    app: &App,
    request: &Arc<RequestInfo>,
    verified: Result<Identity, Problem>,
) -> Result<Identity, Problem> {
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

/// Ends the caller's own session: every connection of it closes, its tokens are good
/// no longer.
///
/// # Errors
/// `CONFLICT` when the token names no session.
pub async fn sign_out(app: &App, actor: &Actor) -> Result<(), Problem> {
    let Some(session) = actor.session_id.as_deref() else {
        let detail = "this token is of no session: it is good until it expires";
        return Err(Problem::new(ErrorCode::Conflict, detail));
    };
    let resource = format!("users/{}", actor.user_id);
    let entry = Entry::new(app, actor, Kind::Session, "endSession", &resource);
    let who = (&actor.user_id, session);
    store::sign_out(&app.db, who, &entry, app.clock.now_ms()).await?;
    app.access_changed(AccessChange::Session {
        user_id: actor.user_id.clone(),
        session_id: session.to_owned(),
    });
    Ok(())
}

/// Keeps the keys of the issuers fresh until the server goes.
pub async fn keep_fresh(app: App) {
    loop {
        let wait = if app.auth.refresh_keys().await {
            REFRESH
        } else {
            RETRY
        };
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = app.shutdown.cancelled() => return,
        }
    }
}

fn refused(detail: &str) -> Problem {
    Problem::new(ErrorCode::Unauthorized, detail)
}
