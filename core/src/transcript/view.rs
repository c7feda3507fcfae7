//! The transcript as a page shows it, folded from the journal: a revision takes the
//! place of what it revises, and an interim text stands until its final one comes.

use super::{Chunk, ChunkDraft};
use serde::Serialize;

/// Interim chunks shown at once. An utterance that never became final makes room.
pub const INTERIM: usize = 32;

/// How a list of chunks changed: at `at`, `remove` of them gave way to `insert`.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Splice {
    /// Place in the list.
    pub at: usize,
    /// How many chunks go: none or one.
    pub remove: usize,
    /// What comes in their place: none or one.
    pub insert: Vec<Chunk>,
}

/// Final chunks in the order spoken, and interim ones.
#[derive(Debug, Clone, Default)]
pub struct TranscriptView {
    chunks: Vec<Chunk>,
    interim: Vec<ChunkDraft>,
}

fn same(a: &ChunkDraft, b: &ChunkDraft) -> bool {
    a.segment_id == b.segment_id && a.source_id == b.source_id
}

impl TranscriptView {
    /// Final chunks, by start and then by sequence.
    #[must_use]
    pub fn chunks(&self) -> &[Chunk] {
        &self.chunks
    }

    /// What is being said: the latest interim chunk of each utterance.
    #[must_use]
    pub fn interim(&self) -> &[ChunkDraft] {
        &self.interim
    }

    /// Forgets everything: the journal begins anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes a final chunk; the splices, in order, do the same to a copy of the list.
    pub fn finalised(&mut self, chunk: Chunk) -> Vec<Splice> {
        self.interim
            .retain(|draft| !same(draft, &chunk.fields) || draft.revision > chunk.fields.revision);
        let mut splices = Vec::new();
        // What is revised was said lately: look from the end.
        if let Some(at) = self
            .chunks
            .iter()
            .rposition(|old| same(&old.fields, &chunk.fields))
        {
            if self.chunks[at].sequence >= chunk.sequence {
                return splices;
            }
            self.chunks.remove(at);
            splices.push(Splice {
                at,
                remove: 1,
                insert: Vec::new(),
            });
        }
        let place = (chunk.fields.start_ms, chunk.sequence);
        let at = self
            .chunks
            .partition_point(|old| (old.fields.start_ms, old.sequence) < place);
        match splices.last_mut() {
            Some(splice) if splice.at == at => splice.insert.push(chunk.clone()),
            _ => splices.push(Splice {
                at,
                remove: 0,
                insert: vec![chunk.clone()],
            }),
        }
        self.chunks.insert(at, chunk);
        splices
    }

    /// Takes an interim chunk. Whether anything is to be seen of it.
    pub fn spoken(&mut self, draft: ChunkDraft) -> bool {
        let last = self.chunks.iter().rev().take(INTERIM);
        if last
            .into_iter()
            .any(|done| same(&done.fields, &draft) && done.fields.revision >= draft.revision)
        {
            return false;
        }
        match self.interim.iter_mut().find(|old| same(old, &draft)) {
            Some(old) if old.revision > draft.revision => return false,
            Some(old) => *old = draft,
            None => {
                if self.interim.len() == INTERIM {
                    self.interim.remove(0);
                }
                self.interim.push(draft);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn draft(segment: &str, revision: u32, start_ms: u64) -> ChunkDraft {
        serde_json::from_value(json!({
            "sourceId": "mic", "segmentId": segment, "revision": revision, "text": format!("{segment}{revision}"),
            "startMs": start_ms, "endMs": start_ms + 1, "speaker": {"label": "Ada"}
        }))
        .unwrap()
    }

    fn chunk(sequence: u64, segment: &str, revision: u32, start_ms: u64) -> Chunk {
        let fields = draft(segment, revision, start_ms);
        Chunk {
            sequence,
            fields,
            revised: revision > 0,
            word_count: 1,
            created_at: 0,
        }
    }

    fn texts(view: &TranscriptView) -> Vec<&str> {
        view.chunks()
            .iter()
            .map(|chunk| chunk.fields.text.as_str())
            .collect()
    }

    #[test]
    fn chunks_stand_in_the_order_spoken_and_revisions_in_place() {
        let mut view = TranscriptView::default();
        let mut copy: Vec<Chunk> = Vec::new();
        for chunk in [
            chunk(1, "a", 0, 10),
            chunk(2, "c", 0, 30),
            chunk(3, "b", 0, 20),
            chunk(4, "a", 1, 10),
            chunk(5, "c", 1, 5),
        ] {
            for splice in view.finalised(chunk) {
                copy.splice(splice.at..splice.at + splice.remove, splice.insert);
            }
        }
        assert_eq!(texts(&view), ["c1", "a1", "b0"]);
        assert_eq!(copy, view.chunks());
    }

    #[test]
    fn a_chunk_seen_twice_changes_nothing() {
        let mut view = TranscriptView::default();
        assert_eq!(view.finalised(chunk(1, "a", 0, 10)).len(), 1);
        assert!(view.finalised(chunk(1, "a", 0, 10)).is_empty());
    }

    #[test]
    fn the_final_text_ends_the_interim_one_and_late_interim_text_is_not_shown() {
        let mut view = TranscriptView::default();
        assert!(view.spoken(draft("a", 0, 10)));
        assert!(view.spoken(draft("a", 1, 10)));
        assert!(!view.spoken(draft("a", 0, 10)));
        assert_eq!(view.interim().len(), 1);
        view.finalised(chunk(1, "a", 2, 10));
        assert!(view.interim().is_empty());
        assert!(!view.spoken(draft("a", 1, 10)));
    }

    #[test]
    fn interim_chunks_are_bounded() {
        let mut view = TranscriptView::default();
        for n in 0..100 {
            view.spoken(draft(&n.to_string(), 0, n));
        }
        assert_eq!(view.interim().len(), INTERIM);
    }
}
