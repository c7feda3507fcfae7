//! In development anybody who reaches the server gets a token, so it must not be
//! reached through a foreign name: a page on the web may have its own name point at
//! loopback (DNS rebinding), and would then be of the server's own origin.

use super::Failure;
use crate::app::App;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use connvo_core::error::{ErrorCode, Problem};
use std::net::IpAddr;

/// Refuses requests to a host that is not loopback's, in development, and those that a
/// proxy passes on for somebody elsewhere (`next dev` is one, for this machine itself).
pub(super) async fn check(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.config.dev {
        let named = request.headers().get(HOST);
        let named = named.map_or(Some(""), |host| host.to_str().ok());
        let authority = named.filter(|host| !host.is_empty());
        let authority = authority.or_else(|| request.uri().authority().map(Authority::as_str));
        if !authority.is_some_and(is_loopback) {
            let detail =
                "in development the server answers to localhost and loopback addresses only";
            return refused(detail, "host");
        }
        if !is_forwarded_from_here(request.headers()) {
            let detail = "in development the server answers nobody elsewhere, nor through a proxy: \
                sign-in lets in whoever asks. Set up WorkOS to put it behind one";
            return refused(detail, "proxy");
        }
    }
    next.run(request).await
}

fn refused(detail: &str, reason: &str) -> Response {
    let problem = Problem::new(ErrorCode::Forbidden, detail).because(reason);
    Failure(problem).into_response()
}

/// Whether every caller and host that proxies have noted is of this machine itself.
fn is_forwarded_from_here(headers: &HeaderMap) -> bool {
    let listed = |name: &str| {
        let lines = headers.get_all(name).iter();
        // What is no text names nobody here.
        let parts = lines.flat_map(|line| line.to_str().unwrap_or("?").split(','));
        parts.map(|part| part.trim().to_owned()).collect::<Vec<_>>()
    };
    let here = |node: &str| {
        // An IPv6 address stands here with brackets and without.
        is_loopback(node) || node.parse::<IpAddr>().is_ok_and(is_this_machine)
    };
    let noted = ["x-forwarded-for", "x-forwarded-host"].map(listed).concat();
    // RFC 7239: `for=…;host=…;by=…;proto=…`.
    let elements = listed("forwarded");
    let pairs = elements.iter().flat_map(|element| element.split(';'));
    let mut forwarded = pairs.filter_map(|pair| {
        let (name, node) = pair.trim().split_once('=').unwrap_or(("for", pair));
        let names = ["for", "host", "by"];
        let named = names.into_iter().any(|it| it.eq_ignore_ascii_case(name));
        named.then(|| node.trim_matches('"'))
    });
    noted.iter().all(|node| here(node)) && forwarded.all(here)
}

fn is_this_machine(address: IpAddr) -> bool {
    address.to_canonical().is_loopback()
}

/// Whether `host` or `host:port` names this machine itself.
fn is_loopback(authority: &str) -> bool {
    let Ok(authority) = authority.parse::<Authority>() else {
        return false;
    };
    let host = authority.host();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(is_this_machine)
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

    #[test]
    fn a_proxy_passes_on_what_comes_from_this_machine_and_nothing_else() {
        for (name, value, good) in [
            ("x-forwarded-for", "::1", true),
            ("x-forwarded-for", "127.0.0.1, ::ffff:127.0.0.1", true),
            ("x-forwarded-for", "192.0.2.1, 127.0.0.1", false),
            ("x-forwarded-for", "unknown", false),
            ("x-forwarded-for", "", false),
            ("x-forwarded-host", "localhost:3000", true),
            ("x-forwarded-host", "app.example.org", false),
            (
                "forwarded",
                "for=127.0.0.1;host=\"localhost:3000\";proto=http",
                true,
            ),
            ("forwarded", "for=\"[::1]:4711\"", true),
            ("forwarded", "for=127.0.0.1, For=192.0.2.1", false),
            ("forwarded", "proto=http;host=app.example.org", false),
            ("forwarded", "for=_hidden", false),
            ("x-forwarded-proto", "https", true),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(name, value.parse().unwrap());
            assert_eq!(is_forwarded_from_here(&headers), good, "{name}: {value}");
        }
    }
}
