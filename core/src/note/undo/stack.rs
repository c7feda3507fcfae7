//! Steps that apply one after the other: the last one to the present text, each
//! other one to the text that the step after it leaves.

use std::collections::VecDeque;

use crate::note::Operation;
use crate::note::operation::Side;

/// Steps kept; the oldest goes first.
const MOST_STEPS: usize = 200;

#[derive(Debug, Clone, Default)]
pub(super) struct Stack {
    steps: VecDeque<Operation>,
}

impl Stack {
    pub(super) fn is_empty(&self) -> bool {
        self.steps.iter().all(Operation::is_noop)
    }

    pub(super) fn clear(&mut self) {
        self.steps.clear();
    }

    pub(super) fn push(&mut self, step: Operation) {
        if self.steps.len() == MOST_STEPS {
            self.steps.pop_front();
        }
        self.steps.push_back(step);
    }

    /// The last step of which anything is left.
    pub(super) fn pop(&mut self) -> Option<Operation> {
        loop {
            let step = self.steps.pop_back()?;
            if !step.is_noop() {
                return Some(step);
            }
        }
    }

    /// Puts `inverse` before the last step, as one step with it.
    pub(super) fn extend(&mut self, inverse: Operation) {
        let Some(last) = self.steps.pop_back() else {
            return self.push(inverse);
        };
        match inverse.compose(&last) {
            // Kept even if nothing is left of it: typing may go on from here.
            Ok(both) => self.push(both),
            // Too long as one: two steps, then.
            Err(_) => {
                self.push(last);
                self.push(inverse);
            }
        }
    }

    /// Takes in what somebody else did to the present text.
    pub(super) fn pass(&mut self, operation: &Operation) {
        let mut theirs = operation.clone();
        let mut at = self.steps.len();
        while at > 0 && !theirs.is_noop() {
            at -= 1;
            let step = &self.steps[at];
            // On one side throughout, so that all steps still fit one on the other.
            let moved = step.transform(&theirs, Side::Right);
            let passed = theirs.transform(step, Side::Left);
            let (Ok(moved), Ok(passed)) = (moved, passed) else {
                // This step, and with it all below it, can no longer be told.
                self.steps.drain(..=at);
                return;
            };
            theirs = passed;
            self.steps[at] = moved;
        }
    }
}
