//! Rate limits, counted in memory by entry: one chunk, one operation, one failed
//! sign-in. What was used is written behind and read at the start, so that a restart
//! does not open the gate. Table and arithmetic are [`connvo_core::rate`]'s.
//!
//! Several nodes add up what they count, within about a second: so far above its limit
//! may somebody come who goes to all of them at once, as all nodes let them in a second.

mod late;
pub mod store;

use crate::app::App;
use crate::config::RateLimits;
use crate::db::{Db, StoreError};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::rate::{TABLE, Window};
use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::Used;
use tokio::sync::Notify;

pub use connvo_core::rate::{
    AUTH_FAILURES, CHAT_WRITE, CONNECTIONS_ASK, ME_EXPORT, MEETINGS_SPEAK, NOTE_OP, PEOPLE_BLOCK,
    Rate, SEARCH, Standing, TRANSCRIPT_EXPORT, TRANSCRIPT_INGEST, TRANSCRIPT_SERVICE,
};
pub use late::Late;

/// Windows are swept when there are so many, and at every doubling after.
const SWEEP_AT: usize = 10_000;

/// What is limited, and whose use of it.
type Key = (&'static str, String);

/// What everybody has used.
pub struct Rates {
    on: bool,
    held: Mutex<Held>,
    some: Notify,
    /// Held while rows are written.
    writing: tokio::sync::Mutex<()>,
}

/// What was taken in one bucket of a window.
#[derive(Debug, Clone, Copy, Default)]
struct Taken {
    began_at: u64,
    count: u64,
}

impl Taken {
    /// Adds what was taken in a bucket. What is left of an older one is forgotten: other
    /// nodes, and this one after a restart, know of it less by a moment.
    const fn add(&mut self, began_at: u64, count: u64) {
        if began_at > self.began_at {
            *self = Self { began_at, count };
        } else if began_at == self.began_at {
            self.count += count;
        }
    }
}

struct Held {
    windows: HashMap<Key, Window>,
    /// What was taken since it was written.
    unwritten: BTreeMap<Key, Taken>,
    sweep_at: usize,
}

impl Rates {
    /// What was used before the start, as far as it still counts.
    ///
    /// # Errors
    /// The store fails.
    pub async fn open(db: &Db, limits: RateLimits, now_ms: u64) -> Result<Self, StoreError> {
        let on = limits == RateLimits::On;
        let stored = if on {
            store::load(db, now_ms).await?
        } else {
            Vec::new()
        };
        // A row of an action that is no longer limited is passed over.
        let known = |used: Used| {
            let rate = TABLE.iter().find(|rate| rate.action == used.action)?;
            Some(((rate.action, used.subject), used.window))
        };
        let held = Held {
            windows: stored.into_iter().filter_map(known).collect(),
            unwritten: BTreeMap::new(),
            sweep_at: SWEEP_AT,
        };
        Ok(Self {
            on,
            held: Mutex::new(held),
            some: Notify::new(),
            writing: tokio::sync::Mutex::default(),
        })
    }

    /// Takes `entries` out of what `user` may do in `meeting` in a minute.
    ///
    /// # Errors
    /// `RATE_LIMITED` with the time to wait; nothing was taken.
    pub fn take(
        &self,
        rate: Rate,
        user: &UserId,
        meeting: &MeetingId,
        entries: usize,
        now_ms: u64,
    ) -> Result<(), Problem> {
        self.take_of(rate, member(user, meeting), entries, now_ms)
    }

    /// Takes one entry out of what may come from an address in a minute. Of IPv6 it
    /// is the network (/64): whoever has one address has all of them.
    ///
    /// # Errors
    /// As [`Rates::take`].
    pub fn take_from(&self, rate: Rate, address: IpAddr, now_ms: u64) -> Result<(), Problem> {
        self.take_of(rate, network(address).to_string(), 1, now_ms)
    }

    /// Takes one entry out of what `user` may do in a minute, wherever it is.
    ///
    /// # Errors
    /// As [`Rates::take`].
    pub fn take_of_person(&self, rate: Rate, user: &UserId, now_ms: u64) -> Result<(), Problem> {
        self.take_of(rate, user.to_string(), 1, now_ms)
    }

    /// How a person stands, wherever they are; absent where nobody is held to the table.
    #[must_use]
    pub fn standing_of_person(&self, rate: Rate, user: &UserId, now_ms: u64) -> Option<Standing> {
        self.standing_of(rate, user.to_string(), now_ms)
    }

    /// Takes `entries` out of what a program with the service token `id` may send in a minute.
    ///
    /// # Errors
    /// As [`Rates::take`].
    pub fn take_of_service(
        &self,
        rate: Rate,
        id: &str,
        entries: usize,
        now_ms: u64,
    ) -> Result<(), Problem> {
        self.take_of(rate, id.to_owned(), entries, now_ms)
    }

    /// How a program with a service token stands; absent where nobody is held to the table.
    #[must_use]
    pub fn standing_of_service(&self, rate: Rate, id: &str, now_ms: u64) -> Option<Standing> {
        self.standing_of(rate, id.to_owned(), now_ms)
    }

    /// Whether something more may come from an address now; nothing is taken.
    ///
    /// # Errors
    /// As [`Rates::take`].
    pub fn allow_from(&self, rate: Rate, address: IpAddr, now_ms: u64) -> Result<(), Problem> {
        if !self.on {
            return Ok(());
        }
        let key = (rate.action, network(address).to_string());
        let window = self.lock().windows.get(&key).copied();
        window
            .unwrap_or_default()
            .take(rate.per_minute, 1, now_ms)
            .map_err(|wait_ms| too_many(rate, wait_ms))
    }

    /// How a member of a meeting stands; absent where nobody is held to the table.
    #[must_use]
    pub fn standing(
        &self,
        rate: Rate,
        user: &UserId,
        meeting: &MeetingId,
        now_ms: u64,
    ) -> Option<Standing> {
        self.standing_of(rate, member(user, meeting), now_ms)
    }

    fn standing_of(&self, rate: Rate, subject: String, now_ms: u64) -> Option<Standing> {
        let window = self.lock().windows.get(&(rate.action, subject)).copied();
        self.on
            .then(|| window.unwrap_or_default().standing(rate.per_minute, now_ms))
    }

    fn take_of(
        &self,
        rate: Rate,
        subject: String,
        entries: usize,
        now_ms: u64,
    ) -> Result<(), Problem> {
        if !self.on {
            return Ok(());
        }
        let mut held = self.lock();
        held.sweep(now_ms);
        let key = (rate.action, subject);
        let window = held.windows.entry(key.clone()).or_default();
        window
            .take(rate.per_minute, entries as u64, now_ms)
            .map_err(|wait_ms| too_many(rate, wait_ms))?;
        let (began_at, ..) = window.parts();
        let taken = held.unwritten.entry(key).or_default();
        taken.add(began_at, entries as u64);
        drop(held);
        self.some.notify_one();
        Ok(())
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
        if self.windows.len() >= self.sweep_at {
            self.windows.retain(|_, window| !window.is_over(now_ms));
            self.sweep_at = (self.windows.len() * 2).max(SWEEP_AT);
        }
    }

    /// What was taken since it was written, by key: all writers hold rows in that order.
    /// The windows as they are, with nothing in them but that.
    fn take_unwritten(&mut self) -> Vec<(Key, Window)> {
        let taken = std::mem::take(&mut self.unwritten);
        let window = |taken: Taken| Window::stored(taken.began_at, 0, taken.count);
        taken
            .into_iter()
            .map(|(key, taken)| (key, window(taken)))
            .collect()
    }

    /// What all nodes have used, and what was taken here since that was written.
    fn learn(&mut self, key: Key, window: Window) {
        let (began_at, before, now) = window.parts();
        let since = self.unwritten.get(&key).copied().unwrap_or_default();
        let since = if since.began_at == began_at {
            since.count
        } else {
            0
        };
        let held = self.windows.entry(key).or_default();
        let (held_began_at, held_before, held_now) = held.parts();
        let all = now.saturating_add(since);
        // Here nothing is forgotten, whatever others know of it.
        match began_at.cmp(&held_began_at) {
            Ordering::Greater => *held = Window::stored(began_at, before, all),
            Ordering::Equal => {
                *held = Window::stored(began_at, before.max(held_before), all.max(held_now));
            }
            Ordering::Less => {}
        }
    }
}

/// Adds what was used to what all nodes have used, and learns of that. What cannot be
/// written now waits on.
pub async fn write_behind(app: &App) {
    let _writing = app.rates.writing.lock().await;
    let taken = app.rates.lock().take_unwritten();
    if taken.is_empty() {
        return;
    }
    let used = |((action, subject), window): &(Key, Window)| Used {
        action: (*action).to_owned(),
        subject: subject.clone(),
        window: *window,
    };
    let rows: Vec<Used> = taken.iter().map(used).collect();
    match store::add(&app.db, &rows).await {
        Ok(all) => {
            let mut held = app.rates.lock();
            let actions = taken.iter().map(|((action, _), _)| *action);
            for used in all {
                let action = actions.clone().find(|action| *action == used.action);
                if let Some(action) = action {
                    held.learn((action, used.subject), used.window);
                }
            }
        }
        Err(error) => {
            tracing::error!(%error, "what was used of the rate table cannot be written yet");
            let mut held = app.rates.lock();
            for (key, window) in taken {
                let (began_at, _, count) = window.parts();
                let held = held.unwritten.entry(key).or_default();
                held.add(began_at, count);
            }
            drop(held);
            app.rates.some.notify_one();
        }
    }
}

/// Deletes what was used by somebody whose deletion is committed: what is written already, and
/// nothing of it comes after.
///
/// # Errors
/// The store fails.
pub async fn forget(app: &App, user: &UserId) -> Result<(), StoreError> {
    // A write that began before the deletion was committed is over.
    let _writing = app.rates.writing.lock().await;
    store::forget(&app.db, user).await
}

fn member(user: &UserId, meeting: &MeetingId) -> String {
    format!("{user} {meeting}")
}

/// What one caller without an account is known by: the address; of IPv6 the network (/64).
pub(crate) fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address @ IpAddr::V4(_) => address,
    }
}

fn too_many(rate: Rate, wait_ms: u64) -> Problem {
    let detail = format!(
        "{}: at most {} a minute; try again in {} s",
        rate.action,
        rate.per_minute,
        wait_ms.div_ceil(1000)
    );
    let mut problem = Problem::new(ErrorCode::RateLimited, detail);
    problem.retry_after_ms = Some(wait_ms);
    problem
}
