//! When people were last heard of: at most once a minute each, kept in memory and
//! written behind. Nobody waits for it.

use super::store;
use crate::app::App;
use connvo_core::id::UserId;
use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What is heard of somebody sooner after the last time is not noted, in milliseconds.
const EVERY_MS: u64 = 60_000;
/// People remembered are swept when there are so many, and at every doubling after.
const SWEEP_AT: usize = 10_000;

/// Who was heard of when, by this node's memory.
#[derive(Debug, Default)]
pub struct Seen {
    held: Mutex<Held>,
    some: Notify,
}

#[derive(Debug, Default)]
struct Held {
    /// Milliseconds since the Unix epoch.
    at: HashMap<UserId, u64>,
    /// What has changed since it was written.
    changed: HashSet<UserId>,
    sweep_at: usize,
}

impl Seen {
    /// Somebody whose token is good does something at `now_ms`.
    pub fn note(&self, user: &UserId, now_ms: u64) {
        let mut held = self.lock();
        let fresh = |at: &u64| now_ms.saturating_sub(*at) < EVERY_MS;
        if held.at.get(user).is_some_and(fresh) {
            return;
        }
        held.sweep(now_ms);
        held.at.insert(user.clone(), now_ms);
        held.changed.insert(user.clone());
        drop(held);
        self.some.notify_one();
    }

    /// The later of what is stored and what is remembered here of somebody.
    #[must_use]
    pub fn latest(&self, user: &UserId, stored: Option<u64>) -> Option<u64> {
        stored.max(self.lock().at.get(user).copied())
    }

    /// Waits until there is something to write.
    pub(crate) async fn some(&self) {
        self.some.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    fn sweep(&mut self, now_ms: u64) {
        if self.at.len() >= self.sweep_at.max(SWEEP_AT) {
            let Self { at, changed, .. } = self;
            at.retain(|user, at| now_ms.saturating_sub(*at) < EVERY_MS || changed.contains(user));
            self.sweep_at = self.at.len() * 2;
        }
    }

    /// What has changed since it was written, by id: all writers hold rows in that order.
    fn take_changed(&mut self) -> Vec<(UserId, u64)> {
        let changed = std::mem::take(&mut self.changed);
        let at = |user: UserId| self.at.get(&user).map(|at| (user, *at));
        let mut rows: Vec<_> = changed.into_iter().filter_map(at).collect();
        rows.sort_unstable();
        rows
    }
}

/// Writes who was heard of. What cannot be written now waits on.
pub async fn write_behind(app: &App) {
    let rows = app.seen.lock().take_changed();
    if let Err(error) = store::seen(&app.db, &rows).await {
        tracing::error!(%error, "when people were last heard of cannot be written yet");
        let users = rows.into_iter().map(|(user, _)| user);
        app.seen.lock().changed.extend(users);
        app.seen.some.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user_id() -> UserId {
        "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap()
    }

    #[test]
    fn somebody_busy_is_noted_once_a_minute() {
        let (seen, user) = (Seen::default(), user_id());
        for at in [0, 1, EVERY_MS - 1, EVERY_MS] {
            seen.note(&user, at);
            let noted = if at < EVERY_MS { 0 } else { EVERY_MS };
            assert_eq!(seen.latest(&user, None), Some(noted));
        }
        assert_eq!(seen.latest(&user, Some(2 * EVERY_MS)), Some(2 * EVERY_MS));
        assert_eq!(seen.lock().take_changed(), [(user, EVERY_MS)]);
        assert!(seen.lock().take_changed().is_empty());
    }
}
