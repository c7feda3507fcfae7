//! Whether somebody may still come in: they are not removed or deactivated, their
//! session is not revoked. Asked of the store, and remembered for a moment; a
//! revocation makes what is remembered of them forgotten.

use super::{refused, store};
use crate::app::AccessChange;
use crate::db::Db;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an answer is good, in milliseconds: a revocation on another node is seen
/// after that time at the latest.
const GOOD_MS: u64 = 1_000;
/// People remembered at most.
const REMEMBERED: usize = 20_000;

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
            Self::SignedOut => {
                Err(refused("this session has ended: sign in again").because("revoked"))
            }
        }
    }
}

/// What is remembered: of each person, each session (none is the empty one) with the
/// time it was good.
#[derive(Default)]
pub(super) struct Standings(Mutex<Remembered>);

#[derive(Default)]
struct Remembered {
    good: HashMap<UserId, HashMap<String, u64>>,
    count: usize,
    /// Counts what was forgotten: an answer that was asked for before is not kept.
    forgotten: u64,
}

impl Standings {
    /// Whether they may come in, by what is remembered.
    ///
    /// # Errors
    /// `UNAUTHORIZED` when they may not; the store fails.
    pub(super) async fn check(&self, db: &Db, who: Who<'_>, now: u64) -> Result<(), Problem> {
        let good_at = self.lock().good_at(who);
        if good_at.is_some_and(|at| now.saturating_sub(at) < GOOD_MS) {
            return Ok(());
        }
        self.ask(db, who, now).await
    }

    /// As [`Standings::check`], by the store.
    pub(super) async fn ask(&self, db: &Db, who: Who<'_>, now: u64) -> Result<(), Problem> {
        let before = self.lock().forgotten;
        store::standing(db, who.0, who.1, now).await?.allowed()?;
        let mut remembered = self.lock();
        if remembered.forgotten == before {
            remembered.keep(who, now);
        }
        Ok(())
    }

    /// Forgets whom a change concerns.
    pub(super) fn forget(&self, change: &AccessChange) {
        if let AccessChange::Person { user_id } | AccessChange::Session { user_id, .. } = change {
            let mut remembered = self.lock();
            remembered.forgotten += 1;
            let sessions = remembered.good.remove(user_id).map_or(0, |held| held.len());
            remembered.count -= sessions;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Remembered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Remembered {
    fn good_at(&self, (user, session): Who<'_>) -> Option<u64> {
        self.good
            .get(user)?
            .get(session.unwrap_or_default())
            .copied()
    }

    fn keep(&mut self, (user, session): Who<'_>, now: u64) {
        if self.count >= REMEMBERED {
            self.good.clear();
            self.count = 0;
        }
        let sessions = self.good.entry(user.clone()).or_default();
        let session = session.unwrap_or_default().to_owned();
        let fresh = sessions.insert(session, now).is_none();
        self.count += usize::from(fresh);
    }
}
