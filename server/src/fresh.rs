//! Meetings in whose journals something was written a moment ago: marked after the
//! commit, taken by whoever follows the journals. A mark is a hint and no more: it dies
//! with the process, and what it led to is found by its cursor in the end.

use connvo_core::id::MeetingId;
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Meetings marked at most; of more than that it is only known that they are some.
const MARKED: usize = 20_000;

/// The marks.
#[derive(Debug, Default)]
pub struct Fresh {
    marked: Mutex<Marked>,
    count: AtomicU64,
    wake: Notify,
}

/// What is marked.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Marked {
    /// These meetings.
    pub meetings: HashSet<MeetingId>,
    /// Whether there are others.
    pub others: bool,
}

impl Fresh {
    /// Marks a meeting.
    pub fn mark(&self, meeting: &MeetingId) {
        self.count.fetch_add(1, Ordering::Relaxed);
        let mut marked = self.lock();
        if marked.meetings.len() < MARKED {
            marked.meetings.insert(meeting.clone());
        } else {
            marked.others = true;
        }
        drop(marked);
        self.wake.notify_one();
    }

    /// How often something was marked so far.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }

    /// Something may have been written in any meeting.
    pub fn mark_others(&self) {
        self.lock().others = true;
        self.wake.notify_one();
    }

    /// Takes the marks.
    pub fn take(&self) -> Marked {
        std::mem::take(&mut self.lock())
    }

    /// Waits until something is marked; at once where something was since the last wait.
    pub async fn some(&self) {
        self.wake.notified().await;
    }

    fn lock(&self) -> MutexGuard<'_, Marked> {
        self.marked.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
