//! The calls that a device keeps.

use super::{Effect, Session};
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use serde_json::Value;

/// How long a kept call may be sent again, in milliseconds. The server knows a key for a
/// day; after that it could be done twice.
const KEPT_MS: u64 = 23 * 60 * 60 * 1_000;
/// How long to wait where the server says that it has no time, but not for how long, in
/// milliseconds.
const PAUSE_MS: u64 = 5_000;
/// Commands that show before they are answered. [`super::super::Session::call`] tells
/// what becomes of them.
const KEPT: [&str; 15] = [
    POST,
    "editMessage",
    "deleteMessage",
    "reactToMessage",
    "raiseHand",
    "lowerHand",
    "nextSpeaker",
    "pauseTranscription",
    "resumeTranscription",
    "acceptInvitation",
    "declineInvitation",
    "approveParticipant",
    "refuseParticipant",
    "removeParticipant",
    "changeParticipant",
];
/// A message has an id of its own, which the server knows for as long as it has the
/// message.
const POST: &str = "postMessage";

/// A call as the device keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptCall {
    /// Its idempotency key, which names it.
    pub key: String,
    /// When it was made, in milliseconds since the Unix epoch.
    pub made_at: u64,
    /// A [`crate::protocol::Command`] as JSON.
    pub command: Value,
}

/// What the device is to do about the calls that it keeps, in order.
#[derive(Debug, Clone, PartialEq)]
pub enum CallOp {
    /// Keep this one.
    Keep(KeptCall),
    /// Forget the one of this key: it is answered.
    Drop(String),
    /// All of them are this person's.
    Owner(UserId),
}

/// Whether the device keeps such a command until it is answered.
pub(super) fn is_kept(command: &Value) -> bool {
    command["type"]
        .as_str()
        .is_some_and(|kind| KEPT.contains(&kind))
}

/// How long to wait before a call is sent again that the server has no time for, in
/// milliseconds; nothing where its answer is one. Whoever waits for an answer gets it.
pub(super) fn wait(restored: bool, error: Option<&Problem>) -> Option<u64> {
    let error = error.filter(|_| restored)?;
    let passes = matches!(error.code, ErrorCode::RateLimited | ErrorCode::Unavailable);
    passes.then(|| error.retry_after_ms.unwrap_or(PAUSE_MS))
}

impl Session {
    /// Takes up the calls that an earlier page left on the device, in the order asked
    /// for, and whose they are. They are sent before all that is asked for from now on;
    /// a refusal comes as `Event::Refused`.
    pub fn restore_calls(&mut self, owner: Option<UserId>, calls: Vec<KeptCall>, now_ms: u64) {
        self.calls.owner.clone_from(&owner);
        if self.calls.asker.is_none() {
            self.calls.asker = owner;
        }
        self.own_calls();
        if self.calls.foreign {
            return;
        }
        let now = now_ms.saturating_add_signed(self.state.clock_offset_ms);
        for call in calls {
            let is_old = call.command["type"] != POST && now > call.made_at + KEPT_MS;
            let id = self.ask(call, true, true);
            if is_old {
                let detail = "this was asked for a day ago, and the line was down since";
                self.settle(id, None, now_ms);
                self.finish(id, Err(Problem::new(ErrorCode::Conflict, detail)));
            }
        }
        self.send_calls();
    }

    /// The server has said who is signed in: what somebody else asked for is not sent.
    pub(in crate::client::session) fn own_calls(&mut self) {
        let Some(user) = self.state.user_id.clone() else {
            return;
        };
        if self.calls.owner.is_none() {
            self.calls.owner = Some(user.clone());
            let op = CallOp::Owner(user.clone());
            self.effects.push_back(Effect::StoreCall(op));
        }
        self.calls.foreign = self.calls.owner.as_ref() != Some(&user);
        let before = self.calls.asker.replace(user);
        if before.is_none() || before == self.calls.asker {
            return;
        }
        let asked: Vec<u64> = self.calls.pending.keys().copied().collect();
        for id in asked {
            let detail = "this was asked for by somebody else";
            self.settle(id, None, 0);
            self.finish(id, Err(Problem::new(ErrorCode::Forbidden, detail)));
        }
    }

    /// Whoever asks, as far as is known.
    pub(in crate::client::session) const fn asker(&self) -> Option<&UserId> {
        self.calls.asker.as_ref()
    }

    /// The server may have time again.
    pub(in crate::client::session) fn tick_calls(&mut self, now_ms: u64) {
        if self.calls.paused_until.is_some_and(|at| now_ms >= at) {
            self.calls.paused_until = None;
            self.send_calls();
        }
    }

    /// When `tick_calls` is due, in milliseconds.
    pub(in crate::client::session) const fn calls_deadline(&self) -> Option<u64> {
        self.calls.paused_until
    }
}
