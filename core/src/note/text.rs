//! The text of a note as browsers count it: UTF-16 code units.
//!
//! `gap` is the buffer below (edits cost the distance from the last one), `apply`
//! the one way to change a text, `units` counts and cuts strings in UTF-16 units.
//! Law: a [`Text`] is valid UTF-16 at all times, since every operation on it is
//! checked as a whole before anything changes.

mod apply;
mod gap;
mod units;

use std::fmt;

use gap::GapBuffer;
pub use units::{split_utf16, utf16_len};

/// A text addressed by UTF-16 code unit.
#[derive(Debug, Clone, Default)]
pub struct Text {
    units: GapBuffer,
}

impl Text {
    /// UTF-16 code units in it.
    pub fn len_utf16(&self) -> u32 {
        // Kept within a `u32` by `check` and by `From<&str>`.
        u32::try_from(self.units.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.units.len() == 0
    }

    /// The code unit at a position, `None` at the end and past it.
    pub fn unit(&self, at: u32) -> Option<u16> {
        self.units.get(at as usize)
    }

    /// Whether a cut at `at` would fall between the halves of a surrogate pair.
    pub fn splits_pair(&self, at: u32) -> bool {
        let low = |unit| (0xDC00..=0xDFFF).contains(&unit);
        // In valid UTF-16 a low half always follows its high half.
        self.unit(at).is_some_and(low)
    }

    /// The text from `from` up to `to`; `None` when that is out of range or cuts a
    /// surrogate pair.
    pub fn slice(&self, from: u32, to: u32) -> Option<String> {
        if from > to || to > self.len_utf16() || self.splits_pair(from) || self.splits_pair(to) {
            return None;
        }
        let mut out = String::with_capacity((to - from) as usize);
        for half in self.units.range(from as usize, to as usize) {
            out.extend(decode(half));
        }
        Some(out)
    }

    /// The code units, from the start.
    pub fn units(&self) -> impl Iterator<Item = u16> + '_ {
        let [front, back] = self.units.halves();
        front.iter().chain(back).copied()
    }

    /// FNV-1a, 64 bits, over the code units: the same on every platform.
    pub fn hash(&self) -> u64 {
        self.units().fold(0xcbf2_9ce4_8422_2325, |hash, unit| {
            (hash ^ u64::from(unit)).wrapping_mul(0x0100_0000_01b3)
        })
    }

    /// Bytes of memory that it holds.
    pub fn memory_bytes(&self) -> usize {
        self.units.capacity() * size_of::<u16>()
    }
}

/// The characters of one half of the buffer: the gap stands where an edit was, and
/// no edit cuts a pair, so each half is valid UTF-16.
fn decode(units: &[u16]) -> impl Iterator<Item = char> + '_ {
    char::decode_utf16(units.iter().copied())
        .map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Text past 4 294 967 295 bytes is left out.
impl From<&str> for Text {
    fn from(text: &str) -> Self {
        // There are never more units than bytes.
        let end = text.floor_char_boundary(u32::MAX as usize);
        Self {
            units: GapBuffer::from(text[..end].encode_utf16().collect::<Vec<u16>>()),
        }
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        use fmt::Write;
        for half in self.units.halves() {
            for char in decode(half) {
                f.write_char(char)?;
            }
        }
        Ok(())
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.units.len() == other.units.len() && self.units().eq(other.units())
    }
}

impl Eq for Text {}

impl PartialEq<str> for Text {
    fn eq(&self, other: &str) -> bool {
        self.units().eq(other.encode_utf16())
    }
}

impl PartialEq<&str> for Text {
    fn eq(&self, other: &&str) -> bool {
        self == *other
    }
}
