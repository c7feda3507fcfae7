//! What is known in memory of what is staged.

use super::{ALONG, MANY, MOST, New, OLD};
use connvo_core::id::MeetingId;
use connvo_core::transcript::Chunk;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;
use tokio::time::Instant;

/// One meeting's.
#[derive(Debug, Default)]
pub(super) struct Pile {
    head: u64,
    /// Each chunk and the row that holds it, by sequence.
    chunks: BTreeMap<u64, (Arc<Chunk>, i64)>,
    /// The sequence of each piece of speech, by source and segment.
    pieces: HashMap<(String, String), u64>,
    /// Sequences in the table that a staged revision replaces.
    replaced: Vec<u64>,
    put_at: Option<Instant>,
}

impl Pile {
    pub(super) const fn head(&self) -> u64 {
        self.head
    }

    pub(super) fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    pub(super) fn chunk(&self, source: &str, segment: &str) -> Option<Arc<Chunk>> {
        let piece = (source.to_owned(), segment.to_owned());
        let sequence = self.pieces.get(&piece)?;
        self.chunks
            .get(sequence)
            .map(|(chunk, _)| Arc::clone(chunk))
    }
}

/// What goes into the table of one meeting.
#[derive(Debug)]
pub(super) struct Out {
    pub(super) meeting: MeetingId,
    pub(super) head: u64,
    pub(super) chunks: Vec<Arc<Chunk>>,
    pub(super) replaced: Vec<u64>,
}

/// All meetings'.
#[derive(Debug, Default)]
pub(super) struct Staging {
    piles: HashMap<MeetingId, Pile>,
    /// How many chunks of a row are not in the table.
    rows: BTreeMap<i64, usize>,
    count: usize,
    /// Meetings with many chunks.
    many: Vec<MeetingId>,
    /// Meetings in the order in which they are to be looked at again.
    ages: VecDeque<(Instant, MeetingId)>,
}

impl Staging {
    pub(super) fn pile(&self, meeting: &MeetingId) -> Option<&Pile> {
        self.piles.get(meeting)
    }

    pub(super) fn all(&self) -> Vec<MeetingId> {
        let some = self.piles.iter().filter(|(_, pile)| !pile.is_empty());
        some.map(|(meeting, _)| meeting.clone()).collect()
    }

    /// Chunks of a commit are in a row.
    pub(super) fn put(&mut self, row: i64, chunks: Vec<New>) {
        let now = Instant::now();
        for New {
            meeting,
            chunk,
            replaces,
        } in chunks
        {
            let pile = self.piles.entry(meeting.clone()).or_insert_with(|| {
                self.ages.push_back((now, meeting.clone()));
                Pile::default()
            });
            if let Some(replaced) = replaces {
                match pile.chunks.remove(&replaced) {
                    Some((_, row)) => {
                        self.count -= 1;
                        leave(&mut self.rows, row);
                    }
                    None => pile.replaced.push(replaced),
                }
            }
            let (source, segment) = (&chunk.fields.source_id, &chunk.fields.segment_id);
            let piece = (source.clone(), segment.clone());
            pile.pieces.insert(piece, chunk.sequence);
            pile.head = chunk.sequence;
            pile.put_at = Some(now);
            pile.chunks.insert(chunk.sequence, (chunk, row));
            if pile.chunks.len() == MANY {
                self.many.push(meeting);
            }
            self.count += 1;
            *self.rows.entry(row).or_default() += 1;
        }
    }

    /// The meetings whose time has come. Those of which nothing was heard are forgotten.
    pub(super) fn due(&mut self) -> Vec<MeetingId> {
        let now = Instant::now();
        let mut due = std::mem::take(&mut self.many);
        for _ in 0..self.ages.len().min(ALONG) {
            let is_full = self.count >= MOST;
            let is_due = |entry: &mut (Instant, _)| is_full || now - entry.0 >= OLD;
            let Some((_, meeting)) = self.ages.pop_front_if(is_due) else {
                break;
            };
            let Some(pile) = self.piles.get(&meeting) else {
                continue;
            };
            if !pile.is_empty() {
                due.push(meeting.clone());
            } else if pile.put_at.is_none_or(|at| now - at >= OLD) {
                self.piles.remove(&meeting);
                continue;
            }
            self.ages.push_back((now, meeting));
        }
        due.sort_unstable();
        due.dedup();
        due.retain(|meeting| self.piles.get(meeting).is_some_and(|pile| !pile.is_empty()));
        due
    }

    /// What goes into the table of these meetings, and the first row that is needed then.
    pub(super) fn take_out(&self, meetings: &[MeetingId]) -> (Vec<Out>, Option<i64>) {
        let mut rows: BTreeMap<i64, usize> = BTreeMap::new();
        let mut piles = Vec::new();
        for meeting in meetings {
            let Some(pile) = self.piles.get(meeting) else {
                continue;
            };
            for (_, row) in pile.chunks.values() {
                *rows.entry(*row).or_default() += 1;
            }
            piles.push(Out {
                meeting: meeting.clone(),
                head: pile.head,
                chunks: pile
                    .chunks
                    .values()
                    .map(|(chunk, _)| Arc::clone(chunk))
                    .collect(),
                replaced: pile.replaced.clone(),
            });
        }
        let needed = self
            .rows
            .iter()
            .find(|(row, count)| rows.get(row).is_none_or(|gone| gone < *count));
        (piles, needed.map(|(row, _)| *row))
    }

    /// A meeting's chunks are in the table.
    pub(super) fn flushed(&mut self, meeting: &MeetingId) {
        let Some(pile) = self.piles.get_mut(meeting) else {
            return;
        };
        for (_, row) in std::mem::take(&mut pile.chunks).into_values() {
            self.count -= 1;
            leave(&mut self.rows, row);
        }
        pile.pieces.clear();
        pile.replaced.clear();
    }
}

/// One chunk less of a row.
fn leave(rows: &mut BTreeMap<i64, usize>, row: i64) {
    if let Some(count) = rows.get_mut(&row) {
        *count -= 1;
        if *count == 0 {
            rows.remove(&row);
        }
    }
}
