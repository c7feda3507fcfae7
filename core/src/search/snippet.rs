//! The piece of a text that shows best why it was found.

use super::query::{Clause, Query};
use super::token::{Token, tokens};
use serde::{Deserialize, Serialize};
use std::collections::HashSet;

/// Longest snippet but for the marks where it was cut, in UTF-16 code units.
pub const SNIPPET_UTF16: usize = 240;
/// Where something was left out.
const CUT: &str = "…";

/// A piece of a text, and where in it stands what was looked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Snippet {
    /// The piece: plain text, `…` where something was left out.
    pub text: String,
    /// What was found in it: begin and end of each place, in UTF-16 code units, in order
    /// and apart from each other.
    pub highlights: Vec<[u32; 2]>,
}

/// The piece of `text` that has most of what `query` asks for.
#[must_use]
pub fn snippet(text: &str, query: &Query) -> Snippet {
    let words = tokens(text);
    let found = marks(&words, query);
    let lengths: Vec<usize> = words
        .iter()
        .map(|token| text[token.range.clone()].encode_utf16().count())
        .collect();
    let first = best(text, &words, &lengths, &found, query);
    let begin = if first == 0 {
        0
    } else {
        words[first].range.start
    };
    let end = end_of(text, begin, &words);
    let mut piece = Snippet::default();
    if begin > 0 {
        piece.text.push_str(CUT);
    }
    let shift = units(&piece.text);
    for (token, _) in words.iter().zip(&found).filter(|(_, found)| **found) {
        let Token { range, .. } = token;
        if range.start >= begin && range.end <= end {
            let at = shift + units(&text[begin..range.start]);
            piece
                .highlights
                .push([at, at + units(&text[range.clone()])]);
        }
    }
    piece.text.push_str(&text[begin..end]);
    if end < text.trim_end().len() {
        piece.text.push_str(CUT);
    }
    piece
}

fn units(text: &str) -> u32 {
    u32::try_from(text.encode_utf16().count()).unwrap_or(u32::MAX)
}

/// Where a snippet that begins at `begin` ends: behind a word, if there is one.
fn end_of(text: &str, begin: usize, words: &[Token]) -> usize {
    let (mut room, mut end) = (SNIPPET_UTF16, text.len());
    for (at, c) in text[begin..].char_indices() {
        if c.len_utf16() > room {
            end = begin + at;
            break;
        }
        room -= c.len_utf16();
    }
    if end == text.len() {
        return end;
    }
    let last = words.iter().rev().find(|token| token.range.end <= end);
    last.map_or(end, |token| token.range.end)
        .max(begin + usize::from(begin == end))
}

/// Which of the words were looked for.
fn marks(words: &[Token], query: &Query) -> Vec<bool> {
    let mut found = vec![false; words.len()];
    for clause in query.some.iter().chain(&query.all) {
        match clause {
            Clause::Word(stem) => mark(&mut found, words, |token| token.stem == *stem),
            Clause::Prefix(start) => {
                mark(&mut found, words, |token| {
                    token.word.starts_with(start.as_str())
                });
            }
            Clause::Phrase(phrase) => {
                for at in 0..words.len().saturating_sub(phrase.len() - 1) {
                    let here = &words[at..at + phrase.len()];
                    if here.iter().map(|token| &token.word).eq(phrase) {
                        found[at..at + phrase.len()].fill(true);
                    }
                }
            }
        }
    }
    found
}

fn mark(found: &mut [bool], words: &[Token], is: impl Fn(&Token) -> bool) {
    for (found, token) in found.iter_mut().zip(words) {
        *found |= is(token);
    }
}

/// The word with which the best snippet begins: most different stems that were looked
/// for, then most places, then the first; some words before the first of them.
fn best(text: &str, words: &[Token], lengths: &[usize], found: &[bool], query: &Query) -> usize {
    if text.encode_utf16().count() <= SNIPPET_UTF16 || query.ways().is_empty() {
        return 0;
    }
    let mut best = (0, 0, 0);
    for first in (0..words.len()).filter(|at| found[*at]) {
        let (mut room, mut stems, mut places) = (SNIPPET_UTF16 * 3 / 4, HashSet::new(), 0);
        for at in first..words.len() {
            let Some(left) = room.checked_sub(lengths[at] + 1) else {
                break;
            };
            room = left;
            if found[at] {
                stems.insert(&words[at].stem);
                places += 1;
            }
        }
        if (stems.len(), places) > (best.0, best.1) {
            best = (stems.len(), places, first);
        }
    }
    let (mut first, mut room) = (best.2, SNIPPET_UTF16 / 6);
    while first > 0
        && let Some(left) = room.checked_sub(lengths[first - 1] + 1)
    {
        room = left;
        first -= 1;
    }
    first
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, asked: &str) -> (String, Vec<String>) {
        let piece = snippet(text, &Query::parse(asked).unwrap());
        let wide: Vec<u16> = piece.text.encode_utf16().collect();
        let marked = piece
            .highlights
            .iter()
            .map(|[from, to]| String::from_utf16(&wide[*from as usize..*to as usize]).unwrap());
        let marked = marked.collect();
        (piece.text, marked)
    }

    #[test]
    fn places_are_counted_in_utf16_units() {
        let (text, marked) = shown(
            "😀 Zoë's budgets, <b>next</b> year",
            "zoe budget \"next b\"",
        );
        assert_eq!(text, "😀 Zoë's budgets, <b>next</b> year");
        assert_eq!(marked, ["Zoë's", "budgets", "next", "b"]);
        let (_, marked) = shown("work works working", "wor*");
        assert_eq!(marked.len(), 3);
    }

    #[test]
    fn a_long_text_is_shown_where_most_of_the_query_is() {
        let filler = "so and on ".repeat(60);
        let text = format!("budget {filler} the budget of the remote control {filler}");
        let (piece, marked) = shown(&text, "remote budget control");
        assert!(piece.starts_with('…') && piece.ends_with('…'), "{piece}");
        assert_eq!(marked, ["budget", "remote", "control"]);
        assert!(piece.encode_utf16().count() <= SNIPPET_UTF16 + 2);
    }

    proptest::proptest! {
        #[test]
        fn any_text_has_a_snippet(text in "[a-c é😀\\n.日]{0,400}", asked in "[a-c]{1,2}[*]?") {
            if let Ok(query) = Query::parse(&asked) {
                let piece = snippet(&text, &query);
                let wide = piece.text.encode_utf16().count();
                proptest::prop_assert!(wide <= SNIPPET_UTF16 + 2);
                let mut last = 0;
                for [from, to] in piece.highlights {
                    proptest::prop_assert!(last <= from && from < to && to as usize <= wide);
                    last = to;
                }
            }
        }
    }
}
