//! Rate limits: a sliding window of two weighted buckets. The window that slides is
//! estimated as the present bucket plus the part of the one before that still
//! counts, so a limit holds over any minute, not only over calendar minutes.

/// Length of a window, in milliseconds.
pub const WINDOW_MS: u64 = 60_000;

/// What one caller has used of one limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Window {
    began_at: u64,
    before: u64,
    now: u64,
}

impl Window {
    /// Takes `cost` out of `limit` a minute at `now_ms`, or says how many
    /// milliseconds to wait until that much is free.
    ///
    /// # Errors
    /// The wait in milliseconds; nothing was taken.
    pub fn take(&mut self, limit: u64, cost: u64, now_ms: u64) -> Result<(), u64> {
        self.turn(now_ms);
        let elapsed = now_ms.saturating_sub(self.began_at).min(WINDOW_MS);
        let counts = WINDOW_MS - elapsed;
        let carried = self.before.saturating_mul(counts).div_ceil(WINDOW_MS);
        let used = carried.saturating_add(self.now);
        if used.saturating_add(cost) <= limit {
            self.now = self.now.saturating_add(cost);
            return Ok(());
        }
        Err(self.wait(limit, cost, elapsed))
    }

    /// Whether nothing of it counts any more at `now_ms`.
    #[must_use]
    pub const fn is_over(&self, now_ms: u64) -> bool {
        now_ms.saturating_sub(self.began_at) >= 2 * WINDOW_MS
    }

    fn turn(&mut self, now_ms: u64) {
        let began_at = now_ms - now_ms % WINDOW_MS;
        // A clock that was set back goes on in the bucket that it was in.
        if began_at > self.began_at {
            let next = began_at == self.began_at + WINDOW_MS;
            self.before = if next { self.now } else { 0 };
            self.now = 0;
            self.began_at = began_at;
        }
    }

    /// Until the bucket before has faded enough; failing that, until the present one,
    /// then itself the one before, has.
    const fn wait(&self, limit: u64, cost: u64, elapsed: u64) -> u64 {
        let rest = WINDOW_MS - elapsed;
        if self.now.saturating_add(cost) <= limit && self.before > 0 {
            let free = limit - self.now - cost;
            let keep = free.saturating_mul(WINDOW_MS) / self.before;
            return if rest > keep { rest - keep } else { 1 };
        }
        if self.now == 0 {
            return rest;
        }
        let free = limit.saturating_sub(cost);
        let keep = free.saturating_mul(WINDOW_MS) / self.now;
        rest + WINDOW_MS.saturating_sub(keep)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_000 * WINDOW_MS;

    #[test]
    fn a_limit_holds_over_any_minute() {
        let mut window = Window::default();
        for _ in 0..10 {
            window.take(10, 1, START + 59_000).unwrap();
        }
        assert!(window.take(10, 1, START + 61_000).is_err());
        assert!(window.take(10, 1, START + 2 * WINDOW_MS).is_ok());
    }

    #[test]
    fn who_waits_as_told_is_let_in() {
        for (used_at, asks_at) in [(0, 10), (59_000, 61_000), (30_000, 100_000), (0, 59_999)] {
            let mut window = Window::default();
            window.take(100, 100, START + used_at).unwrap();
            let mut now = START + asks_at;
            if let Err(wait) = window.take(100, 30, now) {
                assert!(wait <= 2 * WINDOW_MS);
                now += wait;
                assert!(window.take(100, 30, now).is_ok(), "{used_at} {asks_at}");
            }
        }
    }

    #[test]
    fn a_refusal_takes_nothing() {
        let mut window = Window::default();
        window.take(10, 8, START).unwrap();
        assert!(window.take(10, 3, START).is_err());
        assert!(window.take(10, 2, START).is_ok());
    }

    #[test]
    fn a_window_that_nobody_used_for_two_minutes_is_over() {
        let mut window = Window::default();
        window.take(10, 1, START).unwrap();
        assert!(!window.is_over(START + WINDOW_MS));
        assert!(window.is_over(START + 2 * WINDOW_MS));
    }
}
