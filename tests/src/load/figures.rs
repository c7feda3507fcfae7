//! Latencies and counts.

use hdrhistogram::Histogram;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// Highest latency told apart, in microseconds; longer ones count as this.
const HIGHEST_US: u64 = 120_000_000;

/// Latencies as they come in.
#[derive(Debug)]
pub struct Latencies(Histogram<u64>);

impl Default for Latencies {
    fn default() -> Self {
        // Three digits up to two minutes: the bounds are constants that fit.
        Self(Histogram::new_with_bounds(1, HIGHEST_US, 3).expect("bounds that fit"))
    }
}

impl Latencies {
    /// Adds one.
    pub fn add(&mut self, latency: Duration) {
        let us = u64::try_from(latency.as_micros()).unwrap_or(HIGHEST_US);
        self.0.saturating_record(us.clamp(1, HIGHEST_US));
    }

    /// Adds all of another's.
    pub fn join(&mut self, other: &Self) {
        // Of the same bounds: nothing can be out of them.
        let _ = self.0.add(&other.0);
    }

    /// The figures so far.
    #[must_use]
    pub fn sum(&self) -> Spread {
        let ms = |quantile| self.0.value_at_quantile(quantile) as f64 / 1e3;
        Spread {
            count: self.0.len(),
            p50_ms: ms(0.50),
            p95_ms: ms(0.95),
            p99_ms: ms(0.99),
            max_ms: self.0.max() as f64 / 1e3,
        }
    }
}

/// How latencies spread.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Spread {
    /// How many were measured.
    pub count: u64,
    /// Median, in milliseconds.
    pub p50_ms: f64,
    /// 95 of 100 are at most this, in milliseconds.
    pub p95_ms: f64,
    /// 99 of 100 are at most this, in milliseconds.
    pub p99_ms: f64,
    /// The longest, in milliseconds.
    pub max_ms: f64,
}

impl Spread {
    /// `p50 / p95 / p99` for a table; a dash when nothing was measured.
    #[must_use]
    pub fn cell(&self) -> String {
        if self.count == 0 {
            return "–".into();
        }
        format!(
            "{} / {} / {}",
            short(self.p50_ms),
            short(self.p95_ms),
            short(self.p99_ms)
        )
    }
}

fn short(ms: f64) -> String {
    if ms < 10.0 {
        format!("{ms:.1}")
    } else {
        format!("{ms:.0}")
    }
}

/// What one step showed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Step {
    /// Changes a second a meeting that were offered.
    pub rate: f64,
    /// Seconds measured.
    pub seconds: f64,
    /// Changes sent in that time.
    pub sent: u64,
    /// Changes delivered in that time: five for each change.
    pub delivered: u64,
    /// Frames that carried them.
    pub frames: u64,
    /// From a change's due time to its author's acknowledgement.
    pub commit: Spread,
    /// From a change's due time to the other clients.
    pub delivery: Spread,
    /// From the first room's own changes to its other clients.
    pub pulse: Spread,
    /// HTTP reads.
    pub reads: Spread,
    /// How late the client process itself sent what was due.
    pub lateness: Spread,
    /// CPU time of the server, in microseconds.
    pub server_us: u64,
    /// CPU time of the load client, in microseconds.
    pub client_us: u64,
    /// CPU time of the database's own processes, in microseconds.
    pub store_us: u64,
    /// Deliveries still missing some seconds after the step.
    pub missing: u64,
}

impl Step {
    /// Server CPU a delivery, in microseconds.
    #[must_use]
    pub fn us_per_delivery(&self) -> f64 {
        self.server_us as f64 / (self.delivered.max(1)) as f64
    }

    /// Server CPU a change, in microseconds.
    #[must_use]
    pub fn us_per_change(&self) -> f64 {
        self.server_us as f64 / (self.sent.max(1)) as f64
    }

    /// Deliveries a second.
    #[must_use]
    pub fn deliveries_per_second(&self) -> f64 {
        self.delivered as f64 / self.seconds.max(1e-9)
    }

    /// Cores that the server used.
    #[must_use]
    pub fn server_cores(&self) -> f64 {
        self.server_us as f64 / 1e6 / self.seconds.max(1e-9)
    }
}

/// What one client process found.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Findings {
    /// Sockets held open.
    pub sockets: usize,
    /// Meetings or documents.
    pub rooms: usize,
    /// The server's memory before the first socket, in bytes.
    pub memory_before: u64,
    /// With every socket open and signed in, nothing followed.
    pub memory_open: u64,
    /// With every socket following, nothing written yet.
    pub memory_following: u64,
    /// After the last step.
    pub memory_after: u64,
    /// Mean bytes of one note delivery, framing of the frame included.
    pub note_bytes: u64,
    /// Mean bytes of one transcript delivery.
    pub transcript_bytes: u64,
    /// What went wrong, each kind once with its count.
    pub complaints: Vec<(String, u64)>,
    /// The steps.
    pub steps: Vec<Step>,
}
