//! Messages of the y-websocket protocol, and of Hocuspocus, which puts the
//! document's name before each and adds some of its own.

use connvo_core::protocol::varint;

/// A message from the server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Heard<'a> {
    /// What the server has: it asks for the rest.
    Step1,
    /// What the client lacked: it is in step.
    Step2,
    /// A change.
    Update(&'a [u8]),
    /// Hocuspocus: the token is good.
    Admitted,
    /// Hocuspocus: the client's oldest unanswered change was taken.
    Taken,
    /// Presence, or something else of no concern.
    Other,
}

/// Writes messages, each behind the document's name where there is one.
#[derive(Debug)]
pub(super) struct Wire {
    name: Option<String>,
}

impl Wire {
    pub(super) const fn new(name: Option<String>) -> Self {
        Self { name }
    }

    /// Whether the server wants a token before anything else.
    pub(super) const fn signs_in(&self) -> bool {
        self.name.is_some()
    }

    fn message(&self, head: &[u64], body: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(body.len() + 40);
        if let Some(name) = &self.name {
            varint::write_bytes(&mut out, name.as_bytes());
        }
        for number in head {
            varint::write(&mut out, *number);
        }
        varint::write_bytes(&mut out, body);
        out
    }

    /// "This is what I have": nothing.
    pub(super) fn step1(&self) -> Vec<u8> {
        self.message(&[0, 0], &[0])
    }

    /// "This is what you lack": nothing.
    pub(super) fn step2(&self) -> Vec<u8> {
        self.message(&[0, 1], &[0, 0])
    }

    /// A change.
    pub(super) fn update(&self, update: &[u8]) -> Vec<u8> {
        self.message(&[0, 2], update)
    }

    /// Hocuspocus's sign-in.
    pub(super) fn token(&self, token: &str) -> Vec<u8> {
        self.message(&[2, 0], token.as_bytes())
    }

    /// Reads a message; `None` when it makes no sense.
    pub(super) fn read<'a>(&self, mut input: &'a [u8]) -> Option<Heard<'a>> {
        if self.name.is_some() {
            varint::read_bytes(&mut input)?;
        }
        match varint::read(&mut input)? {
            0 | 4 => {
                let step = varint::read(&mut input)?;
                let body = varint::read_bytes(&mut input)?;
                match step {
                    0 => Some(Heard::Step1),
                    1 => Some(Heard::Step2),
                    2 => Some(Heard::Update(body)),
                    _ => None,
                }
            }
            2 if self.signs_in() => match varint::read(&mut input)? {
                2 => Some(Heard::Admitted),
                _ => None,
            },
            8 if self.signs_in() => match varint::read(&mut input)? {
                1 => Some(Heard::Taken),
                _ => None,
            },
            _ => Some(Heard::Other),
        }
    }
}
