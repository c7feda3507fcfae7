//! The transcript as a page shows it, folded from the journal: a revision takes the
//! place of what it revises, and an interim text stands until its final one comes.

use crate::json::Object;
use serde_json::Value;

/// Interim chunks shown at once. An utterance that never became final makes room.
pub const INTERIM: usize = 32;

/// How a list of chunks changed: at `at`, `remove` of them gave way to `insert`.
#[derive(Debug, Clone, PartialEq)]
pub struct Splice {
    /// Place in the list.
    pub at: usize,
    /// How many chunks go: none or one.
    pub remove: usize,
    /// What comes in their place: none or one.
    pub insert: Vec<Value>,
}

impl Splice {
    /// The splice as JSON: by hand, for the browser's module.
    #[must_use]
    pub fn into_json(self) -> Value {
        let mut object = Object::default();
        object.number("at", self.at as u64);
        object.number("remove", self.remove as u64);
        object.put("insert", Value::Array(self.insert)).value()
    }
}

/// Final chunks in the order spoken, and interim ones. The chunks stay the JSON that
/// they came as ([`super::Chunk`], [`super::ChunkDraft`]).
#[derive(Debug, Clone, Default)]
pub struct TranscriptView {
    chunks: Vec<Place>,
    interim: Vec<(Place, Value)>,
}

/// What tells chunks apart and orders them.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Place {
    start_ms: u64,
    sequence: u64,
    revision: u64,
    source: String,
    segment: String,
}

impl Place {
    /// The place of a chunk or draft; a draft has no sequence.
    fn of(chunk: &Value) -> Option<Self> {
        let number = |name: &str| chunk[name].as_u64();
        let text = |name: &str| chunk[name].as_str().map(str::to_owned);
        Some(Self {
            start_ms: number("startMs")?,
            sequence: number("sequence").unwrap_or(0),
            revision: number("revision").unwrap_or(0),
            source: text("sourceId")?,
            segment: text("segmentId")?,
        })
    }

    fn is_same(&self, other: &Self) -> bool {
        self.segment == other.segment && self.source == other.source
    }

    const fn order(&self) -> (u64, u64) {
        (self.start_ms, self.sequence)
    }
}

impl TranscriptView {
    /// What is being said: the latest interim chunk of each utterance.
    #[must_use]
    pub fn interim(&self) -> Vec<&Value> {
        self.interim.iter().map(|(_, draft)| draft).collect()
    }

    /// Forgets everything: the journal begins anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }

    /// Takes a final chunk; the splices, in order, do to a list of the final chunks
    /// (by start, then by sequence) what it does to the transcript.
    pub fn finalised(&mut self, chunk: Value) -> Vec<Splice> {
        let mut splices = Vec::new();
        let Some(place) = Place::of(&chunk) else {
            return splices;
        };
        self.interim
            .retain(|(draft, _)| !draft.is_same(&place) || draft.revision > place.revision);
        // What is revised was said lately: look from the end.
        if let Some(at) = self.chunks.iter().rposition(|old| old.is_same(&place)) {
            if self.chunks[at].sequence >= place.sequence {
                return splices;
            }
            self.chunks.remove(at);
            splices.push(Splice {
                at,
                remove: 1,
                insert: Vec::new(),
            });
        }
        let at = self
            .chunks
            .partition_point(|old| old.order() < place.order());
        self.chunks.insert(at, place);
        match splices.last_mut() {
            Some(splice) if splice.at == at => splice.insert.push(chunk),
            _ => splices.push(Splice {
                at,
                remove: 0,
                insert: vec![chunk],
            }),
        }
        splices
    }

