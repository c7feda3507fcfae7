//! Whether somebody may still come in: they are not removed or deactivated, their
//! session is not revoked. Asked of the store, and remembered for a moment; a
//! revocation makes what is remembered of them forgotten.

use super::{refused, store};
use crate::app::AccessChange;
use crate::db::Db;
use crate::remembered::Remembered;
use connvo_core::error::Problem;
use connvo_core::id::UserId;

/// The reason of a refusal whose token is good, but for its session: that has ended.
pub(super) const ENDED: &str = "revoked";

/// A person, and their session where there is one.
type Who<'w> = (&'w UserId, Option<&'w str>);

/// How somebody stands, by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// They may come in.
    Good,
    /// They were removed or deactivated.
    Deactivated,
    /// Their session was revoked, or has ended.
    SignedOut,
}

impl Standing {
    pub(super) fn allowed(self) -> Result<(), Problem> {
        match self {
            Self::Good => Ok(()),
            Self::Deactivated => Err(refused("this account is not active").because("deactivated")),
            Self::SignedOut => Err(refused("this session has ended: sign in again").because(ENDED)),
        }
    }
}

/// Who may come in, by person and session (none is the empty one).
#[derive(Default)]
pub(super) struct Standings(Remembered<UserId, String, ()>);

impl Standings {
    /// Whether they may come in, by what is remembered.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when they may not; the store fails.
    pub(super) async fn check(&self, db: &Db, who: Who<'_>, now: u64) -> Result<(), Problem> {
        let session = who.1.unwrap_or_default();
        if self.0.get(who.0, session, now).is_some() {
            return Ok(());
        }
        self.ask(db, who, now).await
    }

    /// As [`Standings::check`], by the store.
    pub(super) async fn ask(&self, db: &Db, who: Who<'_>, now: u64) -> Result<(), Problem> {
        let before = self.0.changes();
        store::standing(db, who.0, who.1, now).await?.allowed()?;
        let session = who.1.unwrap_or_default().to_owned();
        self.0.keep(who.0.clone(), session, (), before, now);
        Ok(())
    }

    /// Forgets whom a change concerns.
    pub(super) fn forget(&self, change: &AccessChange) {
        if let AccessChange::Person { user_id } | AccessChange::Session { user_id, .. } = change {
            self.0.forget(user_id);
        }
    }
}
