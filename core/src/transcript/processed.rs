//! How far a transcript is put together into segments, laid over what is read of it. Nothing
//! of it is kept with a chunk.

use super::Chunk;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A stored chunk, and whether it is in the segments.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProcessedChunk {
    /// The chunk.
    #[serde(flatten)]
    pub chunk: Chunk,
    /// Whether it is in the segments as it is now.
    pub processed: bool,
    /// Why it is not, where that was tried and failed; null as well where it is only waiting.
    pub processing_error: Option<String>,
}

/// How far the segments of a transcript are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// The last sequence that was put into them.
    pub head: u64,
    /// Sequences of chunks that have changed since.
    pub changed: BTreeSet<u64>,
    /// Why the last attempt failed, where it did.
    pub failure: Option<String>,
}

impl Progress {
    /// A chunk with what this says of it.
    #[must_use]
    pub fn of(&self, chunk: Chunk) -> ProcessedChunk {
        let processed = chunk.sequence <= self.head && !self.changed.contains(&chunk.sequence);
        ProcessedChunk {
            processed,
            processing_error: self.failure.clone().filter(|_| !processed),
            chunk,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_came_or_changed_after_the_last_look_is_not_processed() {
        let chunk = |sequence: u64| -> Chunk {
            serde_json::from_value(json!({"sequence": sequence, "sourceId": "mic",
                "segmentId": "1", "text": "hi", "startMs": 0, "endMs": 1,
                "speaker": {"label": "Ada"}, "revised": false, "wordCount": 1, "createdAt": 0}))
            .unwrap()
        };
        let mut progress = Progress {
            head: 2,
            changed: BTreeSet::from([1]),
            failure: None,
        };
        let processed = |progress: &Progress| {
            [1, 2, 3].map(|sequence| {
                let read = progress.of(chunk(sequence));
                (read.processed, read.processing_error)
            })
        };
        assert_eq!(
            processed(&progress),
            [(false, None), (true, None), (false, None)]
        );
        progress.failure = Some("it failed".into());
        let failed = (false, Some("it failed".to_owned()));
        assert_eq!(processed(&progress), [failed.clone(), (true, None), failed]);
        let json = serde_json::to_value(Progress::default().of(chunk(1))).unwrap();
        assert_eq!(json["sequence"], 1);
        assert_eq!(json["processed"], false);
        assert!(json["processingError"].is_null() && json.get("processingError").is_some());
    }
}
