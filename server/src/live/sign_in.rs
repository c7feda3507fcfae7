//! Who is at the other end: said at first, and said again before the token expires.

use super::task::Live;
use crate::auth::{Identity, admit, service};
use crate::listeners::About;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::live::connection::Effect;
use connvo_core::protocol::close;
use connvo_core::protocol::frame::Limits;

impl Live {
    /// Who says hello with this token.
    pub(super) async fn authenticate(&mut self, token: &str) -> Vec<Effect> {
        let verdict = self.enter(token).await;
        let limits = Limits {
            note: self.app.config.note_limits(),
        };
        let now = self.app.clock.now_ms();
        self.connection
            .authenticated(verdict, now, &self.app.store_epoch, limits)
    }

    async fn enter(&mut self, token: &str) -> Result<UserId, Problem> {
        if service::is_one(token) {
            return Box::pin(self.enter_program(token)).await;
        }
        let identity = admit(&self.app, &self.request, token).await?;
        let about = About::Person(identity.user_id.clone());
        self.hears
            .push(self.app.listeners.hear(about, &self.mailbox));
        // It may have ended before changes were heard of.
        let session = identity.session_id.as_deref();
        self.app.auth.stands(&identity.user_id, session).await?;
        self.connected = Some(self.app.connections.enter(&identity.user_id)?);
        Ok(self.is(identity))
    }

    /// From now on it is this person, with this token's time.
    fn is(&mut self, identity: Identity) -> UserId {
        let now = self.app.clock.now_ms();
        self.app.seen.note(&identity.user_id, now);
        self.expires_at_ms = identity.expires_at_ms;
        self.actor = Some(identity.actor(&self.request));
        identity.user_id
    }

    /// The same person with a newer token.
    pub(super) async fn refresh(&mut self, token: &str) -> Vec<Effect> {
        if self.program.is_some() {
            return self.refresh_program(token).await;
        }
        match admit(&self.app, &self.request, token).await {
            Ok(identity) if Some(&identity.user_id) == self.connection.user() => {
                self.is(identity);
                Vec::new()
            }
            Ok(_) => self.connection.close(close::POLICY),
            Err(problem) => self.connection.token_failed(problem),
        }
    }
}
