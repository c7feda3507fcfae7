//! Fuzzing on stable Rust: honest seeds, mutated with their structure in mind, fed
//! to what reads bytes of strangers.
//!
//! A case is made from one number, so every case can be made again. `targets` are
//! what is tested, `mutate` is the hostile hand. A case that panics (or kills its
//! process) is written to `crashers/` and replayed by `tests/crashers.rs` for ever.

pub mod mutate;
pub mod targets;

pub use targets::{TARGETS, Target};

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;

/// The input of a case.
#[must_use]
pub fn input(target: &Target, case: u64) -> Vec<u8> {
    (target.make)(&mut Pcg64Mcg::seed_from_u64(case))
}
