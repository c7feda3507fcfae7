//! A gap buffer: the free room stands where the last edit was, so that the next one
//! near it moves little.

use std::ops::Range;

/// The least free room after growing, in code units.
const LEAST_GAP: usize = 64;

/// Code units with one gap among them.
#[derive(Debug, Clone, Default)]
pub(super) struct GapBuffer {
    /// The units before the gap, the gap, the units after it.
    room: Vec<u16>,
    gap: Range<usize>,
}

impl GapBuffer {
    pub(super) fn len(&self) -> usize {
        self.room.len() - self.gap.len()
    }

    pub(super) fn capacity(&self) -> usize {
        self.room.capacity()
    }

    pub(super) fn get(&self, at: usize) -> Option<u16> {
        let place = if at < self.gap.start {
            at
        } else {
            at.checked_add(self.gap.len())?
        };
        self.room.get(place).copied()
    }

    /// All units, as the piece before the gap and the piece after it.
    pub(super) fn halves(&self) -> [&[u16]; 2] {
        [&self.room[..self.gap.start], &self.room[self.gap.end..]]
    }

    /// The units of a range within bounds, in two pieces.
    pub(super) fn range(&self, from: usize, to: usize) -> [&[u16]; 2] {
        let [front, back] = self.halves();
        let cut = |at: usize| (at.min(front.len()), at.saturating_sub(front.len()));
        let ((front_from, back_from), (front_to, back_to)) = (cut(from), cut(to));
        [&front[front_from..front_to], &back[back_from..back_to]]
    }

    /// Takes `delete` units away at `at` and puts `insert` there; both within bounds.
    /// `units` is the UTF-16 length of `insert`.
    pub(super) fn splice(&mut self, at: usize, delete: usize, insert: &str, units: usize) {
        self.move_gap(at);
        self.gap.end += delete;
        if units > self.gap.len() {
            self.grow(units);
        }
        let end = self.gap.start + units;
        for (place, unit) in self.room[self.gap.start..end]
            .iter_mut()
            .zip(insert.encode_utf16())
        {
            *place = unit;
        }
        self.gap.start = end;
    }

    fn move_gap(&mut self, at: usize) {
        let Range { start, end } = self.gap;
        if at < start {
            let moved = start - at;
            self.room.copy_within(at..start, end - moved);
            self.gap = at..end - moved;
        } else if at > start {
            let moved = at - start;
            self.room.copy_within(end..end + moved, start);
            self.gap = at..end + moved;
        }
    }

    /// Widens the gap to `need` units at least, by half of the text so that many
    /// small inserts copy each unit a bounded number of times.
    fn grow(&mut self, need: usize) {
        let old_len = self.room.len();
        let more = need - self.gap.len() + (self.len() / 2).max(LEAST_GAP);
        self.room.reserve_exact(more);
        self.room.resize(old_len + more, 0);
        self.room
            .copy_within(self.gap.end..old_len, self.gap.end + more);
        self.gap.end += more;
    }
}

impl From<Vec<u16>> for GapBuffer {
    fn from(room: Vec<u16>) -> Self {
        let end = room.len();
        Self {
            room,
            gap: end..end,
        }
    }
}
