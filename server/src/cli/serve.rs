//! `connvo serve`.

use super::{Outcome, Sources, say};
use crate::server::Server;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

/// Flags of `connvo serve`.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    sources: Sources,
}

impl Serve {
    /// Serves until SIGTERM or SIGINT. The first line on stdout is the address.
    pub(super) async fn run(self) -> Outcome {
        let config = self.sources.read()?;
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
