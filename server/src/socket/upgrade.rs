//! The handshake of a WebSocket (RFC 6455). axum's own hands out a socket that
//! cannot send fragments.

use super::Socket;
use crate::http::Failure;
use axum::body::Body;
use axum::extract::FromRequestParts;
use axum::http::header::{
    CONNECTION, SEC_WEBSOCKET_ACCEPT, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_PROTOCOL,
    SEC_WEBSOCKET_VERSION, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use connvo_core::error::{ErrorCode, Problem};
use hyper::upgrade::OnUpgrade;
use hyper_util::rt::TokioIo;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;

/// A request that asks for a WebSocket.
pub struct Upgrade {
    upgrade: OnUpgrade,
    accept: HeaderValue,
    protocol: Option<HeaderValue>,
    offered: HeaderMap,
}

impl<S: Send + Sync> FromRequestParts<S> for Upgrade {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        let asks = has(&parts.headers, &CONNECTION, "upgrade")
            && has(&parts.headers, &UPGRADE, "websocket")
            && has(&parts.headers, &SEC_WEBSOCKET_VERSION, "13");
        let key = parts.headers.get(SEC_WEBSOCKET_KEY).filter(|_| asks);
        let accept = key.map(|key| derive_accept_key(key.as_bytes()));
        let accept = accept.and_then(|accept| HeaderValue::from_str(&accept).ok());
        let upgrade = parts.extensions.remove::<OnUpgrade>();
        let (Some(accept), Some(upgrade)) = (accept, upgrade) else {
            let problem = Problem::new(
                ErrorCode::ValidationError,
                "this address is for WebSockets (RFC 6455, version 13)",
            );
            return Err(problem.into());
        };
        Ok(Self {
            upgrade,
            accept,
            protocol: None,
            offered: parts.headers.clone(),
        })
    }
}

impl Upgrade {
    /// Chooses the subprotocol, if the client offers it.
    #[must_use]
    pub fn speaking(mut self, protocol: &'static str) -> Self {
        if has(&self.offered, &SEC_WEBSOCKET_PROTOCOL, protocol) {
            self.protocol = Some(HeaderValue::from_static(protocol));
        }
        self
    }

    /// Answers the request; the socket is served once the connection is free for it.
    pub fn serve<F: Future<Output = ()> + Send>(
        self,
        serve: impl FnOnce(Socket) -> F + Send + 'static,
    ) -> Response {
        let upgrade = self.upgrade;
        tokio::spawn(async move {
            if let Ok(stream) = upgrade.await {
                let socket = Box::pin(Socket::over(TokioIo::new(stream))).await;
                Box::pin(serve(socket)).await;
            }
        });
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
        let headers = response.headers_mut();
        headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
        headers.insert(UPGRADE, HeaderValue::from_static("websocket"));
        headers.insert(SEC_WEBSOCKET_ACCEPT, self.accept);
        if let Some(protocol) = self.protocol {
            headers.insert(SEC_WEBSOCKET_PROTOCOL, protocol);
        }
        response
    }
}

/// Whether a header lists a word.
fn has(headers: &HeaderMap, name: &HeaderName, word: &str) -> bool {
    headers
        .get_all(name)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|listed| listed.trim().eq_ignore_ascii_case(word))
}
