//! Journals as an application sees them: each item once, in order, without gaps.

use crate::sky::Sky;
use connvo_core::transcript::Chunk;
use serde_json::Value;
use std::collections::BTreeMap;

/// A follower of the transcript.
#[derive(Debug, Default)]
pub struct ChunkWatch {
    last: u64,
    /// By utterance: the last revision seen.
    pub chunks: BTreeMap<(String, String), Chunk>,
}

impl ChunkWatch {
    pub fn take(&mut self, sky: &mut Sky, reset: bool, items: Vec<Value>) {
        if reset {
            sky.breach("a follower of the transcript was made to start over");
        }
        for item in items {
            let chunk: Chunk = match serde_json::from_value(item) {
                Ok(chunk) => chunk,
                Err(error) => return sky.breach(format!("a chunk is not one: {error}")),
            };
            if chunk.sequence <= self.last {
                sky.breach(format!(
                    "chunk {} comes after {}",
                    chunk.sequence, self.last
                ));
            }
            self.last = chunk.sequence;
            let key = (
                chunk.fields.source_id.clone(),
                chunk.fields.segment_id.clone(),
            );
            self.chunks.insert(key, chunk);
        }
    }

    /// Whether it has seen all there is.
    pub fn unrest(&self, sky: &Sky) -> Option<String> {
        let head = sky.store.transcript_head;
        (self.last != head).then(|| format!("has chunk {} of {head}", self.last))
    }

    /// What it has folded is what is stored.
    pub fn conclude(&self, sky: &mut Sky) {
        let seen: Vec<&Chunk> = self.chunks.values().collect();
        let mut stored: Vec<&Chunk> = sky.store.chunks.values().collect();
        stored.sort_by_key(|chunk| (&chunk.fields.source_id, &chunk.fields.segment_id));
        if seen != stored {
            let what = format!(
                "a follower has {} chunks, the store {}",
                seen.len(),
                stored.len()
            );
            sky.breach(what);
        }
    }
}

/// Somebody who adds to the transcript: one call at a time, repeated until answered.
#[derive(Debug)]
pub struct Speaker {
    source: String,
    segments: u32,
    last: Vec<(u32, u32)>,
    /// The call under way.
    pub call: Option<Vec<connvo_core::transcript::ChunkDraft>>,
    /// Acknowledged: segment, revision, sequence.
    acknowledged: Vec<(String, u32, u64)>,
}

impl Speaker {
    pub fn new(source: String) -> Self {
        Self {
            source,
            segments: 0,
            last: Vec::new(),
            call: None,
            acknowledged: Vec::new(),
        }
    }

    /// Says something, or says something again in better words.
    pub fn speak(&mut self, sky: &mut Sky) -> bool {
        if self.call.is_some() || self.segments > 15 {
            return false;
        }
        let mut drafts = Vec::new();
        for _ in 0..sky.between(1, 3) {
            let again = sky.below(3) == 0 && !self.last.is_empty();
            let (segment, revision) = if again {
                let at = sky.below(self.last.len() as u64) as usize;
                self.last[at].1 += 1;
                self.last[at]
            } else {
                self.segments += 1;
                self.last.push((self.segments, 0));
                (self.segments, 0)
            };
            drafts.push(connvo_core::transcript::ChunkDraft {
                source_id: self.source.clone(),
                segment_id: segment.to_string(),
                utterance_id: None,
                revision,
                is_interim: false,
                text: format!("segment {segment} revision {revision}"),
                start_ms: 0,
                end_ms: 1,
                speaker: connvo_core::transcript::Speaker {
                    label: "Ada".into(),
                    user_id: None,
                    name: None,
                },
                confidence: None,
                language: None,
                words: Vec::new(),
            });
        }
        self.call = Some(drafts);
        true
    }

    /// The call is answered with these sequences.
    pub fn answered(&mut self, sky: &mut Sky, sequences: &[Option<u64>]) {
        let Some(drafts) = self.call.take() else {
            return;
        };
        if sequences.len() != drafts.len() {
            sky.breach("not every chunk is answered");
        }
        for (draft, sequence) in drafts.into_iter().zip(sequences) {
            if let Some(sequence) = sequence {
                self.acknowledged
                    .push((draft.segment_id, draft.revision, *sequence));
            }
        }
    }

    /// What was acknowledged is stored under its sequence, or was replaced.
    pub fn conclude(&self, sky: &mut Sky) {
        for (segment, revision, sequence) in &self.acknowledged {
            let found = sky.store.chunks.values().any(|chunk| {
                chunk.fields.source_id == self.source
                    && chunk.fields.segment_id == *segment
                    && (chunk.fields.revision > *revision
                        || chunk.fields.revision == *revision && chunk.sequence == *sequence)
            });
            if !found {
                sky.breach(format!(
                    "acknowledged chunk {segment}.{revision} is not at {sequence}"
                ));
            }
        }
    }
}
