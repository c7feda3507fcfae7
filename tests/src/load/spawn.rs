//! The run's processes. Each dies with the value that holds it.

use super::Failure;
use super::figures::Findings;
use super::job::{Job, Target};
use super::plan::Plan;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// A server that listens.
#[derive(Debug)]
pub struct Server {
    child: Child,
    address: SocketAddr,
    /// Connvo's data; it goes with the server.
    _data: Option<TempDir>,
}

impl Server {
    /// Starts the server that a target needs; Connvo's on this PostgreSQL, or on SQLite, and
    /// with this NATS, where there is one.
    ///
    /// # Errors
    /// It does not start.
    pub fn start(
        target: Target,
        plan: &Plan,
        database: Option<&str>,
        bus: Option<&str>,
    ) -> Result<Self, Failure> {
        match target {
            Target::Live | Target::Yjs => {
                let data = TempDir::new()?;
                let mut command = Command::new(&plan.server);
                for name in [
                    "CONNVO_CONFIG",
                    "DATABASE_URL",
                    "BUS_DATABASE_URL",
                    "NATS_URL",
                ] {
                    command.env_remove(name);
                }
                command.args(["serve", "--dev", "--listen", "127.0.0.1:0"]);
                command.args(["--rate-limits", "off", "--data-dir"]);
                command.arg(data.path());
                command.envs(database.map(|url| ("DATABASE_URL", url)));
                command.envs(bus.map(|url| ("NATS_URL", url)));
                command.env("RUST_LOG", "warn");
                Self::listening(command, None, Some(data))
            }
            Target::Bare { .. } => {
                let mut command = Command::new(std::env::current_exe()?);
                command.arg("bare");
                Self::listening(command, None, None)
            }
            Target::YWebsocket => Self::peer("y-websocket", plan),
            Target::Hocuspocus => Self::peer("hocuspocus", plan),
        }
    }

    fn peer(name: &str, plan: &Plan) -> Result<Self, Failure> {
        let port = crate::free_port();
        let mut command = Command::new("node");
        command
            .args(["--expose-gc", "server.mjs"])
            .current_dir(plan.peers.join(name))
            .env("PORT", port.to_string())
            .env("HOST", "127.0.0.1")
            .env("NODE_ENV", "production");
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        Self::listening(command, Some(address), None)
    }

    /// Waits for the first line: it is the address, unless that is known.
    fn listening(
        mut command: Command,
        address: Option<SocketAddr>,
        data: Option<TempDir>,
    ) -> Result<Self, Failure> {
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let program = command.get_program().to_string_lossy().into_owned();
        let mut child = child.map_err(|error| format!("{program}: {error}"))?;
        let stdout = child.stdout.take().ok_or("no pipe")?;
        let mut lines = BufReader::new(stdout).lines();
        let mut server = Self {
            child,
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            _data: data,
        };
        let first = lines.next().ok_or_else(|| format!("{program} ended"))??;
        server.address = match address {
            Some(address) => address,
            None => {
                let told = first.split("http://").nth(1).ok_or("no address")?;
                told.trim().parse()?
            }
        };
        // What else it says is of no concern, but must not fill the pipe.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a job in a client process of its own.
///
/// # Errors
/// The process fails, or answers nothing that makes sense.
pub fn client(job: &Job) -> Result<Findings, Failure> {
    let output = Command::new(std::env::current_exe()?)
        .arg("client")
        .arg(serde_json::to_string(job)?)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("the client process ended with {}", output.status).into());
    }
    Ok(serde_json::from_slice(&output.stdout)?)
}
