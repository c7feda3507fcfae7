//! Undo and redo of one's own edits, while others edit the same text.
//!
//! A step back is the inverse of an own edit, kept as it must be to apply to the
//! present text: what others do passes through both stacks (`undo::stack`). Typing
//! without a pause is one step (`undo::typing`).
//!
//! Laws: a step only deletes what one's own edits inserted and only brings back what
//! they deleted; what others have deleted meanwhile is left out of it; a step of
//! which nothing is left is skipped.

mod stack;
mod typing;

use super::{Operation, Text};
use stack::Stack;
use typing::Typing;

/// The own edits of one replica that can be taken back, and those taken back.
#[derive(Debug, Clone, Default)]
pub struct UndoStack {
    undo: Stack,
    redo: Stack,
    typing: Option<Typing>,
}

impl UndoStack {
    /// No edits yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// An own edit was applied. `inverse` takes it back, as [`Operation::invert`] on
    /// the text before gives it; `now_ms` is in milliseconds since the Unix epoch.
    ///
    /// Not for the operations that [`undo`](Self::undo) and [`redo`](Self::redo) give.
    pub fn record(&mut self, edit: &Operation, inverse: Operation, now_ms: u64) {
        if edit.is_noop() {
            return;
        }
        self.redo.clear();
        let goes_on = self
            .typing
            .as_ref()
            .is_some_and(|typing| typing.goes_on(edit, now_ms));
        self.typing = Typing::after(edit, now_ms);
        if goes_on {
            self.undo.extend(inverse);
        } else {
            self.undo.push(inverse);
        }
    }

    /// An edit of somebody else was applied.
    pub fn remote(&mut self, operation: &Operation) {
        if operation.is_noop() {
            return;
        }
        self.undo.pass(operation);
        self.redo.pass(operation);
        if let Some(typing) = &mut self.typing {
            typing.pass(operation);
        }
    }

    /// The operation that takes the last own step back from `text`. The caller
    /// applies it. `None` when there is nothing left to take back.
    pub fn undo(&mut self, text: &Text) -> Option<Operation> {
        self.typing = None;
        step(&mut self.undo, &mut self.redo, text)
    }

    /// The operation that does again in `text` what was taken back last. The caller
    /// applies it. `None` when there is nothing to do again.
    pub fn redo(&mut self, text: &Text) -> Option<Operation> {
        self.typing = None;
        step(&mut self.redo, &mut self.undo, text)
    }

    /// Whether there is a step to take back.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is a step to do again.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// The next own edit begins a step of its own.
    pub fn end_step(&mut self) {
        self.typing = None;
    }
}

fn step(from: &mut Stack, to: &mut Stack, text: &Text) -> Option<Operation> {
    let operation = from.pop()?;
    // It fails only when the stack was not told of every edit: no step is safe then.
    let Ok(inverse) = operation.invert(text) else {
        from.clear();
        to.clear();
        return None;
    };
    to.push(inverse);
    Some(operation)
}
