//! What one client process is told to do. It answers with
//! [`Findings`](super::figures::Findings) as one line of JSON.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// A client process's task.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Job {
    /// Whom to talk to.
    pub target: Target,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its process.
    pub pid: u32,
    /// Further nodes of the same server: where they listen, and their processes. Clients
    /// are spread over all of them, those of one meeting too.
    pub others: Vec<(SocketAddr, u32)>,
    /// The processes whose children are its database's and its bus's, where those run apart.
    pub apart: Vec<u32>,
    /// Meetings or documents; five clients each.
    pub rooms: usize,
    /// Seconds of a measured step.
    pub seconds: u64,
    /// Changes a second a room, step by step.
    pub steps: Vec<f64>,
    /// The part of the changes that is transcript chunks.
    pub transcript: f64,
    /// HTTP reads a second.
    pub reads: f64,
    /// Whether the first room has a pulse of its own beside everything (see
    /// [`super::pulse`]).
    pub pulse: bool,
    /// A step whose deliveries take longer than this (p95, p99, in milliseconds) is the
    /// last one.
    pub within: Option<(f64, f64)>,
    /// Seconds for memory to settle before it is read: the allocator gives back what
    /// connecting took with the first heartbeats.
    pub quiet: u64,
    /// What all randomness grows from.
    pub seed: u64,
}

impl Job {
    /// The node that a client talks to.
    #[must_use]
    pub fn node_of(&self, client: usize) -> SocketAddr {
        match client % (self.others.len() + 1) {
            0 => self.address,
            at => self.others[at - 1].0,
        }
    }

    /// The processes of all nodes.
    pub fn pids(&self) -> impl Iterator<Item = u32> {
        std::iter::once(self.pid).chain(self.others.iter().map(|(_, pid)| *pid))
    }
}

/// Which protocol to speak.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Target {
    /// Connvo's `/v1/live`.
    Live,
    /// The bare fan-out: payloads of these many bytes for a note's change and for
    /// a transcript chunk.
    Bare {
        /// Bytes of a note's change.
        note: u64,
        /// Bytes of a transcript chunk.
        transcript: u64,
    },
    /// Connvo's stock door.
    Yjs,
    /// The y-websocket server.
    YWebsocket,
    /// Hocuspocus.
    Hocuspocus,
}

impl Target {
    /// Whether SIGUSR2 makes the server collect garbage.
    #[must_use]
    pub const fn collects(self) -> bool {
        matches!(self, Self::YWebsocket | Self::Hocuspocus)
    }

    /// Whether the server is Connvo.
    #[must_use]
    pub const fn is_connvo(self) -> bool {
        matches!(self, Self::Live | Self::Yjs)
    }
}
