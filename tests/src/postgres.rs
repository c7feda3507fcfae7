//! Throwaway PostgreSQL: one cluster a test process, one database a test, empty or with the
//! server's tables.
//!
//! No cluster outlives the tests that started it (see [`crate::supervised`]): the shell
//! stops it and removes it.
//!
//! `TEST_POSTGRES_URL` names a server to use instead; databases made there are
//! dropped again.

use crate::supervised::{self, Supervised};
use connvo_server::db::Db;
use sqlx::{Connection, PgConnection};
use std::path::PathBuf;
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// What the supervising shell does. `$1` is the folder of the PostgreSQL programs,
/// `$2` the port, `$3` further options. It prints its own words only: `ready`, or why it
/// could not; then does what it is asked to, a word a line: `start`, or how to stop.
const SUPERVISE: &str = r#"
bin=$1 port=$2 options=$3
dir=$(mktemp -d /tmp/connvo-postgres.XXXXXX) || exit 1
finish() {
    "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1
    rm -rf "$dir"
}
trap finish EXIT
trap '' INT TERM HUP
"$bin/initdb" -D "$dir/data" -U app -A trust -E UTF8 --locale=C.UTF-8 --no-sync \
    >"$dir/log" 2>&1 || { tail -n 5 "$dir/log"; exit 1; }
start() {
    "$bin/pg_ctl" -D "$dir/data" -l "$dir/log" -w -o "-p $port -k $dir \
        -c listen_addresses=127.0.0.1 -c max_connections=300 $options" start
}
start >/dev/null 2>&1 || { tail -n 5 "$dir/log"; exit 1; }
echo ready
while read -r word; do
    case $word in
    start) start >/dev/null 2>&1 ;;
    *) "$bin/pg_ctl" -D "$dir/data" -m "$word" -w stop >/dev/null 2>&1 ;;
    esac && echo done || echo failed
done
"#;

/// Of a cluster for tests: what it holds is worth nothing after a crash.
const FORGETFUL: &str = "-c fsync=off";
/// Of a cluster that is measured: durable, and with memory and log for more than a demo.
const DURABLE: &str = "-c shared_buffers=512MB -c max_wal_size=4GB";

/// An empty database of the test's own.
#[derive(Debug)]
pub struct Database {
    url: String,
    /// Where to drop it again: the address of a server that outlives the tests.
    drop_at: Option<String>,
}

impl Database {
    /// Its `postgres://` address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

/// A fresh empty database.
///
/// # Panics
/// There is no PostgreSQL to run: the message says what to install.
pub async fn database() -> Database {
    fresh(&CLUSTER, FORGETFUL, "").await
}

/// A fresh database with the server's tables: a copy of one that was made so once.
/// In the server that `TEST_POSTGRES_URL` names it is empty, for nothing is left there.
///
/// # Panics
/// As [`database`].
pub async fn prepared() -> Database {
    static TEMPLATE: OnceCell<Database> = OnceCell::const_new();
    if outside().is_some() {
        return database().await;
    }
    let template = TEMPLATE.get_or_init(async || {
        let database = database().await;
        let db = Db::postgres(&database.url).await.expect("tables");
        db.close().await;
        database
    });
    let (_, name) = template.await.url.rsplit_once('/').expect("a name");
    fresh(&CLUSTER, FORGETFUL, &format!("TEMPLATE {name}")).await
}

static CLUSTER: OnceLock<Supervised> = OnceLock::new();

/// A fresh empty database that is as durable as one in production.
///
/// # Panics
/// As [`database`].
pub async fn durable() -> Database {
    static CLUSTER: OnceLock<Supervised> = OnceLock::new();
    fresh(&CLUSTER, DURABLE, "").await
}

/// A cluster of a test's own, which can be stopped and started again.
#[derive(Debug)]
pub struct Cluster(Supervised);

/// How a cluster is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// Connections are ended, and what is done is written down.
    Fast,
    /// As in a crash: it is all read from its log again.
    Immediate,
}

