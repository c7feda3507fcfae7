//! Tokens of people who are here no longer.

use super::claims::in_time;
use super::verified::Hash;
use super::{Auth, TOKEN_BYTES, store};
use crate::actor::RequestInfo;
use crate::app::App;
use crate::rate::AUTH_FAILURES;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use sha2::{Digest, Sha256};

impl Auth {
    /// Whose a good token is or was, by signature, claims and session alone, whatever has
    /// become of the person since; absent where its session is not known. It lets nobody
    /// in and makes nobody known: it is for the answer of a call that was made before.
    ///
    /// # Errors
    /// As [`Auth::verify`], but for the person's standing.
    pub async fn whose(
        &self,
        app: &App,
        request: &RequestInfo,
        token: &str,
    ) -> Result<Option<UserId>, Problem> {
        if token.len() > TOKEN_BYTES {
            return Ok(None);
        }
        let now = self.clock.now_ms();
        let hash: Hash = Sha256::digest(token.as_bytes()).into();
        if let Some(known) = self.verified.get(&hash) {
            in_time(known.identity.expires_at_ms, now)?;
            return Ok(Some(known.identity.user_id));
        }
        if let Some(address) = request.ip {
            app.rates.allow_from(AUTH_FAILURES, address, now)?;
        }
        let (claims, ..) = self.check(token, now).await?;
        match claims.sid.as_deref() {
            Some(session) => Ok(store::owner(&self.db, session).await?),
            None => Ok(None),
        }
    }
}
