//! Live views: values that are read whole, once for everybody who sees the same, and
//! sent again only when they have become others.
//!
//! A view names the topics that it reads; a commit names, afterwards, the topics that
//! it touched ([`Views::touch`]). A touched view is marked clean, read, and looked at
//! again for marks that came meanwhile: no change is missed, and a hundred changes
//! during one read are one more read. Whoever follows is woken by mailbox, and reads
//! the value that stands then: the latest replaces those that nobody had time to see.

mod entry;

use crate::clock::Clock;
use crate::rooms::mailbox::Mailbox;
use connvo_core::access::Role;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::protocol::frame::Query;
use entry::Entry;
use futures_util::future::BoxFuture;
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

pub use crate::bus::Topic;

/// Who sees the same of a view.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Class {
    /// Whoever may see it at all.
    Everybody,
    /// Those of a role.
    Role(Role),
    /// One person.
    Person(UserId),
}

/// A view as a class of people sees it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    /// What is looked at.
    pub query: Query,
    /// By whom.
    pub class: Class,
}

/// What a look found.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// The value, as JSON.
    pub json: String,
    /// When something of it ends by itself, in milliseconds since the Unix epoch: then
    /// it is looked at again.
    pub changes_at: Option<u64>,
    /// What else it has read, where that is known only by reading.
    pub topics: Vec<Topic>,
}

/// A value that is shown.
#[derive(Debug, Clone)]
pub struct Shown {
    /// The value, as JSON, shared by all who follow.
    pub json: Arc<str>,
    /// Its content's hash, the same on every node.
    pub version: Arc<str>,
}

impl Shown {
    fn of(json: String) -> Self {
        let digest = Sha256::digest(&json);
        let version = digest[..8].iter().map(|byte| format!("{byte:02x}"));
        let version: String = version.collect();
        Self {
            json: json.into(),
            version: version.into(),
        }
    }
}

/// How a view is read: by whoever has the store at hand.
pub type Look = Arc<dyn Fn() -> BoxFuture<'static, Result<Seen, Problem>> + Send + Sync>;

/// The views that somebody follows on this node; cheap to clone.
#[derive(Clone)]
pub struct Views {
    held: Arc<Mutex<Held>>,
    clock: Clock,
}

#[derive(Default)]
struct Held {
    entries: HashMap<Key, Arc<Entry>>,
    readers: HashMap<Topic, Vec<Key>>,
    followers: u64,
    /// Counts what was touched.
    touches: u64,
}

/// A follower's place; dropping it leaves, and the last one takes the view away.
pub struct Follower {
    views: Views,
    entry: Arc<Entry>,
    id: u64,
}

impl Drop for Follower {
    fn drop(&mut self) {
        let mut held = self.views.lock();
        if self.entry.leave(self.id) {
            held.forget(&self.entry.key);
        }
    }
}

impl Follower {
    /// The view as it stands, once it was read; or why it could not be.
    ///
    /// # Errors
    /// As the look.
    pub async fn first(&self) -> Result<Shown, Problem> {
        self.entry.settled(&self.views).await
    }

    /// Has it read, where nobody has followed it before: the mailbox is woken then.
    pub fn look(&self) {
        if self.entry.shown().is_none() {
            self.entry.start(&self.views);
        }
    }

    /// The view as it stands now; nothing before its first reading has ended.
    #[must_use]
    pub fn now(&self) -> Option<Result<Shown, Problem>> {
        self.entry.shown()
    }

    /// Which view it is.
    #[must_use]
    pub fn key(&self) -> &Key {
        &self.entry.key
    }
}

impl Views {
    /// No views yet; what ends by itself ends by this clock.
    #[must_use]
    pub fn new(clock: Clock) -> Self {
        Self {
            held: Arc::default(),
            clock,
        }
    }

    /// Follows a view, which reads at least `topics`: the mailbox is woken for `sub`
    /// whenever it has become another. `look` is asked where nobody follows it yet.
    #[must_use]
    pub fn follow(
        &self,
        key: &Key,
        topics: &[Topic],
        look: Look,
        (mailbox, sub): (&Arc<Mailbox>, u32),
    ) -> Follower {
        let mut held = self.lock();
        held.followers += 1;
        let id = held.followers;
        let entry = match held.entries.get(key) {
            Some(entry) => Arc::clone(entry),
            None => {
                let entry = Arc::new(Entry::new(key.clone(), look));
                held.entries.insert(key.clone(), Arc::clone(&entry));
                held.read_by(key, topics);
                entry
            }
        };
        entry.join(id, Arc::clone(mailbox), sub);
        Follower {
            views: self.clone(),
            entry,
            id,
        }
    }

    /// Says, after the commit, that what these topics name has changed.
    pub fn touch(&self, topics: &[Topic]) {
        let mut entries: Vec<Arc<Entry>> = Vec::new();
        let mut held = self.lock();
        held.touches += 1;
        for key in topics
            .iter()
            .filter_map(|topic| held.readers.get(topic))
            .flatten()
        {
            let entry = held
                .entries
                .get(key)
                .filter(|entry| !entries.iter().any(|known| Arc::ptr_eq(known, entry)));
            entries.extend(entry.cloned());
        }
        drop(held);
        for entry in entries {
            entry.touched(self);
        }
    }

    /// Says that anything may have changed: every view is read again.
    pub fn touch_all(&self) {
        let mut held = self.lock();
        held.touches += 1;
        let entries: Vec<Arc<Entry>> = held.entries.values().cloned().collect();
        drop(held);
        for entry in entries {
            entry.touched(self);
        }
    }

    /// How often anything was touched.
    fn touches(&self) -> u64 {
        self.lock().touches
    }

    /// A look that began after so many touches has found what else the view reads.
    /// Whether something of it may have been touched before that was known.
    fn reads(&self, key: &Key, topics: &[Topic], touches: u64) -> bool {
        let mut held = self.lock();
        let is_held = held.entries.contains_key(key);
        is_held && held.read_by(key, topics) && held.touches != touches
    }

    fn lock(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Held {
    /// Whether one of the topics is new to the view.
    fn read_by(&mut self, key: &Key, topics: &[Topic]) -> bool {
        let mut fresh = false;
        for topic in topics {
            let readers = self.readers.entry(topic.clone()).or_default();
            if !readers.contains(key) {
                readers.push(key.clone());
                fresh = true;
            }
        }
        fresh
    }

    fn forget(&mut self, key: &Key) {
        self.entries.remove(key);
        self.readers.retain(|_, keys| {
            keys.retain(|known| known != key);
            !keys.is_empty()
        });
    }
}

#[cfg(test)]
mod tests;
