//! Who does the background work: one node at a time, by a lease in the database. A node
//! that dies loses it when its time is over.

use crate::app::App;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::Instant;

/// How long a lease is held without being asked for again, by the database's clock.
pub const LEASE: Duration = Duration::from_secs(10);
/// By so much earlier a node thinks that it has lost it: clocks do not run alike.
const MARGIN: Duration = Duration::from_secs(2);

/// This node among the others.
pub struct Nodes {
    is_shared: bool,
    leads_until: Mutex<Option<Instant>>,
    leads: Notify,
    is_cut_off: AtomicBool,
    pub(super) all: AtomicBool,
    pub(super) look: Notify,
}

impl Nodes {
    /// One of many, or the only one.
    #[must_use]
    pub fn new(is_shared: bool) -> Self {
        Self {
            is_shared,
            leads_until: Mutex::new(None),
            leads: Notify::new(),
            is_cut_off: AtomicBool::new(false),
            all: AtomicBool::new(false),
            look: Notify::new(),
        }
    }

    /// Whether the background work is this node's now.
    #[must_use]
    pub fn leads(&self) -> bool {
        !self.is_shared || self.lock().is_some_and(|until| Instant::now() < until)
    }

    /// Waits until it is; false when the server is asked to go.
    pub async fn leading(&self, app: &App) -> bool {
        loop {
            let mut leads = std::pin::pin!(self.leads.notified());
            leads.as_mut().enable();
            if app.shutdown.is_cancelled() {
                return false;
            }
            if self.leads() {
                return true;
            }
            tokio::select! {
                () = app.shutdown.cancelled() => return false,
                () = leads => {}
            }
        }
    }

    /// Whether the database is out of reach for so long that nothing live is served.
    #[must_use]
    pub fn is_cut_off(&self) -> bool {
        self.is_cut_off.load(Ordering::SeqCst)
    }

    /// Says that something may have been missed: everything is looked at soon.
    pub fn look_at_all(&self) {
        self.all.store(true, Ordering::SeqCst);
        self.look.notify_one();
    }

    /// The lease was asked for at `asked`, and given or not.
    pub(super) fn leased(&self, is_given: bool, asked: Instant) {
        *self.lock() = is_given.then(|| asked + LEASE - MARGIN);
        if is_given {
            self.leads.notify_waiters();
        }
    }

    /// Whether that is news.
    pub(super) fn cut_off(&self, is_cut_off: bool) -> bool {
        self.is_cut_off.swap(is_cut_off, Ordering::SeqCst) != is_cut_off
    }

    fn lock(&self) -> MutexGuard<'_, Option<Instant>> {
        self.leads_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}
