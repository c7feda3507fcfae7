//! Shared harness of the cross-crate tests: what a test needs around itself.
//!
//! - [`balancer`]: the proxy of `server/deploy`, before two servers.
//! - [`chaos`]: faults upon several nodes, and a book of what everybody saw.
//! - [`load`]: many clients at once, and what they measure.
//! - [`nats`]: a throwaway message server.
//! - [`pgbouncer`]: a pooler before that cluster.
//! - [`plans`]: how PostgreSQL finds the rows of whatever a server sends.
//! - [`postgres`]: an empty database in a throwaway cluster.
//! - [`process`]: the real program, to be killed and started again.
//! - [`proxy`]: a line between client and server that can be cut.
//! - [`replay`]: recorded meetings, played all at once before people who watch.
//! - [`seek`]: how long searches take.
//! - [`signature`]: webhooks as their senders sign them.
//! - [`workos`]: a stand-in for WorkOS, and tokens and webhooks as it signs them.

pub mod balancer;
pub mod chaos;
pub mod load;
pub mod nats;
pub mod pgbouncer;
pub mod plans;
pub mod postgres;
pub mod process;
pub mod proxy;
pub mod replay;
pub mod seek;
pub mod signature;
mod supervised;
pub mod workos;

use std::net::TcpListener;

/// A loopback TCP port that nobody listens on at this moment.
///
/// # Panics
/// Loopback cannot be listened on.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .and_then(|listener| listener.local_addr())
        .expect("a free port")
        .port()
}
