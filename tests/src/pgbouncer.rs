//! PgBouncer before a PostgreSQL on loopback, with no settings of note but its mode: in transaction
//! mode with few sessions, so that clients come to others' sessions all the time. One of each
//! mode a test process, which ends with it (see [`crate::supervised`]).

use crate::supervised::{self, Supervised};
use reqwest::Url;
use std::sync::OnceLock;

/// What the supervising shell does: `$1` is the pooler's port, `$2` the database's, `$3` the
/// mode, `$4` how many sessions there are.
const SUPERVISE: &str = r#"
PATH=$PATH:/usr/sbin
command -v pgbouncer >/dev/null || { echo 'install pgbouncer'; exit 1; }
trap '' INT TERM HUP
dir=$(mktemp -d /tmp/connvo-pgbouncer.XXXXXX) || exit 1
cat >"$dir/ini" <<END
[databases]
* = host=127.0.0.1 port=$2 user=app
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $1
unix_socket_dir =
auth_type = any
pool_mode = $3
default_pool_size = $4
max_client_conn = 2000
; Of the database of a test that is over.
server_idle_timeout = 2
logfile = $dir/log
END
pgbouncer -q "$dir/ini" >/dev/null 2>&1 &
server=$!
finish() { kill -9 "$server" 2>/dev/null; rm -rf "$dir"; }
trap finish EXIT
until grep -q 'listening on 127' "$dir/log" 2>/dev/null; do
    kill -0 "$server" 2>/dev/null || { tail -n 3 "$dir/log"; exit 1; }
    sleep 0.05
done
echo ready
cat >/dev/null
"#;

/// How long a client has a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// For a transaction.
    Transaction,
    /// For as long as it is connected.
    Session,
}

/// The address of the same database by way of a pooler.
///
/// # Panics
/// There is no PgBouncer to run: the message says what to install. Two clusters are asked for.
pub async fn by(url: &str, mode: Mode) -> String {
    static POOLERS: [OnceLock<(u16, Supervised)>; 2] = [const { OnceLock::new() }; 2];
    let mut url = Url::parse(url).expect("an address");
    let database = url.port().unwrap_or(5432);
    let start = move || POOLERS[mode as usize].get_or_init(|| (database, started(database, mode)));
    let (of, pooler) = tokio::task::spawn_blocking(start).await.expect("it starts");
    assert_eq!(*of, database, "one cluster a process");
    url.set_port(Some(pooler.port)).expect("it has a port");
    url.to_string()
}

fn started(database: u16, mode: Mode) -> Supervised {
    let (mode, sessions) = match mode {
        Mode::Transaction => ("transaction", "4"),
        Mode::Session => ("session", "40"),
    };
    supervised::start("PgBouncer", |port| {
        let mut shell = supervised::unprivileged();
        shell
            .args(["-c", SUPERVISE, "connvo-pgbouncer"])
            .args([port.to_string(), database.to_string()])
            .args([mode, sessions]);
        Ok(shell)
    })
}
