//! Building operations so that they are in normal form at every step.

use super::{Component, Operation};
use crate::note::text::utf16_len;

/// A length as a component holds it. It only saturates in an operation whose totals
/// are too long, and no one looks at the components of such a one.
fn narrow(units: u64) -> u32 {
    u32::try_from(units).unwrap_or(u32::MAX)
}

impl Operation {
    pub(super) fn with_capacity(components: usize) -> Self {
        Self {
            components: Vec::with_capacity(components),
            ..Self::default()
        }
    }

    pub(in crate::note) fn push_retain(&mut self, units: u64) {
        self.pending = self.pending.saturating_add(units);
    }

    pub(in crate::note) fn push_insert(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.write_pending();
        self.inserted = self.inserted.saturating_add(utf16_len(text));
        let end = self.components.len();
        match self.components.as_mut_slice() {
            [.., Component::Insert(last)] | [.., Component::Insert(last), Component::Delete(_)] => {
                last.push_str(text);
            }
            [.., Component::Delete(_)] => {
                self.components
                    .insert(end - 1, Component::Insert(text.to_owned()));
            }
            _ => self.components.push(Component::Insert(text.to_owned())),
        }
    }

    pub(in crate::note) fn push_delete(&mut self, units: u64) {
        if units == 0 {
            return;
        }
        self.write_pending();
        self.base = self.base.saturating_add(units);
        self.deleted = self.deleted.saturating_add(units);
        if let Some(Component::Delete(last)) = self.components.last_mut() {
            *last = narrow(u64::from(*last).saturating_add(units));
        } else {
            self.components.push(Component::Delete(narrow(units)));
        }
    }

    /// Takes a component as it came, from outside or from another operation.
    pub(super) fn push(&mut self, component: Component) {
        match component {
            Component::Retain(units) => self.push_retain(u64::from(units)),
            Component::Insert(text) => self.push_insert(&text),
            Component::Delete(units) => self.push_delete(u64::from(units)),
        }
    }

    /// Units of the base walked over so far, those not yet written out included.
    pub(super) fn walked(&self) -> u64 {
        self.base.saturating_add(self.pending)
    }

    /// Ends the building: what follows is retained anyway.
    pub(in crate::note) fn finish(mut self) -> Self {
        self.pending = 0;
        self
    }

    fn write_pending(&mut self) {
        if self.pending > 0 {
            self.base = self.base.saturating_add(self.pending);
            self.components
                .push(Component::Retain(narrow(self.pending)));
            self.pending = 0;
        }
    }
}

impl FromIterator<Component> for Operation {
    fn from_iter<I: IntoIterator<Item = Component>>(components: I) -> Self {
        let mut operation = Self::new();
        for component in components {
            operation.push(component);
        }
        operation.finish()
    }
}
