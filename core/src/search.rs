//! Search over what was said, noted and written. The databases find documents that may
//! answer; what a word is ([`token`]), what a query means ([`query`]), which document
//! answers best ([`rank`]) and what is shown of it ([`snippet`]) is decided here, once, so
//! that every database gives the same answers.

pub mod query;
pub mod rank;
pub mod snippet;
pub mod token;

use crate::id::MeetingId;
use serde::{Deserialize, Serialize};

pub use query::{Clause, Query};
pub use snippet::Snippet;

/// What kind of text was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(rename = "SearchSource"))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Source {
    /// A segment of the transcript.
    Segment,
    /// A passage of the note.
    Note,
    /// A message of the chat.
    Message,
}

impl Source {
    /// Every source.
    pub const ALL: [Self; 3] = [Self::Segment, Self::Note, Self::Message];

    /// The source's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Segment => "segment",
            Self::Note => "note",
            Self::Message => "message",
        }
    }

    /// The source of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == name)
    }
}

/// Something found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SearchItem {
    /// In which meeting.
    pub meeting_id: MeetingId,
    /// What it is.
    pub source: Source,
    /// Which: a segment's or message's id, a passage's number in the note.
    pub source_id: String,
    /// Who said or wrote it, where one person did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub speaker: Option<String>,
    /// When it was said or written, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub start_ms: u64,
    /// When a segment ends, in milliseconds since the Unix epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional, type = "number"))]
    pub end_ms: Option<u64>,
    /// The piece of it that shows best why it was found.
    pub snippet: Snippet,
    /// How well it answers: more is better. Scores of one query alone can be compared.
    pub score: f64,
}

/// Longest passage of a note that is found as one, in UTF-16 code units.
pub const PASSAGE_UTF16: usize = 1_000;

/// A note in passages: paragraphs, short ones together, long ones cut between words. Where
/// each begins, in UTF-16 code units, and its text; none is blank.
#[must_use]
pub fn passages(note: &str) -> Vec<(u64, &str)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for line in note.split_inclusive('\n') {
        for piece in pieces(line) {
            let end = at + piece.len();
            match found.last_mut() {
                Some(last) if note[last.0..end].encode_utf16().count() <= PASSAGE_UTF16 => {
                    last.1 = end;
                }
                _ => found.push((at, end)),
            }
            at = end;
        }
    }
    let (mut units, mut counted) = (0, 0);
    let mut passage = |(from, to): (usize, usize)| {
        units += note[counted..from].encode_utf16().count() as u64;
        counted = from;
        (units, &note[from..to])
    };
    let all = found.into_iter().map(&mut passage);
    all.filter(|(_, text)| !text.trim().is_empty()).collect()
}

fn pieces(line: &str) -> Vec<&str> {
    let (mut pieces, mut begin, mut blank, mut units) = (Vec::new(), 0, None, 0);
    for (at, c) in line.char_indices() {
        if units + c.len_utf16() > PASSAGE_UTF16 {
            let end = blank.unwrap_or(at);
            pieces.push(&line[begin..end]);
            units = line[end..at].encode_utf16().count();
            (begin, blank) = (end, None);
        }
        units += c.len_utf16();
        if c.is_whitespace() {
            blank = Some(at + c.len_utf8());
        }
    }
    pieces.push(&line[begin..]);
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_is_found_by_its_passages() {
        let note = format!("😀 short\n\nalso short\n{}\nend", "word ".repeat(399));
        let found = passages(&note);
        let wide: Vec<u16> = note.encode_utf16().collect();
        for (at, text) in &found {
            let own: Vec<u16> = text.encode_utf16().collect();
            assert!(own.len() <= PASSAGE_UTF16);
            assert_eq!(wide[*at as usize..][..own.len()], own);
        }
        let all: String = found.iter().map(|(_, text)| *text).collect();
        assert_eq!(all, note);
        assert!(found[0].1.starts_with("😀 short\n\nalso short"));
        assert!(passages(" \n ").is_empty());
        assert_eq!(passages(&"x".repeat(2_500)).len(), 3);
    }
}
