//! Faults upon real nodes; each form ends with how many checks passed.
//!
//! - `chaos [SECONDS [SEED ...]]`: three nodes and clients at all doors, a run a seed.
//!   `CHAOS_ONLY=Kill,Delay` plays only such faults, `CHAOS_LOGS` is where the logs of
//!   nodes go when something is wrong.
//! - `chaos disk`: one server with SQLite on a disk that is full now and then.
//! - `chaos storm [MEETINGS]`: five clients a meeting at one node, which is killed.

#![expect(clippy::print_stdout, reason = "a command that tells how it goes")]

use connvo_tests::chaos::cluster::Ground;
use connvo_tests::chaos::disk;
use connvo_tests::chaos::run::{self, Outcome, Plan};
use connvo_tests::chaos::schedule::Fault;
use connvo_tests::chaos::storm;
use connvo_tests::load::Failure;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "usage: chaos [SECONDS [SEED ...]] | chaos disk | chaos storm [MEETINGS]";

/// Checks that passed, and that failed.
#[derive(Default)]
struct Score {
    passed: u64,
    failed: u64,
}

impl Score {
    fn count(&mut self, is_good: bool) {
        if is_good {
            self.passed += 1;
        } else {
            self.failed += 1;
        }
    }
}

fn main() -> ExitCode {
    match start() {
        Ok(score) => {
            let Score { passed, failed } = score;
            let verdict = if failed == 0 { "ok" } else { "FAILED" };
            println!("test result: {verdict}. {passed} passed; {failed} failed; 0 ignored");
            if failed == 0 {
                ExitCode::SUCCESS
            } else {
                ExitCode::FAILURE
            }
        }
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<Score, Failure> {
    let mut words = std::env::args().skip(1).peekable();
    let form = words.next_if(|word| word.parse::<u64>().is_err());
    let numbers: Result<Vec<u64>, _> = words.map(|word| word.parse()).collect();
    let numbers = numbers.map_err(|_| USAGE)?;
    let work = async {
        match form.as_deref() {
            None => seeds(&numbers).await,
            Some("storm") => {
                let meetings = numbers.first().copied().unwrap_or(1_000);
                let wrong = storm::run(&Ground::start(), usize::try_from(meetings)?).await?;
                Ok(told(&wrong))
            }
            Some("disk") => {
                let (outcome, refused) = disk::run(&logs()).await?;
                println!("disk: full, the server was refused its room {refused} times");
                let mut score = Score::default();
                score.count(tell(&outcome));
                score.count(refused > 0);
                Ok(score)
            }
            Some(_) => Err(USAGE.into()),
        }
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, work)
}

/// One check, and all that is wrong with it.
fn told(wrong: &[String]) -> Score {
    for what in wrong {
        println!("  {what}");
    }
    let mut score = Score::default();
    score.count(wrong.is_empty());
    score
}

/// What a run came to. Whether it is good.
fn tell(outcome: &Outcome) -> bool {
    let (acknowledged, seen) = (outcome.acknowledged, outcome.seen);
    println!("  {acknowledged} writes acknowledged, {seen} entries seen");
    for violation in outcome.violations.iter().take(20) {
        println!("  {violation}");
    }
    outcome.violations.is_empty()
}

/// Where logs go.
fn logs() -> PathBuf {
    let logs = std::env::var_os("CHAOS_LOGS");
    logs.unwrap_or_else(|| "/tmp/connvo-chaos".into()).into()
}

/// Runs seeds: the numbers after the first, which is for how many seconds.
async fn seeds(numbers: &[u64]) -> Result<Score, Failure> {
    let seconds = numbers.first().copied().unwrap_or(30);
    let seeds = match numbers.get(1..) {
        None | Some([]) => &[1, 2],
        Some(seeds) => seeds,
    };
    let only = std::env::var("CHAOS_ONLY").unwrap_or_default();
    let named = |fault: &Fault| only.split(',').any(|name| name == format!("{fault:?}"));
    let only: Vec<Fault> = Fault::ALL.into_iter().filter(named).collect();
    let plan = Plan {
        seconds,
        logs: logs(),
        only,
    };
    let ground = Ground::start();
    let mut score = Score::default();
    let mut fired: BTreeMap<Fault, u64> = BTreeMap::new();
    for seed in seeds {
        match run::run(&ground, *seed, &plan).await {
            Ok(outcome) => {
                for (fault, times) in &outcome.fired {
                    *fired.entry(*fault).or_default() += times;
                }
                score.count(tell(&outcome));
            }
            Err(error) => {
                println!("  the run broke: {error}");
                score.count(false);
            }
        }
    }
    // A fault that never came shows nothing.
    let is_wanted = |fault: &Fault| plan.only.is_empty() || plan.only.contains(fault);
    for fault in Fault::ALL.into_iter().filter(is_wanted) {
        let times = fired.get(&fault).copied().unwrap_or(0);
        println!("{fault:?} came {times} times");
        score.count(times > 0);
    }
    Ok(score)
}