    /// Takes an interim chunk; an empty text takes the one shown back. Whether anything is
    /// to be seen of it.
    pub fn spoken(&mut self, draft: Value) -> bool {
        let Some(place) = Place::of(&draft) else {
            return false;
        };
        let mut last = self.chunks.iter().rev().take(INTERIM);
        if last.any(|done| done.is_same(&place) && done.revision >= place.revision) {
            return false;
        }
        let taken_back = draft["text"].as_str() == Some("");
        let known = self.interim.iter().position(|(old, _)| old.is_same(&place));
        match known {
            Some(at) if self.interim[at].0.revision > place.revision => return false,
            Some(at) if taken_back => drop(self.interim.remove(at)),
            Some(at) => self.interim[at] = (place, draft),
            None if taken_back => return false,
            None => {
                if self.interim.len() == INTERIM {
                    self.interim.remove(0);
                }
                self.interim.push((place, draft));
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn draft(segment: &str, revision: u32, start_ms: u64) -> Value {
        json!({
            "sourceId": "mic", "segmentId": segment, "revision": revision, "text": format!("{segment}{revision}"),
            "startMs": start_ms, "endMs": start_ms + 1, "speaker": {"label": "Ada"}
        })
    }

    fn chunk(sequence: u64, segment: &str, revision: u32, start_ms: u64) -> Value {
        let mut chunk = draft(segment, revision, start_ms);
        chunk["sequence"] = sequence.into();
        chunk
    }

    #[test]
    fn chunks_stand_in_the_order_spoken_and_revisions_in_place() {
        let mut view = TranscriptView::default();
        let mut shown: Vec<Value> = Vec::new();
        for chunk in [
            chunk(1, "a", 0, 10),
            chunk(2, "c", 0, 30),
            chunk(3, "b", 0, 20),
            chunk(4, "a", 1, 10),
            chunk(5, "c", 1, 5),
        ] {
            for splice in view.finalised(chunk) {
                shown.splice(splice.at..splice.at + splice.remove, splice.insert);
            }
        }
        let texts: Vec<_> = shown.iter().map(|chunk| chunk["text"].as_str()).collect();
        assert_eq!(texts, [Some("c1"), Some("a1"), Some("b0")]);
    }

    #[test]
    fn a_chunk_seen_twice_changes_nothing() {
        let mut view = TranscriptView::default();
        assert_eq!(view.finalised(chunk(1, "a", 0, 10)).len(), 1);
        assert!(view.finalised(chunk(1, "a", 0, 10)).is_empty());
        assert!(view.finalised(json!({"sequence": 2})).is_empty());
    }

    #[test]
    fn earlier_chunks_come_before_and_revised_ones_do_not_come_back() {
        let mut view = TranscriptView::default();
        view.finalised(chunk(7, "c", 0, 30));
        view.finalised(chunk(8, "a", 1, 10));
        assert!(view.finalised(chunk(1, "a", 0, 10)).is_empty());
        assert_eq!(view.finalised(chunk(2, "b", 0, 20))[0].at, 1);
        assert!(view.finalised(chunk(7, "c", 0, 30)).is_empty());
    }

    #[test]
    fn the_final_text_ends_the_interim_one_and_late_interim_text_is_not_shown() {
        let mut view = TranscriptView::default();
        assert!(view.spoken(draft("a", 0, 10)));
        assert!(view.spoken(draft("a", 1, 10)));
        assert!(!view.spoken(draft("a", 0, 10)));
        assert_eq!(view.interim(), [&draft("a", 1, 10)]);
        view.finalised(chunk(1, "a", 2, 10));
        assert!(view.interim().is_empty());
        assert!(!view.spoken(draft("a", 1, 10)));
        assert!(!view.spoken(json!("x")));
    }

    #[test]
    fn an_empty_interim_text_takes_the_one_shown_back() {
        let mut view = TranscriptView::default();
        let empty = |revision| {
            let mut empty = draft("a", revision, 10);
            empty["text"] = "".into();
            empty
        };
        assert!(!view.spoken(empty(0)));
        view.spoken(draft("a", 1, 10));
        view.spoken(draft("b", 0, 10));
        assert!(!view.spoken(empty(0)), "what is older takes nothing back");
        assert!(view.spoken(empty(1)));
        assert_eq!(view.interim(), [&draft("b", 0, 10)]);
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
