//! Segments: final chunks put together by who speaks and when. A segment ends where
//! somebody else speaks, after a pause, and before it grows too long; a chunk that is too
//! long by itself is cut between words, its time shared out by them. The same chunks give
//! the same segments, whenever and however often they are put together.

use super::{Chunk, Speaker, word_count};
use serde::{Deserialize, Serialize};

/// A longer pause ends a segment, in milliseconds.
pub const PAUSE_MS: u64 = 2_000;
/// Longest segment, in milliseconds.
pub const LENGTH_MS: u64 = 60_000;
/// Most words of a piece of a chunk whose times tell nothing: 60 s at 300 words a minute.
const PIECE_WORDS: usize = 300;

/// Where a segment begins: at a piece of a chunk. In this order segments follow each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// When the chunk begins, in milliseconds since the Unix epoch.
    pub chunk_ms: u64,
    /// The chunk's place in the transcript's journal.
    pub sequence: u64,
    /// Which piece of the chunk, from 0.
    pub piece: u32,
}

/// A segment, before it is looked into.
#[derive(Debug, Clone, PartialEq)]
pub struct Part {
    /// Where it begins.
    pub place: Place,
    /// Which utterance it begins with: its chunk's source and segment.
    pub utterance: (String, String),
    /// When it begins, in milliseconds since the Unix epoch.
    pub start_ms: u64,
    /// When it ends, in milliseconds since the Unix epoch.
    pub end_ms: u64,
    /// Who speaks.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
    /// Words in the text.
    pub word_count: u32,
    /// The recogniser's mean confidence, weighted by words; of those chunks that have one.
    pub confidence: Option<f64>,
    /// The language of the first chunk that names one.
    pub language: Option<String>,
    /// When the oldest of its chunks came, in milliseconds since the Unix epoch.
    pub created_at: u64,
    /// Words that have a confidence, and the sum of theirs.
    sure: (u32, f64),
}

/// A segment of a transcript.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Segment {
    /// Which segment: the same for as long as it begins with the same utterance.
    pub id: String,
    /// When it begins, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub start_ms: u64,
    /// When it ends, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub end_ms: u64,
    /// Who speaks in it.
    pub speakers: Vec<Speaker>,
    /// What is said.
    pub text: String,
    /// Words in the text.
    pub word_count: u32,
    /// The recogniser's mean confidence, 0 to 1, weighted by words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub confidence: Option<f64>,
    /// BCP 47 tag of the language, where the recogniser names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub language: Option<String>,
    /// Phrases that say what it is about, the most telling first.
    pub key_phrases: Vec<String>,
    /// Words that it comes back to, the most frequent first.
    pub topics: Vec<String>,
    /// From -1 (bad) to 1 (good); absent where the language is not English.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub sentiment: Option<f64>,
}

/// Puts chunks together, which come in the order of [`order`].
#[derive(Debug, Default)]
pub struct Builder {
    open: Option<Part>,
}

/// The order of chunks: by start, then by sequence.
#[must_use]
pub const fn order(chunk: &Chunk) -> (u64, u64) {
    (chunk.fields.start_ms, chunk.sequence)
}

impl Builder {
    /// Takes the next chunk; answers the segments that it ends.
    pub fn push(&mut self, chunk: &Chunk) -> Vec<Part> {
        let mut ended = Vec::new();
        for part in pieces(chunk) {
            match &mut self.open {
                Some(open) if open.takes(&part) => open.join(part),
                open => ended.extend(open.replace(part)),
            }
        }
        ended
    }

    /// Whether the segment that has not ended begins with this chunk, of [`order`].
    #[must_use]
    pub fn begins_with(&self, chunk: (u64, u64)) -> bool {
        let place = self.open.as_ref().map(|open| open.place);
        place.is_some_and(|at| at.piece == 0 && (at.chunk_ms, at.sequence) == chunk)
    }

    /// The segment that has not ended.
    #[must_use]
    pub fn finish(self) -> Option<Part> {
        self.open
    }
}

/// The segments of chunks, in whatever order.
#[must_use]
pub fn segments(mut chunks: Vec<Chunk>) -> Vec<Part> {
    chunks.sort_by_key(order);
    let mut builder = Builder::default();
    let mut parts: Vec<_> = chunks
        .iter()
        .flat_map(|chunk| builder.push(chunk))
        .collect();
    parts.extend(builder.finish());
    parts
}

impl Part {
    fn takes(&self, next: &Self) -> bool {
        self.speaker == next.speaker
            && next.start_ms <= self.end_ms.saturating_add(PAUSE_MS)
            && next.end_ms.max(self.end_ms) - self.start_ms <= LENGTH_MS
    }

    fn join(&mut self, next: Self) {
        self.end_ms = self.end_ms.max(next.end_ms);
        self.text.push(' ');
        self.text.push_str(&next.text);
        self.word_count = self.word_count.saturating_add(next.word_count);
        self.sure.0 = self.sure.0.saturating_add(next.sure.0);
        self.sure.1 += next.sure.1;
        self.confidence = (self.sure.0 > 0).then(|| self.sure.1 / f64::from(self.sure.0));
        self.language = self.language.take().or(next.language);
        self.created_at = self.created_at.min(next.created_at);
    }
}

/// A chunk as a part, or as several that are short enough.
fn pieces(chunk: &Chunk) -> Vec<Part> {
    let fields = &chunk.fields;
    let words: Vec<_> = fields.text.split_whitespace().collect();
    let length = fields.end_ms - fields.start_ms;
    let by_time = usize::try_from(length.div_ceil(LENGTH_MS)).unwrap_or(usize::MAX);
    let count = by_time
        .max(words.len().div_ceil(PIECE_WORDS))
        .clamp(1, words.len().max(1));
    let cut = |whole: u64, at: usize| whole * at as u64 / count as u64;
    let part = |at: usize| {
        let [from, to] = [at, at + 1].map(|at| words.len() * at / count);
        let text = words[from..to].join(" ");
        let said = word_count(&text);
        let sure = fields.confidence.map_or((0, 0.0), |confidence| {
            (said.max(1), confidence * f64::from(said.max(1)))
        });
        let start_ms = fields.start_ms + cut(length, at);
        // Words that are too few for their time are silence, for the most part.
        let end_ms = fields.start_ms + cut(length, at + 1);
        Part {
            place: Place {
                chunk_ms: fields.start_ms,
                sequence: chunk.sequence,
                piece: u32::try_from(at).unwrap_or(u32::MAX),
            },
            utterance: (fields.source_id.clone(), fields.segment_id.clone()),
            start_ms,
            end_ms: end_ms.min(start_ms.saturating_add(LENGTH_MS)),
            speaker: fields.speaker.clone(),
            word_count: said,
            text,
            confidence: fields.confidence,
            language: fields.language.clone(),
            created_at: chunk.created_at,
            sure,
        }
    };
    (0..count).map(part).collect()
}

#[cfg(test)]
mod tests;
