//! One person at a note, playing by operations: a copy of the text, what was typed
//! into it and not yet sent, and what the server has that the copy does not show yet.
//!
//! Law: copy ∘ unseen = the server's text at `version`, once what is typed is sent.
//! The copy shows another's change only when it is told to ([`Typist::see`]): a
//! trace says against which changes each of its own was made.

use super::ReplayError;
use super::input::Patch;
use connvo_core::note::{Component, Operation, OperationError, Side, Text};
use std::collections::VecDeque;

/// A change that the copy does not show yet.
struct Unseen {
    version: u64,
    operation: Operation,
}

/// One person's copy of the note.
pub(super) struct Typist {
    copy: Text,
    /// Whether a code point may be two UTF-16 code units in this copy.
    has_pairs: bool,
    typed: Operation,
    /// The server's version that `copy` ∘ `unseen` is.
    pub(super) version: u64,
    unseen: VecDeque<Unseen>,
}

impl From<OperationError> for ReplayError {
    fn from(error: OperationError) -> Self {
        Self::Trace(error.to_string())
    }
}

impl Typist {
    /// An empty copy of an empty note.
    pub(super) fn new() -> Self {
        Self {
            copy: Text::default(),
            has_pairs: false,
            typed: Operation::new(),
            version: 0,
            unseen: VecDeque::new(),
        }
    }

    /// Types a patch of the trace into the copy.
    pub(super) fn type_patch(&mut self, patch: &Patch) -> Result<(), ReplayError> {
        let Patch(at, deleted, inserted) = patch;
        let from = self.units(0, *at)?;
        let delete = self.units(from, *deleted)?;
        let operation = Operation::replace(from, delete, inserted);
        self.copy.apply(&operation)?;
        self.has_pairs |= has_pairs(inserted);
        self.typed = self.typed.compose(&operation)?;
        Ok(())
    }

    /// The length in UTF-16 code units of `points` code points after `from`.
    fn units(&self, from: u32, points: u32) -> Result<u32, ReplayError> {
        if !self.has_pairs {
            return Ok(points);
        }
        let mut at = from;
        for _ in 0..points {
            at += match self.copy.unit(at) {
                Some(0xD800..=0xDBFF) => 2,
                Some(_) => 1,
                None => return Err(ReplayError::Trace("a patch beyond the end".into())),
            };
        }
        Ok(at - from)
    }

    /// Whether something waits to be sent.
    pub(super) fn has_typed(&self) -> bool {
        !self.typed.is_noop()
    }

    /// Takes what was typed, as an operation against `version`.
    pub(super) fn take_typed(&mut self) -> Result<Operation, ReplayError> {
        let mut own = std::mem::take(&mut self.typed);
        for unseen in &mut self.unseen {
            // What is in the log comes first where both insert, as on the server.
            let theirs = unseen.operation.transform(&own, Side::Left)?;
            own = own.transform(&unseen.operation, Side::Right)?;
            unseen.operation = theirs;
        }
        Ok(own)
    }

    /// What was sent, as an operation against `version`, is in the log as
    /// `accepted`, after these changes of others.
    pub(super) fn sent(
        &mut self,
        sent: Operation,
        others: Vec<(u64, Operation)>,
        accepted: u64,
    ) -> Result<(), ReplayError> {
        let mut own = sent;
        for (version, theirs) in others {
            let operation = theirs.transform(&own, Side::Left)?;
            own = own.transform(&theirs, Side::Right)?;
            self.unseen.push_back(Unseen { version, operation });
        }
        self.version = accepted;
        Ok(())
    }

    /// Hears of another's change, without showing it yet.
    pub(super) fn hear(&mut self, version: u64, operation: Operation) {
        self.unseen.push_back(Unseen { version, operation });
        self.version = version;
    }

    /// Shows all changes of others up to a version.
    pub(super) fn see(&mut self, upto: u64) -> Result<(), ReplayError> {
        while let Some(unseen) = self.unseen.front()
            && unseen.version <= upto
        {
            // Before `typed` was typed the copy was the base of `unseen`.
            let theirs = unseen.operation.transform(&self.typed, Side::Left)?;
            self.typed = self.typed.transform(&unseen.operation, Side::Right)?;
            self.copy.apply(&theirs)?;
            self.has_pairs |= theirs
                .components()
                .iter()
                .any(|component| matches!(component, Component::Insert(text) if has_pairs(text)));
            self.unseen.pop_front();
        }
        Ok(())
    }

    /// The copy's text.
    pub(super) fn text(&self) -> String {
        self.copy.to_string()
    }
}

fn has_pairs(text: &str) -> bool {
    text.chars().any(|c| c.len_utf16() == 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patch(at: u32, deleted: u32, inserted: &str) -> Patch {
        Patch(at, deleted, inserted.into())
    }

    #[test]
    fn positions_in_code_points_become_utf16_units() {
        let mut ada = Typist::new();
        ada.type_patch(&patch(0, 0, "a😀b")).unwrap();
        ada.type_patch(&patch(2, 1, "😀c")).unwrap();
        ada.type_patch(&patch(1, 1, "")).unwrap();
        assert_eq!(ada.text(), "a😀c");
        assert!(ada.type_patch(&patch(9, 0, "x")).is_err());
    }

    /// Two people and a log, by hand: what each sends fits what the log gives.
    #[test]
    fn a_copy_that_has_seen_everything_is_the_text_of_the_log() {
        let (mut ada, mut bob, mut log) = (Typist::new(), Typist::new(), Text::default());
        ada.type_patch(&patch(0, 0, "hello")).unwrap();
        let first = ada.take_typed().unwrap();
        log.apply(&first).unwrap();
        ada.sent(first.clone(), Vec::new(), 1).unwrap();
        bob.hear(1, first);
        bob.see(1).unwrap();
        // Both type against "hello"; Ada's is in the log first.
        ada.type_patch(&patch(5, 0, " Ada")).unwrap();
        bob.type_patch(&patch(5, 0, " Bob")).unwrap();
        let by_ada = ada.take_typed().unwrap();
        log.apply(&by_ada).unwrap();
        ada.sent(by_ada.clone(), Vec::new(), 2).unwrap();
        let by_bob = bob.take_typed().unwrap();
        let logged = by_bob.transform(&by_ada, Side::Right).unwrap();
        log.apply(&logged).unwrap();
        bob.sent(by_bob, vec![(2, by_ada)], 3).unwrap();
        // Bob types on before he sees what Ada wrote.
        bob.type_patch(&patch(9, 0, "!")).unwrap();
        bob.see(2).unwrap();
        let more = bob.take_typed().unwrap();
        log.apply(&more).unwrap();
        bob.sent(more.clone(), Vec::new(), 4).unwrap();
        ada.hear(3, logged);
        ada.hear(4, more);
        ada.see(4).unwrap();
        assert_eq!(log.to_string(), "hello Ada Bob!");
        assert_eq!(ada.text(), log.to_string());
        assert_eq!(bob.text(), log.to_string());
    }
}
