//! The guard before the CRDT: one iterative pass over the bytes of an update
//! (Yjs format V1), before anything decodes them.
//!
//! Decoding and applying a hostile update can overflow the stack, eat memory,
//! poison the document or silence an author, and nothing rolls it back. So an
//! update reaches the document only if this pass finds it lawful:
//!
//! - allowed content only: strings and deleted runs of the root text `content`;
//!   no other root, no nesting, no embeds, no formatting;
//! - no clock gap: every author's structs begin at or before what is known (a
//!   known prefix is fine: honest clients resend), so nothing is left pending;
//! - every origin is known, or comes earlier in an order in which the update can
//!   be integrated ([`order`]);
//! - sizes are bounded, so that a tiny run cannot push an author's clock far;
//! - no surrogate pair is cut ([`Pairs`]).
//!
//! Nothing here looks at the document: its cost is the length of the update.

mod error;
mod known;
mod order;
mod pairs;
mod reader;
mod structs;
#[cfg(not(target_family = "wasm"))]
mod write;

pub use error::ScanError;
pub use known::Known;
pub use pairs::Pairs;
pub(super) use pairs::low_halves;
#[cfg(not(target_family = "wasm"))]
pub(super) use structs::Id;
#[cfg(not(target_family = "wasm"))]
pub(super) use write::{lone_struct, write_deletes, write_insert};

use crate::limits::NoteLimits;
use crate::note::sort::sort;
use crate::planted::{self, Bug};
use order::Graph;
use reader::Reader;
use structs::{Content, Struct};

/// The only root a note has.
pub const ROOT: &str = "content";

/// Authors whose structs one update may carry.
const MAX_AUTHORS: u32 = 1024;
/// Clocks stay below this: yrs computes with signed 32-bit differences.
const MAX_CLOCK: u32 = 1 << 30;
/// One update may carry new deleted runs of this many times the longest text.
const DELETED_TIMES_TEXT: u32 = 8;

/// What a lawful update would do.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scanned {
    /// Authors whose clock moves, in order: (ClientID, known clock, clock afterwards).
    pub extends: Vec<(u64, u32, u32)>,
    /// Authors whose structs begin below what is known: a resend, or a forged id.
    pub repeats: Vec<u64>,
    /// New visible text, in UTF-16 code units (known prefixes not counted).
    pub inserted_utf16: u32,
    /// Ids named by the delete set, known ones and already deleted ones included.
    pub deleted_ids: u64,
    /// The delete set is not empty.
    pub deletes: bool,
    /// Text beyond the basic plane occurs (surrogate pairs in UTF-16).
    pub non_bmp: bool,
    /// Ids of the low halves of the surrogate pairs carried, in order: (ClientID, clock).
    pub pairs: Vec<(u64, u32)>,
}

impl Scanned {
    /// Whether the update can change a document at all.
    #[must_use]
    pub fn may_change(&self) -> bool {
        self.deletes || !self.extends.is_empty()
    }
}

/// Scans one update against what the document knows. `Ok` means that it decodes,
/// integrates completely and leaves nothing pending.
pub fn scan(update: &[u8], known: &Known, limits: &NoteLimits) -> Result<Scanned, ScanError> {
    if update.len() > limits.update_bytes {
        return Err(ScanError::TooLarge {
            bytes: update.len(),
            limit: limits.update_bytes,
        });
    }
    let mut reader = Reader::new(update);
    let mut pass = Pass {
        known,
        limits,
        scanned: Scanned::default(),
        deleted_new: 0,
        graph: Graph::default(),
    };
    pass.structs(&mut reader)?;
    pass.delete_set(&mut reader)?;
    if !reader.is_at_end() {
        return Err(ScanError::TrailingBytes);
    }
    Ok(pass.scanned)
}

/// Reads a state vector (V1): every author with its next expected clock.
pub fn read_state_vector(bytes: &[u8]) -> Result<Vec<(u64, u32)>, ScanError> {
    let mut reader = Reader::new(bytes);
    let count = reader.var_u32()?;
    let mut clocks = Vec::new();
    for _ in 0..count {
        clocks.push((reader.var_client()?, reader.var_u32()?));
    }
    if !reader.is_at_end() {
        return Err(ScanError::TrailingBytes);
    }
    Ok(clocks)
}

/// The texts that an update inserts, whatever else it hangs on.
pub fn inserted(update: &[u8]) -> Vec<String> {
    let mut texts = Vec::new();
    // What makes no sense ends it: the texts before it are all there are.
    let _ = read_inserted(update, &mut texts);
    texts
}

fn read_inserted(update: &[u8], texts: &mut Vec<String>) -> Result<(), ScanError> {
    let mut reader = Reader::new(update);
    for _ in 0..reader.var_u32()? {
        let count = reader.var_u32()?;
        let (_client, _clock) = (reader.var_client()?, reader.var_u32()?);
        for _ in 0..count {
            if let Content::Text(text) = Struct::read(&mut reader)?.content {
                texts.push(text.to_owned());
            }
        }
    }
    Ok(())
}

