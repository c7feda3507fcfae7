//! Segments: chunks put together, looked into, and kept beside the journal for search and
//! whatever else reads a transcript in pieces. [`crate::search::index`] puts them together.

pub mod routes;
pub mod store;

use connvo_core::id::MeetingId;
use connvo_core::search::token::{is_stop_word, tokens};
use connvo_core::transcript::segment::{Part, Place, Segment};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::LazyLock;
use vader_sentimental::SentimentIntensityAnalyzer;
use yake_rust::{Config, StopWords, get_n_best};

/// Most key phrases, and most topics, of a segment.
const MOST: usize = 5;
/// Shorter segments have no key phrases: there is nothing to weigh.
const WORDS: u32 = 8;

/// A segment, and what orders it among the others.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// Where it begins.
    pub place: Place,
    /// When the oldest of its chunks came, in milliseconds since the Unix epoch.
    pub created_at: u64,
    /// The segment.
    pub segment: Segment,
}

/// Looks into a part of a transcript: the same part always gives the same segment.
#[must_use]
pub fn segment(meeting: &MeetingId, part: Part) -> Stored {
    let english = part.language.as_deref().is_none_or(is_english);
    Stored {
        place: part.place,
        created_at: part.created_at,
        segment: Segment {
            id: id(meeting, &part),
            start_ms: part.start_ms,
            end_ms: part.end_ms,
            key_phrases: if english && part.word_count >= WORDS {
                key_phrases(&part.text)
            } else {
                Vec::new()
            },
            topics: topics(&part.text),
            sentiment: english.then(|| sentiment(&part.text)),
            speakers: vec![part.speaker],
            text: part.text,
            word_count: part.word_count,
            confidence: part.confidence,
            language: part.language,
        },
    }
}

fn is_english(tag: &str) -> bool {
    let main = tag.split('-').next();
    main.is_some_and(|main| main.eq_ignore_ascii_case("en"))
}

/// The utterance that a segment begins with, as a UUID (version 8): a revision of it is
/// the same segment.
fn id(meeting: &MeetingId, part: &Part) -> String {
    let mut hash = Sha256::new();
    let (source, utterance) = &part.utterance;
    let piece = part.place.piece.to_string();
    for name in [meeting.as_str(), source, utterance, &piece] {
        hash.update(name.len().to_be_bytes());
        hash.update(name);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash.finalize()[..16]);
    uuid::Builder::from_custom_bytes(bytes)
        .into_uuid()
        .to_string()
}

static COMMON: LazyLock<Option<StopWords>> = LazyLock::new(|| StopWords::predefined("en"));

/// By YAKE: of one to three words, the most telling first.
fn key_phrases(text: &str) -> Vec<String> {
    let Some(common) = &*COMMON else {
        return Vec::new();
    };
    let found = get_n_best(MOST, text, common, &Config::default());
    found.into_iter().map(|phrase| phrase.keyword).collect()
}

/// Words that are there at least twice in one form or another, the most frequent first;
/// each in the form that it has first.
fn topics(text: &str) -> Vec<String> {
    let mut counts: HashMap<String, (u32, usize, String)> = HashMap::new();
    for (at, token) in tokens(text).into_iter().enumerate() {
        let tells = token.word.chars().count() > 3 && !is_stop_word(&token.word);
        if tells && token.word.chars().all(char::is_alphabetic) {
            let first = (0, at, token.word);
            counts.entry(token.stem).or_insert(first).0 += 1;
        }
    }
    let mut all: Vec<_> = counts
        .into_values()
        .filter(|(count, ..)| *count > 1)
        .collect();
    all.sort_by_key(|(count, first, _)| (std::cmp::Reverse(*count), *first));
    all.truncate(MOST);
    all.into_iter().map(|(_, _, word)| word).collect()
}

/// By VADER, whose words are English: from -1 to 1, with three digits.
fn sentiment(text: &str) -> f64 {
    let compound = SentimentIntensityAnalyzer::new()
        .polarity_scores(text)
        .compound;
    if compound.is_finite() {
        (compound.clamp(-1.0, 1.0) * 1000.0).round() / 1000.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests;
