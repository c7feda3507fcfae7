//! Tokens of people who are here no longer.

use super::{Auth, store};
use crate::actor::RequestInfo;
use crate::app::App;
use connvo_core::error::Problem;
use connvo_core::id::UserId;

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
        let now = self.clock.now_ms();
        if let (_, Some(known)) = self.recall(app, request, token, now)? {
            return Ok(Some(known.identity.user_id));
        }
        let (claims, ..) = self.check(token, now).await?;
        match claims.sid.as_deref() {
            Some(session) => Ok(store::owner(&self.db, session).await?),
            None => Ok(None),
        }
    }
}
