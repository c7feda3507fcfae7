//! A TCP proxy inside the test: the line between a client and its server, which
//! can be cut and restored.

use std::net::SocketAddr;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// A proxy before one server. Dropping it cuts the line for good.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    up: watch::Sender<bool>,
    target: watch::Sender<SocketAddr>,
    accepting: JoinHandle<()>,
}

impl Proxy {
    /// Listens on a free loopback port and passes every connection on to `target`.
    ///
    /// # Panics
    /// Loopback cannot be listened on.
    pub async fn before(target: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let (up, is_up) = watch::channel(true);
        let (target, targets) = watch::channel(target);
        Self {
            address,
            up,
            target,
            accepting: tokio::spawn(accept(listener, targets, is_up)),
        }
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection, at once and without a goodbye; new ones are
    /// accepted and broken.
    pub fn cut(&self) {
        self.up.send_replace(false);
    }

    /// Lets new connections through again.
    pub fn restore(&self) {
        self.up.send_replace(true);
    }

    /// Sends new connections elsewhere: a server that came back on another port.
    pub fn point_at(&self, target: SocketAddr) {
        self.target.send_replace(target);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    targets: watch::Receiver<SocketAddr>,
    up: watch::Receiver<bool>,
) {
    while let Ok((client, _)) = listener.accept().await {
        let target = *targets.borrow();
        tokio::spawn(pass(client, target, up.clone()));
    }
}

/// Passes bytes both ways until either end closes or the line is cut.
async fn pass(mut client: TcpStream, target: SocketAddr, mut up: watch::Receiver<bool>) {
    if !*up.borrow() {
        return reset(&client);
    }
    let Ok(mut server) = TcpStream::connect(target).await else {
        return reset(&client);
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    tokio::select! {
        // The sender's end counts as a cut: the proxy is gone.
        _ = up.wait_for(|up| !up) => {
            reset(&client);
            reset(&server);
        }
        _ = copy_bidirectional(&mut client, &mut server) => {}
    }
}

/// A close that throws away what is under way, as a line that breaks does.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
