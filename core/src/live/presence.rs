//! Who is in the note, in the y-protocols awareness encoding: relayed, never
//! stored, bound to its connection, merged to one frame a room in each window.

use crate::protocol::varint;
use std::collections::{BTreeMap, BTreeSet};

/// Largest state of one client, in bytes of JSON.
pub const STATE_BYTES: usize = 2_048;
/// A state that is not renewed in this time is gone, in milliseconds.
pub const EXPIRY_MS: u64 = 30_000;

/// One client's presence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// The Yjs ClientID.
    pub client_id: u64,
    /// Grows with every change of the state.
    pub clock: u64,
    /// The state as JSON; `null` when the client has left.
    pub json: String,
}

/// Decodes an awareness update; `None` when it is not one.
#[must_use]
pub fn decode(mut input: &[u8]) -> Option<Vec<State>> {
    let count = varint::read(&mut input)?;
    let mut states = Vec::new();
    for _ in 0..count {
        states.push(State {
            client_id: varint::read_safe(&mut input)?,
            clock: varint::read_safe(&mut input)?,
            json: varint::read_str(&mut input)?.to_owned(),
        });
    }
    input.is_empty().then_some(states)
}

/// Encodes an awareness update.
#[must_use]
pub fn encode<'a>(states: impl ExactSizeIterator<Item = &'a State>) -> Vec<u8> {
    let mut out = Vec::new();
    varint::write(&mut out, states.len() as u64);
    for state in states {
        varint::write(&mut out, state.client_id);
        varint::write(&mut out, state.clock);
        varint::write_bytes(&mut out, state.json.as_bytes());
    }
    out
}

#[derive(Debug)]
struct Held {
    state: State,
    connection: u64,
    /// Whether another node holds the connection.
    elsewhere: bool,
    seen_ms: u64,
}

/// The presence of one room. Connections are numbers chosen by the caller.
#[derive(Debug, Default)]
pub struct Presence {
    held: BTreeMap<u64, Held>,
    changed: BTreeSet<u64>,
}

impl Presence {
    /// Takes a connection's awareness update. Only the state of `own`, the ClientID
    /// that the connection writes with, is taken; a `None` takes the first state's
    /// id as the connection's own. Returns that id; `None` when nothing was taken.
    pub fn update(
        &mut self,
        connection: u64,
        own: Option<u64>,
        bytes: &[u8],
        now_ms: u64,
    ) -> Option<u64> {
        let states = decode(bytes)?;
        let own = own.or_else(|| states.first().map(|state| state.client_id))?;
        let state = states.into_iter().find(|state| state.client_id == own)?;
        let is_json = serde_json::from_str::<serde::de::IgnoredAny>(&state.json).is_ok();
        if state.json.len() > STATE_BYTES || !is_json {
            return None;
        }
        match self.held.get_mut(&own) {
            Some(held)
                if held.connection != connection
                    && !held.elsewhere
                    && held.state.json != "null" =>
            {
                return None;
            }
            Some(held) if held.state.clock > state.clock => return None,
            Some(held) => {
                held.seen_ms = now_ms;
                held.connection = connection;
                held.elsewhere = false;
                held.state = state;
            }
            None => {
                self.held.insert(
                    own,
                    Held {
                        state,
                        connection,
                        elsewhere: false,
                        seen_ms: now_ms,
                    },
                );
            }
        }
        self.changed.insert(own);
        Some(own)
    }

    /// Takes what another node relays of its connections. Whoever is connected here speaks
    /// for themselves.
    pub fn relay(&mut self, states: Vec<State>, now_ms: u64) {
        for state in states {
            if state.json.len() > STATE_BYTES {
                continue;
            }
            let held = self.held.get(&state.client_id);
            let is_known = held.is_some_and(|held| {
                !held.elsewhere && held.state.json != "null" || held.state.clock > state.clock
            });
            if is_known || held.is_none() && state.json == "null" {
                continue;
            }
            self.changed.insert(state.client_id);
            let held = Held {
                connection: 0,
                elsewhere: true,
                seen_ms: now_ms,
                state,
            };
            self.held.insert(held.state.client_id, held);
        }
    }

    /// What waits to be relayed of the connections of this node: before [`Presence::drain`].
    #[must_use]
    pub fn news(&self) -> Vec<State> {
        let changed = self.changed.iter().filter_map(|one| self.held.get(one));
        own(changed)
    }

    /// Everybody who is connected to this node.
    #[must_use]
    pub fn own(&self) -> Vec<State> {
        own(self.held.values())
    }

    /// A connection is gone, and with it its presence.
    pub fn leave(&mut self, connection: u64) {
        self.retire(|held| held.connection == connection && !held.elsewhere);
    }

