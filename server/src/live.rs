//! The live socket, `/v1/live`: one task a connection, which carries out the
//! effects of [`connvo_core::live::Connection`].
//!
//! Law: nothing piles up for a slow reader but its cursors (see
//! [`crate::socket`]).

mod at_once;
mod call;
mod deliver;
mod look;
mod mail;
mod open;
mod program;
mod rights;
mod sign_in;
mod task;
mod views;
mod wait;

use crate::actor::RequestInfo;
use crate::app::App;
use crate::socket::upgrade::Upgrade;
use axum::extract::State;
use axum::response::Response;
use connvo_core::protocol::SUBPROTOCOL;

/// Opens the live socket: a WebSocket (RFC 6455) of the subprotocol `connvo.v1`. It bears no
/// token: the first frame is `{"type": "hello", "token": …}`, within ten seconds. What is
/// not good is told in a frame `error`, and the socket closes with 1008.
#[utoipa::path(get, path = "/v1/live", tag = "live",
    responses((status = 101, description = "Upgraded: frames follow"),
        (status = 422, description = "No WebSocket is asked for")))]
pub async fn upgrade(State(app): State<App>, request: RequestInfo, upgrade: Upgrade) -> Response {
    upgrade.speaking(SUBPROTOCOL).serve(move |socket| {
        let tracked = app.tasks.clone();
        tracked.track_future(task::serve(app, request, socket))
    })
}
