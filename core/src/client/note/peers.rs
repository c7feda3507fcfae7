//! Presence: one's own, sent sparingly, and everybody else's. States have the form
//! that stock Yjs editors use: `{user: {name, color}, cursor: {anchor, head}}` with
//! relative positions.

use crate::client::table::Table;
use crate::json::{Object, text};
use crate::live::presence::{EXPIRY_MS, State, decode, encode};
use crate::note::replica::Replica;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Shortest time between two presence frames, in milliseconds.
const QUIET_MS: u64 = 200;
/// Presence is renewed this often, in milliseconds.
const RENEW_MS: u64 = EXPIRY_MS / 2;

/// How one appears to others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Person {
    /// The name shown.
    pub name: String,
    /// A CSS colour.
    pub color: String,
}

/// A cursor, or a selection from `anchor` to `head`, in UTF-16 code units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct CursorRange {
    /// Where the selection began.
    pub anchor: u32,
    /// Where the cursor is.
    pub head: u32,
}

/// Somebody else in the note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub struct Peer {
    /// The Yjs ClientID: one a tab.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub client_id: u64,
    /// The name shown.
    pub name: String,
    /// A CSS colour.
    pub color: String,
    /// Where the cursor is, if it is in the note.
    pub cursor: Option<CursorRange>,
}

#[derive(Debug)]
pub(in crate::client) struct Presence {
    person: Person,
    cursor: Option<CursorRange>,
    clock: u64,
    dirty: bool,
    sent_at: Option<u64>,
    peers: Table<u64, (u64, Value)>,
}

impl Presence {
    pub(super) const fn new(person: Person) -> Self {
        Self {
            person,
            cursor: None,
            clock: 0,
            dirty: true,
            sent_at: None,
            peers: Table::new(),
        }
    }

    /// The connection is gone, and with it everybody.
    pub(super) fn lost(&mut self) {
        self.peers.clear();
    }

    /// The subscription stands: say who is here.
    pub(super) const fn announce(&mut self) {
        self.dirty = true;
        self.sent_at = None;
    }

    pub(in crate::client) fn set_cursor(&mut self, cursor: Option<CursorRange>) {
        if self.cursor != cursor {
            self.cursor = cursor;
            self.dirty = true;
        }
    }

    pub(super) fn due_at(&self) -> Option<u64> {
        let Some(sent) = self.sent_at else {
            return self.dirty.then_some(0);
        };
        Some(sent + if self.dirty { QUIET_MS } else { RENEW_MS })
    }

    pub(super) fn next_frame(&mut self, replica: &Replica, now_ms: u64) -> Option<Vec<u8>> {
        if self.due_at().is_none_or(|at| now_ms < at) {
            return None;
        }
        self.dirty = false;
        self.sent_at = Some(now_ms);
        self.clock += 1;
        let cursor = self.cursor.and_then(|cursor| {
            let anchor = replica.sticky(cursor.anchor)?;
            let head = replica.sticky(cursor.head)?;
            let mut range = Object::default();
            Some(range.put("anchor", anchor).put("head", head).value())
        });
        let Person { name, color } = &self.person;
        let mut user = Object::default();
        user.text("name", name).text("color", color);
        let mut state = Object::default();
        state.put("user", user.value());
        state.put("cursor", cursor.unwrap_or(Value::Null));
        let state = State {
            client_id: replica.client_id(),
            clock: self.clock,
            json: text(&state.value()),
        };
        Some(encode([state].iter()))
    }

    /// Takes others' presence; whether anything changed.
    pub(in crate::client) fn receive(&mut self, bytes: &[u8], own: u64) -> bool {
        let mut changed = false;
        for state in decode(bytes).unwrap_or_default() {
            if state.client_id == own {
                continue;
            }
            let known = self.peers.get(&state.client_id);
            if known.is_some_and(|(clock, _)| *clock > state.clock) {
                continue;
            }
            let value = serde_json::from_str(&state.json).unwrap_or(Value::Null);
            changed |= known.is_none_or(|(_, old)| *old != value);
            if value.is_null() {
                self.peers.remove(&state.client_id);
            } else {
                self.peers.insert(state.client_id, (state.clock, value));
            }
        }
        changed
    }

    pub(super) fn peers(&self, replica: &Replica) -> Vec<Peer> {
        let text = |value: &Value, default: &str| {
            value
                .as_str()
                .unwrap_or(default)
                .chars()
                .take(100)
                .collect()
        };
        self.peers
            .iter()
            .map(|(client_id, (_, state))| {
                let cursor = &state["cursor"];
                let at = |place: &str| replica.offset(&cursor[place]);
                Peer {
                    client_id: *client_id,
                    name: text(&state["user"]["name"], "Somebody"),
                    color: text(&state["user"]["color"], "#808080"),
                    cursor: at("anchor")
                        .zip(at("head"))
                        .map(|(anchor, head)| CursorRange { anchor, head }),
                }
            })
            .collect()
    }
}
