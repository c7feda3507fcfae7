//! `search`: how long searches take over many documents, on SQLite and on PostgreSQL.
//! `SEARCH_DOCUMENTS` (100 000), `SEARCH_ROUNDS` (3), `SEARCH_SEED` (1); `SEARCH_ONLY`
//! names one database.

use connvo_tests::load::Failure;
use connvo_tests::postgres;
use connvo_tests::seek::ask;
use connvo_tests::seek::corpus::Corpus;
use connvo_tests::seek::filled::Filled;
use std::path::Path;
use std::process::ExitCode;
use std::str::FromStr;

const MEETINGS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/data/meetings");

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("search: {error}");
            ExitCode::FAILURE
        }
    }
}

fn number<T: FromStr>(name: &str, otherwise: T) -> Result<T, Failure> {
    let Ok(text) = std::env::var(name) else {
        return Ok(otherwise);
    };
    text.parse()
        .map_err(|_| format!("{name}: not a number: {text}").into())
}

#[expect(clippy::print_stdout, reason = "a command that prints a table")]
async fn run() -> Result<(), Failure> {
    let documents = number("SEARCH_DOCUMENTS", 100_000)?;
    let rounds = number("SEARCH_ROUNDS", 3)?;
    let corpus = Corpus::of(Path::new(MEETINGS), documents, number("SEARCH_SEED", 1)?)?;
    let only = std::env::var("SEARCH_ONLY").ok();
    let wanted = |name: &&str| only.as_ref().is_none_or(|only| only == name);
    for name in ["SQLite", "PostgreSQL"].into_iter().filter(wanted) {
        let database = match name {
            "SQLite" => None,
            _ => Some(postgres::database().await),
        };
        let filled = Filled::with(&corpus, database).await?;
        println!("{name}, {documents} documents, of which somebody may read all or a few (5 %):");
        println!("  {:<26}{:>6}  p50 / p95 / p99 ms, slowest", "", "n");
        for row in ask(&filled, &corpus, rounds).await? {
            let (count, cell) = (row.spread.count, row.spread.cell());
            println!("  {:<26}{count:>6}  {cell}, {}", row.kind, row.slowest);
        }
    }
    Ok(())
}
