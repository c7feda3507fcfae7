//! Exponential back-off with full jitter: each delay is drawn between nothing and
//! a bound that doubles, so that clients of a restarted server come back spread.

/// First bound, in milliseconds.
pub const FIRST_MS: u64 = 500;
/// Last bound, in milliseconds.
pub const LAST_MS: u64 = 30_000;

/// Delays between attempts.
#[derive(Debug, Clone)]
pub struct Backoff {
    attempts: u32,
    random: SplitMix,
}

impl Backoff {
    /// Fresh, with a seed from the shell's source of randomness.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            attempts: 0,
            random: SplitMix(seed),
        }
    }

    /// The next delay, in milliseconds.
    pub fn next_ms(&mut self) -> u64 {
        let bound = FIRST_MS
            .saturating_mul(1 << self.attempts.min(10))
            .min(LAST_MS);
        self.attempts = self.attempts.saturating_add(1);
        self.random.below(bound + 1)
    }

    /// The connection stands: the next failure starts over.
    pub const fn reset(&mut self) {
        self.attempts = 0;
    }

    /// A number below `bound`, for other jitter.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.random.below(bound)
    }
}

/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, good enough for jitter.
#[derive(Debug, Clone)]
pub struct SplitMix(u64);

impl SplitMix {
    /// A generator of this seed.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`; 0 when there is no such number.
    pub const fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            0
        } else {
            self.next_u64() % bound
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_stay_below_a_bound_that_doubles_up_to_thirty_seconds() {
        let mut backoff = Backoff::new(1);
        for attempt in 0..20 {
            let bound = (FIRST_MS << attempt.min(10)).min(LAST_MS);
            assert!(backoff.next_ms() <= bound);
        }
        backoff.reset();
        assert!(backoff.next_ms() <= FIRST_MS);
    }
}
