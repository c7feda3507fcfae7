//! In development anybody who reaches the server gets a token, so it must not be
//! reached through a foreign name: a page on the web may have its own name point at
//! loopback (DNS rebinding), and would then be of the server's own origin.

use super::Failure;
use crate::app::App;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connvo_core::error::{ErrorCode, Problem};
use std::net::IpAddr;

/// Refuses requests to a host that is not loopback's, in development.
pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    let named = request.headers().get(HOST);
    let named = named.map_or(Some(""), |host| host.to_str().ok());
    let authority = named.filter(|host| !host.is_empty());
    let authority = authority.or_else(|| request.uri().authority().map(Authority::as_str));
    if app.config.dev && !authority.is_some_and(is_loopback) {
        let detail = "in development the server answers to localhost and loopback addresses only";
        let problem = Problem::new(ErrorCode::Forbidden, detail).because("host");
        return Failure(problem).into_response();
    }
    next.run(request).await
}

/// Whether `host` or `host:port` names this machine itself.
fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    let host = authority.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare
            .parse::<IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_this_machine() {
        for own in [
            "localhost",
            "LOCALHOST:8080",
            "127.0.0.1:1",
            "[::1]:8080",
            "[::1]",
        ] {
            assert!(is_loopback(own), "{own}");
        }
        for foreign in [
            "evil.example",
            "localhost.evil.example:8080",
            "127.0.0.1.evil.example",
            "10.0.0.1",
            "",
            "@",
        ] {
            assert!(!is_loopback(foreign), "{foreign}");
        }
    }
}
