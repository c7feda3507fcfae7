//! A Poisson process: arrivals by the clock, independent of each other.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::time::Duration;
use tokio::time::Instant;

/// Arrivals at a mean rate.
#[derive(Debug)]
pub struct Arrivals {
    random: Pcg64Mcg,
    next: Instant,
    rate: f64,
}

impl Arrivals {
    /// Arrivals from `start` on, at `rate` a second.
    #[must_use]
    pub fn new(start: Instant, rate: f64, seed: u64) -> Self {
        let mut arrivals = Self {
            random: Pcg64Mcg::seed_from_u64(seed),
            next: start,
            rate,
        };
        arrivals.advance();
        arrivals
    }

    /// When the next one is due.
    #[must_use]
    pub const fn due(&self) -> Instant {
        self.next
    }

    /// Takes the next arrival: the moment it was due.
    pub fn take(&mut self) -> Instant {
        let due = self.next;
        self.advance();
        due
    }

    /// A number below `bound`, for who arrives.
    pub fn pick(&mut self, bound: usize) -> usize {
        self.random.random_range(0..bound)
    }

    /// Whether something of this probability happens.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.random.random_bool(probability.clamp(0.0, 1.0))
    }

    fn advance(&mut self) {
        let uniform: f64 = self.random.random_range(f64::EPSILON..1.0);
        // A rate of nothing means never, within any run.
        let seconds = (-uniform.ln() / self.rate.max(1e-6)).min(1e6);
        self.next += Duration::from_secs_f64(seconds);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arrivals_come_at_their_mean_rate() {
        let start = Instant::now();
        let mut arrivals = Arrivals::new(start, 100.0, 7);
        let mut last = start;
        for _ in 0..10_000 {
            last = arrivals.take();
        }
        let seconds = (last - start).as_secs_f64();
        assert!((95.0..105.0).contains(&seconds), "{seconds}");
    }
}
