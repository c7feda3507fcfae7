//! The `connvo` command: its words, and how a run ends.

mod replay;
mod serve;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Meetings with one note and one live transcript.
#[derive(Debug, Parser)]
#[command(name = "connvo", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server
    Serve(Box<serve::Serve>),
    /// Play a recorded meeting and an editing trace into a meeting of their own
    Replay(replay::Replay),
}

/// Runs the command line.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
    {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let outcome = runtime.block_on(async {
        match cli.command {
            Command::Serve(serve) => serve.run().await,
            Command::Replay(replay) => replay.run().await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref()),
    }
}

/// Any failure of a command, to be shown to whoever typed it.
type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

fn fail(error: &dyn std::error::Error) -> ExitCode {
    let _ = say(&mut std::io::stderr(), format_args!("connvo: {error}"));
    ExitCode::FAILURE
}

/// One line, at once.
fn say(to: &mut dyn std::io::Write, line: std::fmt::Arguments<'_>) -> std::io::Result<()> {
    writeln!(to, "{line}")?;
    to.flush()
}
