//! Two operations, one after the other, as one.

use super::parts::{Part, Parts};
use super::{Operation, OperationError};

impl Operation {
    /// The one operation that does what `self` and then `next` do.
    ///
    /// Fails when the lengths do not fit in a `u32`, or when `next` cuts a surrogate
    /// pair that `self` inserts.
    pub fn compose(&self, next: &Operation) -> Result<Operation, OperationError> {
        self.validate()?;
        next.validate()?;
        let mut out = Operation::with_capacity(self.components.len() + next.components.len());
        let (mut a, mut b) = (Parts::of(self), Parts::of(next));
        // Units of the text between the two, for the error alone.
        let mut between = 0;
        loop {
            match (a.peek(), b.peek()) {
                (None, None) => break,
                (Some(Part::Delete(units)), _) => {
                    out.push_delete(units);
                    a.advance();
                }
                (_, Some(Part::Insert(text, _))) => {
                    out.push_insert(text);
                    b.advance();
                }
                (None, Some(part)) => {
                    follow(&mut out, Part::Retain(part.units()), part);
                    b.advance();
                }
                (Some(part), None) => {
                    follow(&mut out, part, Part::Retain(part.units()));
                    a.advance();
                }
                (Some(first), Some(second)) => {
                    let units = first.units().min(second.units());
                    let (Some(first), Some(second)) = (a.take(units), b.take(units)) else {
                        let at = u32::try_from(between + units).unwrap_or(u32::MAX);
                        return Err(OperationError::SplitsPair { at });
                    };
                    follow(&mut out, first, second);
                    between += units;
                }
            }
        }
        out.validate()?;
        Ok(out.finish())
    }
}

/// What becomes of `first`, a retained or inserted piece, when `second` passes over it.
fn follow(out: &mut Operation, first: Part, second: Part) {
    match (first, second) {
        (Part::Insert(text, _), Part::Retain(_)) => out.push_insert(text),
        (Part::Retain(_), Part::Retain(units)) => out.push_retain(units),
        (Part::Retain(_), Part::Delete(units)) => out.push_delete(units),
        // Inserted and deleted again; the other pairs were met before.
        _ => {}
    }
}