    /// Lets go of what was not renewed.
    pub fn expire(&mut self, now_ms: u64) {
        self.retire(|held| held.seen_ms + EXPIRY_MS <= now_ms);
    }

    fn retire(&mut self, gone: impl Fn(&Held) -> bool) {
        for (client, held) in &mut self.held {
            if gone(held) && held.state.json != "null" {
                held.state.clock = (held.state.clock + 1).min(varint::SAFE_MAX);
                held.state.json = "null".into();
                self.changed.insert(*client);
            }
        }
    }

    /// Whether something waits to be relayed.
    #[must_use]
    pub fn has_changes(&self) -> bool {
        !self.changed.is_empty()
    }

    /// What changed since the last call, as one update for everybody, senders
    /// included (a stock client needs the echo to stay connected).
    pub fn drain(&mut self) -> Option<Vec<u8>> {
        let states: Vec<State> = std::mem::take(&mut self.changed)
            .iter()
            .filter_map(|client| self.held.get(client).map(|held| held.state.clone()))
            .collect();
        self.held.retain(|_, held| held.state.json != "null");
        (!states.is_empty()).then(|| encode(states.iter()))
    }

    /// Everybody who is here, for one who arrives.
    #[must_use]
    pub fn all(&self) -> Option<Vec<u8>> {
        let states: Vec<&State> = self.held.values().map(|held| &held.state).collect();
        (!states.is_empty()).then(|| encode(states.into_iter()))
    }
}

fn own<'a>(held: impl Iterator<Item = &'a Held>) -> Vec<State> {
    held.filter(|held| !held.elsewhere)
        .map(|held| held.state.clone())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(client_id: u64, clock: u64, json: &str) -> Vec<u8> {
        encode(
            [State {
                client_id,
                clock,
                json: json.into(),
            }]
            .iter(),
        )
    }

    #[test]
    fn nobody_speaks_for_another_connection() {
        let mut presence = Presence::default();
        assert_eq!(presence.update(1, Some(7), &update(7, 1, "{}"), 0), Some(7));
        assert_eq!(
            presence.update(2, Some(8), &update(7, 9, "{\"x\":1}"), 0),
            None
        );
        assert_eq!(
            presence.update(2, None, &update(7, 9, "{\"x\":1}"), 0),
            None
        );
    }

    #[test]
    fn changes_of_a_window_become_one_frame() {
        let mut presence = Presence::default();
        presence.update(1, Some(7), &update(7, 1, "{\"a\":1}"), 0);
        presence.update(1, Some(7), &update(7, 2, "{\"a\":2}"), 5);
        presence.update(2, Some(8), &update(8, 1, "{}"), 6);
        let states = decode(&presence.drain().unwrap()).unwrap();
        assert_eq!(states.len(), 2);
        assert_eq!(states[0].json, "{\"a\":2}");
        assert!(presence.drain().is_none());
    }

    #[test]
    fn who_vanishes_is_announced_as_gone() {
        let mut presence = Presence::default();
        presence.update(1, Some(7), &update(7, 1, "{}"), 0);
        presence.drain();
        presence.expire(EXPIRY_MS);
        let states = decode(&presence.drain().unwrap()).unwrap();
        assert_eq!((states[0].clock, states[0].json.as_str()), (2, "null"));
        assert!(presence.all().is_none());
    }

    #[test]
    fn what_another_node_relays_is_shown_and_not_relayed_again() {
        let (mut here, mut there) = (Presence::default(), Presence::default());
        here.update(1, Some(7), &update(7, 1, "{}"), 0);
        there.update(1, Some(8), &update(8, 1, "{}"), 0);
        there.relay(here.news(), 0);
        assert_eq!(there.news().len(), 1);
        assert_eq!(decode(&there.drain().unwrap()).unwrap().len(), 2);
        here.drain();
        here.leave(1);
        there.relay(here.news(), 5);
        assert_eq!(there.drain().unwrap(), update(7, 2, "null"));
        there.relay(
            vec![State {
                client_id: 8,
                clock: 9,
                json: "null".into(),
            }],
            6,
        );
        assert!(
            !there.has_changes(),
            "who is connected speaks for themselves"
        );
        there.expire(EXPIRY_MS);
        assert_eq!(there.own().len(), 1);
    }

    #[test]
    fn large_and_malformed_states_are_not_taken() {
        let mut presence = Presence::default();
        let large = format!("\"{}\"", "x".repeat(STATE_BYTES));
        assert!(
            presence
                .update(1, Some(7), &update(7, 1, &large), 0)
                .is_none()
        );
        assert!(presence.update(1, Some(7), &update(7, 1, "{"), 0).is_none());
        assert!(presence.update(1, Some(7), &[9, 9], 0).is_none());
    }
}
