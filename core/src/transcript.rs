//! Transcript chunks: what is taken, what is stored, and in which bucket. What providers
//! of recognition say is made chunks of in [`provider`], what people call the speakers is
//! [`speaker`]'s, what a file of it looks like [`export`]'s.

mod check;
pub mod export;
pub mod processed;
pub mod provider;
pub mod segment;
pub mod service;
pub mod speaker;
pub mod view;

pub use check::validate;

use crate::id::UserId;
use serde::{Deserialize, Serialize};

/// Length of a storage bucket, in milliseconds.
pub const BUCKET_MS: u64 = 300_000;
/// Longest text of a chunk, in UTF-16 code units.
pub const TEXT_UTF16: usize = 4_000;
/// Most chunks in one call.
pub const CHUNKS_PER_CALL: usize = 50;
/// Most words with times of their own in a chunk.
pub const WORDS: usize = 1_000;
/// Longest label and longest name of a speaker, in UTF-16 code units.
pub const LABEL_UTF16: usize = 100;

/// Who spoke.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Speaker {
    /// The name shown, until the meeting gives it another one.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 100))]
    pub label: String,
    /// The person, where known. Host and co-host name anybody; a participant only
    /// themselves. A label alone is nobody's: one microphone may hear many voices.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub user_id: Option<UserId>,
    /// What the meeting calls this label since it was renamed. Reads and exports give it;
    /// what a caller sends of it is not taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(read_only))]
    pub name: Option<String>,
}

impl Speaker {
    /// What is shown: the name given in the meeting, else the label.
    #[must_use]
    pub fn shown(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.label)
    }
}

/// A word of a chunk, and when it was said.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Word {
    /// The word as it is shown.
    #[cfg_attr(feature = "openapi", schema(min_length = 1))]
    pub text: String,
    /// Milliseconds since the Unix epoch, within the chunk.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub start_ms: u64,
    /// Milliseconds since the Unix epoch, not before `startMs`, within the chunk.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub end_ms: u64,
    /// The recogniser's confidence, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 1))]
    pub confidence: Option<f64>,
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
    /// Which piece of speech of it: what its revisions have in common; 1 to 128 bytes.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub segment_id: String,
    /// Of which utterance it is a part, where the recogniser makes several pieces of one;
    /// 1 to 128 bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub utterance_id: Option<String>,
    /// Which version of the piece: a higher one replaces a lower one, and a final one an
    /// interim one of the same.
    #[serde(default)]
    pub revision: u32,
    /// Whether the text may still change. Interim chunks are relayed, never stored.
    #[serde(default)]
    pub is_interim: bool,
    /// What was said; 1 to 4 000 UTF-16 code units. An empty interim text takes the
    /// interim one back.
    #[cfg_attr(feature = "openapi", schema(max_length = 4000))]
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
    /// When each word was said, in order; at most 1 000, together no longer than a text may be.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "ts", ts(as = "Option<Vec<Word>>"))]
    #[cfg_attr(feature = "openapi", schema(max_items = 1000))]
    pub words: Vec<Word>,
}

impl ChunkDraft {
    /// About how many bytes it holds.
    #[must_use]
    pub fn weight(&self) -> usize {
        let words = self.words.iter().map(|word| word.text.len() + 64);
        self.text.len() + words.sum::<usize>()
    }
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

#[cfg(test)]
mod tests;
