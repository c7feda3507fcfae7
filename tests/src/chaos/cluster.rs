//! Three nodes over one PostgreSQL and one bus, a load balancer before them, and the faults
//! that it all has to bear.

use super::node::{self, Node};
use super::schedule::{Fault, Planned};
use crate::load::Failure;
use crate::nats;
use crate::postgres::{self, Stop};
use crate::process::ServerProcess;
use crate::proxy::Proxy;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::sync::{Mutex, watch};
use tokio::task::spawn_blocking;
use tokio::time::{Instant, sleep};

/// Nodes.
pub const NODES: usize = 3;
/// What a slow line adds, each way.
const DELAY: Duration = Duration::from_millis(60);
/// How likely a fraying line breaks with a piece.
const FRAY: f64 = 0.02;
/// How long everything may take until it is well again.
const WELL: Duration = Duration::from_secs(60);

/// What hints go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// PostgreSQL itself.
    Postgres,
    /// NATS.
    Nats,
}

/// PostgreSQL and NATS, which outlive a run.
#[derive(Debug)]
pub struct Ground {
    /// The database server.
    pub postgres: Arc<postgres::Cluster>,
    /// The message server.
    pub nats: Arc<nats::Server>,
}

impl Ground {
    /// Starts both.
    ///
    /// # Panics
    /// One of them is not on this machine.
    #[must_use]
    pub fn start() -> Self {
        Self {
            postgres: Arc::new(postgres::Cluster::start()),
            nats: Arc::new(nats::Server::start()),
        }
    }
}

/// The nodes and all that is around them: the first has one committer, the others two and
/// three.
#[derive(Debug)]
pub struct Cluster {
    /// The nodes.
    pub nodes: Vec<Node>,
    /// Where clients connect: any node may take them.
    pub balancer: Proxy,
    /// Whether the slow client reads.
    pub reads: watch::Sender<bool>,
    /// How often the devices of each meeting's two people with our client were lost.
    pub devices: watch::Sender<[u32; 2]>,
    /// What the nodes' clocks are told by.
    _clocks: Option<TempDir>,
    over: Over,
    stopping: Mutex<()>,
    postgres: Arc<postgres::Cluster>,
    nats: Arc<nats::Server>,
}

impl Cluster {
    /// Starts nodes over a fresh database of this name; their clocks are right.
    ///
    /// # Errors
    /// The address of something makes no sense.
    pub async fn start(ground: &Ground, name: &str, over: Over) -> Result<Self, Failure> {
        Self::with(ground, name, over, None).await
    }

    /// As [`Cluster::start`], with clocks that can be set.
    ///
    /// # Errors
    /// As [`Cluster::start`]; there is no library to set clocks with.
    pub async fn timed(ground: &Ground, name: &str, over: Over) -> Result<Self, Failure> {
        Self::with(ground, name, over, Some(TempDir::new()?)).await
    }

    async fn with(
        ground: &Ground,
        name: &str,
        over: Over,
        clocks: Option<TempDir>,
    ) -> Result<Self, Failure> {
        let database = ground.postgres.database(name).await;
        let mut nodes = Vec::new();
        for number in 0..NODES {
            let (line, database_url) = through(&database).await?;
            let (bus, bus_url) = match over {
                Over::Postgres => through(&database).await?,
                Over::Nats => through(&ground.nats.url()).await?,
            };
            let clock = clocks
                .as_ref()
                .map(|folder| folder.path().join(number.to_string()));
            let wrong = clock.as_deref().map(node::wrong_clock).transpose()?;
            let process = spawn_blocking(move || {
                let bus = match over {
                    Over::Postgres => "--bus-database-url",
                    Over::Nats => "--nats-url",
                };
                let committers = (number + 1).to_string();
                let arguments = [
                    "--rate-limits",
                    "off",
                    "--database-url",
                    &database_url,
                    "--database-committers",
                    &committers,
                    bus,
                    &bus_url,
                ];
                let wrong = wrong.iter().flatten();
                let mut environment: Vec<(&str, &str)> = wrong
                    .map(|(name, value)| (name.as_str(), value.as_str()))
                    .collect();
                environment.push(("RUST_LOG", "info"));
                ServerProcess::start_in(&arguments, &environment)
            })
            .await?;
            nodes.push(Node::new(number, process, clock, (bus, line)));
        }
        let balancer = Proxy::among(nodes.iter().map(Node::address).collect()).await;
        Ok(Self {
            nodes,
            balancer,
            reads: watch::Sender::new(true),
            devices: watch::Sender::new([0; 2]),
            _clocks: clocks,
            over,
            stopping: Mutex::new(()),
            postgres: Arc::clone(&ground.postgres),
            nats: Arc::clone(&ground.nats),
        })
    }

