//! Delivery windows: the first event goes at once; what gathers while the window
//! is open goes as one frame when it ends.

/// Shortest window: at most 60 frames a second a subscription.
pub const SHORTEST_MS: u64 = 16;
/// Upper bound of the transcript's window, in milliseconds.
pub const TRANSCRIPT_MS: u64 = 100;
/// Upper bound of the note's window, in milliseconds.
pub const NOTE_MS: u64 = 250;
/// Presence is merged to one frame a room in this time, in milliseconds.
pub const PRESENCE_MS: u64 = 200;

/// The window between an upper bound and the shortest, by how busy the node is:
/// `pressure` 0 is idle, 1 is at its limit.
#[must_use]
pub fn window_ms(upper_ms: u64, pressure: f32) -> u64 {
    let room = upper_ms.saturating_sub(SHORTEST_MS) as f32;
    SHORTEST_MS + (room * pressure.clamp(0.0, 1.0)) as u64
}

/// When one subscription may send next.
#[derive(Debug, Clone, Copy, Default)]
pub struct Pacer {
    sent_ms: Option<u64>,
    pending: bool,
}

impl Pacer {
    /// Something waits to be sent.
    pub const fn wake(&mut self) {
        self.pending = true;
    }

    /// When to send what waits, in milliseconds of the caller's clock; `None` when
    /// nothing waits.
    #[must_use]
    pub fn due_at(&self, window_ms: u64) -> Option<u64> {
        self.pending
            .then(|| self.sent_ms.map_or(0, |sent| sent + window_ms))
    }

    /// The cursor is at the head: nothing waits any longer. Call it *before* reading
    /// the journal, so that what arrives during the read is not forgotten.
    pub const fn clear(&mut self) {
        self.pending = false;
    }

    /// A frame went out.
    pub const fn sent(&mut self, now_ms: u64) {
        self.sent_ms = Some(now_ms);
    }

    /// Whether a frame may go out at `now_ms`.
    #[must_use]
    pub fn is_due(&self, now_ms: u64, window_ms: u64) -> bool {
        self.due_at(window_ms).is_some_and(|at| at <= now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_event_goes_at_once_and_the_next_waits_for_the_window() {
        let mut pacer = Pacer::default();
        assert_eq!(pacer.due_at(100), None);
        pacer.wake();
        assert!(pacer.is_due(5, 100));
        pacer.clear();
        pacer.sent(5);
        pacer.wake();
        assert!(!pacer.is_due(104, 100));
        assert!(pacer.is_due(105, 100));
    }

    #[test]
    fn windows_widen_under_pressure_up_to_their_bound() {
        assert_eq!(window_ms(NOTE_MS, 0.0), SHORTEST_MS);
        assert_eq!(window_ms(NOTE_MS, 1.0), NOTE_MS);
        assert_eq!(window_ms(NOTE_MS, 7.0), NOTE_MS);
    }
}
