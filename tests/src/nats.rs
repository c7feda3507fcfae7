//! Throwaway NATS: one server a test process, which ends with it however it ends (see
//! [`crate::supervised`]). `TEST_NATS_URL` names a server to use instead.

use crate::supervised::{self, Supervised};
use std::process::Command;
use std::sync::OnceLock;

/// What the supervising shell does. `$1` is the port. It says `ready` when the server
/// does, which is asked for no more than that; then it does what it is asked, a word a
/// line: `start`, or `stop` (kill -9).
const SUPERVISE: &str = r#"
PATH=$PATH:/usr/sbin
command -v nats-server >/dev/null || { echo 'install nats-server, or set TEST_NATS_URL'; exit 1; }
trap '' INT TERM HUP
log=$(mktemp /tmp/connvo-nats.XXXXXX) || exit 1
port=$1
start() {
    : >"$log"
    nats-server -a 127.0.0.1 -p "$port" -l "$log" >/dev/null 2>&1 &
    server=$!
    until grep -q 'Server is ready' "$log"; do
        kill -0 "$server" 2>/dev/null || return 1
        sleep 0.05
    done
}
stop() { kill -9 "$server" 2>/dev/null; wait "$server" 2>/dev/null; true; }
finish() { stop; rm -f "$log"; }
trap finish EXIT
start || { tail -n 3 "$log"; exit 1; }
echo ready
while read -r word; do
    case $word in
    start) start ;;
    *) stop ;;
    esac && echo done || echo failed
done
"#;

/// The `nats://` address of the server.
///
/// # Panics
/// There is no NATS to run: the message says what to install.
pub async fn url() -> String {
    if let Ok(url) = std::env::var("TEST_NATS_URL") {
        return url;
    }
    tokio::task::spawn_blocking(|| {
        let port = server().port;
        format!("nats://127.0.0.1:{port}")
    })
    .await
    .expect("the server starts")
}

/// The process whose child the server is, once it was started here.
#[must_use]
pub fn pid() -> Option<u32> {
    SERVER.get().map(Supervised::pid)
}

static SERVER: OnceLock<Supervised> = OnceLock::new();

fn server() -> &'static Supervised {
    SERVER.get_or_init(started)
}

fn started() -> Supervised {
    supervised::start("NATS", |port| {
        let mut shell = Command::new("sh");
        shell.args(["-c", SUPERVISE, "connvo-nats", &port.to_string()]);
        Ok(shell)
    })
}

/// A server of a test's own, which can be stopped and started again.
#[derive(Debug)]
pub struct Server(Supervised);

impl Server {
    /// Starts one; blocks until it is ready.
    ///
    /// # Panics
    /// There is no NATS to run: the message says what to install.
    #[must_use]
    pub fn start() -> Self {
        Self(started())
    }

    /// Its `nats://` address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.0.port)
    }

    /// Kills it (kill -9).
    ///
    /// # Panics
    /// It does not end.
    pub fn stop(&self) {
        self.0.ask("stop");
    }

    /// Starts it again on the same port, and blocks until it is ready.
    ///
    /// # Panics
    /// It does not start.
    pub fn begin(&self) {
        self.0.ask("start");
    }
}