    /// Does what is planned, and mends it again. Whether it was seen to have come.
    ///
    /// # Errors
    /// It cannot be done, or not be mended.
    pub async fn suffer(&self, planned: Planned) -> Result<bool, Failure> {
        let lasts = Duration::from_millis(planned.for_ms);
        let node = &self.nodes[planned.node % self.nodes.len()];
        let line = self.line_of(planned.fault, node);
        let before = hits(&line);
        match planned.fault {
            Fault::Kill => node.kill(lasts).await?,
            Fault::RollingRestart => {
                for node in &self.nodes {
                    node.restart().await?;
                }
            }
            Fault::PostgresRestart => self.stop_postgres(Stop::Fast, lasts).await?,
            Fault::PostgresCrash => self.stop_postgres(Stop::Immediate, lasts).await?,
            Fault::BusStop => self.stop_bus(lasts).await?,
            Fault::BusPartition => part(&node.bus, planned).await,
            Fault::DatabasePartition => part(&node.database, planned).await,
            Fault::ClockSkew => node.skew(wrong_by(planned)).await?,
            Fault::ClockJump => return node.jump(wrong_by(planned), lasts).await,
            Fault::DeviceLoss => {
                let whose = usize::from(planned.is_silent);
                self.devices.send_modify(|lost| lost[whose] += 1);
            }
            Fault::SlowClient => {
                self.reads.send_replace(false);
                sleep(lasts).await;
                self.reads.send_replace(true);
            }
            Fault::Delay => {
                let lines = [&node.bus, &node.database, &self.balancer];
                lines.iter().for_each(|line| line.delay(DELAY));
                sleep(lasts).await;
                lines.iter().for_each(|line| line.delay(Duration::ZERO));
            }
            Fault::ClientCuts => {
                if planned.is_silent {
                    self.balancer.cut();
                    self.balancer.restore();
                }
                self.balancer.fray(FRAY);
                sleep(lasts).await;
                self.balancer.fray(0.0);
            }
        }
        Ok(line.is_empty() || hits(&line) > before)
    }

    /// The lines by which it is seen that a fault has come; none where the doing of it is
    /// all there is to see.
    fn line_of<'a>(&'a self, fault: Fault, node: &'a Node) -> Vec<&'a Proxy> {
        match fault {
            Fault::BusStop => self.nodes.iter().map(|node| &node.bus).collect(),
            Fault::BusPartition => vec![&node.bus],
            Fault::DatabasePartition => vec![&node.database],
            Fault::Delay => vec![&node.bus, &node.database, &self.balancer],
            Fault::ClientCuts => vec![&self.balancer],
            _ => Vec::new(),
        }
    }

    async fn stop_postgres(&self, how: Stop, lasts: Duration) -> Result<(), Failure> {
        let _one_at_a_time = self.stopping.lock().await;
        let postgres = Arc::clone(&self.postgres);
        // From beside: clients go on meanwhile.
        spawn_blocking(move || postgres.stop(how)).await?;
        sleep(lasts).await;
        let postgres = Arc::clone(&self.postgres);
        Ok(spawn_blocking(move || postgres.begin()).await?)
    }

    async fn stop_bus(&self, lasts: Duration) -> Result<(), Failure> {
        let _one_at_a_time = self.stopping.lock().await;
        match self.over {
            Over::Nats => {
                let nats = Arc::clone(&self.nats);
                spawn_blocking(move || nats.stop()).await?;
                sleep(lasts).await;
                let nats = Arc::clone(&self.nats);
                spawn_blocking(move || nats.begin()).await?;
            }
            // PostgreSQL stays: no node has a line to listen on.
            Over::Postgres => {
                self.nodes.iter().for_each(|node| node.bus.cut());
                sleep(lasts).await;
                self.nodes.iter().for_each(|node| node.bus.restore());
            }
        }
        Ok(())
    }

    /// Waits until every node is ready and hears the others.
    ///
    /// # Errors
    /// One does not become so.
    pub async fn well(&self) -> Result<(), Failure> {
        let http = reqwest::Client::new();
        let begun = Instant::now();
        for (number, node) in self.nodes.iter().enumerate() {
            let url = format!("http://{}/readyz", node.address());
            loop {
                let answer = http.get(&url).timeout(Duration::from_secs(5)).send().await;
                let said = match answer {
                    Ok(answer) => answer.text().await.unwrap_or_default(),
                    Err(error) => error.to_string(),
                };
                if said == "ready" {
                    break;
                }
                if begun.elapsed() > WELL {
                    return Err(format!("node {number} is not well again: {said}").into());
                }
                sleep(Duration::from_millis(50)).await;
            }
        }
        Ok(())
    }
}

/// By how many seconds a clock is wrong: as much as the server bears between its own and that
/// of who issues tokens.
fn wrong_by(planned: Planned) -> i64 {
    let seconds = 5 + planned.for_ms as i64 % 23;
    if planned.is_silent { -seconds } else { seconds }
}

fn hits(lines: &[&Proxy]) -> u64 {
    lines.iter().map(|line| line.hits()).sum()
}

/// The line is gone for a while: broken, or silent. A silent one is either broken in the
/// end, or everything that was held back arrives late.
async fn part(line: &Proxy, planned: Planned) {
    if planned.is_silent {
        line.silence();
    } else {
        line.cut();
    }
    sleep(Duration::from_millis(planned.for_ms)).await;
    if planned.is_silent && planned.for_ms.is_multiple_of(2) {
        line.cut();
    }
    line.restore();
}

/// The same address, by way of a proxy.
async fn through(url: &str) -> Result<(Proxy, String), Failure> {
    let mut url = reqwest::Url::parse(url)?;
    let port = url.port().ok_or("an address without a port")?;
    let proxy = Proxy::before(SocketAddr::from(([127, 0, 0, 1], port))).await;
    url.set_port(Some(proxy.address().port()))
        .map_err(|()| "no port")?;
    Ok((proxy, url.to_string()))
}
