//! Nodes over one database, each behind lines that can be cut.

use crate::client::{Api, NOW, Person};
use connvo_server::clock::Clock;
use connvo_server::config::Settings;
use connvo_server::config::database::Pooler;
use connvo_tests::pgbouncer::Mode;
use connvo_tests::proxy::Proxy;
use connvo_tests::{nats, pgbouncer, postgres};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::time::timeout;

/// Far longer than anything takes.
pub const NEVER: Duration = Duration::from_secs(60);

/// What hints go through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    Postgres,
    Nats,
    /// PostgreSQL, and a pooler in transaction mode before everything else of it.
    Pooler,
}

/// One node, with its lines to the bus and to the database.
pub struct Node {
    pub api: Api,
    pub bus: Proxy,
    pub database: Proxy,
}

/// The nodes of one database.
pub struct Cluster {
    pub nodes: Vec<Node>,
    database: postgres::Database,
    over: Over,
    clock: Clock,
}

/// The same address, by way of a proxy.
pub async fn through(url: &str) -> (Proxy, String) {
    let mut url = reqwest::Url::parse(url).unwrap();
    let target = SocketAddr::from(([127, 0, 0, 1], url.port().unwrap()));
    let proxy = Proxy::before(target).await;
    url.set_port(Some(proxy.address().port())).unwrap();
    (proxy, url.to_string())
}

impl Cluster {
    /// So many nodes, which all hear each other.
    pub async fn of(count: usize, over: Over) -> Self {
        Self::with(count, over, |_| {}).await
    }

    /// As [`Cluster::of`], with settings of the test's own.
    pub async fn with(count: usize, over: Over, change: impl Fn(&mut Settings)) -> Self {
        Self::by(Clock::System, count, over, change).await
    }

    /// As [`Cluster::of`], for whom no time passes: what is remembered stays so.
    pub async fn timeless(count: usize, over: Over) -> Self {
        Self::by(Clock::fixed(NOW), count, over, |_| {}).await
    }

    async fn by(clock: Clock, count: usize, over: Over, change: impl Fn(&mut Settings)) -> Self {
        let mut cluster = Self {
            nodes: Vec::new(),
            database: postgres::prepared().await,
            over,
            clock,
        };
        for _ in 0..count {
            cluster.add(&change).await;
        }
        cluster
    }

    /// One more node.
    pub async fn add(&mut self, change: &impl Fn(&mut Settings)) {
        let database_url = match self.over {
            Over::Pooler => pgbouncer::by(self.database.url(), Mode::Transaction).await,
            Over::Postgres | Over::Nats => self.database.url().to_owned(),
        };
        let (database, database_url) = through(&database_url).await;
        let carrier = match self.over {
            Over::Postgres | Over::Pooler => self.database.url().to_owned(),
            Over::Nats => nats::url().await,
        };
        let (bus, bus_url) = through(&carrier).await;
        let api = Api::start_at(self.clock.clone(), |settings| {
            settings.database_url = Some(database_url);
            match self.over {
                Over::Postgres => settings.bus_database_url = Some(bus_url),
                Over::Pooler => {
                    settings.bus_database_url = Some(bus_url);
                    settings.database.pooler = Some(Pooler::Transaction);
                }
                Over::Nats => settings.nats_url = Some(bus_url),
            }
            change(settings);
        })
        .await;
        until("the bus carries", async || api.app.bus.is_up()).await;
        self.nodes.push(Node { api, bus, database });
    }

    pub fn api(&self, at: usize) -> &Api {
        &self.nodes[at].api
    }

    /// The same person at another node.
    pub fn at(&self, node: usize, person: &Person<'_>) -> Person<'_> {
        Person {
            api: self.api(node),
            id: person.id.clone(),
            token: person.token.clone(),
        }
    }

    /// Takes the bus from a node, and waits until it knows.
    pub async fn silence(&self, node: usize) {
        let Node { api, bus, .. } = &self.nodes[node];
        bus.cut();
        until("the bus is away", async || !api.app.bus.is_up()).await;
    }

    /// Gives it back.
    pub async fn restore(&self, node: usize) {
        let Node { api, bus, .. } = &self.nodes[node];
        bus.restore();
        until("the bus carries", async || api.app.bus.is_up()).await;
    }
}

/// Waits until something is so.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let waited = timeout(NEVER, async {
        while !holds().await {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.unwrap_or_else(|_| panic!("never: {what}"));
}
