//! A followed view: what the server sent last, and over it what this client has asked for.
//!
//! What a command is predicted to do stands until the server refuses it, or until the view
//! comes anew after the answer. A view that does not come, since it is what it was, is not
//! waited for any longer than [`SETTLE_MS`].

mod predict;

use crate::protocol::Query;
use predict::predict;
use serde_json::Value;

/// How long after its answer a prediction may wait for the view, in milliseconds.
pub(super) const SETTLE_MS: u64 = 2_000;
/// Commands whose effect is shown before it is known; of more the oldest give way.
const ASKED: usize = 32;

#[derive(Debug)]
struct Asked {
    call: u64,
    command: Value,
    /// When it was answered, in milliseconds.
    answered_at: Option<u64>,
}

/// A view as one client follows it.
#[derive(Debug, Default)]
pub(super) struct ViewClient {
    sent: Option<Value>,
    asked: Vec<Asked>,
}

impl ViewClient {
    /// The server sends it whole.
    pub(super) fn take(&mut self, value: Option<Value>) {
        self.sent = value;
        self.asked.retain(|asked| asked.answered_at.is_none());
    }

    /// The call `call` asks for something. Whether it shows.
    pub(super) fn ask(&mut self, query: &Query, call: u64, command: &Value, me: &str) -> bool {
        let mut shown = self.shown(query, me);
        if !predict(query, &mut shown, command, me) {
            return false;
        }
        if self.asked.len() == ASKED {
            self.asked.remove(0);
        }
        self.asked.push(Asked {
            call,
            command: command.clone(),
            answered_at: None,
        });
        true
    }

    /// The call is answered; of a refusal what it showed is taken back. Whether anything
    /// else is to be seen now.
    pub(super) fn answered(&mut self, call: u64, is_done: bool, now_ms: u64) -> bool {
        let Some(at) = self.asked.iter().position(|asked| asked.call == call) else {
            return false;
        };
        if is_done {
            self.asked[at].answered_at = Some(now_ms);
        } else {
            self.asked.remove(at);
        }
        !is_done
    }

    /// Time has passed. Whether anything else is to be seen now.
    pub(super) fn tick(&mut self, now_ms: u64) -> bool {
        let before = self.asked.len();
        let waits = |asked: &Asked| asked.answered_at.is_none_or(|at| now_ms < at + SETTLE_MS);
        self.asked.retain(waits);
        self.asked.len() < before
    }

    /// When `tick` is due, in milliseconds.
    pub(super) fn due_at(&self) -> Option<u64> {
        let answered = self.asked.iter().filter_map(|asked| asked.answered_at);
        answered.min().map(|at| at + SETTLE_MS)
    }

    /// The view as it is to be shown; null before the server has said.
    pub(super) fn shown(&self, query: &Query, me: &str) -> Value {
        let mut shown = self.sent.clone().unwrap_or_default();
        for asked in &self.asked {
            predict(query, &mut shown, &asked.command, me);
        }
        shown
    }
}
