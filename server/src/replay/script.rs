//! A recorded meeting with times: turns follow each other at 150 words a minute;
//! `{vocalsound}` and its like are dropped.

use super::input::Meeting;
use connvo_core::note::text::utf16_len;
use connvo_core::transcript::{TEXT_UTF16, word_count};

/// Milliseconds a word, at 150 words a minute.
const WORD_MS: u64 = 400;

/// Something said, with its times in milliseconds from the start of the meeting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Who says it, as the recording names them.
    pub speaker: String,
    /// What is said.
    pub text: String,
    /// When it begins.
    pub start_ms: u64,
    /// When it ends.
    pub end_ms: u64,
}

/// The lines of a meeting, in order.
pub(super) fn script(meeting: &Meeting) -> Vec<Line> {
    let mut now = 0;
    let mut lines = Vec::new();
    for turn in &meeting.meeting_transcripts {
        for text in pieces(&without_tags(&turn.content)) {
            let start_ms = now;
            now += u64::from(word_count(&text)) * WORD_MS;
            lines.push(Line {
                speaker: speaker(&turn.speaker),
                text,
                start_ms,
                end_ms: now,
            });
        }
    }
    lines
}

fn speaker(name: &str) -> String {
    let name: String = name.trim().chars().take(50).collect();
    if name.is_empty() {
        "Unknown".into()
    } else {
        name
    }
}

/// The text without `{tags}` and with single blanks.
fn without_tags(text: &str) -> String {
    let mut out = String::new();
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            c if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text in pieces that a chunk can hold, cut between words; none of silence.
fn pieces(text: &str) -> Vec<String> {
    let room = TEXT_UTF16 as u64;
    let mut pieces: Vec<String> = Vec::new();
    for word in text.split(' ').filter(|word| !word.is_empty()) {
        match pieces.last_mut() {
            Some(piece) if utf16_len(piece) + 1 + utf16_len(word) <= room => {
                piece.push(' ');
                piece.push_str(word);
            }
            _ => pieces.push(word.chars().take(TEXT_UTF16 / 2).collect()),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::replay::input::Turn;

    fn turn(speaker: &str, content: &str) -> Turn {
        Turn {
            speaker: speaker.into(),
            content: content.into(),
        }
    }

    #[test]
    fn turns_follow_each_other_at_150_words_a_minute_without_noise() {
        let long = "word ".repeat(1_600);
        let meeting = Meeting {
            meeting_transcripts: vec![
                turn("Ada", "good {vocalsound} morning  all"),
                turn("Bob", "{pause}"),
                turn("Bob", &long),
            ],
        };
        let lines = script(&meeting);
        assert_eq!(lines[0].text, "good morning all");
        assert_eq!((lines[0].start_ms, lines[0].end_ms), (0, 1_200));
        assert_eq!((lines.len(), lines[1].start_ms), (3, 1_200));
        assert!(lines.iter().all(|line| line.text.len() <= TEXT_UTF16));
        assert_eq!(lines[2].end_ms, 1_200 + 1_600 * WORD_MS);
    }
}
