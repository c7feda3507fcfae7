//! Can the structs of an update be integrated completely, in some order?
//!
//! An item depends on its two origins. With one author it is a matter of clocks:
//! an own origin must be earlier. With several, structs may depend on each other
//! across authors; a ring of dependencies would stay pending for ever.

use super::error::ScanError;
use super::known::Known;
use super::structs::{Id, Struct};
use std::collections::HashMap;

/// Dependencies of the structs of several authors.
#[derive(Default)]
pub(super) struct Graph {
    several: bool,
    /// Author → index of its structs.
    authors: HashMap<u64, usize>,
    sections: Vec<Section>,
}

struct Section {
    /// The clock up to which it is integrated.
    done: u32,
    next: usize,
    /// Where each struct ends, and the unknown ids of others it depends on.
    structs: Vec<(u32, [Option<Id>; 2])>,
}

impl Section {
    fn is_done(&self) -> bool {
        self.next == self.structs.len()
    }
}

impl Graph {
    pub(super) fn begin(
        &mut self,
        client: u64,
        clock: u32,
        several: bool,
    ) -> Result<(), ScanError> {
        self.several = several;
        if several {
            let section = Section {
                done: clock,
                next: 0,
                structs: Vec::new(),
            };
            self.sections.push(section);
            let index = self.sections.len() - 1;
            if self.authors.insert(client, index).is_some() {
                return Err(ScanError::TooManyAuthors);
            }
        }
        Ok(())
    }

    pub(super) fn push(
        &mut self,
        known: &Known,
        client: u64,
        clock: u32,
        end: u32,
        item: &Struct<'_>,
    ) -> Result<(), ScanError> {
        if item.left.is_some() && item.left == item.right {
            return Err(ScanError::BadOrigin { client });
        }
        let mut foreign = [None, None];
        for (slot, origin) in foreign.iter_mut().zip([item.left, item.right]) {
            let Some((of, at)) = origin else { continue };
            let earlier = if of == client {
                at < clock
            } else {
                at < known.clock(of)
            };
            if earlier {
                continue;
            }
            if of == client || !self.several {
                if super::gaps_are_refused() {
                    return Err(ScanError::UnknownId {
                        client: of,
                        clock: at,
                    });
                }
                continue;
            }
            *slot = Some((of, at));
        }
        if let Some(section) = self.sections.last_mut() {
            section.structs.push((end, foreign));
        }
        Ok(())
    }

    /// Walks the structs in dependency order, as yrs will; every one must be reached.
    /// Each step down into a section integrates a struct there or fails: so it is
    /// linear.
    pub(super) fn check(&mut self, known: &Known) -> Result<(), ScanError> {
        let mut waiting = vec![false; self.sections.len()];
        for first in 0..self.sections.len() {
            let mut stack = vec![first];
            waiting[first] = true;
            while let Some(&at) = stack.last() {
                match self.blocked(at, known) {
                    Step::Done => {
                        stack.pop();
                        waiting[at] = false;
                    }
                    // Back to who waits for it: what follows here may wait in turn.
                    Step::Integrated if stack.len() > 1 => {
                        stack.pop();
                        waiting[at] = false;
                    }
                    Step::Integrated => {}
                    Step::Needs(id, None) => return Err(unknown(id)),
                    Step::Needs(id, Some(on)) if waiting[on] || self.sections[on].is_done() => {
                        return Err(unknown(id));
                    }
                    Step::Needs(_, Some(on)) => {
                        stack.push(on);
                        waiting[on] = true;
                    }
                }
            }
        }
        Ok(())
    }

    fn blocked(&mut self, at: usize, known: &Known) -> Step {
        let section = &self.sections[at];
        let Some((end, needs)) = section.structs.get(section.next) else {
            return Step::Done;
        };
        for (client, clock) in needs.iter().flatten() {
            let on = self.authors.get(client).copied();
            let reached = on.map_or(known.clock(*client), |on| self.sections[on].done);
            if *clock >= reached.max(known.clock(*client)) {
                return Step::Needs((*client, *clock), on);
            }
        }
        let end = *end;
        let section = &mut self.sections[at];
        section.done = end;
        section.next += 1;
        Step::Integrated
    }
}

enum Step {
    /// The section has no more structs.
    Done,
    /// One struct was integrated.
    Integrated,
    /// The next struct depends on an id, perhaps of another section.
    Needs(Id, Option<usize>),
}

fn unknown((client, clock): Id) -> ScanError {
    ScanError::UnknownId { client, clock }
}
