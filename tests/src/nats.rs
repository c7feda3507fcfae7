//! Throwaway NATS: one server a test process, which ends with it however it ends (see
//! [`crate::postgres`]). `TEST_NATS_URL` names a server to use instead.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::OnceLock;

/// What the supervising shell does. `$1` is the port. It says `ready` when the server
/// does, which is asked for no more than that.
const SUPERVISE: &str = r#"
PATH=$PATH:/usr/sbin
command -v nats-server >/dev/null || { echo 'install nats-server, or set TEST_NATS_URL'; exit 1; }
trap '' INT TERM HUP
log=$(mktemp /tmp/connvo-nats.XXXXXX) || exit 1
nats-server -a 127.0.0.1 -p "$1" -l "$log" >/dev/null 2>&1 &
server=$!
finish() { kill -9 "$server" 2>/dev/null; rm -f "$log"; }
trap finish EXIT
until grep -q 'Server is ready' "$log"; do
    kill -0 "$server" 2>/dev/null || { tail -n 3 "$log"; exit 1; }
    sleep 0.05
done
echo ready
cat >/dev/null
"#;

/// Tries at a free port: another process may take the one just found.
const ATTEMPTS: u32 = 5;

struct Server {
    url: String,
    _supervisor: Child,
    _alive: ChildStdin,
}

/// The `nats://` address of the server.
///
/// # Panics
/// There is no NATS to run: the message says what to install.
pub async fn url() -> String {
    if let Ok(url) = std::env::var("TEST_NATS_URL") {
        return url;
    }
    tokio::task::spawn_blocking(|| server().url.clone())
        .await
        .expect("the server starts")
}

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        let mut why = String::new();
        for _ in 0..ATTEMPTS {
            match start() {
                Ok(server) => return server,
                Err(error) => why = error,
            }
        }
        panic!("no throwaway NATS: {why}");
    })
}

fn start() -> Result<Server, String> {
    let port = crate::free_port();
    let mut supervisor = Command::new("sh")
        .args(["-c", SUPERVISE, "connvo-nats", &port.to_string()])
        .current_dir("/tmp")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .map_err(|error| error.to_string())?;
    let alive = supervisor.stdin.take().ok_or("no pipe")?;
    let said = supervisor.stdout.take().ok_or("no pipe")?;
    let mut lines = Vec::new();
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        if line == "ready" {
            return Ok(Server {
                url: format!("nats://127.0.0.1:{port}"),
                _supervisor: supervisor,
                _alive: alive,
            });
        }
        lines.push(line);
    }
    Err(lines.join("\n"))
}
