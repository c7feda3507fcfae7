//! The `connvo` command: its words, and how a run ends.

mod healthcheck;
mod migrate;
mod replay;
mod serve;

use crate::config::{Config, ConfigError, Settings};
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;
use tracing_subscriber::EnvFilter;

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
    /// Bring the tables up to date, and end
    Migrate(Box<migrate::Migrate>),
    /// Ask the server that runs here whether it is ready
    Healthcheck(Box<healthcheck::Healthcheck>),
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
            Command::Migrate(migrate) => migrate.run().await,
            Command::Healthcheck(healthcheck) => healthcheck.run().await,
            Command::Replay(replay) => replay.run().await,
        }
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => fail(error.as_ref()),
    }
}

/// Where the settings of a command come from.
#[derive(Debug, Args)]
struct Sources {
    /// File of settings (TOML), read after flags and environment
    #[arg(long, env = "CONNVO_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Sources {
    /// Reads them, and logs from now on as they say.
    fn read(self) -> Result<Config, Box<dyn std::error::Error + Send + Sync>> {
        let settings = self
            .settings
            .with_environment(|name| std::env::var(name).ok())
            .over_file(self.config.as_deref())?;
        log(settings.log_json.unwrap_or(false));
        Ok(settings.resolve()?)
    }
}

/// Any failure of a command, to be shown to whoever typed it.
type Outcome = Result<(), Box<dyn std::error::Error + Send + Sync>>;

/// As in sysexits.h: the settings are wrong, and will be when it is started again.
const EX_CONFIG: u8 = 78;

fn fail(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    let _ = say(&mut std::io::stderr(), format_args!("connvo: {error}"));
    match error.downcast_ref() {
        // The file may be there the next time.
        Some(ConfigError::Unreadable { .. }) | None => ExitCode::FAILURE,
        Some(_) => ExitCode::from(EX_CONFIG),
    }
}

/// One line, at once.
fn say(to: &mut dyn std::io::Write, line: std::fmt::Arguments<'_>) -> std::io::Result<()> {
    writeln!(to, "{line}")?;
    to.flush()
}

/// Logs go to stderr; `RUST_LOG` chooses what.
fn log(json: bool) {
    let filter = EnvFilter::try_from_default_env()
        .unwrap_or_else(|_| EnvFilter::new("info,sqlx=warn,tower_http=warn"));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    if json {
        lines.json().init();
    } else {
        lines.init();
    }
}
