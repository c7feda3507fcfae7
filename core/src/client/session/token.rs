//! The token: asked for, renewed in time.

use super::{Effect, Link, Session};
use crate::protocol::encode;

/// How long before its expiry a token is renewed, in milliseconds.
const RENEW_MS: u64 = 60_000;
/// Shortest time from one token to asking for the next, in milliseconds.
const RENEW_APART_MS: u64 = 5_000;

impl Session {
    /// The token asked for, and when it expires (milliseconds since the Unix epoch, by
    /// its issuer's clock); `None` when the application has none just now.
    pub fn token(&mut self, token: Option<String>, expires_at: Option<u64>, now_ms: u64) {
        let renewing = std::mem::take(&mut self.renewing);
        self.answered_at = now_ms;
        if token.is_some() {
            self.expires_at = expires_at;
        }
        match (token, self.link) {
            (Some(token), Link::Token(_)) => {
                self.token = Some(token);
                self.link = Link::Socket(now_ms);
                self.effects.push_back(Effect::Connect);
            }
            (Some(token), Link::Live) if renewing && self.token.as_ref() != Some(&token) => {
                self.token = Some(token.clone());
                self.send(&encode::refresh(&token));
            }
            (None, Link::Token(_)) => self.retry(now_ms),
            _ => {}
        }
    }

    /// When a next token is asked for: some time before this one expires, and when an
    /// answer brought none that lasts longer, in half of the time that is left.
    pub(super) fn renew_at(&self) -> Option<u64> {
        let expires_at = self.expires_at.filter(|_| !self.renewing)?;
        let expires_at = expires_at.saturating_add_signed(-self.state.clock_offset_ms);
        let left = expires_at.saturating_sub(self.answered_at);
        let next = self.answered_at + (left / 2).max(RENEW_APART_MS);
        Some(expires_at.saturating_sub(RENEW_MS).max(next))
    }
}
