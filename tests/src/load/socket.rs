//! WebSockets of the load client, with small buffers.

use super::Failure;
use socket2::SockRef;
use std::net::SocketAddr;
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

/// A client's socket.
pub type Socket = WebSocketStream<TcpStream>;

/// What a narrow line takes before its other end has to wait, in bytes, and most of it in
/// one piece: that bounds what the other end's system takes, too.
const NARROW: (u32, u32) = (4 << 10, 536);

/// Opens a socket at `path` of a server on loopback.
///
/// # Errors
/// The server cannot be reached, or refuses.
pub async fn open(
    address: SocketAddr,
    path: &str,
    subprotocol: Option<&'static str>,
) -> Result<Socket, Failure> {
    let stream = TcpStream::connect(address).await?;
    upgrade(stream, address, path, subprotocol).await
}

/// As [`open`], over a line that takes little: who stops reading is felt soon.
///
/// # Errors
/// As [`open`].
pub async fn open_narrow(
    address: SocketAddr,
    path: &str,
    subprotocol: Option<&'static str>,
) -> Result<Socket, Failure> {
    let line = TcpSocket::new_v4()?;
    line.set_recv_buffer_size(NARROW.0)?;
    SockRef::from(&line).set_tcp_mss(NARROW.1)?;
    upgrade(line.connect(address).await?, address, path, subprotocol).await
}

async fn upgrade(
    stream: TcpStream,
    address: SocketAddr,
    path: &str,
    subprotocol: Option<&'static str>,
) -> Result<Socket, Failure> {
    stream.set_nodelay(true)?;
    let mut request = format!("ws://{address}{path}").into_client_request()?;
    if let Some(subprotocol) = subprotocol {
        request.headers_mut().insert(
            "sec-websocket-protocol",
            HeaderValue::from_static(subprotocol),
        );
    }
    let config = WebSocketConfig::default()
        .read_buffer_size(4 << 10)
        .write_buffer_size(4 << 10)
        .max_write_buffer_size(4 << 20);
    let (socket, _) = client_async_with_config(request, stream, Some(config)).await?;
    Ok(socket)
}
