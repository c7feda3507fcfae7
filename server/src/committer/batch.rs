//! What goes into one batch.

use super::Append;
use connvo_core::id::MeetingId;
use std::collections::{HashMap, VecDeque};

/// Most entries of one meeting in a batch.
const MEETING_ENTRIES: usize = 50;
/// Most bytes of one meeting in a batch, about.
const MEETING_BYTES: usize = 1 << 20;
/// Most entries in a batch.
const BATCH_ENTRIES: usize = 1_000;
/// Most bytes in a batch, about.
const BATCH_BYTES: usize = 8 << 20;

#[derive(Default, Clone, Copy)]
struct Share {
    entries: usize,
    bytes: usize,
}

impl Share {
    fn of(append: &Append) -> Self {
        let note = append.note.iter().flat_map(|note| &note.entries);
        let chunks = append.transcript.iter().flat_map(|batch| &batch.chunks);
        let mut share = Self::default();
        for entry in note {
            share.entries += 1;
            share.bytes += 200 + 3 * entry.update.len();
        }
        for chunk in chunks {
            share.entries += 1;
            share.bytes += 300 + chunk.fields().text.len();
        }
        for change in &append.chat {
            share.entries += 1;
            share.bytes += change.weight();
        }
        share
    }

    fn with(self, other: Self) -> Self {
        Self {
            entries: self.entries + other.entries,
            bytes: self.bytes + other.bytes,
        }
    }

    fn fits(self, entries: usize, bytes: usize) -> bool {
        self.entries <= entries && self.bytes <= bytes
    }
}

/// Takes the next batch off the queue. A meeting that has its share waits with all
/// the rest of its appends, so that their order stands. The first one always goes.
pub(super) fn gather<J>(waiting: &mut VecDeque<J>, append: impl Fn(&J) -> &Append) -> Vec<J> {
    let mut batch = Vec::new();
    let mut left = VecDeque::new();
    let mut total = Share::default();
    let mut shares: HashMap<MeetingId, Option<Share>> = HashMap::new();
    for job in waiting.drain(..) {
        let own = Share::of(append(&job));
        let meeting = shares
            .entry(append(&job).meeting.clone())
            .or_insert(Some(Share::default()));
        let with = meeting.map(|share| share.with(own)).filter(|with| {
            batch.is_empty()
                || with.fits(MEETING_ENTRIES, MEETING_BYTES)
                    && total.with(own).fits(BATCH_ENTRIES, BATCH_BYTES)
        });
        *meeting = with;
        if with.is_some() {
            total = total.with(own);
            batch.push(job);
        } else {
            left.push_back(job);
        }
    }
    *waiting = left;
    batch
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::committer::TranscriptBatch;
    use connvo_core::transcript::validate;

    fn append(meeting: u8, chunks: usize) -> Append {
        let draft = serde_json::json!({
            "sourceId": "s", "segmentId": "1", "text": "hi", "startMs": 0, "endMs": 0,
            "speaker": {"label": "Ada"},
        });
        let drafts = vec![serde_json::from_value(draft).unwrap(); chunks];
        Append {
            meeting: format!("0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d{meeting:02x}")
                .parse()
                .unwrap(),
            note: None,
            transcript: Some(TranscriptBatch {
                chunks: validate(drafts).unwrap(),
                created_at: 0,
            }),
            chat: Vec::new(),
            records: Vec::new(),
        }
    }

    #[test]
    fn a_meeting_beyond_its_share_waits_with_all_that_follows() {
        let queue = [append(1, 40), append(1, 20), append(2, 1), append(1, 1)];
        let mut waiting = VecDeque::from(queue);
        let first = gather(&mut waiting, |append| append);
        assert_eq!(first.len(), 2);
        assert_eq!(first[1].meeting, append(2, 1).meeting);
        assert_eq!(gather(&mut waiting, |append| append).len(), 2);
        assert!(waiting.is_empty());
    }
}
