//! `HAProxy` with the configuration of `server/deploy/haproxy.cfg`, before two servers.

use crate::supervised::{self, Supervised};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the supervising shell does: `$1` is the configuration. It says `ready` when that was
/// read, which is before anybody is let in.
const SUPERVISE: &str = r#"
PATH=$PATH:/usr/sbin
command -v haproxy >/dev/null || { echo 'install haproxy'; exit 1; }
trap '' INT TERM HUP
haproxy -c -q -f "$1" || exit 1
haproxy -db -q -f "$1" >/dev/null 2>&1 &
server=$!
finish() { kill -9 "$server" 2>/dev/null; }
trap finish EXIT
echo ready
cat >/dev/null
"#;

/// A proxy that runs until it is dropped.
pub struct Balancer(Supervised);

impl Balancer {
    /// Starts one. It says that it is ready by itself, as long as one of the servers is.
    ///
    /// # Panics
    /// There is no `HAProxy` to run, or it refuses the configuration: the message says so.
    pub async fn before(nodes: [SocketAddr; 2]) -> Self {
        let started = tokio::task::spawn_blocking(move || {
            supervised::start("HAProxy", |port| Ok(shell(port, nodes)))
        });
        Self(started.await.expect("it starts"))
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], self.0.port))
    }
}

/// The folder of what is deployed.
#[must_use]
pub fn deploy() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/deploy")
}

fn shell(port: u16, nodes: [SocketAddr; 2]) -> Command {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", SUPERVISE, "connvo-haproxy"])
        .arg(deploy().join("haproxy.cfg"))
        .env("LISTEN", format!("127.0.0.1:{port}"))
        .env("DNS", "127.0.0.1:53")
        .env("NODE_1", nodes[0].to_string())
        .env("NODE_2", nodes[1].to_string());
    shell
}
