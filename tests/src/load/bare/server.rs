//! The server's half.

use crate::load::Failure;
use axum::Router;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{any, get};
use bytes::Bytes;
use futures_util::SinkExt;
use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::broadcast::{self, Sender, error::RecvError};

/// Socket buffers, as Connvo's.
const BUFFER_BYTES: usize = 4 << 10;
/// Frames that may wait for a socket.
const WAITING: usize = 256;
/// About what a page of Connvo's weighs.
const PAGE_BYTES: usize = 2 << 10;

type Rooms = Arc<Mutex<HashMap<usize, Sender<Bytes>>>>;

/// Serves on a free loopback port, and says which.
///
/// # Errors
/// Loopback cannot be listened on.
pub async fn serve() -> Result<(), Failure> {
    let router = Router::new()
        .route("/room/{room}", any(upgrade))
        .route("/page", get(async || "x".repeat(PAGE_BYTES)))
        .with_state(Rooms::default());
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let mut out = std::io::stdout();
    writeln!(out, "listening on http://{}", listener.local_addr()?)?;
    out.flush()?;
    Ok(axum::serve(listener, router).await?)
}

async fn upgrade(
    State(rooms): State<Rooms>,
    Path(room): Path<usize>,
    upgrade: WebSocketUpgrade,
) -> Response {
    let sender = rooms
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .entry(room)
        .or_insert_with(|| broadcast::channel(WAITING).0)
        .clone();
    upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .on_upgrade(move |socket| async move {
            // A socket that fails has gone: there is nobody to tell.
            let _ = attend(socket, sender).await;
        })
}

async fn attend(mut socket: WebSocket, room: Sender<Bytes>) -> Result<(), axum::Error> {
    let mut news = room.subscribe();
    loop {
        tokio::select! {
            frame = socket.recv() => match frame {
                Some(Ok(Message::Binary(bytes))) => drop(room.send(bytes)),
                Some(Ok(Message::Text(text))) => socket.send(Message::Text(text)).await?,
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                _ => return Ok(()),
            },
            bytes = news.recv() => match bytes {
                Ok(bytes) => {
                    socket.feed(Message::Binary(bytes)).await?;
                    while let Ok(bytes) = news.try_recv() {
                        socket.feed(Message::Binary(bytes)).await?;
                    }
                    socket.flush().await?;
                }
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
        }
    }
}
