//! What became of each meeting.

use super::watcher::Heard;
use crate::load::figures::{Latencies, Spread};
use std::fmt;

/// One meeting, all its watchers together.
#[derive(Debug, Clone)]
pub struct Row {
    /// The recording's name.
    pub meeting: String,
    /// Final chunks that were said.
    pub chunks: usize,
    /// Interim chunks that were said.
    pub interim: usize,
    /// People who watched.
    pub watchers: usize,
    /// Times that one of them lost the line.
    pub disconnects: usize,
    /// Final chunks that came, each to each watcher once.
    pub delivered: usize,
    /// Final chunks that did not come to a watcher.
    pub missing: usize,
    /// Final chunks that came again.
    pub duplicates: usize,
    /// Final chunks that came out of order, or with another text.
    pub out_of_order: usize,
    /// Interim chunks that came to somebody.
    pub interim_heard: usize,
    /// Interim chunks that were still shown when all was said.
    pub left_over: usize,
    /// From sending to hearing.
    pub latency: Spread,
}

impl Row {
    /// The row of one meeting.
    #[must_use]
    pub fn of(meeting: String, chunks: usize, interim: usize, heard: &[Heard]) -> Self {
        let sum = |count: fn(&Heard) -> usize| heard.iter().map(count).sum();
        let mut latencies = Latencies::default();
        for one in heard {
            latencies.join(&one.latencies);
        }
        Self {
            meeting,
            chunks,
            interim,
            watchers: heard.len(),
            disconnects: sum(|one| one.disconnects),
            delivered: sum(|one| one.delivered),
            missing: sum(|one| one.missing),
            duplicates: sum(|one| one.duplicates),
            out_of_order: sum(|one| one.out_of_order),
            interim_heard: sum(|one| one.interim),
            left_over: sum(|one| one.left_over),
            latency: latencies.sum(),
        }
    }

    /// Whether every final chunk came to every watcher once and in order.
    #[must_use]
    pub const fn is_whole(&self) -> bool {
        self.delivered == self.chunks * self.watchers
            && self.missing + self.duplicates + self.out_of_order + self.left_over == 0
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{:<14}{:>7}{:>9}{:>9}{:>12}{:>10}{:>8}{:>11}{:>13}{:>9.1}{:>9.1}",
            self.meeting,
            self.chunks,
            self.interim,
            self.watchers,
            self.disconnects,
            self.delivered,
            self.missing,
            self.duplicates,
            self.out_of_order,
            self.latency.p50_ms,
            self.latency.p95_ms
        )
    }
}

/// What stands above the rows.
#[must_use]
pub fn heading() -> String {
    format!(
        "{:<14}{:>7}{:>9}{:>9}{:>12}{:>10}{:>8}{:>11}{:>13}{:>9}{:>9}",
        "meeting",
        "chunks",
        "interim",
        "watchers",
        "disconnects",
        "delivered",
        "missing",
        "duplicates",
        "out of order",
        "p50 ms",
        "p95 ms"
    )
}
