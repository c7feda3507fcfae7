//! What the server counts of itself, for Prometheus. A label is a method, the template of
//! a route or a status: never an id, a token, an address or text.

pub mod routes;

use crate::app::App;
use crate::db::Db;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use tokio::time::Instant;

/// Bounds of the histogram of times: from 1 ms, each twice the one before, to 16 s.
const BUCKETS: u16 = 15;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    method: String,
    route: String,
}

/// Everything that is counted.
pub struct Metrics {
    registry: Registry,
    requests: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram, fn() -> Histogram>,
    rooms: Gauge,
    connections: Gauge,
    bus: Gauge,
    leads: Gauge,
    lines: Gauge,
    most: Gauge,
    busy: Gauge,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("connvo"),
            requests: Family::default(),
            seconds: Family::new_with_constructor(|| {
                Histogram::new(exponential_buckets(0.001, 2.0, BUCKETS))
            }),
            rooms: Gauge::default(),
            connections: Gauge::default(),
            bus: Gauge::default(),
            leads: Gauge::default(),
            lines: Gauge::default(),
            most: Gauge::default(),
            busy: Gauge::default(),
        };
        let Self {
            registry,
            requests,
            seconds,
            rooms,
            connections,
            bus,
            leads,
            lines,
            most,
            busy,
        } = &mut metrics;
        registry.register("http_requests", "Requests answered", requests.clone());
        registry.register(
            "http_request_seconds",
            "From a request's head to its answer's",
            seconds.clone(),
        );
        registry.register("rooms", "Meetings open in memory", rooms.clone());
        registry.register(
            "live_connections",
            "Open sockets of signed-in people, through either door",
            connections.clone(),
        );
        registry.register(
            "bus_up",
            "Whether this server hears the others: 1, or 0 while it asks the database instead",
            bus.clone(),
        );
        registry.register(
            "leads",
            "Whether the background work is this server's",
            leads.clone(),
        );
        registry.register(
            "database_connections",
            "Connections to PostgreSQL that requests share, open now",
            lines.clone(),
        );
        registry.register(
            "database_connections_max",
            "How many of them there may be",
            most.clone(),
        );
        registry.register(
            "database_busy",
            "Those of the open ones that are at work",
            busy.clone(),
        );
        metrics
    }
}

impl Metrics {
    /// All of it as text.
    fn text(&self, app: &App) -> String {
        let gauge = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
        self.rooms.set(gauge(app.rooms.count()));
        self.connections.set(gauge(app.connections.count()));
        self.bus.set(app.bus.is_up().into());
        self.leads.set(app.nodes.leads().into());
        if let Db::Postgres(pool) = &app.db {
            let open = i64::from(pool.size());
            self.lines.set(open);
            self.most.set(pool.lines().connections.into());
            self.busy.set(open - gauge(pool.num_idle()));
        }
        let mut text = String::new();
        // Writing into memory does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }
}

/// Counts a request of the API and how long its answer took.
pub async fn count(State(app): State<App>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let path = request.extensions().get::<MatchedPath>();
    let route = path.map_or("other", MatchedPath::as_str).to_owned();
    let method = request.method().as_str().to_owned();
    let response = next.run(request).await;
    let status = u32::from(response.status().as_u16());
    let asked = Asked { method, route };
    let taken = begun.elapsed().as_secs_f64();
    app.metrics.seconds.get_or_create(&asked).observe(taken);
    let Asked { method, route } = asked;
    let answered = Answered {
        method,
        route,
        status,
    };
    app.metrics.requests.get_or_create(&answered).inc();
    response
}
