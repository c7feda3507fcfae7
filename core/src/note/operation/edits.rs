//! An operation as editors and documents want it: one replacement after the other.

use super::{Component, Operation};
use crate::note::text::utf16_len;

/// One place that an operation changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edit<'a> {
    /// Where, in UTF-16 code units of the text before the operation.
    pub base: u32,
    /// Where, in UTF-16 code units of the text with all earlier edits made.
    pub at: u32,
    /// UTF-16 code units that go.
    pub delete: u32,
    /// The text that comes in their place.
    pub insert: &'a str,
}

/// The edits of an operation, from the start of the text to its end.
pub struct Edits<'a> {
    rest: std::iter::Peekable<std::slice::Iter<'a, Component>>,
    base: u64,
    at: u64,
}

impl Operation {
    /// The edits, from the start of the text to its end. Made one after the other at
    /// their `at`, they do what the operation does.
    pub fn edits(&self) -> Edits<'_> {
        Edits {
            rest: self.components.iter().peekable(),
            base: 0,
            at: 0,
        }
    }
}

impl<'a> Iterator for Edits<'a> {
    type Item = Edit<'a>;

    fn next(&mut self) -> Option<Edit<'a>> {
        while let Some(Component::Retain(units)) = self.rest.peek() {
            self.base += u64::from(*units);
            self.at += u64::from(*units);
            self.rest.next();
        }
        let mut edit = Edit {
            base: u32::try_from(self.base).unwrap_or(u32::MAX),
            at: u32::try_from(self.at).unwrap_or(u32::MAX),
            delete: 0,
            insert: "",
        };
        self.rest.peek()?;
        if let Some(Component::Insert(text)) = self.rest.peek() {
            edit.insert = text;
            self.at += utf16_len(text);
            self.rest.next();
        }
        if let Some(Component::Delete(units)) = self.rest.peek() {
            edit.delete = *units;
            self.base += u64::from(*units);
            self.rest.next();
        }
        Some(edit)
    }
}
