//! The calls that a device keeps.

use super::Session;
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use serde_json::Value;

/// How long a kept call may be sent again, in milliseconds. The server knows a key for a
/// day; after that it could be done twice.
const KEPT_MS: u64 = 23 * 60 * 60 * 1_000;
/// How long to wait where the server says that it has no time, but not for how long, in
/// milliseconds.
const PAUSE_MS: u64 = 5_000;
/// A message has an id of its own, which the server knows for as long as it has the
/// message.
const POST: &str = "postMessage";

/// A call as the device keeps it.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptCall {
    /// Who asked, where that was known.
    pub owner: Option<UserId>,
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
}

/// How long to wait before a call is sent again that the server has no time for, in
/// milliseconds; nothing where its answer is one. Whoever waits for an answer gets it.
pub(super) fn wait(restored: bool, error: Option<&Problem>) -> Option<u64> {
    let error = error.filter(|_| restored)?;
    let passes = matches!(error.code, ErrorCode::RateLimited | ErrorCode::Unavailable);
    passes.then(|| error.retry_after_ms.unwrap_or(PAUSE_MS))
}

impl Session {
    /// Takes up a call that an earlier page left on the device, in the order asked for. It
    /// is sent before all that is asked for from now on; a refusal comes as
    /// `Event::Refused`. What somebody else asked for stays where it is.
    pub fn restore_call(&mut self, call: KeptCall, now_ms: u64) {
        if let Some(owner) = &call.owner
            && self.calls.asker.get_or_insert_with(|| owner.clone()) != owner
        {
            return;
        }
        let now = now_ms.saturating_add_signed(self.state.clock_offset_ms);
        let is_old = call.command["type"] != POST && now > call.made_at + KEPT_MS;
        let id = self.ask(call, true);
        if is_old {
            let detail = "this was asked for a day ago, and the line was down since";
            self.refuse_call(id, ErrorCode::Conflict, detail);
        }
        self.send_calls();
    }

    /// The server has said who is signed in: what somebody else asked for is not sent, and
    /// stays theirs.
    pub(in crate::client::session) fn know_asker(&mut self, user: UserId) {
        let is_other = self.asker().is_some_and(|asker| *asker != user);
        self.calls.asker = Some(user);
        if !is_other {
            return;
        }
        let mut asked = Vec::new();
        for (id, call) in self.calls.pending.iter_mut() {
            call.kept = false;
            asked.push(*id);
        }
        for id in asked {
            let detail = "this was asked for by somebody else";
            self.refuse_call(id, ErrorCode::Forbidden, detail);
        }
    }

    /// Whoever asks, as far as is known.
    pub(in crate::client::session) const fn asker(&self) -> Option<&UserId> {
        self.calls.asker.as_ref()
    }

    fn refuse_call(&mut self, id: u64, code: ErrorCode, detail: &str) {
        self.settle(id, None, 0);
        self.finish(id, Err(Problem::new(code, detail)));
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
