//! One live socket, sans IO: frames come in, effects go out. The caller carries
//! the effects out in order and feeds their results back.
//!
//! Law: nothing is queued for a slow reader. Its journals stay behind their
//! cursors; the caller sends one frame at a time and closes when none gets through.

mod deliver;
mod receive;
mod subscription;

use crate::error::{ErrorCode, Problem};
use crate::id::{SessionId, UserId};
use crate::protocol::frame::{Limits, Query, ServerFrame};
use crate::protocol::lane::{self, ServerLane};
use crate::protocol::{Command, CommandReply, DEAD_MS, close};
use std::collections::BTreeMap;

pub use deliver::Stream;
pub use subscription::{JournalSnapshot, NoteSnapshot, Opened, Subscription, VIEW_CURSOR};

/// Strikes that close a socket.
const STRIKES: u8 = 3;
/// How long a socket may be open before it says who is there, in milliseconds.
pub const HELLO_MS: u64 = 10_000;

/// A frame to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outgoing {
    /// JSON.
    Text(String),
    /// The note's lane.
    Binary(Vec<u8>),
}

/// What the caller is to do.
#[derive(Debug, Clone)]
pub enum Effect {
    /// Verify the token, then call `authenticated`.
    Authenticate(String),
    /// Verify a newer token of the same person; on failure close.
    Refresh(String),
    /// Authorise and open the query, then call `opened` or `refused`.
    Open {
        /// The subscription.
        sub: u32,
        /// What to follow.
        query: Query,
        /// The epoch that `after` belongs to.
        epoch: Option<String>,
        /// The last sequence that the client has.
        after: Option<u64>,
    },
    /// The subscription is gone: forget its wake-ups and its presence.
    Closed(u32),
    /// Carry out the command, then call `replied`.
    Call {
        /// The call.
        id: u64,
        /// Idempotency key.
        key: String,
        /// What to do.
        command: Command,
    },
    /// Offer a change to the subscription's room.
    Update {
        /// The subscription, which is open, a note's, and writable.
        sub: u32,
        /// Which client made it.
        client_id: u64,
        /// Its place among that client's changes.
        client_seq: u64,
        /// The V1 update.
        update: Vec<u8>,
    },
    /// Take the presence in the subscription's note.
    Presence {
        /// The subscription, which is open and a note's.
        sub: u32,
        /// The awareness update.
        bytes: Vec<u8>,
    },
    /// Send a frame.
    Send(Outgoing),
    /// Close the socket with this code; nothing follows.
    Close(u16),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Phase {
    Silent,
    Authenticating,
    Live(UserId),
    Closed,
}

/// One live socket.
#[derive(Debug)]
pub struct Connection {
    session: SessionId,
    phase: Phase,
    subscriptions: BTreeMap<u32, Subscription>,
    calls: usize,
    strikes: u8,
    heard_ms: u64,
    hello_by_ms: u64,
}

impl Connection {
    /// A socket that was just opened.
    #[must_use]
    pub const fn new(session: SessionId, now_ms: u64) -> Self {
        Self {
            session,
            phase: Phase::Silent,
            subscriptions: BTreeMap::new(),
            calls: 0,
            strikes: 0,
            heard_ms: now_ms,
            hello_by_ms: now_ms + HELLO_MS,
        }
    }

    /// Who is there, once the token was verified.
    #[must_use]
    pub const fn user(&self) -> Option<&UserId> {
        match &self.phase {
            Phase::Live(user) => Some(user),
            _ => None,
        }
    }

    /// The open subscriptions.
    pub fn subscriptions(&self) -> impl Iterator<Item = (u32, &Subscription)> {
        self.subscriptions.iter().map(|(sub, held)| (*sub, held))
    }

    /// One subscription.
    #[must_use]
    pub fn subscription(&self, sub: u32) -> Option<&Subscription> {
        self.subscriptions.get(&sub)
    }

