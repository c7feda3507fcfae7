//! Rate limits per user and meeting, counted in memory by entry: one chunk, one
//! operation. The arithmetic is [`connvo_core::rate`].

use crate::config::RateLimits;
use bytes::Bytes;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::rate::Window;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// A row of the rate table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rate {
    /// What is limited.
    pub action: &'static str,
    /// Entries a minute.
    pub per_minute: u64,
}

/// Operations on a note.
pub const NOTE_OP: Rate = Rate {
    action: "notes.op",
    per_minute: 1_200,
};
/// Chunks for a transcript.
pub const TRANSCRIPT_INGEST: Rate = Rate {
    action: "transcripts.ingest",
    per_minute: 1_200,
};

/// Longest time that a socket is not read because too much came through it, in
/// milliseconds. A change that has waited so long is taken: nothing is skipped.
const PAUSE_MS: u64 = 2_000;

/// A change that came too soon, and when it is taken. Its socket is not read until
/// then.
#[derive(Debug)]
pub struct Late {
    /// The frame that it came in.
    pub frame: Bytes,
    /// Milliseconds since the Unix epoch.
    pub due_ms: u64,
}

impl Late {
    /// Holds a frame back for as long as a refusal says, within bounds.
    #[must_use]
    pub fn after(refusal: &Problem, frame: Bytes, now_ms: u64) -> Self {
        let wait = refusal.retry_after_ms.unwrap_or(PAUSE_MS).min(PAUSE_MS);
        Self {
            frame,
            due_ms: now_ms + wait,
        }
    }

    /// The frame, once its time has come.
    pub fn take_due(held: &mut Option<Self>, now_ms: u64) -> Option<Bytes> {
        held.take_if(|late| late.due_ms <= now_ms)
            .map(|late| late.frame)
    }
}

/// Windows are swept when there are so many, and at every doubling after.
const SWEEP_AT: usize = 10_000;

type Key = (&'static str, UserId, MeetingId);

/// What everybody has used.
pub struct Rates {
    on: bool,
    windows: Mutex<(HashMap<Key, Window>, usize)>,
}

impl Rates {
    /// Nothing used yet.
    #[must_use]
    pub fn new(limits: RateLimits) -> Self {
        Self {
            on: limits == RateLimits::On,
            windows: Mutex::new((HashMap::new(), SWEEP_AT)),
        }
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
        if !self.on {
            return Ok(());
        }
        let mut held = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        let (windows, sweep_at) = &mut *held;
        if windows.len() >= *sweep_at {
            windows.retain(|_, window| !window.is_over(now_ms));
            *sweep_at = (windows.len() * 2).max(SWEEP_AT);
        }
        let key = (rate.action, user.clone(), meeting.clone());
        let window = windows.entry(key).or_default();
        window
            .take(rate.per_minute, entries as u64, now_ms)
            .map_err(|wait_ms| {
                let mut problem = Problem::new(
                    ErrorCode::RateLimited,
                    format!(
                        "{}: at most {} a minute; try again in {} s",
                        rate.action,
                        rate.per_minute,
                        wait_ms.div_ceil(1000)
                    ),
                );
                problem.retry_after_ms = Some(wait_ms);
                problem
            })
    }
}