struct Pass<'a> {
    known: &'a Known,
    limits: &'a NoteLimits,
    scanned: Scanned,
    deleted_new: u64,
    graph: Graph,
}

impl Pass<'_> {
    fn structs(&mut self, reader: &mut Reader<'_>) -> Result<(), ScanError> {
        let authors = reader.var_u32()?;
        if authors > MAX_AUTHORS {
            return Err(ScanError::TooManyAuthors);
        }
        for _ in 0..authors {
            self.author(reader, authors > 1)?;
        }
        if gaps_are_refused() {
            self.graph.check(self.known)?;
        }
        sort(&mut self.scanned.extends);
        sort(&mut self.scanned.pairs);
        Ok(())
    }

    /// The structs of one author: a run of clocks without a hole.
    fn author(&mut self, reader: &mut Reader<'_>, several: bool) -> Result<(), ScanError> {
        let count = reader.var_u32()?;
        let client = reader.var_client()?;
        let mut clock = reader.var_u32()?;
        let known = self.known.clock(client);
        if count == 0 {
            return Err(ScanError::EmptyStruct);
        }
        if clock > known && gaps_are_refused() {
            return Err(ScanError::ClockGap {
                client,
                known,
                clock,
            });
        }
        if clock < known {
            self.scanned.repeats.push(client);
        }
        self.graph.begin(client, clock, several)?;
        for _ in 0..count {
            let item = Struct::read(reader)?;
            let end = clock
                .checked_add(item.len)
                .filter(|end| *end <= MAX_CLOCK)
                .ok_or(ScanError::ClockTooFar { client })?;
            self.content(client, clock, known, end, &item)?;
            self.graph.push(self.known, client, clock, end, &item)?;
            clock = end;
        }
        if clock > known {
            self.scanned.extends.push((client, known, clock));
        }
        Ok(())
    }

    fn content(
        &mut self,
        client: u64,
        clock: u32,
        known: u32,
        end: u32,
        item: &Struct<'_>,
    ) -> Result<(), ScanError> {
        let new = end.saturating_sub(known.max(clock));
        match item.content {
            // A skip says nothing; over unknown clocks it is a gap.
            Content::Skip if end > known && gaps_are_refused() => Err(ScanError::ClockGap {
                client,
                known,
                clock: end,
            }),
            Content::Skip => Ok(()),
            Content::Deleted => {
                self.deleted_new += u64::from(new);
                let limit = u64::from(self.limits.text_utf16) * u64::from(DELETED_TIMES_TEXT);
                if self.deleted_new > limit {
                    return Err(ScanError::ClockTooFar { client });
                }
                Ok(())
            }
            Content::Text(text) => {
                if text.contains('\0') {
                    return Err(ScanError::Nul);
                }
                self.scanned.inserted_utf16 = self
                    .scanned
                    .inserted_utf16
                    .checked_add(new)
                    .ok_or(ScanError::ClockTooFar { client })?;
                if item.non_bmp {
                    self.scanned.non_bmp = true;
                    pairs::low_halves(text, clock, |at| self.scanned.pairs.push((client, at)));
                }
                Ok(())
            }
        }
    }

    /// The delete set: ranges of ids, each known or brought by this update, in
    /// order and apart, no author twice.
    fn delete_set(&mut self, reader: &mut Reader<'_>) -> Result<(), ScanError> {
        let authors = reader.var_u32()?;
        let mut seen = Vec::new();
        for _ in 0..authors {
            let client = reader.var_client()?;
            let ranges = reader.var_u32()?;
            let state = self.clock_after(client);
            let mut last = 0;
            for _ in 0..ranges {
                let from = reader.var_u32()?;
                let len = reader.var_u32()?;
                let to = from.checked_add(len).ok_or(ScanError::BadDeleteSet)?;
                if len == 0 || from < last {
                    return Err(ScanError::BadDeleteSet);
                }
                if to > state && gaps_are_refused() {
                    return Err(ScanError::UnknownId { client, clock: to });
                }
                last = to;
                self.scanned.deletes = true;
                self.scanned.deleted_ids += u64::from(len);
            }
            seen.push(client);
        }
        sort(&mut seen);
        if seen.windows(2).any(|two| two[0] == two[1]) {
            return Err(ScanError::BadDeleteSet);
        }
        Ok(())
    }

    fn clock_after(&self, client: u64) -> u32 {
        let extends = &self.scanned.extends;
        match extends.binary_search_by_key(&client, |(id, _, _)| *id) {
            Ok(at) => extends[at].2,
            Err(_) => self.known.clock(client),
        }
    }
}

/// Planted bug of the simulation: this step removed, updates with missing
/// dependencies stay pending in the document.
fn gaps_are_refused() -> bool {
    !planted::is_on(Bug::GuardStepRemoved)
}