impl Cluster {
    /// Starts one; blocks until it is ready.
    ///
    /// # Panics
    /// There is no PostgreSQL to run: the message says what to install.
    #[must_use]
    pub fn start() -> Self {
        Self(supervised::start("PostgreSQL", |port| {
            shell(port, FORGETFUL)
        }))
    }

    /// A fresh empty database in it: its `postgres://` address.
    ///
    /// # Panics
    /// It cannot be made.
    pub async fn database(&self, name: &str) -> String {
        let server = url(&self.0);
        execute(&server, &format!("CREATE DATABASE {name}"))
            .await
            .expect("a database can be made");
        let (before, _) = server.rsplit_once('/').unwrap_or((&server, ""));
        format!("{before}/{name}")
    }

    /// Stops it, and blocks until it has stopped.
    ///
    /// # Panics
    /// It does not stop.
    pub fn stop(&self, how: Stop) {
        self.0.ask(match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        });
    }

    /// Starts it again on the same port, and blocks until it is ready.
    ///
    /// # Panics
    /// It does not start.
    pub fn begin(&self) {
        self.0.ask("start");
    }
}

/// The server to use in place of one of the test's own.
fn outside() -> Option<String> {
    std::env::var("TEST_POSTGRES_URL").ok()
}

/// A database made as `like` says, which may be no word.
async fn fresh(
    cluster: &'static OnceLock<Supervised>,
    options: &'static str,
    like: &str,
) -> Database {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "connvo_test_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let outside = outside();
    let server = match &outside {
        Some(url) => url.clone(),
        None => tokio::task::spawn_blocking(|| url(started(cluster, options)))
            .await
            .expect("the cluster starts"),
    };
    execute(&server, &format!("CREATE DATABASE {name} {like}"))
        .await
        .expect("a database can be made");
    let mut url = reqwest::Url::parse(&server).expect("TEST_POSTGRES_URL is an address");
    url.set_path(&name);
    Database {
        url: url.to_string(),
        drop_at: outside,
    }
}

fn url(cluster: &Supervised) -> String {
    format!("postgres://app@127.0.0.1:{}/postgres", cluster.port)
}

async fn execute(server: &str, statement: &str) -> Result<(), sqlx::Error> {
    let mut connection = PgConnection::connect(server).await?;
    sqlx::raw_sql(sqlx::AssertSqlSafe(statement))
        .execute(&mut connection)
        .await?;
    connection.close().await
}

impl Drop for Database {
    fn drop(&mut self) {
        let Some(server) = self.drop_at.take() else {
            return;
        };
        let name = self.url.rsplit('/').next().unwrap_or_default();
        let name = name.split('?').next().unwrap_or_default();
        let statement = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
        // A runtime of its own: the test's may be going down at this moment.
        let dropping = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build();
            if let Ok(runtime) = runtime {
                let _ = runtime.block_on(execute(&server, &statement));
            }
        });
        let _ = dropping.join();
    }
}

fn started(cluster: &'static OnceLock<Supervised>, options: &str) -> &'static Supervised {
    cluster.get_or_init(|| supervised::start("PostgreSQL", |port| shell(port, options)))
}

fn shell(port: u16, options: &str) -> Result<Command, String> {
    let programs = programs()?;
    // initdb refuses root.
    let mut command = supervised::unprivileged();
    command
        .args(["-c", SUPERVISE, "connvo-postgres"])
        .arg(programs)
        .arg(port.to_string())
        .arg(options);
    Ok(command)
}

/// The folder of `initdb` and `pg_ctl`, the newest version first.
fn programs() -> Result<PathBuf, String> {
    let mut found: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| {
            let version = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin")))
        })
        .collect();
    found.sort();
    if let Some((_, newest)) = found.pop() {
        return Ok(newest);
    }
    std::env::var_os("PATH")
        .iter()
        .flat_map(std::env::split_paths)
        .find(|folder| folder.join("initdb").is_file())
        .ok_or_else(|| {
            "PostgreSQL's initdb is not here: install postgresql, or set TEST_POSTGRES_URL".into()
        })
}
