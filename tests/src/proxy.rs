//! A TCP proxy inside the test: the line between a client and its server, which can be
//! cut, fall silent, be slow, fray, and be restored. With several servers behind it, it is
//! a load balancer without stickiness.

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::sleep;

/// Bytes passed on at once.
const CHUNK: usize = 16 << 10;

/// A proxy before one server or several. Dropping it cuts the line for good.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
    targets: watch::Sender<Vec<SocketAddr>>,
    hits: Arc<AtomicU64>,
    accepting: JoinHandle<()>,
}

/// How the line is.
#[derive(Debug, Clone, Copy)]
struct Line {
    state: State,
    /// How often it was cut: a connection of before a cut is broken, however short it was.
    cuts: u64,
    /// How long everything takes, each way.
    delay: Duration,
    /// How likely a connection breaks with a piece that it passes on.
    fray: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Up,
    Cut,
    Silent,
}

impl Line {
    const UP: Self = Self {
        state: State::Up,
        cuts: 0,
        delay: Duration::ZERO,
        fray: 0.0,
    };
}

impl Proxy {
    /// Listens on a free loopback port and passes every connection on to `target`.
    ///
    /// # Panics
    /// Loopback cannot be listened on.
    pub async fn before(target: SocketAddr) -> Self {
        Self::among(vec![target]).await
    }

    /// As [`Proxy::before`], each connection to one of these, whichever can be reached.
    ///
    /// # Panics
    /// Loopback cannot be listened on.
    pub async fn among(targets: Vec<SocketAddr>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("a bound listener");
        let (line, lines) = watch::channel(Line::UP);
        let (targets, all) = watch::channel(targets);
        let hits = Arc::<AtomicU64>::default();
        let passing = Passing {
            line: lines,
            hits: Arc::clone(&hits),
        };
        Self {
            address,
            line,
            targets,
            hits,
            accepting: tokio::spawn(accept(listener, all, passing)),
        }
    }

    /// How often the line has done something to what passed: a connection broken or turned
    /// away, a piece delayed or held back.
    #[must_use]
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::SeqCst)
    }

    /// Where clients connect.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Breaks every connection, at once and without a goodbye; new ones are
    /// accepted and broken.
    pub fn cut(&self) {
        self.line.send_modify(|line| {
            line.state = State::Cut;
            line.cuts += 1;
        });
    }

    /// Passes nothing on any more, and breaks nothing: whoever waits for an answer waits.
    pub fn silence(&self) {
        self.line.send_modify(|line| line.state = State::Silent);
    }

    /// Lets everything through again: what was held back while it was silent, and new
    /// connections.
    pub fn restore(&self) {
        self.line.send_modify(|line| line.state = State::Up);
    }

    /// Everything takes so long from now on, each way.
    pub fn delay(&self, delay: Duration) {
        self.line.send_modify(|line| line.delay = delay);
    }

    /// From now on a connection breaks with each piece passed on that likely, in the midst
    /// of the piece.
    pub fn fray(&self, likely: f64) {
        self.line.send_modify(|line| line.fray = likely);
    }

    /// Sends new connections elsewhere: a server that came back on another port.
    pub fn point_at(&self, target: SocketAddr) {
        self.targets.send_replace(vec![target]);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.cut();
        self.accepting.abort();
    }
}

/// What a connection passes by.
#[derive(Debug, Clone)]
struct Passing {
    line: watch::Receiver<Line>,
    hits: Arc<AtomicU64>,
}

impl Passing {
    fn hit(&self) {
        self.hits.fetch_add(1, Ordering::SeqCst);
    }
}

async fn accept(
    listener: TcpListener,
    targets: watch::Receiver<Vec<SocketAddr>>,
    passing: Passing,
) {
    let mut number = 0;
    while let Ok((client, _)) = listener.accept().await {
        number += 1;
        let mut targets = targets.borrow().clone();
        let first = Pcg64Mcg::seed_from_u64(number).random_range(0..targets.len().max(1));
        targets.rotate_left(first);
        tokio::spawn(pass(client, targets, passing.clone(), number));
    }
}

/// Passes bytes both ways until either end closes or the line is cut.
async fn pass(mut client: TcpStream, targets: Vec<SocketAddr>, passing: Passing, number: u64) {
    let mut line = passing.line.clone();
    let born = line.borrow().cuts;
    // Whoever knocks at a silent line is not refused: nobody answers.
    let broken = line.wait_for(|line| line.state != State::Silent).await;
    if broken.map_or(true, |line| line.state == State::Cut) {
        passing.hit();
        return reset(&client);
    }
    let Some(mut server) = reach(&targets).await else {
        passing.hit();
        return reset(&client);
    };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let ended = {
        let (from_client, to_client) = client.split();
        let (from_server, to_server) = server.split();
        let there = pump(from_client, to_server, passing.clone(), number * 2);
        let back = pump(from_server, to_client, passing.clone(), number * 2 + 1);
        tokio::select! {
            // The sender's end counts as a cut: the proxy is gone.
            _ = line.wait_for(|line| line.cuts != born) => false,
            ended = async { tokio::try_join!(there, back) } => ended.is_ok(),
        }
    };
    if !ended {
        passing.hit();
        reset(&client);
        reset(&server);
    }
}

async fn reach(targets: &[SocketAddr]) -> Option<TcpStream> {
    for target in targets {
        if let Ok(server) = TcpStream::connect(target).await {
            return Some(server);
        }
    }
    None
}

/// One way. An error is a break; the end of what comes is passed on.
async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    mut passing: Passing,
    seed: u64,
) -> std::io::Result<()> {
    let mut random = Pcg64Mcg::seed_from_u64(seed);
    let mut piece = vec![0; CHUNK];
    loop {
        let length = from.read(&mut piece).await?;
        let Line {
            delay, fray, state, ..
        } = *passing.line.borrow();
        if !delay.is_zero() || state != State::Up {
            passing.hit();
            sleep(delay).await;
        }
        let up = passing.line.wait_for(|line| line.state == State::Up).await;
        up.map_err(std::io::Error::other)?;
        if length == 0 {
            return to.shutdown().await;
        }
        if fray > 0.0 && random.random_bool(fray) {
            to.write_all(&piece[..random.random_range(0..length)])
                .await?;
            return Err(std::io::ErrorKind::ConnectionReset.into());
        }
        to.write_all(&piece[..length]).await?;
    }
}

/// A close that throws away what is under way, as a line that breaks does.
fn reset(stream: &TcpStream) {
    let _ = stream.set_zero_linger();
}
