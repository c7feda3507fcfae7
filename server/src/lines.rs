//! Connections: accepted, and served by HTTP/1.1 until they end. Nobody holds one by
//! saying nothing: a request's head has its time, and so has the body (see
//! [`crate::http`]).

use axum::Router;
use axum::extract::ConnectInfo;
use axum::serve::{Listener, ListenerExt};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
#[cfg(target_os = "linux")]
use socket2::SockRef;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Longest wait for the head of a request, the first of a connection and each further
/// one: a little more than proxies keep idle connections for (60 s), or they would send
/// into one that closes.
const HEAD: Duration = Duration::from_secs(75);

/// How much the system keeps of what a reader does not take, in bytes; a last segment may go
/// over it. It would be megabytes, which come before anything newer.
#[cfg(target_os = "linux")]
const UNSENT: u32 = 16 << 10;

/// Accepts and serves until `asked`; ends when every connection has: those that are idle
/// at once, others after the answer that they wait for. What has become a WebSocket is
/// not waited for here.
pub(crate) async fn serve(listener: TcpListener, router: Router, asked: CancellationToken) {
    let mut listener = listener.tap_io(|stream| {
        // What is written is to leave at once.
        let _ = stream.set_nodelay(true);
        // What cannot leave waits here, where it gathers and what is newer takes its place.
        #[cfg(target_os = "linux")]
        let _ = SockRef::from(&*stream).set_tcp_notsent_lowat(UNSENT);
    });
    let router = TowerToHyperService::new(router);
    let open = TaskTracker::new();
    while let Some((stream, peer)) = asked.run_until_cancelled(listener.accept()).await {
        open.spawn(line(stream, peer, router.clone(), asked.clone()));
    }
    drop(listener);
    open.close();
    open.wait().await;
}

/// Serves one connection. How it ends is nobody's concern.
async fn line(
    stream: TcpStream,
    peer: SocketAddr,
    router: TowerToHyperService<Router>,
    asked: CancellationToken,
) {
    let service = service_fn(move |mut request: hyper::Request<hyper::body::Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        router.call(request)
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connection = http.serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection.with_upgrades());
    tokio::select! {
        _ = connection.as_mut() => return,
        () = asked.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}
