//! How busy this process is: how late its timers fire.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tokio::task::AbortHandle;
use tokio::time::{Instant, interval_at};

const BEAT: Duration = Duration::from_millis(50);
/// Lateness that counts as full pressure, in milliseconds.
const FULL_MS: f32 = 20.0;
/// Weight of the newest beat in the running mean.
const NEWEST: f32 = 0.2;

/// A running mean of timer lateness, from 0 (on time) to 1.
pub struct Pressure {
    value: Arc<AtomicU32>,
    task: AbortHandle,
}

impl Pressure {
    /// Starts measuring, on the current runtime.
    #[must_use]
    pub fn start() -> Self {
        let value = Arc::new(AtomicU32::new(0));
        let shared = Arc::clone(&value);
        let task = tokio::spawn(async move {
            let mut beats = interval_at(Instant::now() + BEAT, BEAT);
            beats.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
            let mut mean = 0.0;
            loop {
                let due = beats.tick().await;
                let late = due.elapsed().as_secs_f32() * 1000.0;
                mean += NEWEST * ((late - 1.0).max(0.0) / FULL_MS - mean);
                shared.store(f32::to_bits(mean.min(1.0)), Ordering::Relaxed);
            }
        });
        Self {
            value,
            task: task.abort_handle(),
        }
    }

    /// The mean as it stands.
    #[must_use]
    pub fn now(&self) -> f32 {
        f32::from_bits(self.value.load(Ordering::Relaxed))
    }
}

impl Drop for Pressure {
    fn drop(&mut self) {
        self.task.abort();
    }
}
