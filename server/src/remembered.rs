//! Answers of the store, remembered for a moment: what most requests ask.
//!
//! Law: nothing is answered from here that was read before a change was announced.

use crate::db::Db;
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// How long an answer is good, in milliseconds, where other nodes change things too: it
/// is seen after that time at the latest.
const GOOD_MS: u64 = 1_000;
/// The same where every change is announced here. What changes by the time alone is not
/// remembered.
const GOOD_ALONE_MS: u64 = 60_000;
/// Answers remembered at most.
const REMEMBERED: usize = 20_000;

/// Answers by two keys, as a meeting and somebody in it; all of the first are forgotten
/// together.
pub struct Remembered<A, B, V> {
    held: Mutex<Held<A, B, V>>,
    good_ms: u64,
    /// How often everything was forgotten.
    cleared: AtomicU64,
}

struct Held<A, B, V> {
    answers: HashMap<A, HashMap<B, (V, u64)>>,
    count: usize,
    /// Counts what was forgotten: an answer that was asked for before is not kept.
    forgotten: u64,
}

impl<A, B, V> Default for Remembered<A, B, V> {
    fn default() -> Self {
        let held = Held {
            answers: HashMap::new(),
            count: 0,
            forgotten: 0,
        };
        Self {
            held: Mutex::new(held),
            good_ms: GOOD_MS,
            cleared: AtomicU64::new(0),
        }
    }
}

impl<A, B, V> Remembered<A, B, V> {
    /// Nothing yet, of this store.
    #[must_use]
    pub fn of(db: &Db) -> Self {
        let good_ms = match db {
            Db::Sqlite { .. } => GOOD_ALONE_MS,
            Db::Postgres(_) => GOOD_MS,
        };
        Self {
            good_ms,
            ..Self::default()
        }
    }

    /// How often everything was forgotten.
    #[must_use]
    pub fn cleared(&self) -> u64 {
        self.cleared.load(Ordering::SeqCst)
    }
}

impl<A: Hash + Eq, B: Hash + Eq, V: Clone> Remembered<A, B, V> {
    /// What is remembered at `now_ms`.
    #[must_use]
    pub fn get<Q>(&self, of: &A, one: &Q, now_ms: u64) -> Option<V>
    where
        B: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let held = self.lock();
        let (answer, at) = held.answers.get(of)?.get(one)?;
        // By a clock that was set back it is of no known age.
        (now_ms.abs_diff(*at) < self.good_ms).then(|| answer.clone())
    }

    /// From when until when what is remembered is good, in milliseconds since the Unix epoch:
    /// whoever keeps it for longer would add their time to this one.
    #[must_use]
    pub fn good<Q>(&self, of: &A, one: &Q) -> Option<Range<u64>>
    where
        B: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let held = self.lock();
        let (_, at) = held.answers.get(of)?.get(one)?;
        Some(*at..at + self.good_ms)
    }

    /// How many changes there have been: asked before the store is.
    #[must_use]
    pub fn changes(&self) -> u64 {
        self.lock().forgotten
    }

    /// Remembers what the store has said at `now_ms`, unless something has changed since
    /// there were so many changes.
    pub fn keep(&self, of: A, one: B, answer: V, changes: u64, now_ms: u64) {
        let mut held = self.lock();
        if held.forgotten != changes {
            return;
        }
        if held.count >= REMEMBERED {
            held.answers.clear();
            held.count = 0;
        }
        let answers = held.answers.entry(of).or_default();
        let fresh = answers.insert(one, (answer, now_ms)).is_none();
        held.count += usize::from(fresh);
    }

    /// Forgets all of a first key.
    pub fn forget(&self, of: &A) {
        let mut held = self.lock();
        held.forgotten += 1;
        let gone = held.answers.remove(of).map_or(0, |answers| answers.len());
        held.count -= gone;
    }

    /// Forgets one answer.
    pub fn forget_one(&self, of: &A, one: &B) {
        let mut held = self.lock();
        held.forgotten += 1;
        let answers = held.answers.get_mut(of);
        let gone = answers.is_some_and(|answers| answers.remove(one).is_some());
        held.count -= usize::from(gone);
    }

    /// Forgets everything.
    pub fn forget_all(&self) {
        let mut held = self.lock();
        held.forgotten += 1;
        held.answers.clear();
        held.count = 0;
        self.cleared.fetch_add(1, Ordering::SeqCst);
    }

    fn lock(&self) -> MutexGuard<'_, Held<A, B, V>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Answers = Remembered<&'static str, String, u8>;

    fn kept() -> Answers {
        let all = Answers::default();
        all.keep("meeting", "ada".into(), 1, all.changes(), 5_000);
        all.keep("meeting", "bob".into(), 2, all.changes(), 5_000);
        all
    }

    #[test]
    fn what_is_remembered_is_good_for_a_moment() {
        let all = kept();
        assert_eq!(all.get(&"meeting", "ada", 5_999), Some(1));
        assert_eq!(all.get(&"meeting", "ada", 6_000), None);
        assert_eq!(all.good(&"meeting", "ada"), Some(5_000..6_000));
        assert_eq!(all.good(&"meeting", "eve"), None);
    }

    #[test]
    fn a_clock_that_is_set_back_makes_nothing_good_for_longer() {
        let all = kept();
        assert_eq!(all.get(&"meeting", "ada", 4_001), Some(1));
        assert_eq!(all.get(&"meeting", "ada", 4_000), None);
    }

    #[test]
    fn what_is_forgotten_is_asked_again() {
        let all = kept();
        all.forget_one(&"meeting", &"ada".into());
        assert_eq!(all.get(&"meeting", "ada", 5_000), None);
        assert_eq!(all.get(&"meeting", "bob", 5_000), Some(2));
        all.forget(&"meeting");
        assert_eq!(all.get(&"meeting", "bob", 5_000), None);
        assert_eq!(all.lock().count, 0);
        let all = kept();
        all.forget_all();
        assert_eq!(all.get(&"meeting", "ada", 5_000), None);
        assert_eq!(all.lock().count, 0);
    }

    #[test]
    fn what_was_read_before_a_change_is_not_kept_after_it() {
        let all = kept();
        let before = all.changes();
        all.forget_one(&"meeting", &"ada".into());
        all.keep("meeting", "ada".into(), 1, before, 5_000);
        assert_eq!(all.get(&"meeting", "ada", 5_000), None);
    }
}
