//! `replay_all`: the recorded meetings of `tests/data/meetings` played side by side
//! before five watchers each, on SQLite and on PostgreSQL. `REPLAY_SPEED` (20) says how
//! many times faster than people, `REPLAY_CUTS` (10) how often one watcher of each
//! meeting loses the line, `REPLAY_SEED` (1) when; `REPLAY_ONLY` names one database.

use connvo_tests::load::Failure;
use connvo_tests::postgres;
use connvo_tests::process::ServerProcess;
use connvo_tests::replay::{Plan, play, recordings, report};
use std::path::Path;
use std::process::ExitCode;

const MEETINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/meetings");

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("replay_all: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number<T: std::str::FromStr>(name: &str, otherwise: T) -> Result<T, Failure> {
    let Ok(text) = std::env::var(name) else {
        return Ok(otherwise);
    };
    text.parse()
        .map_err(|_| format!("{name}: not a number: {text}").into())
}

/// Plays on both; whether everything came to everybody once and in order.
#[expect(clippy::print_stdout, reason = "a command that prints a table")]
async fn run() -> Result<bool, Failure> {
    let plan = Plan {
        speed: number("REPLAY_SPEED", 20.0)?,
        lines: usize::MAX,
        cuts: number("REPLAY_CUTS", 10)?,
        seed: number("REPLAY_SEED", 1)?,
    };
    let mut whole = true;
    let only = std::env::var("REPLAY_ONLY").ok();
    let wanted = |name: &&str| only.as_ref().is_none_or(|only| only == name);
    for name in ["SQLite", "PostgreSQL"].into_iter().filter(wanted) {
        let database = match name {
            "SQLite" => None,
            _ => Some(postgres::database().await),
        };
        let mut arguments = vec!["--rate-limits", "off"];
        if let Some(database) = &database {
            arguments.extend(["--database-url", database.url()]);
        }
        let server = ServerProcess::start(&arguments);
        println!("{name}, {}×", plan.speed);
        println!("{}", report::heading());
        for row in play(server.address(), recordings(Path::new(MEETINGS))?, plan).await? {
            println!("{row}");
            whole &= row.is_whole();
        }
    }
    let verdict = if whole {
        "every chunk came to every watcher once and in order"
    } else {
        "NOT every chunk came to every watcher once and in order"
    };
    println!("{verdict}");
    Ok(whole)
}
