//! Calls: each is sent until it is answered, under one idempotency key. Those that show
//! before they are answered are kept on the device, and outlive the page.
//!
//! Laws:
//! - a kept call is sent when the one before it is answered: they are done in the order
//!   asked for;
//! - what one person asked for is never sent as another.

mod outbox;

pub use outbox::{CallOp, KeptCall};

use super::{Effect, Event, Session};
use crate::client::table::Table;
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use crate::protocol::{CALLS_IN_FLIGHT, Command, encode};
use serde_json::Value;

/// Calls that may wait for a connection; beyond it a call is refused.
const WAITING: usize = 256;

#[derive(Debug)]
pub(super) struct Pending {
    key: String,
    pub(super) command: Value,
    /// Milliseconds since the Unix epoch, by the server's clock.
    pub(super) made_at: u64,
    sent: bool,
    /// Whether it is kept on the device.
    kept: bool,
    /// Whether it is of an earlier page: nobody waits for its reply.
    restored: bool,
}

/// Calls without an answer, by id.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pub(super) pending: Table<u64, Pending>,
    last_id: u64,
    /// Who asks: whoever was signed in last.
    asker: Option<UserId>,
    /// The server has no time for what is kept until then.
    paused_until: Option<u64>,
}

impl Calls {
    /// The connection is gone: everything is to be sent again.
    pub(super) fn lost(&mut self) {
        for call in self.pending.values_mut() {
            call.sent = false;
        }
    }

    fn next_unsent(&mut self) -> Option<Value> {
        if self.pending.values().filter(|call| call.sent).count() >= CALLS_IN_FLIGHT {
            return None;
        }
        let mut held = self.paused_until.is_some();
        for (id, call) in self.pending.iter_mut() {
            if !(call.sent || held && call.kept) {
                call.sent = true;
                return Some(encode::call(*id, &call.key, &call.command));
            }
            held |= call.kept;
        }
        None
    }
}

impl Session {
    /// Asks the server to do something, now or when the line is back. `key` is a
    /// fresh random text: a resend repeats it. The answer comes as `Event::Reply`.
    pub fn call(&mut self, key: String, command: &Command, now_ms: u64) -> u64 {
        let command = serde_json::to_value(command).unwrap_or_default();
        self.call_json(key, command, now_ms)
    }

    /// The same for a [`Command`] that is JSON already: the server checks it.
    pub fn call_json(&mut self, key: String, command: Value, now_ms: u64) -> u64 {
        if self.calls.pending.len() >= WAITING {
            self.calls.last_id += 1;
            let id = self.calls.last_id;
            let problem = Problem::new(ErrorCode::RateLimited, "too many calls wait");
            self.tell(Event::Reply {
                id,
                result: Err(problem),
            });
            return id;
        }
        let made_at = now_ms.saturating_add_signed(self.state.clock_offset_ms);
        let call = KeptCall {
            owner: self.asker().cloned(),
            key,
            made_at,
            command,
        };
        let id = self.ask(call, false);
        self.send_calls();
        id
    }

    /// What it may show at once is shown, and then it is kept.
    fn ask(&mut self, call: KeptCall, restored: bool) -> u64 {
        self.calls.last_id += 1;
        let id = self.calls.last_id;
        let shows = self.predict(id, &call.command, call.made_at);
        if shows && !restored {
            let op = CallOp::Keep(call.clone());
            self.effects.push_back(Effect::StoreCall(op));
        }
        self.calls.pending.insert(
            id,
            Pending {
                key: call.key,
                command: call.command,
                made_at: call.made_at,
                sent: false,
                kept: shows || restored,
                restored,
            },
        );
        id
    }

    pub(super) fn send_calls(&mut self) {
        while self.is_live()
            && let Some(frame) = self.calls.next_unsent()
        {
            self.send(&frame);
        }
    }

    pub(super) fn replied(
        &mut self,
        id: u64,
        ok: Option<Value>,
        error: Option<Problem>,
        now_ms: u64,
    ) {
        // A second answer, to a resent call, finds nothing.
        let Some(call) = self.calls.pending.get_mut(&id) else {
            return;
        };
        if let Some(wait) = outbox::wait(call.restored, error.as_ref()) {
            call.sent = false;
            self.calls.paused_until = Some(now_ms + wait);
            return;
        }
        let missing = || Problem::new(ErrorCode::Internal, "the reply is empty");
        self.settle(id, ok.as_ref(), now_ms);
        let result = ok.ok_or_else(|| error.unwrap_or_else(missing));
        self.finish(id, result);
        self.send_calls();
    }

    /// The call is over: the device keeps it no longer, and whoever asked is told.
    fn finish(&mut self, id: u64, result: Result<Value, Problem>) {
        let Some(call) = self.calls.pending.remove(&id) else {
            return;
        };
        if call.kept {
            let op = CallOp::Drop(call.key);
            self.effects.push_back(Effect::StoreCall(op));
        }
        match (call.restored, result) {
            (false, result) => self.tell(Event::Reply { id, result }),
            (true, Err(problem)) => self.tell(Event::Refused {
                command: call.command,
                problem,
            }),
            (true, Ok(_)) => {}
        }
    }
}
