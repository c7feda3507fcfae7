//! One connection: connect, authenticate, resume every subscription, resend what
//! was not answered, beat, back off, start again.
//!
//! Inputs are methods that take the time (milliseconds of one clock); outputs are
//! [`Effect`]s, taken with [`Session::take_effects`]. Call [`Session::tick`] at
//! [`Session::next_deadline`].

mod calls;
mod effect;
mod frames;
mod journals;
mod notes;
mod token;

use super::backoff::Backoff;
use super::note::NoteClient;
use super::table::Table;
use crate::json::text;
use crate::protocol::encode;
use crate::protocol::frame::Limits;
use crate::protocol::{DEAD_MS, HEARTBEAT_MS, close};
use calls::Calls;
pub use calls::{CallOp, KeptCall};
pub use effect::{ConnectionState, Effect, Event, Status};
use journals::JournalClient;
use std::collections::VecDeque;

/// Silence after a heartbeat that makes the connection `degraded`, in milliseconds.
const DEGRADED_MS: u64 = 5_000;
/// How long an attempt to connect may take, in milliseconds.
const CONNECT_MS: u64 = 15_000;
/// How long the application may take to answer with a token, in milliseconds.
const TOKEN_MS: u64 = 30_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Link {
    /// Not wanted.
    Idle,
    /// Wanted, but the device has no network.
    NoNetwork,
    /// Waiting for a token, until.
    Token(u64),
    /// Waiting for the socket to open, since.
    Socket(u64),
    /// Waiting for the welcome, since.
    Hello(u64),
    /// Up.
    Live,
    /// Waiting for the next attempt, until.
    Backoff(u64),
}

/// One client's session with the server.
#[derive(Debug)]
pub struct Session {
    link: Link,
    online: bool,
    backoff: Backoff,
    token: Option<String>,
    /// When the token expires, by the server's clock.
    expires_at: Option<u64>,
    /// When the application last answered with a token, or without.
    answered_at: u64,
    renewing: bool,
    heard_ms: u64,
    ping_at: u64,
    state: ConnectionState,
    limits: Limits,
    next_sub: u32,
    journals: Table<u32, JournalClient>,
    notes: Table<u32, NoteClient>,
    calls: Calls,
    effects: VecDeque<Effect>,
}

