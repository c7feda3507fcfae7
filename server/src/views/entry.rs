//! One view of one class of people: its value, who follows it, and whether it is to be
//! read again.

use super::{Key, Look, Seen, Shown, Views};
use crate::rooms::mailbox::Mailbox;
use connvo_core::error::Problem;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::task::AbortOnDropHandle;

/// Shortest time between two readings of one view: the first change is looked at at
/// once, what comes meanwhile shares the next look.
const APART: Duration = Duration::from_millis(33);

pub(super) struct Entry {
    pub(super) key: Key,
    look: Look,
    state: Mutex<State>,
    /// Told when a reading has ended.
    read: Notify,
}

#[derive(Default)]
struct State {
    followers: HashMap<u64, (Arc<Mailbox>, u32)>,
    shown: Option<Result<Shown, Problem>>,
    /// Whether something that it reads was touched since the last reading began.
    is_dirty: bool,
    is_reading: bool,
    /// Waits for what ends by itself.
    alarm: Option<AbortOnDropHandle<()>>,
}

impl Entry {
    pub(super) fn new(key: Key, look: Look) -> Self {
        Self {
            key,
            look,
            state: Mutex::new(State {
                is_dirty: true,
                ..State::default()
            }),
            read: Notify::new(),
        }
    }

    pub(super) fn join(&self, id: u64, mailbox: Arc<Mailbox>, sub: u32) {
        self.lock().followers.insert(id, (mailbox, sub));
    }

    /// Whether nobody follows any more.
    pub(super) fn leave(&self, id: u64) -> bool {
        let mut state = self.lock();
        state.followers.remove(&id);
        state.followers.is_empty()
    }

    pub(super) fn shown(&self) -> Option<Result<Shown, Problem>> {
        self.lock().shown.clone()
    }

    /// What it shows when it is clean.
    pub(super) async fn settled(self: &Arc<Self>, views: &Views) -> Result<Shown, Problem> {
        loop {
            let mut read = std::pin::pin!(self.read.notified());
            read.as_mut().enable();
            if let Some(shown) = self.clean() {
                return shown;
            }
            self.start(views);
            read.await;
        }
    }

    fn clean(&self) -> Option<Result<Shown, Problem>> {
        let state = self.lock();
        state.shown.clone().filter(|_| !state.is_dirty)
    }

    /// Something that it reads has changed.
    pub(super) fn touched(self: &Arc<Self>, views: &Views) {
        self.lock().is_dirty = true;
        self.start(views);
    }

    /// Reads it in a task of its own, unless one does already.
    pub(super) fn start(self: &Arc<Self>, views: &Views) {
        if std::mem::replace(&mut self.lock().is_reading, true) {
            return;
        }
        let (entry, views) = (Arc::clone(self), views.clone());
        tokio::spawn(async move { entry.run(&views).await });
    }

    async fn run(self: Arc<Self>, views: &Views) {
        loop {
            let (begun, touches) = (Instant::now(), views.touches());
            self.lock().is_dirty = false;
            let seen = (self.look)().await;
            let is_clean = self.take(seen, touches, views);
            self.read.notify_waiters();
            if is_clean {
                return;
            }
            sleep_until(begun + APART).await;
            if !self.is_followed() {
                self.lock().is_reading = false;
                return;
            }
        }
    }

    /// Shows what was seen, to whom it is new. Whether the view is clean.
    fn take(self: &Arc<Self>, seen: Result<Seen, Problem>, touches: u64, views: &Views) -> bool {
        let more = seen.as_ref().map_or(&[][..], |seen| &seen.topics);
        let is_late = views.reads(&self.key, more, touches);
        let changes_at = seen.as_ref().ok().and_then(|seen| seen.changes_at);
        let next = seen.map(|seen| Shown::of(seen.json));
        let mut state = self.lock();
        let is_same = match (&state.shown, &next) {
            (Some(Ok(old)), Ok(new)) => old.version == new.version,
            _ => false,
        };
        if !is_same {
            state.shown = Some(next);
            for (mailbox, sub) in state.followers.values() {
                mailbox.wake(*sub);
            }
        }
        state.alarm = changes_at.map(|at| self.look_again_at(at, views));
        state.is_dirty |= is_late;
        state.is_reading = state.is_dirty;
        !state.is_dirty
    }

    /// Looks again when something has ended by itself.
    fn look_again_at(self: &Arc<Self>, at_ms: u64, views: &Views) -> AbortOnDropHandle<()> {
        let wait = Duration::from_millis(at_ms.saturating_sub(views.clock.now_ms()));
        let (entry, views) = (Arc::downgrade(self), views.clone());
        AbortOnDropHandle::new(tokio::spawn(async move {
            sleep(wait.max(APART)).await;
            if let Some(entry) = entry.upgrade() {
                entry.touched(&views);
            }
        }))
    }

    fn is_followed(&self) -> bool {
        !self.lock().followers.is_empty()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
