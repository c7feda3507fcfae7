//! `connvo serve`.

use super::{Outcome, say};
use crate::config::Settings;
use crate::server::Server;
use clap::Args;
use std::path::PathBuf;
use tokio::signal::unix::{SignalKind, signal};

/// Flags of `connvo serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// File of settings (TOML), read after flags and environment
    #[arg(long, env = "CONNVO_CONFIG")]
    config: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT. The first line on stdout is the address.
    pub(super) async fn run(self) -> Outcome {
        let settings = self
            .settings
            .with_environment(|name| std::env::var(name).ok())
            .over_file(self.config.as_deref())?;
        super::log(settings.log_json.unwrap_or(false));
        let config = settings.resolve()?;
        let linger = config.linger;
        let server = Server::bind(config).await?;
        let (leaving, shutdown) = (server.app().leaving.clone(), server.app().shutdown.clone());
        // Before the address is told: who knows it may ask us to go.
        let (mut term, mut int) = (
            signal(SignalKind::terminate())?,
            signal(SignalKind::interrupt())?,
        );
        say(
            &mut std::io::stdout(),
            format_args!("listening on http://{}", server.address()),
        )?;
        tokio::spawn(async move {
            tokio::select! {
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            tracing::info!("asked to go: not ready any more");
            leaving.cancel();
            // Whoever asks a second time does not want to wait.
            tokio::select! {
                () = tokio::time::sleep(linger) => {}
                _ = term.recv() => {}
                _ = int.recv() => {}
            }
            tracing::info!("draining");
            shutdown.cancel();
        });
        server.run().await?;
        Ok(())
    }
}
