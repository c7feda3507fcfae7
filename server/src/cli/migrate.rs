//! `connvo migrate`.

use super::{Outcome, say};
use crate::config::Settings;
use crate::db::Db;
use clap::Args;
use std::path::PathBuf;

/// Flags of `connvo migrate`: those of `connvo serve`.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    /// File of settings (TOML), read after flags and environment
    #[arg(long, env = "CONNVO_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Migrate {
    /// Brings the tables up to date, and ends.
    pub(super) async fn run(self) -> Outcome {
        let settings = self
            .settings
            .with_environment(|name| std::env::var(name).ok())
            .over_file(self.config.as_deref())?;
        super::log(settings.log_json.unwrap_or(false));
        Db::open(&settings.resolve()?).await?.close().await;
        say(
            &mut std::io::stdout(),
            format_args!("the tables are up to date"),
        )?;
        Ok(())
    }
}