impl Session {
    /// A session that is not connected yet. `seed` comes from the shell's source of
    /// randomness.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self {
            link: Link::Idle,
            online: true,
            backoff: Backoff::new(seed),
            token: None,
            expires_at: None,
            answered_at: 0,
            renewing: false,
            heard_ms: 0,
            ping_at: 0,
            state: ConnectionState {
                status: Status::Offline,
                user_id: None,
                clock_offset_ms: 0,
                retry_at: None,
                problem: None,
            },
            limits: Limits::default(),
            next_sub: 1,
            journals: Table::default(),
            notes: Table::default(),
            calls: Calls::default(),
            effects: VecDeque::new(),
        }
    }

    /// The connection as it stands.
    #[must_use]
    pub const fn state(&self) -> &ConnectionState {
        &self.state
    }

    /// What the shell is to do, in order.
    pub fn take_effects(&mut self) -> VecDeque<Effect> {
        std::mem::take(&mut self.effects)
    }

    /// The application wants a connection.
    pub fn connect(&mut self, now_ms: u64) {
        if self.link == Link::Idle {
            self.attempt(now_ms);
        }
    }

    /// The application wants no connection any longer.
    pub fn disconnect(&mut self) {
        self.drop_socket(close::NORMAL);
        self.link = Link::Idle;
        self.show(Status::Offline, None);
    }

    /// The device gained or lost its network. A lost network closes the socket at
    /// once: it would stay silent, not close.
    pub fn set_online(&mut self, online: bool, now_ms: u64) {
        if self.online == online {
            return;
        }
        self.online = online;
        match (online, self.link) {
            (_, Link::Idle) => {}
            (false, _) => {
                self.drop_socket(close::NORMAL);
                self.link = Link::NoNetwork;
                self.show(Status::Offline, None);
            }
            (true, _) => {
                self.backoff.reset();
                self.attempt(now_ms);
            }
        }
    }

    /// The socket is open.
    pub fn opened(&mut self, now_ms: u64) {
        if let (Link::Socket(_), Some(token)) = (self.link, self.token.clone()) {
            self.link = Link::Hello(now_ms);
            self.heard_ms = now_ms;
            let client = concat!("connvo/", env!("CARGO_PKG_VERSION"));
            self.send(&encode::hello(&token, client));
        }
    }

    /// The socket is closed, or could not be opened.
    pub fn closed(&mut self, code: u16, now_ms: u64) {
        if matches!(
            self.link,
            Link::Idle | Link::NoNetwork | Link::Token(_) | Link::Backoff(_)
        ) {
            return;
        }
        if code == close::POLICY {
            self.token = None;
        }
        self.lost();
        self.retry(now_ms);
    }

    /// Time has passed.
    pub fn tick(&mut self, now_ms: u64) {
        match self.link {
            Link::Backoff(until) if now_ms >= until => self.attempt(now_ms),
            // The application's promise does not settle: what comes late is not used.
            Link::Token(until) if now_ms >= until => self.retry(now_ms),
            Link::Socket(since) | Link::Hello(since) if now_ms >= since + CONNECT_MS => {
                self.dead(now_ms);
            }
            Link::Live => self.beat(now_ms),
            _ => {}
        }
        self.tick_views(now_ms);
        self.tick_calls(now_ms);
        self.tick_notes(now_ms);
    }

    fn beat(&mut self, now_ms: u64) {
        if now_ms >= self.heard_ms + DEAD_MS {
            self.dead(now_ms);
            return;
        }
        if now_ms >= self.ping_at {
            self.ping_at = now_ms + HEARTBEAT_MS - self.backoff.below(HEARTBEAT_MS / 4);
            self.send(&encode::ping());
        }
        if now_ms >= self.heard_ms + HEARTBEAT_MS + DEGRADED_MS {
            self.show(Status::Degraded, None);
        }
        if self.renew_at().is_some_and(|at| now_ms >= at) {
            self.renewing = true;
            self.effects.push_back(Effect::NeedToken);
        }
    }

    /// When `tick` is due, in milliseconds; `None` when nothing is timed.
    #[must_use]
    pub fn next_deadline(&self) -> Option<u64> {
        let link = match self.link {
            Link::Backoff(until) | Link::Token(until) => Some(until),
            Link::Socket(since) | Link::Hello(since) => Some(since + CONNECT_MS),
            Link::Live => {
                let silent = if self.state.status == Status::Degraded {
                    DEAD_MS
                } else {
                    HEARTBEAT_MS + DEGRADED_MS
                };
                Some(
                    self.ping_at
                        .min(self.heard_ms + silent)
                        .min(self.renew_at().unwrap_or(u64::MAX)),
                )
            }
            Link::Idle | Link::NoNetwork => None,
        };
        let others = [
            link,
            self.note_deadline(),
            self.view_deadline(),
            self.calls_deadline(),
        ];
        others.into_iter().flatten().min()
    }

    fn attempt(&mut self, now_ms: u64) {
        if !self.online {
            self.link = Link::NoNetwork;
            return;
        }
        self.link = Link::Token(now_ms + TOKEN_MS);
        self.show(Status::Connecting, None);
        self.effects.push_back(Effect::NeedToken);
    }

    fn retry(&mut self, now_ms: u64) {
        let until = now_ms + self.backoff.next_ms();
        self.link = Link::Backoff(until);
        self.show(Status::Offline, Some(until));
    }

    fn dead(&mut self, now_ms: u64) {
        self.drop_socket(close::NORMAL);
        self.retry(now_ms);
    }

    fn drop_socket(&mut self, code: u16) {
        if matches!(self.link, Link::Socket(_) | Link::Hello(_) | Link::Live) {
            self.effects.push_back(Effect::Disconnect(code));
        }
        self.lost();
    }

    /// The connection is gone: what it had in flight is to be sent again.
    fn lost(&mut self) {
        self.calls.lost();
        for note in self.notes.values_mut() {
            note.lost();
        }
        self.report_notes();
    }

    fn send(&mut self, frame: &serde_json::Value) {
        self.effects.push_back(Effect::SendText(text(frame)));
    }

    fn show(&mut self, status: Status, retry_at: Option<u64>) {
        if self.state.status != status || self.state.retry_at != retry_at {
            self.state.status = status;
            self.state.retry_at = retry_at;
            self.tell(Event::Connection(self.state.clone()));
        }
    }

    fn tell(&mut self, event: Event) {
        self.effects.push_back(Effect::Event(event));
    }

    fn is_live(&self) -> bool {
        self.link == Link::Live
    }
}
