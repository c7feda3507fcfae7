//! Operational transformation over UTF-16 text.
//!
//! An [`Operation`] walks over a text from its start: it retains, inserts and
//! deletes, and what it does not reach it retains. `component` is one step of the
//! walk with its JSON form, `build` keeps the normal form, and `compose`,
//! `transform`, `invert` and `cursor` are the algebra. All of it is arithmetic on
//! lengths: its cost follows the number of components, never the lengths in them.
//!
//! The laws, for operations `a` and `b` on one text (`tests/ot.rs` holds them):
//! - `text·a·b == text·compose(a, b)`
//! - `compose(a, b.transform(a, Right)) == compose(b, a.transform(b, Left))`
//! - `text·a·invert(a) == text`
//! - an operation that is valid on a text never cuts a surrogate pair, and neither
//!   does anything that is composed of, transformed from or inverted from it.
//!
//! The server orders all operations of a note, so TP1 suffices; TP2 is not claimed.

mod build;
mod component;
mod compose;
mod cursor;
mod edits;
mod error;
mod invert;
mod parts;
mod transform;
mod wire;

pub use component::Component;
pub use cursor::Bias;
pub use edits::{Edit, Edits};
pub use error::OperationError;
pub use transform::Side;

/// A change of a text: a list of components in normal form.
///
/// Normal form: no empty component, neighbours of one kind merged, the insert
/// before the delete where both stand at one place, and no retain at the end. Two
/// operations that do the same to every text therefore compare equal.
///
/// Lengths are UTF-16 code units. An operation whose base or result would not fit
/// in a `u32` can be built, but everything that takes it refuses it with
/// [`OperationError::TooLong`].
#[derive(Debug, Clone, Default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(as = "Vec<Component>"))]
pub struct Operation {
    components: Vec<Component>,
    /// Units retained since the last component: written out when an edit follows.
    pending: u64,
    /// Units of the base that the components cover.
    base: u64,
    inserted: u64,
    deleted: u64,
}

impl Operation {
    /// The operation that changes nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Removes `delete` units at `at` and puts `insert` in their place.
    pub fn replace(at: u32, delete: u32, insert: &str) -> Self {
        Self::new().retain(at).insert(insert).delete(delete)
    }

    /// Steps over `units` UTF-16 code units.
    #[must_use]
    pub fn retain(mut self, units: u32) -> Self {
        self.push_retain(u64::from(units));
        self
    }

    /// Inserts `text` here.
    #[must_use]
    pub fn insert(mut self, text: &str) -> Self {
        self.push_insert(text);
        self
    }

    /// Deletes the next `units` UTF-16 code units.
    #[must_use]
    pub fn delete(mut self, units: u32) -> Self {
        self.push_delete(u64::from(units));
        self
    }

    /// The components, in normal form.
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// Whether it changes no text.
    pub fn is_noop(&self) -> bool {
        self.components.is_empty()
    }

    /// The shortest text it can be applied to, in UTF-16 code units.
    pub fn base_len(&self) -> u32 {
        u32::try_from(self.base).unwrap_or(u32::MAX)
    }

    /// By how many UTF-16 code units it makes a text longer (or shorter).
    pub fn delta(&self) -> i64 {
        let signed = |units: u64| i64::try_from(units).unwrap_or(i64::MAX);
        signed(self.inserted) - signed(self.deleted)
    }

    /// UTF-16 code units that it inserts.
    pub fn inserted(&self) -> u64 {
        self.inserted
    }

    /// UTF-16 code units that it deletes.
    pub fn deleted(&self) -> u64 {
        self.deleted
    }

    /// Refuses an operation whose base or shortest result is longer than `u32::MAX` units.
    pub fn validate(&self) -> Result<(), OperationError> {
        let result = self.base.saturating_sub(self.deleted);
        let units = self.base.max(result.saturating_add(self.inserted));
        if units > u64::from(u32::MAX) {
            return Err(OperationError::TooLong { units });
        }
        Ok(())
    }
}

/// Equal when they do the same: where a builder stands after its last edit is no part of it.
impl PartialEq for Operation {
    fn eq(&self, other: &Self) -> bool {
        self.base == other.base
            && self.inserted == other.inserted
            && self.components == other.components
    }
}

impl Eq for Operation {}
