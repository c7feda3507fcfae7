//! `chaos [SECONDS [SEED ...]]`: faults upon three nodes and their clients, a run a seed;
//! ends with how many runs passed. `CHAOS_ONLY=Kill,Delay` plays only such faults.

use connvo_tests::chaos::cluster::Ground;
use connvo_tests::chaos::run::{self, Plan};
use connvo_tests::chaos::schedule::Fault;
use connvo_tests::load::Failure;
use std::collections::BTreeMap;
use std::process::ExitCode;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match start() {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("chaos: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Runs all seeds; how many checks failed.
fn start() -> Result<u64, Failure> {
    let mut numbers = Vec::new();
    for word in std::env::args().skip(1) {
        let number: u64 = word
            .parse()
            .map_err(|_| "usage: chaos [SECONDS [SEED ...]]")?;
        numbers.push(number);
    }
    let mut numbers = numbers.into_iter();
    let seconds = numbers.next().unwrap_or(30);
    let mut seeds: Vec<u64> = numbers.collect();
    if seeds.is_empty() {
        seeds = vec![1, 2];
    }
    let only = std::env::var("CHAOS_ONLY").unwrap_or_default();
    let only: Vec<Fault> = Fault::ALL
        .into_iter()
        .filter(|fault| only.split(',').any(|name| name == format!("{fault:?}")))
        .collect();
    let logs = std::env::var_os("CHAOS_LOGS").unwrap_or_else(|| "/tmp/connvo-chaos".into());
    let plan = Plan {
        seconds,
        logs: logs.into(),
        only,
    };
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, all(&seeds, &plan))
}

async fn all(seeds: &[u64], plan: &Plan) -> Result<u64, Failure> {
    let ground = Ground::start();
    let (mut passed, mut failed) = (0, 0);
    let mut fired: BTreeMap<Fault, u64> = BTreeMap::new();
    for seed in seeds {
        match run::run(&ground, *seed, plan).await {
            Ok(outcome) => {
                for (fault, times) in &outcome.fired {
                    *fired.entry(*fault).or_default() += times;
                }
                let (acknowledged, seen) = (outcome.acknowledged, outcome.seen);
                println!("  {acknowledged} writes acknowledged, {seen} entries seen");
                for violation in outcome.violations.iter().take(20) {
                    println!("  {violation}");
                }
                let is_good = outcome.violations.is_empty();
                *(if is_good { &mut passed } else { &mut failed }) += 1;
            }
            Err(error) => {
                println!("  the run broke: {error}");
                failed += 1;
            }
        }
    }
    for fault in Fault::ALL {
        let times = fired.get(&fault).copied().unwrap_or(0);
        println!("{fault:?}: {times} times");
        let is_wanted = plan.only.is_empty() || plan.only.contains(&fault);
        if is_wanted {
            *(if times > 0 { &mut passed } else { &mut failed }) += 1;
        }
    }
    println!("test result: chaos. {passed} passed; {failed} failed; 0 ignored");
    Ok(failed)
}
