//! Calls: each is sent until it is answered, under one idempotency key.

use super::{Event, Session};
use crate::client::table::Table;
use crate::error::{ErrorCode, Problem};
use crate::protocol::{CALLS_IN_FLIGHT, Command, encode};
use serde_json::Value;

/// Calls that may wait for a connection; beyond it a call is refused.
const WAITING: usize = 256;

#[derive(Debug)]
struct Pending {
    key: String,
    command: Value,
    sent: bool,
}

/// Calls without an answer, by id.
#[derive(Debug, Default)]
pub(super) struct Calls {
    pending: Table<u64, Pending>,
    last_id: u64,
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
        let (id, call) = self.pending.iter_mut().find(|(_, call)| !call.sent)?;
        call.sent = true;
        Some(encode::call(*id, &call.key, &call.command))
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
        self.calls.last_id += 1;
        let id = self.calls.last_id;
        if self.calls.pending.len() >= WAITING {
            let problem = Problem::new(
                ErrorCode::RateLimited,
                format!("{WAITING} calls wait for their answer already"),
            );
            self.tell(Event::Reply {
                id,
                result: Err(problem),
            });
            return id;
        }
        self.predict(
            id,
            &command,
            now_ms.saturating_add_signed(self.state.clock_offset_ms),
        );
        self.calls.pending.insert(
            id,
            Pending {
                key,
                command,
                sent: false,
            },
        );
        self.send_calls();
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
        if self.calls.pending.remove(&id).is_none() {
            return;
        }
        let missing = || {
            Problem::new(
                ErrorCode::Internal,
                "the server's reply holds neither answer nor error",
            )
        };
        self.settle(id, ok.as_ref(), now_ms);
        let result = ok.ok_or_else(|| error.unwrap_or_else(missing));
        self.tell(Event::Reply { id, result });
        self.send_calls();
    }
}
