//! Transcript chunks: what is taken, what is stored, and in which bucket.

pub mod segment;
pub mod view;

use crate::error::{FieldError, Problem};
use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// Length of a storage bucket, in milliseconds.
pub const BUCKET_MS: u64 = 300_000;
/// Longest text of a chunk, in UTF-16 code units.
pub const TEXT_UTF16: usize = 4_000;
/// Most chunks in one call.
pub const CHUNKS_PER_CALL: usize = 50;
const LABEL_UTF16: usize = 100;
const KEY_BYTES: usize = 128;
/// 9999-12-31, in milliseconds since the Unix epoch.
const LATEST_MS: u64 = 253_402_300_799_999;

/// Who spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Speaker {
    /// The name shown.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub label: String,
    /// The person, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub user_id: Option<UserId>,
}

/// A chunk as a caller sends it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChunkDraft {
    /// Which recogniser speaks; 1 to 128 bytes.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub source_id: String,
    /// Which utterance of it; 1 to 128 bytes.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub segment_id: String,
    /// Which version of the utterance: a higher one replaces a lower one.
    #[serde(default)]
    pub revision: u32,
    /// Whether the text may still change. Interim chunks are relayed, never stored.
    #[serde(default)]
    pub is_interim: bool,
    /// What was said; 1 to 4 000 UTF-16 code units.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 4000))]
    pub text: String,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub start_ms: u64,
    /// Milliseconds since the Unix epoch, not before `startMs`.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub end_ms: u64,
    /// Who spoke.
    pub speaker: Speaker,
    /// The recogniser's confidence, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
    pub confidence: Option<f64>,
    /// BCP 47 tag, as `en-GB`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
}

/// A validated chunk, not yet stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewChunk(ChunkDraft);

impl NewChunk {
    /// The validated fields.
    #[must_use]
    pub const fn fields(&self) -> &ChunkDraft {
        &self.0
    }

    /// The validated fields, owned.
    #[must_use]
    pub fn into_fields(self) -> ChunkDraft {
        self.0
    }
}

/// A stored final chunk.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Chunk {
    /// Place in the meeting's transcript journal: 1, 2, 3 … without gaps.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub sequence: u64,
    /// The chunk's content.
    #[serde(flatten)]
    pub fields: ChunkDraft,
    /// Whether it replaces an earlier revision of the same utterance.
    pub revised: bool,
    /// Words in the text.
    pub word_count: u32,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub created_at: u64,
}

/// The start of the bucket that holds a chunk, in milliseconds since the Unix epoch.
#[must_use]
pub const fn bucket(start_ms: u64) -> u64 {
    start_ms - start_ms % BUCKET_MS
}

/// Words in a text: runs without blanks.
#[must_use]
pub fn word_count(text: &str) -> u32 {
    u32::try_from(text.split_whitespace().count()).unwrap_or(u32::MAX)
}

/// Checks one call's chunks.
///
/// # Errors
/// `VALIDATION_ERROR` naming every field that breaks a rule, as `/chunks/3/text`.
pub fn validate(drafts: Vec<ChunkDraft>) -> Result<Vec<NewChunk>, Problem> {
    if drafts.is_empty() || drafts.len() > CHUNKS_PER_CALL {
        return Err(Problem::field(
            "/chunks",
            format!(
                "{} chunks; 1 to {CHUNKS_PER_CALL} are taken in one call",
                drafts.len()
            ),
        ));
    }
    let mut errors = Vec::new();
    let chunks = drafts
        .into_iter()
        .enumerate()
        .map(|(at, draft)| check(draft, at, &mut errors))
        .collect();
    if errors.is_empty() {
        Ok(chunks)
    } else {
        Err(Problem::invalid(errors))
    }
}

fn check(mut draft: ChunkDraft, at: usize, errors: &mut Vec<FieldError>) -> NewChunk {
    let mut wrong = |field: &str, message: String| {
        errors.push(FieldError {
            pointer: format!("/chunks/{at}/{field}"),
            message,
        });
    };
    for (field, key) in [
        ("sourceId", &draft.source_id),
        ("segmentId", &draft.segment_id),
    ] {
        if key.is_empty() || key.len() > KEY_BYTES || key.contains('\0') {
            wrong(field, format!("1 to {KEY_BYTES} bytes are needed"));
        }
    }
    draft.text = draft.text.replace('\0', "");
    let length = draft.text.encode_utf16().count();
    if draft.text.trim().is_empty() || length > TEXT_UTF16 {
        wrong(
            "text",
            format!("1 to {TEXT_UTF16} UTF-16 code units are needed, {length} given"),
        );
    }
    if draft.end_ms < draft.start_ms || draft.end_ms > LATEST_MS {
        wrong(
            "endMs",
            "not before startMs, in milliseconds since the Unix epoch".into(),
        );
    }
    draft.speaker.label = draft.speaker.label.replace('\0', "");
    let label = draft.speaker.label.encode_utf16().count();
    if draft.speaker.label.trim().is_empty() || label > LABEL_UTF16 {
        wrong(
            "speaker/label",
            format!("1 to {LABEL_UTF16} UTF-16 code units are needed"),
        );
    }
    if draft.confidence.is_some_and(|c| !(0.0..=1.0).contains(&c)) {
        wrong("confidence", "between 0 and 1".into());
    }
    let tag = |l: &String| {
        !l.is_empty() && l.len() <= 35 && l.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    if !draft.language.as_ref().is_none_or(tag) {
        wrong("language", "a BCP 47 tag such as en-GB".into());
    }
    NewChunk(draft)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(text: &str) -> ChunkDraft {
        serde_json::from_value(serde_json::json!({
            "sourceId": "mic", "segmentId": "1", "text": text,
            "startMs": 310_000, "endMs": 311_000, "speaker": {"label": "Ada"}
        }))
        .unwrap()
    }

    #[test]
    fn every_bad_field_is_named() {
        let mut bad = draft("");
        bad.end_ms = 0;
        bad.confidence = Some(2.0);
        let problem = validate(vec![draft("fine"), bad]).unwrap_err();
        let pointers: Vec<_> = problem.errors.iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(
            pointers,
            ["/chunks/1/text", "/chunks/1/endMs", "/chunks/1/confidence"]
        );
    }

    #[test]
    fn text_is_measured_in_utf16_units() {
        assert!(validate(vec![draft(&"😀".repeat(2_000))]).is_ok());
        assert!(validate(vec![draft(&"😀".repeat(2_001))]).is_err());
    }

    #[test]
    fn buckets_are_five_minutes_long() {
        assert_eq!(bucket(310_000), 300_000);
    }
}
