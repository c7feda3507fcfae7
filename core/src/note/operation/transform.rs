//! An operation as it must be after another one that was made at the same time.

use super::parts::{Part, Parts};
use super::{Operation, OperationError};

/// Which of two concurrent operations this one is: where both insert at one place,
/// the text of the left one comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Its text comes first.
    Left,
    /// Its text comes second.
    Right,
}

impl Side {
    /// The side of the other operation.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Side::Left => Side::Right,
            Side::Right => Side::Left,
        }
    }
}

impl Operation {
    /// `self` as it must be to apply after `other`, which was made on the same text.
    ///
    /// What both delete is deleted once; what one inserts within a range that the
    /// other deletes stays. Fails only when the lengths do not fit in a `u32`.
    pub fn transform(&self, other: &Operation, side: Side) -> Result<Operation, OperationError> {
        self.validate()?;
        other.validate()?;
        let mut out = Operation::with_capacity(self.components.len() + 2);
        let (mut a, mut b) = (Parts::of(self), Parts::of(other));
        while let Some(mine) = a.peek() {
            match (mine, b.peek()) {
                (Part::Insert(..), Some(Part::Insert(_, units))) if side == Side::Right => {
                    out.push_retain(units);
                    b.advance();
                }
                (Part::Insert(text, _), _) => {
                    out.push_insert(text);
                    a.advance();
                }
                (_, Some(Part::Insert(_, units))) => {
                    out.push_retain(units);
                    b.advance();
                }
                (mine, None) => {
                    keep(&mut out, mine, mine.units());
                    a.advance();
                }
                (mine, Some(theirs)) => {
                    let units = mine.units().min(theirs.units());
                    if matches!(theirs, Part::Retain(_)) {
                        keep(&mut out, mine, units);
                    }
                    // Only lengths are left here: taking a piece cannot fail.
                    a.take(units);
                    b.take(units);
                }
            }
        }
        out.validate()?;
        Ok(out.finish())
    }
}

/// Does to `units` of the text what `mine`, a retain or delete, does.
fn keep(out: &mut Operation, mine: Part, units: u64) {
    if matches!(mine, Part::Delete(_)) {
        out.push_delete(units);
    } else {
        out.push_retain(units);
    }
}
