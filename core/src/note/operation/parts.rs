//! Reading an operation piece by piece, as compose and transform do.

use super::{Component, Operation};
use crate::note::text::{split_utf16, utf16_len};

/// What stands next in an operation: a component or what is left of one.
#[derive(Clone, Copy)]
pub(super) enum Part<'a> {
    Retain(u64),
    /// The text and its UTF-16 length.
    Insert(&'a str, u64),
    Delete(u64),
}

impl Part<'_> {
    pub(super) fn units(self) -> u64 {
        match self {
            Part::Retain(units) | Part::Insert(_, units) | Part::Delete(units) => units,
        }
    }
}

/// A reader over an operation. At its end there is nothing but retaining, without end.
pub(super) struct Parts<'a> {
    rest: std::slice::Iter<'a, Component>,
    head: Option<Part<'a>>,
}

impl<'a> Parts<'a> {
    pub(super) fn of(operation: &'a Operation) -> Self {
        let mut parts = Self {
            rest: operation.components.iter(),
            head: None,
        };
        parts.advance();
        parts
    }

    pub(super) fn peek(&self) -> Option<Part<'a>> {
        self.head
    }

    /// Steps over the whole of the present part.
    pub(super) fn advance(&mut self) {
        self.head = self.rest.next().map(|component| match component {
            Component::Retain(units) => Part::Retain(u64::from(*units)),
            Component::Insert(text) => Part::Insert(text, utf16_len(text)),
            Component::Delete(units) => Part::Delete(u64::from(*units)),
        });
    }

    /// Takes the first `units` of the present part, which has at least so many.
    /// `None` if that would cut a surrogate pair of an inserted text.
    pub(super) fn take(&mut self, units: u64) -> Option<Part<'a>> {
        let head = self.head?;
        if units >= head.units() {
            self.advance();
            return Some(head);
        }
        let (taken, left) = match head {
            Part::Retain(all) => (Part::Retain(units), Part::Retain(all - units)),
            Part::Delete(all) => (Part::Delete(units), Part::Delete(all - units)),
            Part::Insert(text, all) => {
                let (first, second) = split_utf16(text, units)?;
                (
                    Part::Insert(first, units),
                    Part::Insert(second, all - units),
                )
            }
        };
        self.head = Some(left);
        Some(taken)
    }
}
