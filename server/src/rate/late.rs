//! Changes of a socket that came too soon: they wait, and none is skipped.

use bytes::Bytes;
use connvo_core::error::Problem;

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
