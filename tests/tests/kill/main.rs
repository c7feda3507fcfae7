//! kill -9 of the server at random moments under load: every acknowledged change
//! is there afterwards, exactly once, in a log without gaps.
//!
//! - [`ledger`]: what the clients sent and what was acknowledged.
//! - [`http`]: writers of the op door and of the transcript.
//! - [`lane`]: writers of the live socket.
//! - [`check`]: holds the ledger against what the restarted server serves.
//!
//! `KILLS` (20) and `KILL_SEED` choose how often and where; the seed is printed.

mod check;
mod http;
mod lane;
mod ledger;

use connvo_tests::load::people;
use connvo_tests::process::ServerProcess;
use ledger::{Ledger, World};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::rc::Rc;
use tokio::task::{LocalSet, spawn_blocking, spawn_local};

/// Meetings; five people write in each: two by operations, two by updates, one
/// for the transcript.
const MEETINGS: usize = 3;
/// Sends and acknowledgements between two kills: at random up to this.
const APART: u64 = 300;

#[tokio::test]
async fn what_was_acknowledged_survives_kill_nine_at_random_moments() {
    LocalSet::new().run_until(scenario()).await;
}

async fn scenario() {
    let kills = setting("KILLS").unwrap_or(20);
    let seed = setting("KILL_SEED").unwrap_or_else(|| std::process::id().into());
    eprintln!("KILLS={kills} KILL_SEED={seed}");
    let mut random = Pcg64Mcg::seed_from_u64(seed);

    let mut server = ServerProcess::start(&["--rate-limits", "off"]);
    let address = server.address();
    let places = people::make(address, MEETINGS).await.unwrap();
    let world = World::new(address, places);
    let ledger = Rc::new(Ledger::new(MEETINGS));
    let mut writers = Vec::new();
    for room in 0..MEETINGS {
        for person in 0..2 {
            writers.push(spawn_local(http::operate(
                world.clone(),
                Rc::clone(&ledger),
                room,
                person,
            )));
            writers.push(spawn_local(lane::write(
                world.clone(),
                Rc::clone(&ledger),
                room,
                2 + person,
            )));
        }
        writers.push(spawn_local(http::transcribe(
            world.clone(),
            Rc::clone(&ledger),
            room,
        )));
    }

    for _ in 0..kills {
        ledger.happened(random.random_range(1..=APART)).await;
        // Beside this thread: what is on its way goes on while the process dies.
        server = spawn_blocking(move || server.kill().start()).await.unwrap();
        world.restarted();
    }
    world.stop();
    for writer in writers {
        writer.await.unwrap();
    }
    server = spawn_blocking(move || server.kill().start()).await.unwrap();
    let total = check::everything(&world, &ledger).await;
    eprintln!("{kills} kills; acknowledged and found: {total}");
    assert!(
        total.changes > kills * 10,
        "too little was going on: {total}"
    );
    drop(server);
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}
