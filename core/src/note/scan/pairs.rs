//! Surrogate pairs, by id: yrs writes U+FFFD into both halves of a pair that is
//! cut, and says so to nobody. So the ids of the low halves are kept, and a change
//! that begins, ends or is anchored between the halves is refused.

use super::error::ScanError;
use super::known::Known;
use super::reader::Reader;
use super::structs::{Content, Struct};
use std::collections::HashMap;

/// Ids of the low halves of the surrogate pairs of a document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pairs {
    /// In order, for each author; they nearly always come in it.
    low: HashMap<u64, Vec<u32>>,
}

impl Pairs {
    /// Whether the document has had no pair since it was loaded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.low.is_empty()
    }

    /// Adds the low half with this id.
    pub fn insert(&mut self, client: u64, clock: u32) {
        let clocks = self.low.entry(client).or_default();
        if let Err(at) = clocks.binary_search(&clock) {
            clocks.insert(at, clock);
        }
    }

    /// Whether this id is a low half: a cut before it splits a pair.
    #[must_use]
    pub fn cut_before(&self, client: u64, clock: u32) -> bool {
        self.low
            .get(&client)
            .is_some_and(|clocks| clocks.binary_search(&clock).is_ok())
    }

    /// Adds every pair of an update, or of a whole state, in form V1 that is trusted.
    pub fn collect(&mut self, update: &[u8]) {
        // What cannot be read holds no pair: trusted bytes are readable.
        let _ = self.read(&mut Reader::new(update));
    }

    fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), ScanError> {
        for _ in 0..reader.var_u32()? {
            let count = reader.var_u32()?;
            let client = reader.var_client()?;
            let mut clock = reader.var_u32()?;
            for _ in 0..count {
                let item = Struct::read(reader)?;
                if let Content::Text(text) = item.content
                    && item.non_bmp
                {
                    low_halves(text, clock, |at| self.insert(client, at));
                }
                clock = clock.saturating_add(item.len);
            }
        }
        Ok(())
    }

    /// Checks an update that [`super::scan`] has passed: nothing in it may fall
    /// between the halves of a pair of these or of its own (`own`, in order).
    pub fn check(&self, update: &[u8], own: &[(u64, u32)], known: &Known) -> Result<(), ScanError> {
        if self.is_empty() && own.is_empty() {
            return Ok(());
        }
        let cut = |client: u64, clock: u32| {
            self.cut_before(client, clock) || own.binary_search(&(client, clock)).is_ok()
        };
        let fine = |client: u64, clock: u32| {
            if cut(client, clock) {
                Err(ScanError::SplitsPair)
            } else {
                Ok(())
            }
        };
        let mut reader = Reader::new(update);
        for _ in 0..reader.var_u32()? {
            let count = reader.var_u32()?;
            let client = reader.var_client()?;
            let mut clock = reader.var_u32()?;
            // Where a resent, longer copy would be cut.
            fine(client, known.clock(client))?;
            for _ in 0..count {
                let item = Struct::read(&mut reader)?;
                fine(client, clock)?;
                if let Some((of, at)) = item.left {
                    fine(of, at.saturating_add(1))?;
                }
                if let Some((of, at)) = item.right {
                    fine(of, at)?;
                }
                clock = clock.saturating_add(item.len);
                if !matches!(item.content, Content::Text(_)) {
                    fine(client, clock)?;
                }
            }
        }
        for _ in 0..reader.var_u32()? {
            let client = reader.var_client()?;
            for _ in 0..reader.var_u32()? {
                let from = reader.var_u32()?;
                let len = reader.var_u32()?;
                fine(client, from)?;
                fine(client, from.saturating_add(len))?;
            }
        }
        Ok(())
    }
}

/// Calls `found` with the clock of the low half of every pair of `text`, whose
/// first unit has the clock `start`; answers the clock after its last unit.
pub(in crate::note) fn low_halves(text: &str, start: u32, mut found: impl FnMut(u32)) -> u32 {
    let mut clock = start;
    for character in text.chars() {
        if character.len_utf16() == 2 {
            found(clock.saturating_add(1));
            clock = clock.saturating_add(1);
        }
        clock = clock.saturating_add(1);
    }
    clock
}
