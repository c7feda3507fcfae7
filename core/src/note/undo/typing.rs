//! Which edits are one spell of typing, and so one step to take back.

use crate::note::Operation;
use crate::note::operation::Bias;
use crate::note::text::utf16_len;

/// A pause of so many milliseconds ends a spell.
const PAUSE_MS: u64 = 500;

/// A spell of typing: where its last edit ended, and when it was.
#[derive(Debug, Clone)]
pub(super) struct Typing {
    at: u32,
    last_ms: u64,
}

impl Typing {
    /// The spell that `edit` goes on with or begins. An edit in several places is none.
    pub(super) fn after(edit: &Operation, now_ms: u64) -> Option<Self> {
        let mut edits = edit.edits();
        let (only, None) = (edits.next()?, edits.next()) else {
            return None;
        };
        let at = u64::from(only.at) + utf16_len(only.insert);
        Some(Self {
            at: u32::try_from(at).ok()?,
            last_ms: now_ms,
        })
    }

    /// Whether `edit` is part of the spell: soon after it and touching its end, as
    /// typing on, erasing backwards and erasing forwards do.
    pub(super) fn goes_on(&self, edit: &Operation, now_ms: u64) -> bool {
        let mut edits = edit.edits();
        let (Some(only), None) = (edits.next(), edits.next()) else {
            return false;
        };
        let touches = only.base <= self.at && self.at - only.base <= only.delete;
        touches && now_ms.saturating_sub(self.last_ms) < PAUSE_MS
    }

    /// Takes in what somebody else did.
    pub(super) fn pass(&mut self, operation: &Operation) {
        self.at = operation.transform_cursor(self.at, Bias::Before);
    }
}
