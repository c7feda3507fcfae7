//! `connvo migrate`.

use super::{Outcome, Sources, say};
use crate::db::Db;
use clap::Args;

/// Flags of `connvo migrate`: those of `connvo serve`.
#[derive(Debug, Args)]
pub(super) struct Migrate {
    #[command(flatten)]
    sources: Sources,
}

impl Migrate {
    /// Brings the tables up to date, and ends.
    pub(super) async fn run(self) -> Outcome {
        Db::open(&self.sources.read()?).await?.close().await;
        say(
            &mut std::io::stdout(),
            format_args!("the tables are up to date"),
        )?;
        Ok(())
    }
}
