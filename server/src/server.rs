//! A server: built by [`Server::bind`], run by [`Server::run`].

use crate::app::App;
use crate::auth;
use crate::clock::{Clock, Ids};
use crate::config::Config;
use crate::db::StoreError;
use crate::meeting::overtime;
use crate::{behind, http, lines, nodes, presence, search, sweep};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

/// Longest wait for live connections and requests to end.
const DRAIN: Duration = Duration::from_secs(15);

/// What the kernel keeps on its way to one reader: left to itself it keeps megabytes,
/// and a slow reader's progress would not be seen for minutes.
const SEND_BYTES: u32 = 256 << 10;
/// Connections that may wait to be accepted.
const BACKLOG: u32 = 1_024;

/// Why the server cannot start or go on.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    /// The store cannot be used.
    #[error("the store cannot be used: {0}")]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error("{address}: {source}")]
    Listen {
        /// Which address.
        address: SocketAddr,
        /// Why.
        source: std::io::Error,
    },
    /// The listener broke.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// A server that listens.
pub struct Server {
    app: App,
    listener: TcpListener,
    address: SocketAddr,
}

impl Server {
    /// Opens the store and listens.
    ///
    /// # Errors
    /// The store or the address cannot be used.
    pub async fn bind(config: Config) -> Result<Self, ServerError> {
        let ids = Ids::random(Clock::System);
        Self::bind_with(config, Clock::System, ids).await
    }

    /// As [`Server::bind`], with a clock and ids of the caller's.
    ///
    /// # Errors
    /// As [`Server::bind`].
    pub async fn bind_with(config: Config, clock: Clock, ids: Ids) -> Result<Self, ServerError> {
        let address = config.listen;
        let app = App::open(config, clock, ids).await?;
        let refuse = |source| ServerError::Listen { address, source };
        let listener = listen(address).map_err(refuse)?;
        let address = listener.local_addr()?;
        Ok(Self {
            app,
            listener,
            address,
        })
    }

    /// The address it listens on, with its real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What its handlers share.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Serves until the app's `shutdown` is cancelled; then drains: no new
    /// connections, live ones told to come back elsewhere, requests finished.
    ///
    /// # Errors
    /// None so far: what fails while it runs is tried again.
    pub async fn run(self) -> Result<(), ServerError> {
        let Self { app, listener, .. } = self;
        let asked = app.shutdown.clone();
        tokio::spawn(auth::keep_fresh(app.clone()));
        let router = http::router(app.clone());
        let served = tokio::spawn(lines::serve(listener, router, asked.clone()));
        let behind = tokio::spawn(behind::run(app.clone()));
        let sweep = tokio::spawn(sweep::run(app.clone()));
        let overtime = tokio::spawn(overtime::run(app.clone()));
        let presence = tokio::spawn(presence::run(app.clone()));
        let index = tokio::spawn(search::index::run(app.clone()));
        // While connections end, what is committed is told to the others, and theirs is heard.
        let silent = CancellationToken::new();
        let bus = tokio::spawn(app.bus.clone().run(silent.clone()));
        let nodes = tokio::spawn(nodes::run(app.clone(), silent.clone()));
        let catch_up = tokio::spawn(app.rooms.clone().catch_up(silent.clone()));
        let (told, listeners) = (asked.clone(), app.listeners.clone());
        tokio::spawn(async move {
            told.cancelled().await;
            listeners.stop();
        });
        let abort = served.abort_handle();
        let drained = async {
            // It panics at most: connections are their own tasks.
            let _ = served.await;
            app.tasks.close();
            app.tasks.wait().await;
        };
        let in_time = async {
            asked.cancelled().await;
            tokio::time::sleep(DRAIN).await;
        };
        tokio::select! {
            () = drained => {}
            () = in_time => tracing::warn!("some connections did not end in time"),
        }
        abort.abort();
        // They end when the server is asked to go, which it also is when it broke.
        app.shutdown.cancel();
        let _ = (behind.await, sweep.await, overtime.await);
        let _ = (presence.await, index.await);
        behind::flush(&app).await;
        silent.cancel();
        let _ = (bus.await, nodes.await, catch_up.await);
        if let Err(error) = nodes::store::leave(&app.db, app.bus.node()).await {
            tracing::warn!(%error, "the others wait until this node's lease is over");
        }
        app.db.close().await;
        Ok(())
    }
}

/// Listens; accepted connections have the listener's options.
fn listen(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4()?,
        SocketAddr::V6(_) => TcpSocket::new_v6()?,
    };
    socket.set_reuseaddr(true)?;
    socket.set_send_buffer_size(SEND_BYTES)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}
