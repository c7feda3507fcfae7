//! What each visible unit of the text is called, as far as it is known: runs of
//! consecutive ids, in two stacks that meet where the last change was.

use crate::note::Operation;
use crate::note::scan::Id;
use crate::note::text::utf16_len;

/// The author of units whose ids are not known; no ClientID is that large.
const UNKNOWN: u64 = u64::MAX;

#[derive(Debug, Clone, Copy)]
struct Run {
    client: u64,
    /// The first unit's clock; 0 where it is not known.
    clock: u32,
    len: u32,
}

#[derive(Debug, Default)]
pub(super) struct Ids {
    /// Runs before the meeting point, in order.
    left: Vec<Run>,
    /// Runs after it, the nearest last.
    right: Vec<Run>,
    /// Units before it.
    at: u32,
}

impl Ids {
    pub(super) fn unknown(len: u32) -> Self {
        let mut ids = Self {
            at: len,
            ..Self::default()
        };
        ids.push_left(Run {
            client: UNKNOWN,
            clock: 0,
            len,
        });
        ids
    }

    /// The ids of a range, as (ClientID, clock, length); `None` if one is not known.
    pub(super) fn named(&mut self, at: u32, len: u32) -> Option<Vec<(u64, u32, u32)>> {
        self.seek(at);
        let mut rest = len;
        let mut out = Vec::new();
        for run in self.right.iter().rev() {
            let take = run.len.min(rest);
            if run.client == UNKNOWN {
                return None;
            }
            out.push((run.client, run.clock, take));
            rest -= take;
            if rest == 0 {
                return Some(out);
            }
        }
        None
    }

    /// Moves along with a change of the text. What it inserts has the ids from `own`
    /// on, if they are known; answers the clock after them.
    pub(super) fn pass(&mut self, op: &Operation, own: Option<Id>) -> u32 {
        let (client, mut clock) = own.unwrap_or((UNKNOWN, 0));
        for edit in op.edits() {
            self.seek(edit.at);
            self.remove(edit.delete);
            let len = u32::try_from(utf16_len(edit.insert)).unwrap_or(u32::MAX);
            self.push_left(Run { client, clock, len });
            self.at += len;
            clock += if own.is_some() { len } else { 0 };
        }
        clock
    }

    fn remove(&mut self, mut len: u32) {
        while len > 0
            && let Some(run) = self.right.pop()
        {
            if run.len > len {
                self.right.push(run.from(len));
                return;
            }
            len -= run.len;
        }
    }

    fn seek(&mut self, at: u32) {
        while self.at > at
            && let Some(run) = self.left.pop()
        {
            let back = run.len.min(self.at - at);
            self.push_left(run.until(run.len - back));
            self.push_right(run.from(run.len - back));
            self.at -= back;
        }
        while self.at < at
            && let Some(run) = self.right.pop()
        {
            let on = run.len.min(at - self.at);
            self.push_right(run.from(on));
            self.push_left(run.until(on));
            self.at += on;
        }
    }

    fn push_left(&mut self, run: Run) {
        match self.left.last_mut() {
            _ if run.len == 0 => {}
            Some(last) if last.goes_on(&run) => last.len += run.len,
            _ => self.left.push(run),
        }
    }

    fn push_right(&mut self, run: Run) {
        match self.right.last_mut() {
            _ if run.len == 0 => {}
            Some(next) if run.goes_on(next) => {
                next.clock = run.clock;
                next.len += run.len;
            }
            _ => self.right.push(run),
        }
    }
}

impl Run {
    fn until(self, len: u32) -> Self {
        Self { len, ..self }
    }

    fn from(self, start: u32) -> Self {
        let known = if self.client == UNKNOWN { 0 } else { start };
        Self {
            clock: self.clock + known,
            len: self.len - start,
            ..self
        }
    }

    fn goes_on(&self, next: &Self) -> bool {
        self.client == next.client
            && (self.client == UNKNOWN || self.clock + self.len == next.clock)
    }
}
