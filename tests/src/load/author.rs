//! One person's edits as Yjs updates (format V1), written by hand: the client
//! process is to spend its time on sockets, not in documents.
//!
//! A person works on text of their own: mostly at its end, sometimes in its
//! middle, and now and then taking something back. For the others in the meeting
//! it is one of several passages of the same note.

use connvo_core::protocol::varint;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

const ROOT: &str = "content";
const WORDS: [&str; 12] = [
    "the ", "agreed ", "by ", "Monday ", "and ", "a", "ti", "on", "next: ", "- ", "budget ", "\n",
];

/// Edits of one person, as one Yjs client.
#[derive(Debug)]
pub struct Author {
    client: u64,
    clock: u32,
    /// Own characters in document order: clock, and whether it is deleted.
    text: Vec<(u32, bool)>,
    random: Pcg64Mcg,
    deletes: bool,
}

impl Author {
    /// A person with this ClientID (53 bits). Without `deletes` every edit moves
    /// the clock, so that the bytes alone tell which edit it was.
    #[must_use]
    pub fn new(client: u64, deletes: bool) -> Self {
        Self {
            client,
            clock: 0,
            text: Vec::new(),
            random: Pcg64Mcg::seed_from_u64(client),
            deletes,
        }
    }

    /// The ClientID.
    #[must_use]
    pub const fn client(&self) -> u64 {
        self.client
    }

    /// The clock after the last edit: characters written so far.
    #[must_use]
    pub const fn clock(&self) -> u32 {
        self.clock
    }

    /// The next edit.
    pub fn edit(&mut self) -> Vec<u8> {
        let dice = self.random.random_range(0..100);
        if self.deletes && dice < 6 && self.text.len() > 8 {
            let found = self.text.iter().rposition(|(_, deleted)| !deleted);
            if let Some(at) = found {
                return self.delete(at);
            }
        }
        let at = if dice < 18 && !self.text.is_empty() {
            self.random.random_range(0..=self.text.len())
        } else {
            self.text.len()
        };
        let word = WORDS[self.random.random_range(0..WORDS.len())];
        self.insert(at, word)
    }

    /// Writes `text` (ASCII) at the end.
    pub fn append(&mut self, text: &str) -> Vec<u8> {
        self.insert(self.text.len(), text)
    }

    fn insert(&mut self, at: usize, text: &str) -> Vec<u8> {
        let left = at.checked_sub(1).map(|left| self.text[left].0);
        let right = self.text.get(at).map(|right| right.0);
        let mut out = vec![1, 1];
        varint::write(&mut out, self.client);
        varint::write(&mut out, u64::from(self.clock));
        // Content 4 is a string; the upper bits say which origins follow.
        out.push(4 | (u8::from(left.is_some()) << 7) | (u8::from(right.is_some()) << 6));
        for origin in [left, right].into_iter().flatten() {
            varint::write(&mut out, self.client);
            varint::write(&mut out, u64::from(origin));
        }
        if left.is_none() && right.is_none() {
            out.push(1);
            varint::write_bytes(&mut out, ROOT.as_bytes());
        }
        varint::write_bytes(&mut out, text.as_bytes());
        out.push(0);
        let length = text.len() as u32;
        let written = (self.clock..self.clock + length).map(|clock| (clock, false));
        self.text.splice(at..at, written);
        self.clock += length;
        out
    }

    fn delete(&mut self, at: usize) -> Vec<u8> {
        self.text[at].1 = true;
        let mut out = vec![0, 1];
        varint::write(&mut out, self.client);
        out.push(1);
        varint::write(&mut out, u64::from(self.text[at].0));
        out.push(1);
        out
    }
}

/// Whose clocks an update of such edits moves, and how far: (ClientID, clock
/// afterwards). `None` for anything that authors do not write.
#[must_use]
pub fn ends(mut update: &[u8]) -> Option<Vec<(u64, u32)>> {
    let input = &mut update;
    let mut ends = Vec::new();
    for _ in 0..varint::read(input)? {
        let structs = varint::read(input)?;
        let client = varint::read(input)?;
        let mut clock = varint::read(input)?;
        for _ in 0..structs {
            let (&info, rest) = input.split_first()?;
            *input = rest;
            let origins = u8::count_ones(info & 0xc0);
            for _ in 0..origins * 2 {
                varint::read(input)?;
            }
            if origins == 0 && varint::read(input)? == 1 {
                varint::read_bytes(input)?;
            }
            if info & 0x1f != 4 {
                return None;
            }
            clock += varint::read_str(input)?.len() as u64;
        }
        ends.push((client, u32::try_from(clock).ok()?));
    }
    Some(ends)
}

#[cfg(test)]
mod tests {
    use super::*;
    use connvo_core::limits::NoteLimits;
    use connvo_core::note::Document;
    use yrs::updates::decoder::Decode;
    use yrs::{Doc, GetString, Text, Transact, Update};

    #[test]
    fn edits_pass_the_guard_and_change_the_text() {
        let limits = NoteLimits::default();
        let mut document = Document::load(None, &[], 1, limits).unwrap();
        let peer = Doc::new();
        let text = peer.get_or_insert_text(ROOT);
        let mut authors = [Author::new((1 << 52) + 5, true), Author::new(6, true)];
        for round in 0..400 {
            let author = &mut authors[round % 2];
            let (client, update) = (author.client, author.edit());
            let moved = ends(&update).unwrap();
            if !moved.is_empty() {
                assert_eq!(moved, [(client, author.clock())]);
            }
            document.apply_updates(&[&update], Some(client)).unwrap();
            let decoded = Update::decode_v1(&update).unwrap();
            peer.transact_mut().apply_update(decoded).unwrap();
        }
        let reading = peer.transact();
        assert_eq!(document.text().to_string(), text.get_string(&reading));
        assert!(text.len(&reading) > 500);
    }
}
