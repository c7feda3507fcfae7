//! One meeting among all the others: what it does is the same whatever they do, so that
//! its latencies tell what the others cost it. Ten note updates a second, and a burst of
//! fifty every five seconds.

use super::board::{Board, Kind, Order};
use super::job::Job;
use super::plan::CLIENTS;
use super::stepper::Crew;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};

const BETWEEN: Duration = Duration::from_millis(100);
/// A burst takes the place of the update that would be due.
const BURST_EVERY: u32 = 50;
const BURST: u32 = 50;

/// Offers the first room's pulse, where the job asks for one.
pub(super) async fn offer(job: &Job, board: &Board, crew: &Crew, begun: Instant, end: Instant) {
    let mut author = 0;
    for beat in 1.. {
        let due = begun + BETWEEN * beat;
        if !job.pulse || due >= end {
            return;
        }
        sleep_until(due).await;
        let changes = if beat % BURST_EVERY == 0 { BURST } else { 1 };
        for _ in 0..changes {
            board.late(due);
            author = (author + 1) % CLIENTS;
            // A client whose socket broke has complained already.
            let _ = crew[author].send(Order::Change(Kind::Note, due));
        }
    }
}
