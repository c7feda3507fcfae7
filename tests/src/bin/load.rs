//! `load`: the load run. `load` alone runs everything; `load client JOB` and
//! `load bare` are the processes that it starts.

use connvo_tests::load::plan::Plan;
use connvo_tests::load::{Failure, bare, run};
use std::process::ExitCode;
use tokio::runtime::Builder;
use tokio::task::LocalSet;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match start() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("load: {error}");
            ExitCode::FAILURE
        }
    }
}

fn start() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments[..] {
        [] => run::run(&Plan::from_environment()?),
        // One thread: the other core is the server's.
        ["client", job] => {
            let runtime = Builder::new_current_thread().enable_all().build()?;
            LocalSet::new().block_on(&runtime, run::work(job))
        }
        ["bare"] => Builder::new_multi_thread()
            .enable_all()
            .build()?
            .block_on(bare::serve()),
        _ => Err("usage: load (see the variables in tests/src/load/plan.rs)".into()),
    }
}
