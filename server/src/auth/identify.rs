//! Who a token names: its signature and claims checked, its person and session met.

use super::claims::{Claims, in_time};
use super::standing::Standing;
use super::verified::{Hash, Known};
use super::{Auth, Identity, TOKEN_BYTES, Trusted, refused, store};
use crate::actor::RequestInfo;
use crate::app::App;
use crate::audit::Trail;
use crate::db::Trouble;
use crate::rate::AUTH_FAILURES;
use crate::user::Profile;
use crate::workos;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::UserId;
use jsonwebtoken::{Algorithm, Validation, decode, decode_header};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use tracing::Instrument;

impl Auth {
    /// Who a token names, by its signature and claims alone.
    pub(super) async fn identify(
        &self,
        app: &App,
        request: &Arc<RequestInfo>,
        token: &str,
    ) -> Result<Identity, Problem> {
        let now = self.clock.now_ms();
        let (hash, known) = self.recall(app, request, token, now)?;
        if let Some(known) = known {
            let issuer = &self.trusted[known.issuer];
            if issuer.keys.generation() == known.generation && !issuer.may_know(&known, now) {
                return Ok(known.identity);
            }
        }
        let (claims, issuer, generation) = self.check(token, now).await?;
        let acted_by = match &claims.act {
            Some(act) => Some(store::acting(&self.db, &act.sub).await?),
            None => None,
        };
        let trail = Trail::new(&self.ids, now, request).acted_by(acted_by.clone());
        let (sub, sid, exp) = (claims.sub.clone(), claims.sid.clone(), claims.exp);
        // To its end, also when the caller goes: what is stored is told.
        let its = app.clone();
        let work = async move { its.auth.meet(&its, &claims, issuer, &trail).await };
        let worked = app.tasks.spawn(work.in_current_span()).await;
        let (user_id, email_known) = worked.map_err(|_| interrupted())??;
        let identity = Identity {
            user_id,
            session_id: sid,
            acted_by,
            expires_at_ms: exp.saturating_mul(1000),
        };
        let known = Known {
            identity: identity.clone(),
            without_address: (!email_known).then_some(sub),
            issuer,
            generation,
        };
        self.verified.insert(hash, known, now);
        Ok(identity)
    }

    /// What is remembered of a token, which is in its time then; of one that is not
    /// known, nothing, where its address may try more.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when it is too long or out of its time; `RATE_LIMITED`.
    pub(super) fn recall(
        &self,
        app: &App,
        request: &RequestInfo,
        token: &str,
        now: u64,
    ) -> Result<(Hash, Option<Known>), Problem> {
        if token.len() > TOKEN_BYTES {
            return Err(refused("the token is too long"));
        }
        let hash: Hash = Sha256::digest(token.as_bytes()).into();
        let known = self.verified.get(&hash);
        if let Some(known) = &known {
            in_time(known.identity.expires_at_ms, now)?;
        } else if let Some(address) = request.ip {
            app.rates.allow_from(AUTH_FAILURES, address, now)?;
        }
        Ok((hash, known))
    }

    /// Checks signature and claims; answers which issuer it was, and which of its key
    /// sets.
    pub(super) async fn check(
        &self,
        token: &str,
        now: u64,
    ) -> Result<(Claims, usize, u64), Problem> {
        let header = decode_header(token).map_err(|_| refused("not a token"))?;
        if header.alg != Algorithm::RS256 {
            return Err(refused("tokens are signed with RS256"));
        }
        let kid = header
            .kid
            .ok_or_else(|| refused("the token names no key"))?;
        // Whose keys to look at; nothing else is believed before the signature is.
        let said: Said = jsonwebtoken::dangerous::insecure_decode_claims(token)
            .map_err(|_| refused("not the claims of a token"))?;
        let of = |trusted: &Trusted| {
            let mut names = trusted.accepted.iter();
            names.find(|name| name.is(&said.iss)).cloned()
        };
        let mut issuers = self.trusted.iter().enumerate();
        let Some((issuer, accepted)) = issuers.find_map(|(at, it)| Some((at, of(it)?))) else {
            return Err(refused("the token is of another issuer"));
        };
        let found = self.trusted[issuer].keys.find(&kid).await?;
        let mut rules = Validation::new(Algorithm::RS256);
        rules.set_required_spec_claims(&["iss", "sub", "exp"]);
        // Audience and times are ours to check, by the injected clock.
        (rules.validate_exp, rules.validate_nbf, rules.validate_aud) = (false, false, false);
        let claims = decode::<Claims>(token, &found.key, &rules)
            .map_err(|_| refused("the token's signature or claims are not right"))?
            .claims;
        accepted.check(&claims, now)?;
        Ok((claims, issuer, found.generation))
    }

    /// The user of a token, made at first sight, so is the session; and whether their
    /// address is known. What has changed by it is told.
    async fn meet(
        &self,
        app: &App,
        claims: &Claims,
        issuer: usize,
        trail: &Trail,
    ) -> Result<(UserId, bool), Problem> {
        let of = &self.trusted[issuer];
        let (subject, session) = (&claims.sub, claims.sid.as_deref());
        let seen = store::sight(&self.db, subject, session).await?;
        if let Some(seen) = &seen
            && seen.complete
        {
            return Ok((seen.user_id.clone(), true));
        }
        // A token of who deleted their account makes nobody new of them.
        if let (None, Some(session)) = (&seen, session)
            && store::has_ended(&self.db, session).await?
        {
            Standing::SignedOut.allowed()?;
        }
        let known = seen.as_ref().is_some_and(|seen| seen.email_known);
        let profile = match &of.directory {
            Some(directory) if !known => directory.person(subject, trail.now_ms()).await,
            _ => None,
        };
        let profile = profile.unwrap_or_else(|| said(claims));
        let known = known || profile.email.is_some();
        let (fresh, who) = (self.ids.user(), (subject.as_str(), session));
        let meet = async || store::meet(&self.db, &fresh, who, &profile, trail).await;
        let met = match meet().await {
            // Somebody else was met with the same address at the same moment.
            Err(error) if error.trouble() == Trouble::Clash => meet().await?,
            met => met?,
        };
        met.tell(app);
        Ok((met.user_id, known))
    }
}

impl Trusted {
    /// Whether an address that was not known may be by now: it is time to ask again.
    fn may_know(&self, known: &Known, now: u64) -> bool {
        let asked = self.directory.as_ref().zip(known.without_address.as_ref());
        asked.is_some_and(|(directory, subject)| directory.may_ask(subject, now))
    }
}

/// The one claim that is read before the signature is checked.
#[derive(Deserialize)]
struct Said {
    iss: String,
}

/// What the token itself says of its person.
pub(super) fn said(claims: &Claims) -> Profile {
    let email = claims.email.as_deref().filter(|_| claims.email_verified);
    Profile {
        email: email.and_then(|email| connvo_core::meeting::validate_email(email, "/email").ok()),
        name: workos::plain(claims.name.as_deref().unwrap_or_default()),
        updated_at: None,
    }
}

/// The server is going, or something in it broke.
fn interrupted() -> Problem {
    Problem::new(
        ErrorCode::Unavailable,
        "the sign-in was interrupted: try again",
    )
}
