//! What is tested.

mod frames;
mod operations;
mod updates;

use rand_pcg::Pcg64Mcg;

/// One thing that reads bytes of strangers.
pub struct Target {
    /// Its name; crashers are named after it.
    pub name: &'static str,
    /// Makes an input.
    pub make: fn(&mut Pcg64Mcg) -> Vec<u8>,
    /// Reads an input; panics if a law is broken.
    pub run: fn(&[u8]) -> Outcome,
}

/// What became of an input, for the statistics.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Pieces that were accepted.
    pub accepted: u64,
    /// Pieces that were refused.
    pub refused: u64,
    /// Documents whose text a reload would have changed: `verify` caught them.
    pub caught: u64,
}

/// All targets.
pub const TARGETS: [Target; 3] = [
    Target {
        name: "updates",
        make: updates::make,
        run: updates::run,
    },
    Target {
        name: "operations",
        make: operations::make,
        run: operations::run,
    },
    Target {
        name: "frames",
        make: frames::make,
        run: frames::run,
    },
];

impl Outcome {
    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            accepted: self.accepted + other.accepted,
            refused: self.refused + other.refused,
            caught: self.caught + other.caught,
        }
    }

    fn of(accepted: bool) -> Self {
        Self {
            accepted: u64::from(accepted),
            refused: u64::from(!accepted),
            caught: 0,
        }
    }
}
