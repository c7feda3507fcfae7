//! What is around a client's session in a browser: token, socket, timer. The session is the
//! one that the package has; the socket goes through the balancer.

use super::world::{Person, World};
use crate::load::Failure;
use crate::load::socket::{self, Socket};
use connvo_core::client::session::{Effect, Session};
use connvo_core::protocol::SUBPROTOCOL;
use futures_util::{SinkExt, StreamExt};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{JoinHandle, spawn_local};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

/// Longest wait for a frame to be taken.
const SEND: Duration = Duration::from_secs(10);
/// The close code of a line that broke (RFC 6455, 7.4.1).
const BROKEN: u16 = 1006;
/// When the run began, by the clients' clock, in milliseconds since the Unix epoch.
const EPOCH_MS: u64 = 1_800_000_000_000;

/// A session and its socket.
#[derive(Debug)]
pub struct Shell {
    /// The session.
    pub session: Session,
    world: Rc<World>,
    person: Person,
    socket: Option<Box<Socket>>,
    opening: Option<JoinHandle<Result<Socket, Failure>>>,
}

/// What woke the shell up.
enum Woken {
    Opened(Box<Result<Socket, Failure>>),
    Heard(Option<Message>),
    Time,
}

impl Shell {
    /// A session of this person's, not connected yet.
    #[must_use]
    pub fn new(world: &Rc<World>, person: Person, seed: u64) -> Self {
        Self {
            session: Session::new(seed),
            world: Rc::clone(world),
            person,
            socket: None,
            opening: None,
        }
    }

    /// The time by this client's clock, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        EPOCH_MS + self.world.now_ms()
    }

    /// Carries out what is the shell's; answers the rest.
    pub async fn carry_out(&mut self) -> Vec<Effect> {
        let mut rest = Vec::new();
        loop {
            let effects = self.session.take_effects();
            if effects.is_empty() {
                return rest;
            }
            for effect in effects {
                match effect {
                    Effect::NeedToken => {
                        let token = Some(self.person.token.clone());
                        self.session.token(token, None, self.now_ms());
                    }
                    Effect::Connect => {
                        let address = self.world.address;
                        self.opening = Some(spawn_local(async move {
                            socket::open(address, "/v1/live", Some(SUBPROTOCOL)).await
                        }));
                    }
                    Effect::SendText(text) => self.send(Message::Text(text.into())).await,
                    Effect::SendBinary(bytes) => self.send(Message::Binary(bytes.into())).await,
                    Effect::Disconnect(_) => self.hang_up(),
                    other => rest.push(other),
                }
            }
        }
    }

    /// Waits until something happens, for `longest` at most, and tells the session.
    pub async fn wait(&mut self, longest: Duration) {
        let due = self.session.next_deadline().unwrap_or(u64::MAX);
        let due = Duration::from_millis(due.saturating_sub(self.now_ms()));
        let opening = self.opening.as_mut();
        let socket = self.socket.as_mut();
        let woken = tokio::select! {
            opened = async { opening?.await.ok() }, if opening.is_some() => {
                Woken::Opened(Box::new(opened.unwrap_or_else(|| Err("given up".into()))))
            }
            heard = async { socket?.next().await }, if socket.is_some() => {
                Woken::Heard(heard.and_then(Result::ok))
            }
            () = sleep(due.min(longest)) => Woken::Time,
        };
        let now = self.now_ms();
        match woken {
            Woken::Opened(opened) => {
                self.opening = None;
                match *opened {
                    Ok(socket) => {
                        self.socket = Some(Box::new(socket));
                        self.session.opened(now);
                    }
                    Err(_) => self.session.closed(BROKEN, now),
                }
            }
            Woken::Heard(Some(Message::Text(text))) => self.session.receive_text(&text, now),
            Woken::Heard(Some(Message::Binary(bytes))) => self.session.receive_binary(&bytes, now),
            Woken::Heard(Some(Message::Close(frame))) => {
                self.hang_up();
                let code = frame.map_or(BROKEN, |frame| frame.code.into());
                self.session.closed(code, now);
            }
            Woken::Heard(Some(_)) => {}
            Woken::Heard(None) => {
                self.hang_up();
                self.session.closed(BROKEN, now);
            }
            Woken::Time => {}
        }
        self.session.tick(now);
    }

    async fn send(&mut self, message: Message) {
        let Some(socket) = &mut self.socket else {
            return;
        };
        let sent = timeout(SEND, socket.send(message)).await;
        if !matches!(sent, Ok(Ok(()))) {
            self.hang_up();
            self.session.closed(BROKEN, self.now_ms());
        }
    }

    fn hang_up(&mut self) {
        self.socket = None;
        if let Some(opening) = self.opening.take() {
            opening.abort();
        }
    }
}
