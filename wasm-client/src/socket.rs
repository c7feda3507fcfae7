//! One WebSocket of the live protocol. It decides nothing: what comes in goes to
//! the handler, what is told goes out, and a dropped socket is closed and silent.

use connvo_core::protocol::SUBPROTOCOL;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use web_sys::{BinaryType, CloseEvent, MessageEvent, WebSocket};

/// What a socket has to say.
#[derive(Debug)]
pub(crate) enum SocketEvent {
    /// The connection stands.
    Opened,
    /// It is over, or never came about (1006).
    Closed {
        /// RFC 6455 close code.
        code: u16,
    },
    /// A text frame.
    Text(String),
    /// A binary frame.
    Binary(Vec<u8>),
}

/// An open or opening socket.
pub(crate) struct Socket {
    socket: WebSocket,
    _open: Closure<dyn FnMut()>,
    _close: Closure<dyn FnMut(CloseEvent)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
}

impl Socket {
    /// Starts to connect to `url` (`ws:` or `wss:`); events go to `handler`.
    pub(crate) fn connect(
        url: &str,
        handler: impl Fn(SocketEvent) + 'static,
    ) -> Result<Self, JsValue> {
        let socket = WebSocket::new_with_str(url, SUBPROTOCOL)?;
        socket.set_binary_type(BinaryType::Arraybuffer);
        let handler = Rc::new(handler);

        let on = Rc::clone(&handler);
        let open = Closure::<dyn FnMut()>::new(move || on(SocketEvent::Opened));
        let on = Rc::clone(&handler);
        let close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            on(SocketEvent::Closed { code: event.code() });
        });
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let data = event.data();
            if let Some(text) = data.as_string() {
                handler(SocketEvent::Text(text));
            } else if let Ok(buffer) = data.dyn_into::<js_sys::ArrayBuffer>() {
                handler(SocketEvent::Binary(
                    js_sys::Uint8Array::new(&buffer).to_vec(),
                ));
            }
        });
        socket.set_onopen(Some(open.as_ref().unchecked_ref()));
        socket.set_onclose(Some(close.as_ref().unchecked_ref()));
        socket.set_onmessage(Some(message.as_ref().unchecked_ref()));
        Ok(Self {
            socket,
            _open: open,
            _close: close,
            _message: message,
        })
    }

    /// Sends a text frame; `false` when the socket cannot take it.
    pub(crate) fn send_text(&self, text: &str) -> bool {
        self.is_open() && self.socket.send_with_str(text).is_ok()
    }

    /// Sends a binary frame; `false` when the socket cannot take it.
    pub(crate) fn send_binary(&self, bytes: &[u8]) -> bool {
        self.is_open() && self.socket.send_with_u8_array(bytes).is_ok()
    }

    fn is_open(&self) -> bool {
        self.socket.ready_state() == WebSocket::OPEN
    }
}

/// Browsers let a page close with 1000 only. A dead network never answers the
/// closing handshake, so the socket says nothing more from here on.
impl Drop for Socket {
    fn drop(&mut self) {
        self.socket.set_onopen(None);
        self.socket.set_onclose(None);
        self.socket.set_onmessage(None);
        // Closing a closed socket is no error worth a word.
        let _ = self.socket.close_with_code(1000);
    }
}

/// The address of the live socket on the server at `url` (`http:` or `https:`).
pub(crate) fn live_url(url: &str) -> String {
    let base = url.trim_end_matches('/');
    match base.strip_prefix("http") {
        Some(rest) => format!("ws{rest}/v1/live"),
        None => format!("{base}/v1/live"),
    }
}
