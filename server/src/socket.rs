//! A WebSocket as both doors use it: frames go out one after the other, awaited.
//!
//! Laws: a reader is given up when no byte has moved for half a minute, never
//! because what it reads is large. What is large goes out in fragments, so that the
//! write buffer, which keeps its size, stays small.

mod count;
pub mod upgrade;

use bytes::Bytes;
use connvo_core::protocol::FRAME_BYTES;
use count::{Count, Counted};
use futures_util::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use std::pin::pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::protocol::frame::{CloseFrame, Frame};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocketConfig};

pub use tokio_tungstenite::tungstenite::{Error, Message};

/// How long a reader may take nothing.
const STALLED: Duration = Duration::from_secs(30);
/// How long the other side may take to close in turn.
const CLOSING: Duration = Duration::from_secs(1);
/// The write buffer: an idle connection is to cost little.
const BUFFER_BYTES: usize = 4 << 10;
/// What is read at once, and kept while nothing comes: clients say little.
const READ_BYTES: usize = 1 << 10;
/// Longest fragment of a message.
const FRAGMENT_BYTES: usize = BUFFER_BYTES;
/// The write buffer holds a fragment and what was there before it; never so much.
const WRITE_BYTES: usize = 4 * FRAGMENT_BYTES;

/// The connection is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// The line broke.
    Line,
    /// The reader took nothing for too long.
    Stalled,
}

/// One WebSocket of this server's.
#[derive(Debug)]
pub struct Socket<S = TokioIo<Upgraded>> {
    line: WebSocketStream<Counted<S>>,
    written: Count,
    unflushed: bool,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Socket<S> {
    /// A socket over a stream that was upgraded.
    pub async fn over(stream: S) -> Self {
        let config = WebSocketConfig::default()
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(BUFFER_BYTES)
            .max_write_buffer_size(WRITE_BYTES)
            .max_message_size(Some(FRAME_BYTES))
            .max_frame_size(Some(FRAME_BYTES));
        let (stream, written) = Counted::new(stream);
        let line = WebSocketStream::from_raw_socket(stream, Role::Server, Some(config)).await;
        Self {
            line,
            written,
            unflushed: false,
        }
    }

    /// The next message. May be dropped and called again: nothing is lost.
    pub async fn recv(&mut self) -> Option<Result<Message, Error>> {
        self.line.next().await
    }

    /// As [`Socket::recv`], polled.
    pub fn poll_recv(&mut self, task: &mut Context<'_>) -> Poll<Option<Result<Message, Error>>> {
        self.line.poll_next_unpin(task)
    }

    /// Sends a message; [`Socket::flush`] sees it out.
    ///
    /// # Errors
    /// The connection is over.
    pub async fn send(&mut self, message: Message) -> Result<(), Broken> {
        let (data, kind) = match message {
            Message::Text(text) if text.len() > FRAGMENT_BYTES => (Bytes::from(text), Data::Text),
            Message::Binary(data) if data.len() > FRAGMENT_BYTES => (data, Data::Binary),
            small => return self.feed(small).await,
        };
        self.fragments(data, kind).await
    }

    async fn fragments(&mut self, mut rest: Bytes, kind: Data) -> Result<(), Broken> {
        let mut kind = kind;
        while !rest.is_empty() {
            let part = rest.split_to(rest.len().min(FRAGMENT_BYTES));
            let frame = Frame::message(part, OpCode::Data(kind), rest.is_empty());
            self.feed(Message::Frame(frame)).await?;
            kind = Data::Continue;
        }
        Ok(())
    }

    async fn feed(&mut self, message: Message) -> Result<(), Broken> {
        self.unflushed = true;
        let feeding = self.line.feed(message);
        while_moving(&self.written, feeding).await
    }

    /// Whether [`Socket::send_now`] takes a message of so many bytes. What is wrong with
    /// the line is for [`Socket::send`] to tell.
    pub fn takes_now(&mut self, bytes: usize, task: &mut Context<'_>) -> bool {
        bytes <= FRAGMENT_BYTES && matches!(self.line.poll_ready_unpin(task), Poll::Ready(Ok(())))
    }

    /// As [`Socket::send`], at once: after [`Socket::takes_now`].
    ///
    /// # Errors
    /// The connection is over.
    pub fn send_now(&mut self, message: Message) -> Result<(), Broken> {
        self.unflushed = true;
        let sent = self.line.start_send_unpin(message);
        sent.map_err(|_| Broken::Line)
    }

    /// Whether what was sent is out; if not, [`Socket::flush`] has to see it out.
    ///
    /// # Errors
    /// The connection is over.
    pub fn flush_now(&mut self, task: &mut Context<'_>) -> Result<bool, Broken> {
        if !self.unflushed {
            return Ok(true);
        }
        let Poll::Ready(flushed) = self.line.poll_flush_unpin(task) else {
            return Ok(false);
        };
        self.unflushed = false;
        flushed.map(|()| true).map_err(|_| Broken::Line)
    }

    /// Whether something was sent that [`Socket::flush`] has to see out.
    #[must_use]
    pub const fn has_unsent(&self) -> bool {
        self.unflushed
    }

    /// Sees out what was sent.
    ///
    /// # Errors
    /// The connection is over.
    pub async fn flush(&mut self) -> Result<(), Broken> {
        if !std::mem::take(&mut self.unflushed) {
            return Ok(());
        }
        while_moving(&self.written, self.line.flush()).await
    }

    /// Closes with this code, and waits for a moment until the other side does too:
    /// a socket dropped with something unread would take the code back.
    pub async fn close(&mut self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        let closing = async {
            let sent = self.line.send(Message::Close(Some(frame))).await;
            while sent.is_ok() && matches!(self.line.next().await, Some(Ok(_))) {}
        };
        let _ = timeout(CLOSING, closing).await;
    }
}

/// Awaits a write for as long as bytes move.
async fn while_moving(
    written: &Count,
    work: impl Future<Output = Result<(), Error>>,
) -> Result<(), Broken> {
    let mut work = pin!(work);
    loop {
        let before = written.now();
        match timeout(STALLED, &mut work).await {
            Ok(done) => return done.map_err(|_| Broken::Line),
            Err(_) if written.now() == before => return Err(Broken::Stalled),
            Err(_) => {}
        }
    }
}

#[cfg(test)]
mod tests;
