//! PgBouncer before a PostgreSQL on loopback, in transaction mode and with few sessions, so
//! that clients come to others' sessions all the time. One a test process, which ends with it
//! (see [`crate::supervised`]).

use crate::supervised::{self, Supervised};
use reqwest::Url;
use std::sync::OnceLock;

/// What the supervising shell does: `$1` is the pooler's port, `$2` the database's.
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
pool_mode = transaction
default_pool_size = 4
max_client_conn = 2000
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

/// The address of the same database by way of the pooler.
///
/// # Panics
/// There is no PgBouncer to run: the message says what to install. Two clusters are asked for.
pub async fn before(url: &str) -> String {
    static POOLER: OnceLock<(u16, Supervised)> = OnceLock::new();
    let mut url = Url::parse(url).expect("an address");
    let database = url.port().unwrap_or(5432);
    let (of, pooler) =
        tokio::task::spawn_blocking(move || POOLER.get_or_init(|| (database, started(database))))
            .await
            .expect("it starts");
    assert_eq!(*of, database, "one cluster a process");
    url.set_port(Some(pooler.port)).expect("it has a port");
    url.to_string()
}

fn started(database: u16) -> Supervised {
    supervised::start("PgBouncer", |port| {
        let mut shell = supervised::unprivileged();
        shell
            .args(["-c", SUPERVISE, "connvo-pgbouncer"])
            .args([port.to_string(), database.to_string()]);
        Ok(shell)
    })
}
