//! What is known of a request beside its body: [`RequestInfo`] as an extractor.

use crate::actor::{RequestInfo, USER_AGENT_BYTES};
use crate::app::App;
use axum::extract::{ConnectInfo, FromRequestParts};
use axum::http::header::USER_AGENT;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName};
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

impl FromRequestParts<App> for RequestInfo {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Infallible> {
        Ok(request_info(parts, app))
    }
}

/// What is known of a request.
pub(crate) fn request_info(parts: &Parts, app: &App) -> RequestInfo {
    let text = |name: &str| Some(parts.headers.get(name)?.to_str().ok()?.to_owned());
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
    let peer = peer.map(|ConnectInfo(address)| address.ip().to_canonical());
    let user_agent = text(USER_AGENT.as_str()).map(|mut agent| {
        // A header's text is ASCII: any cut is between two characters.
        agent.truncate(USER_AGENT_BYTES);
        agent
    });
    RequestInfo {
        request_id: text("x-request-id").unwrap_or_default(),
        ip: peer.map(|peer| client(peer, &parts.headers, &app.config.trusted_proxies)),
        user_agent,
        began_at_ms: app.clock.now_ms(),
    }
}

/// The address that called: the peer, or, when that is a proxy of ours, the last one
/// of `X-Forwarded-For` that is not. What stands before it anybody may have written.
fn client(peer: IpAddr, headers: &HeaderMap, proxies: &[IpAddr]) -> IpAddr {
    if !proxies.contains(&peer) {
        return peer;
    }
    let lines = headers.get_all(FORWARDED_FOR).iter();
    let listed: Vec<&str> = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .collect();
    let mut nearest = peer;
    for address in listed.iter().rev() {
        let Ok(address) = address.trim().parse::<IpAddr>() else {
            break;
        };
        nearest = address.to_canonical();
        if !proxies.contains(&nearest) {
            break;
        }
    }
    nearest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_proxy_of_ours_is_believed_and_only_as_far_as_it_saw() {
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        let proxies = [ip("10.0.0.1"), ip("10.0.0.2")];
        let of = |peer: &str, listed: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(FORWARDED_FOR, listed.parse().unwrap());
            client(ip(peer), &headers, &proxies)
        };
        assert_eq!(of("192.0.2.9", "192.0.2.1"), ip("192.0.2.9"));
        assert_eq!(of("10.0.0.1", "192.0.2.1, 192.0.2.2"), ip("192.0.2.2"));
        assert_eq!(of("10.0.0.1", "192.0.2.3, 10.0.0.2"), ip("192.0.2.3"));
        assert_eq!(of("10.0.0.1", "nonsense"), ip("10.0.0.1"));
        assert_eq!(client(proxies[0], &HeaderMap::new(), &proxies), proxies[0]);
    }
}
