//! What the nodes of one database tell each other: hints, after the commit. No hint is
//! needed for anything to be right: whoever misses some reads the database, and a node
//! whose bus is away looks there each second (see [`crate::nodes`]).
//!
//! A database in a file has one server, which tells nobody ([`Bus::Alone`]). Over
//! PostgreSQL hints go through PostgreSQL itself (`LISTEN` and `NOTIFY`), good for a few
//! nodes, or through NATS, for many.
//!
//! Laws:
//! - Sending never waits and never fails: what cannot be sent is told to the others as
//!   lost as soon as they can be told.
//! - A node takes nothing of its own: every message names its node. It does hear its own:
//!   a bus over which a node has not heard itself for three seconds is away.
//! - Messages of a node are numbered: a gap is told as [`Incoming::Missed`].

mod access;
mod drive;
mod hint;
mod nats;
mod outbox;
mod postgres;
mod topic;

use crate::config::{Config, Secret};
use outbox::Outbox;
use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

pub use access::AccessChange;
pub use hint::{Hint, Kind, State};
pub use topic::Topic;

/// How long what was said last may take to go.
const LAST: Duration = Duration::from_millis(100);
/// Messages that may wait for this node to take them in; beyond it the bus waits.
const INCOMING: usize = 1_024;

/// The way to the other nodes; cheap to clone.
#[derive(Clone)]
pub enum Bus {
    /// There are none.
    Alone,
    /// They hear what is sent.
    Shared(Arc<Shared>),
}

/// What carries the hints.
#[derive(Debug, Clone)]
pub enum Carrier {
    /// `LISTEN` and `NOTIFY` of the PostgreSQL database at this URL. No pooler may stand
    /// between.
    Postgres(Secret),
    /// NATS core at this URL, under a subject of the store's own.
    Nats(Secret, String),
}

impl fmt::Debug for Bus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Bus").field(&self.node()).finish()
    }
}

/// See [`Bus`].
pub struct Shared {
    node: String,
    carrier: Carrier,
    outbox: Outbox,
    is_up: AtomicBool,
    says: mpsc::Sender<Incoming>,
    said: Mutex<Option<mpsc::Receiver<Incoming>>>,
}

/// What came over the bus.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// Another node's hints, in order.
    Hints(String, Vec<Hint>),
    /// Something of somebody's did not come.
    Missed,
}

impl Bus {
    /// The way to the nodes that share a carrier; `node` names this one, and no other.
    #[must_use]
    pub fn shared(carrier: Carrier, node: String) -> Self {
        let (says, said) = mpsc::channel(INCOMING);
        Self::Shared(Arc::new(Shared {
            node,
            carrier,
            outbox: Outbox::default(),
            is_up: AtomicBool::new(false),
            says,
            said: Mutex::new(Some(said)),
        }))
    }

    /// The way that the settings choose to the other nodes of the store with this epoch;
    /// `node` names this one.
    #[must_use]
    pub fn of(config: &Config, store_epoch: &str, node: String) -> Self {
        let Some(database) = &config.database_url else {
            return Self::Alone;
        };
        let carrier = match &config.nats_url {
            Some(url) => Carrier::Nats(Secret::new(url), format!("connvo.{store_epoch}")),
            None => {
                let direct = config.bus_database_url.as_ref().unwrap_or(database);
                Carrier::Postgres(Secret::new(direct))
            }
        };
        Self::shared(carrier, node)
    }

    /// Tells the other nodes.
    pub fn send(&self, hint: impl FnOnce() -> Hint) {
        if let Self::Shared(shared) = self {
            shared.outbox.put(hint());
        }
    }

    /// Whether there may be other nodes.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self, Self::Shared(_))
    }

    /// Whether hints go and come now; true of who is alone.
    #[must_use]
    pub fn is_up(&self) -> bool {
        match self {
            Self::Alone => true,
            Self::Shared(shared) => shared.is_up.load(Ordering::SeqCst),
        }
    }

    /// What this node is called; empty for who is alone.
    #[must_use]
    pub fn node(&self) -> &str {
        match self {
            Self::Alone => "",
            Self::Shared(shared) => &shared.node,
        }
    }

    /// What comes in: for one taker, the first who asks.
    #[must_use]
    pub fn incoming(&self) -> Option<mpsc::Receiver<Incoming>> {
        match self {
            Self::Alone => None,
            Self::Shared(shared) => shared
                .said
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        }
    }

    /// Carries hints until `end` is cancelled, and a moment longer, so that what was said
    /// last goes too; over as many lines as it takes.
    pub async fn run(self, end: CancellationToken) {
        if let Self::Shared(shared) = self {
            let mut driven = std::pin::pin!(drive::run(&shared));
            tokio::select! {
                () = end.cancelled() => {
                    let _ = timeout(LAST, driven).await;
                }
                () = &mut driven => {}
            }
            shared.is_up.store(false, Ordering::SeqCst);
        }
    }
}
