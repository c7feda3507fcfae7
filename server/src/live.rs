//! The live socket, `/v1/live`: one task a connection, which carries out the
//! effects of [`connvo_core::live::Connection`].
//!
//! Law: frames go out one after the other, awaited; a reader that takes none for
//! half a minute is closed. Nothing piles up for it meanwhile but its cursors.

mod open;
mod socket;

use crate::app::App;
use axum::extract::State;
use axum::extract::ws::WebSocketUpgrade;
use axum::response::Response;
use connvo_core::protocol::{FRAME_BYTES, SUBPROTOCOL};

/// Socket buffers: an idle connection is to cost little.
const BUFFER_BYTES: usize = 4 << 10;
/// Most bytes on their way to one socket.
const WRITE_BYTES: usize = 2 << 20;

/// Opens the live socket. The token comes with the first frame.
pub async fn upgrade(State(app): State<App>, upgrade: WebSocketUpgrade) -> Response {
    sized(upgrade)
        .protocols([SUBPROTOCOL])
        .on_upgrade(move |socket| {
            let tracked = app.tasks.clone();
            tracked.track_future(socket::serve(app, socket))
        })
}

/// Bounds of every WebSocket of this server.
pub(crate) fn sized(upgrade: WebSocketUpgrade) -> WebSocketUpgrade {
    upgrade
        .read_buffer_size(BUFFER_BYTES)
        .write_buffer_size(BUFFER_BYTES)
        .max_write_buffer_size(WRITE_BYTES)
        .max_message_size(FRAME_BYTES)
        .max_frame_size(FRAME_BYTES)
}
