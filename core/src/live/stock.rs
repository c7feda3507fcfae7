//! One stock y-websocket client: the provider that Yjs editors bring along.
//!
//! Facts it lives by: one message a frame; step 1 is answered by step 2, which
//! marks the client synced; the server asks by a step 1 of its own; the client
//! leaves after 30 s without a message, so awareness is echoed; read-only drops
//! the client's changes and keeps its presence.

use crate::protocol::varint;

/// A message of the y-websocket protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message<'a> {
    /// "This is what I have": a state vector.
    Step1(&'a [u8]),
    /// "This is what you lack": an update.
    Step2(&'a [u8]),
    /// A change.
    Update(&'a [u8]),
    /// Presence.
    Awareness(&'a [u8]),
    /// "Who is here?"
    QueryAwareness,
}

/// Decodes one frame; `None` when it is no message of the protocol.
#[must_use]
pub fn decode(mut input: &[u8]) -> Option<Message<'_>> {
    let message = match varint::read(&mut input)? {
        0 => {
            let step = varint::read(&mut input)?;
            let bytes = varint::read_bytes(&mut input)?;
            match step {
                0 => Message::Step1(bytes),
                1 => Message::Step2(bytes),
                2 => Message::Update(bytes),
                _ => return None,
            }
        }
        1 => Message::Awareness(varint::read_bytes(&mut input)?),
        3 => Message::QueryAwareness,
        _ => return None,
    };
    input.is_empty().then_some(message)
}

/// Encodes one frame.
#[must_use]
pub fn encode(message: &Message<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    match message {
        Message::Step1(bytes) => sync(&mut out, 0, bytes),
        Message::Step2(bytes) => sync(&mut out, 1, bytes),
        Message::Update(bytes) => sync(&mut out, 2, bytes),
        Message::Awareness(bytes) => {
            varint::write(&mut out, 1);
            varint::write_bytes(&mut out, bytes);
        }
        Message::QueryAwareness => varint::write(&mut out, 3),
    }
    out
}

fn sync(out: &mut Vec<u8>, step: u64, bytes: &[u8]) {
    varint::write(out, 0);
    varint::write(out, step);
    varint::write_bytes(out, bytes);
}

/// What the caller is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Answer with what the state vector lacks, at the committed head, and set the
    /// door's cursor there (`synced`).
    Sync(Vec<u8>),
    /// Offer the update to the room.
    Offer {
        /// The ClientID that the connection writes with, once it said so.
        own: Option<u64>,
        /// The V1 update.
        update: Vec<u8>,
    },
    /// Take the presence.
    Presence(Vec<u8>),
    /// Answer with everybody's presence.
    QueryPresence,
    /// The frame makes no sense.
    Malformed,
}

/// One stock client's connection.
///
/// Law: until the client has answered the server's step 1, its changes are passed
/// over: they may hang on earlier ones that only the answer brings, and the answer,
/// which is made later, holds them too. (An editor types while it reconnects.)
#[derive(Debug, Default)]
pub struct StockDoor {
    own: Option<u64>,
    cursor: Option<u64>,
    writable: bool,
    answered: bool,
}

impl StockDoor {
    /// A fresh connection; an observer's is not `writable`.
    #[must_use]
    pub const fn new(writable: bool) -> Self {
        Self {
            own: None,
            cursor: None,
            writable,
            answered: false,
        }
    }

    /// Takes a frame.
    pub fn receive(&mut self, frame: &[u8]) -> Option<Effect> {
        match decode(frame) {
            Some(Message::Step1(vector)) => Some(Effect::Sync(vector.to_vec())),
            Some(Message::Step2(update)) => {
                self.answered = self.writable;
                self.offer(update)
            }
            Some(Message::Update(update)) => self.offer(update),
            Some(Message::Awareness(bytes)) => Some(Effect::Presence(bytes.to_vec())),
            Some(Message::QueryAwareness) => Some(Effect::QueryPresence),
            None => Some(Effect::Malformed),
        }
    }

    fn offer(&self, update: &[u8]) -> Option<Effect> {
        (self.writable && self.answered && !is_empty(update)).then(|| Effect::Offer {
            own: self.own,
            update: update.to_vec(),
        })
    }

    /// The ClientID that the connection writes with, from its first presence.
    pub const fn set_own(&mut self, client_id: u64) {
        self.own = Some(client_id);
    }

    /// The ClientID that the connection writes with, once it said so.
    #[must_use]
    pub const fn own(&self) -> Option<u64> {
        self.own
    }

    /// The client has everything up to `head`.
    pub fn synced(&mut self, head: u64) {
        self.cursor = Some(self.cursor.unwrap_or(head).max(head));
    }

    /// The last sequence sent; `None` before the first sync.
    #[must_use]
    pub const fn cursor(&self) -> Option<u64> {
        self.cursor
    }

    /// Whether the client's changes are taken.
    #[must_use]
    pub const fn is_writable(&self) -> bool {
        self.writable
    }

    /// The right to write has changed. After `true` the server asks again what the
    /// client has, since changes made meanwhile were dropped.
    pub const fn set_writable(&mut self, writable: bool) {
        self.answered &= self.writable && writable;
        self.writable = writable;
    }
}

/// An update without structs and deletions, as a client in step sends it.
fn is_empty(update: &[u8]) -> bool {
    update == [0, 0]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_survive_the_round_trip() {
        for message in [
            Message::Step1(&[1, 2]),
            Message::Step2(&[3]),
            Message::Update(&[]),
            Message::Awareness(&[9; 300]),
            Message::QueryAwareness,
        ] {
            assert_eq!(decode(&encode(&message)), Some(message));
        }
    }

    #[test]
    fn two_messages_in_a_frame_are_refused() {
        let mut frame = encode(&Message::Step1(&[1]));
        frame.extend(encode(&Message::QueryAwareness));
        assert_eq!(decode(&frame), None);
    }

    #[test]
    fn changes_wait_for_the_answer_that_holds_them_too() {
        let mut door = StockDoor::new(true);
        let (change, answer) = (Message::Update(&[1]), Message::Step2(&[2]));
        assert_eq!(door.receive(&encode(&change)), None);
        assert!(door.receive(&encode(&answer)).is_some());
        assert!(door.receive(&encode(&change)).is_some());
        door.set_writable(false);
        door.set_writable(true);
        assert_eq!(door.receive(&encode(&change)), None);
    }

    #[test]
    fn a_read_only_client_keeps_its_presence() {
        let mut door = StockDoor::new(false);
        assert_eq!(door.receive(&encode(&Message::Update(&[1]))), None);
        assert!(matches!(
            door.receive(&encode(&Message::Awareness(&[0]))),
            Some(Effect::Presence(_))
        ));
    }
}