    /// When the socket counts as dead unless something is heard, in milliseconds. Of
    /// one that has not said who is there, nothing else counts.
    #[must_use]
    pub fn dead_at(&self) -> u64 {
        if self.phase == Phase::Silent {
            self.hello_by_ms
        } else {
            self.heard_ms + DEAD_MS
        }
    }

    /// Time has passed.
    pub fn tick(&mut self, now_ms: u64) -> Vec<Effect> {
        if now_ms >= self.dead_at() && self.phase != Phase::Closed {
            return self.close(close::TRY_LATER);
        }
        Vec::new()
    }

    /// The token was verified, or not.
    pub fn authenticated(
        &mut self,
        verdict: Result<UserId, Problem>,
        server_time: u64,
        store_epoch: &str,
        limits: Limits,
    ) -> Vec<Effect> {
        match verdict {
            Ok(user) => {
                self.phase = Phase::Live(user.clone());
                vec![send(&ServerFrame::Welcome {
                    session: self.session.clone(),
                    user_id: user,
                    server_time,
                    store_epoch: store_epoch.to_owned(),
                    limits,
                })]
            }
            Err(problem) => self.token_failed(problem),
        }
    }

    /// A token was refused, which the client is to replace, or could not be looked
    /// at, and the client is to come again with it.
    pub fn token_failed(&mut self, problem: Problem) -> Vec<Effect> {
        let code = match problem.code {
            ErrorCode::Unauthorized => close::POLICY,
            _ => close::TRY_LATER,
        };
        let mut effects = vec![send(&ServerFrame::Error { error: problem })];
        effects.extend(self.close(code));
        effects
    }

    /// A command was carried out, or refused.
    pub fn replied(&mut self, id: u64, result: Result<CommandReply, Problem>) -> Vec<Effect> {
        self.calls = self.calls.saturating_sub(1);
        vec![reply(id, result)]
    }

    /// The subscription ended by the server's will, or never began.
    pub fn refused(&mut self, sub: u32, problem: Problem) -> Vec<Effect> {
        let known = self.subscriptions.remove(&sub).is_some();
        let mut effects: Vec<_> = known.then_some(Effect::Closed(sub)).into_iter().collect();
        effects.push(send(&ServerFrame::Revoked {
            sub,
            error: problem,
        }));
        effects
    }

    /// The server goes away: the client is to come back after `after_ms`.
    pub fn drain(&mut self, after_ms: u64) -> Vec<Effect> {
        let mut effects = vec![send(&ServerFrame::Drain { after_ms })];
        effects.extend(self.close(close::RESTART));
        effects
    }

    /// Ends the connection.
    pub fn close(&mut self, code: u16) -> Vec<Effect> {
        if self.phase == Phase::Closed {
            return Vec::new();
        }
        self.phase = Phase::Closed;
        let subs = std::mem::take(&mut self.subscriptions);
        let mut effects: Vec<_> = subs.into_keys().map(Effect::Closed).collect();
        effects.push(Effect::Close(code));
        effects
    }

    fn strike(&mut self, detail: String) -> Vec<Effect> {
        self.strikes += 1;
        let mut effects = vec![send(&ServerFrame::Error {
            error: Problem::new(ErrorCode::ValidationError, detail),
        })];
        if self.strikes >= STRIKES {
            effects.extend(self.close(close::MALFORMED));
        }
        effects
    }
}

fn send(frame: &ServerFrame) -> Effect {
    Effect::Send(Outgoing::Text(
        serde_json::to_string(frame).unwrap_or_default(),
    ))
}

fn reply(id: u64, result: Result<CommandReply, Problem>) -> Effect {
    match result {
        Ok(ok) => {
            let ok = serde_json::to_string(&ok).unwrap_or_default();
            Effect::Send(Outgoing::Text(format!(
                r#"{{"type":"reply","id":{id},"ok":{ok}}}"#
            )))
        }
        Err(error) => send(&ServerFrame::Reply {
            id,
            ok: None,
            error: Some(error),
        }),
    }
}

fn lane_frame(sub: u32, frame: &ServerLane) -> Effect {
    Effect::Send(Outgoing::Binary(lane::encode_server(sub, frame)))
}
