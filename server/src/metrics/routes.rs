//! `/metrics`.

use crate::actor::RequestInfo;
use crate::app::App;
use crate::http::Failure;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use connvo_core::error::Problem;
use std::net::IpAddr;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The media type of the text (OpenMetrics 1.0).
const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The route of metrics.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(metrics))
}

/// What the server counts of itself, for Prometheus (OpenMetrics text). For callers of its
/// own machine and of private networks; to all others there is nothing here.
#[utoipa::path(get, path = "/metrics", tag = "health",
    responses((status = 200, body = String, content_type = "application/openmetrics-text"),
        (status = 404, description = "Not from there")))]
async fn metrics(
    State(app): State<App>,
    request: RequestInfo,
) -> Result<impl IntoResponse, Failure> {
    if !request.ip.is_some_and(is_near) {
        return Err(Problem::not_found("the page").into());
    }
    Ok(([(CONTENT_TYPE, TEXT)], app.metrics.text(&app)))
}

/// Whether an address is this machine's or of a private network.
fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(address) => address.is_loopback() || address.is_private(),
        IpAddr::V6(address) => address.is_loopback() || address.is_unique_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_near_reads_them() {
        for near in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.0.9",
            "::1",
            "fd00::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(is_near(near.parse().unwrap()), "{near}");
        }
        for far in ["8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8"] {
            assert!(!is_near(far.parse().unwrap()), "{far}");
        }
    }
}
