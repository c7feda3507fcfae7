//! Which faults, when: a pure function of the seed and of how long the run is.

use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::fmt;

/// What breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Fault {
    /// kill -9 of a node, which is started again.
    Kill,
    /// Every node in turn is asked to go (SIGTERM) and started again.
    RollingRestart,
    /// PostgreSQL is stopped and started again.
    PostgresRestart,
    /// PostgreSQL crashes and recovers.
    PostgresCrash,
    /// The bus is away for everybody.
    BusStop,
    /// One node hears and says nothing over the bus.
    BusPartition,
    /// One node does not reach PostgreSQL.
    DatabasePartition,
    /// One node's clock is wrong from its start on.
    ClockSkew,
    /// One node's clock jumps while it runs, and back again.
    ClockJump,
    /// Somebody reads nothing for a while.
    SlowClient,
    /// Somebody in each meeting loses their device and all that it held, and comes back with
    /// another one.
    DeviceLoss,
    /// Everything takes longer.
    Delay,
    /// Clients' lines break, in the midst of frames.
    ClientCuts,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::Kill,
        Self::RollingRestart,
        Self::PostgresRestart,
        Self::PostgresCrash,
        Self::BusStop,
        Self::BusPartition,
        Self::DatabasePartition,
        Self::ClockSkew,
        Self::ClockJump,
        Self::SlowClient,
        Self::DeviceLoss,
        Self::Delay,
        Self::ClientCuts,
    ];
}

/// One fault of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Planned {
    /// When, in milliseconds since the clients began.
    pub at_ms: u64,
    /// What.
    pub fault: Fault,
    /// Which node, where it is one node's.
    pub node: usize,
    /// How long, in milliseconds.
    pub for_ms: u64,
    /// Whether the line falls silent, where it would else be cut; and whatever else can be
    /// one way or another.
    pub is_silent: bool,
}

impl fmt::Display for Planned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            at_ms,
            fault,
            node,
            for_ms,
            is_silent,
        } = self;
        let how = if *is_silent { ", silently" } else { "" };
        write!(f, "{at_ms} ms: {fault:?} (node {node}, {for_ms} ms{how})")
    }
}

/// The faults of a run of so many milliseconds over so many nodes. Every kind comes once
/// before one comes again; a run of 30 s has all of them.
#[must_use]
pub fn schedule(seed: u64, run_ms: u64, nodes: usize) -> Vec<Planned> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut planned = Vec::new();
    let mut deck: Vec<Fault> = Vec::new();
    let apart = 28_000 / Fault::ALL.len() as u64;
    let mut at_ms = 500;
    while at_ms + apart <= run_ms {
        if deck.is_empty() {
            deck = Fault::ALL.to_vec();
            deck.shuffle(&mut random);
        }
        let Some(fault) = deck.pop() else { break };
        let for_ms = match fault {
            Fault::Kill | Fault::PostgresRestart | Fault::PostgresCrash => 0..1_500,
            // Sometimes longer than a node may serve what it cannot check.
            Fault::DatabasePartition => 500..7_000,
            Fault::BusStop | Fault::BusPartition => 1_000..6_000,
            // Until more waits than the line takes.
            Fault::SlowClient => 5_000..9_000,
            // A clock is looked at once a second.
            Fault::ClockJump => 3_000..7_000,
            Fault::RollingRestart | Fault::ClockSkew | Fault::DeviceLoss => 0..500,
            Fault::Delay | Fault::ClientCuts => 500..3_000,
        };
        planned.push(Planned {
            at_ms: at_ms + random.random_range(0..apart / 2),
            fault,
            node: random.random_range(0..nodes.max(1)),
            for_ms: random.random_range(for_ms),
            is_silent: random.random_bool(0.5),
        });
        at_ms += apart;
    }
    planned
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn a_run_of_thirty_seconds_has_every_kind_and_is_the_same_again() {
        for seed in 0..200 {
            let planned = schedule(seed, 30_000, 3);
            let kinds: BTreeSet<_> = planned.iter().map(|one| one.fault).collect();
            assert_eq!(kinds.len(), Fault::ALL.len(), "seed {seed}");
            assert_eq!(planned, schedule(seed, 30_000, 3));
            assert!(planned.is_sorted_by_key(|one| one.at_ms));
            assert!(planned.iter().all(|one| one.at_ms < 30_000 && one.node < 3));
        }
        assert_ne!(schedule(1, 30_000, 3), schedule(2, 30_000, 3));
    }
}
