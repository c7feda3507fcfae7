//! `cargo run --release -p connvo-fuzz -- --seconds 600 [--seed N] [target…]`
#![allow(clippy::print_stdout, clippy::disallowed_methods)]

use clap::Parser;
use connvo_fuzz::targets::Outcome;
use connvo_fuzz::{TARGETS, Target, input};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Cases between two looks at the clock.
const BATCH: u64 = 64;

#[derive(Parser)]
struct Options {
    /// How long each target runs.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Where the cases start; the time if not given.
    #[arg(long)]
    seed: Option<u64>,
    /// Runs one target in this process, and keeps the running case in this file.
    #[arg(long, hide = true)]
    case_file: Option<PathBuf>,
    /// Targets; all if none is named.
    targets: Vec<String>,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let seed = options.seed.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        since.map_or(0, |since| since.as_secs()) << 24
    });
    let mut found = false;
    for target in &TARGETS {
        if !options.targets.is_empty() && !options.targets.iter().any(|name| name == target.name) {
            continue;
        }
        found |= match &options.case_file {
            Some(file) => run(target, seed, options.seconds, file),
            None => watch(target, seed, options.seconds),
        };
    }
    ExitCode::from(u8::from(found))
}

/// Runs a target in a process of its own: an overflowing stack ends it uncaught.
fn watch(target: &Target, seed: u64, seconds: u64) -> bool {
    let file = std::env::temp_dir().join(format!("connvo-fuzz-{}", std::process::id()));
    let program = std::env::current_exe().expect("this program");
    let status = Command::new(program)
        .args([
            "--seconds",
            &seconds.to_string(),
            "--seed",
            &seed.to_string(),
        ])
        .arg("--case-file")
        .arg(&file)
        .arg(target.name)
        .status()
        .expect("starts");
    let case = std::fs::read_to_string(&file).ok();
    let _ = std::fs::remove_file(&file);
    let killed = status.code().is_none();
    if let Some(case) = case.and_then(|case| case.trim().parse().ok())
        && killed
    {
        keep(target, case, &input(target, case), "killed its process");
    }
    !status.success()
}

fn run(target: &Target, seed: u64, seconds: u64, file: &Path) -> bool {
    std::panic::set_hook(Box::new(|_| {}));
    let start = Instant::now();
    let (mut case, mut outcome, mut found) = (seed, Outcome::default(), 0);
    let mut slowest = (Duration::ZERO, 0);
    while start.elapsed() < Duration::from_secs(seconds) {
        for _ in 0..BATCH {
            case += 1;
            let _ = std::fs::write(file, case.to_string());
            let began = Instant::now();
            let bytes = input(target, case);
            match std::panic::catch_unwind(|| (target.run)(&bytes)) {
                Ok(one) => outcome = outcome.and(one),
                Err(panic) => {
                    found += 1;
                    let text = panic.downcast_ref::<String>().cloned();
                    keep(
                        target,
                        case,
                        &bytes,
                        &text.unwrap_or_else(|| "panicked".into()),
                    );
                }
            }
            slowest = slowest.max((began.elapsed(), case));
        }
    }
    println!(
        "{}: {} cases in {} s from seed {seed}: {} accepted, {} refused, {} caught by verify, \
         {found} crashers, slowest {} ms (case {})",
        target.name,
        case - seed,
        seconds,
        outcome.accepted,
        outcome.refused,
        outcome.caught,
        slowest.0.as_millis(),
        slowest.1,
    );
    found > 0
}

fn keep(target: &Target, case: u64, bytes: &[u8], why: &str) {
    let name = format!("{}-{case}.bin", target.name);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("crashers");
    println!("crasher {name}: {}", why.lines().next().unwrap_or_default());
    let written =
        std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(&name), bytes));
    if let Err(error) = written {
        println!("  could not be kept: {error}");
    }
}
