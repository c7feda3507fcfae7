//! A transcript as a file: `WebVTT` (W3C), `SubRip`, JSON and plain text. It is written a
//! chunk at a time, so that no file is held in memory.
//!
//! Times are counted from the start of the meeting, or from the first chunk where that was
//! said before it, within a day: what was said by a clock that is wrong stands at the
//! beginning. A cue lasts a millisecond at least: `WebVTT` asks for that. A text is one
//! line: a blank line would end its cue.

use super::processed::ProcessedChunk;
use serde::{Deserialize, Serialize};

/// A format of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Format {
    /// `WebVTT`, with `<v Name>` before each text.
    Vtt,
    /// `SubRip`, with `Name: ` before each text.
    Srt,
    /// A list of chunks, as the API gives them.
    Json,
    /// A line for each chunk: `[00:01:02] Name: text`.
    Txt,
}

impl Format {
    /// Every format.
    pub const ALL: [Self; 4] = [Self::Vtt, Self::Srt, Self::Json, Self::Txt];

    /// The ending of its files' names.
    #[must_use]
    pub const fn ending(self) -> &'static str {
        match self {
            Self::Vtt => "vtt",
            Self::Srt => "srt",
            Self::Json => "json",
            Self::Txt => "txt",
        }
    }

    /// Its media type.
    #[must_use]
    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Vtt => "text/vtt; charset=utf-8",
            Self::Srt => "application/x-subrip; charset=utf-8",
            Self::Json => "application/json",
            Self::Txt => "text/plain; charset=utf-8",
        }
    }
}

/// How long before its start a meeting's first words may be said.
const BEFORE_MS: u64 = 24 * 60 * 60 * 1_000;

/// The moment that a file's times are counted from, in milliseconds since the Unix epoch.
/// `starts` are those of its first chunks, in order; where all of them are by another clock
/// than the meeting's, the first of them.
#[must_use]
pub fn origin(started_at: Option<u64>, starts: &[u64]) -> u64 {
    let earliest = started_at.unwrap_or(0).saturating_sub(BEFORE_MS);
    let first = starts.iter().find(|at| **at >= earliest);
    let first = first.or(starts.first()).copied();
    started_at.into_iter().chain(first).min().unwrap_or(0)
}

/// Writes a file, chunk by chunk in the order spoken.
#[derive(Debug, Clone)]
pub struct Writer {
    format: Format,
    origin_ms: u64,
    chunks: u64,
}

impl Writer {
    /// A file of this format, whose times are counted from `origin_ms` (see [`origin`]).
    #[must_use]
    pub const fn new(format: Format, origin_ms: u64) -> Self {
        Self {
            format,
            origin_ms,
            chunks: 0,
        }
    }

    /// What the file begins with.
    #[must_use]
    pub const fn head(&self) -> &'static str {
        match self.format {
            Format::Vtt => "WEBVTT\n",
            Format::Json => "[",
            Format::Srt | Format::Txt => "",
        }
    }

    /// The next chunk.
    pub fn chunk(&mut self, chunk: &ProcessedChunk) -> String {
        self.chunks += 1;
        let fields = &chunk.chunk.fields;
        let from = fields.start_ms.saturating_sub(self.origin_ms);
        let until = fields.end_ms.saturating_sub(self.origin_ms).max(from + 1);
        let (name, text) = (line(fields.speaker.shown()), line(&fields.text));
        match self.format {
            Format::Vtt => format!(
                "\n{} --> {}\n<v {}>{}\n",
                time(from, '.'),
                time(until, '.'),
                escaped(&name),
                escaped(&text)
            ),
            Format::Srt => format!(
                "{}\n{} --> {}\n{}: {}\n\n",
                self.chunks,
                time(from, ','),
                time(until, ','),
                name.replace("-->", "→"),
                text.replace("-->", "→")
            ),
            Format::Txt => format!("[{}] {name}: {text}\n", clock(from)),
            Format::Json => {
                let between = if self.chunks == 1 { "" } else { "," };
                let json = serde_json::to_string(chunk).unwrap_or_else(|_| "null".into());
                format!("{between}\n{json}")
            }
        }
    }

    /// What the file ends with.
    #[must_use]
    pub const fn tail(&self) -> &'static str {
        match self.format {
            Format::Json => "\n]\n",
            Format::Vtt | Format::Srt | Format::Txt => "",
        }
    }
}

/// `HH:MM:SS.mmm`; more than 99 hours have more digits.
fn time(ms: u64, point: char) -> String {
    format!("{}{point}{:03}", clock(ms), ms % 1_000)
}

fn clock(ms: u64) -> String {
    let (m, s) = (ms / 60_000, ms / 1_000 % 60);
    format!("{:02}:{:02}:{s:02}", m / 60, m % 60)
}

/// A text on one line, without control characters.
fn line(text: &str) -> String {
    let ends = |c: char| c.is_control() || c == '\u{2028}' || c == '\u{2029}';
    let parts = text.split(ends).map(str::trim);
    let parts: Vec<_> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" ")
}

/// As `WebVTT` wants text: no `-->` is left either.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn chunk(label: &str, text: &str, start_ms: u64, end_ms: u64) -> ProcessedChunk {
        serde_json::from_value(json!({"sequence": 1, "sourceId": "mic", "segmentId": "1",
            "text": text, "startMs": start_ms, "endMs": end_ms, "speaker": {"label": label},
            "revised": false, "wordCount": 1, "createdAt": 0, "processed": true, "processingError": null}))
        .unwrap()
    }

    fn file(format: Format, chunks: &[ProcessedChunk]) -> String {
        let mut writer = Writer::new(format, 1_000);
        let head = writer.head().to_owned();
        let body: String = chunks.iter().map(|chunk| writer.chunk(chunk)).collect();
        head + &body + writer.tail()
    }

    #[test]
    fn each_format_has_its_rules() {
        let mut named = chunk("Speaker 1", "a --> b & <c>", 3_723_004, 3_724_000);
        named.chunk.fields.speaker.name = Some("Ada > Bob".into());
        let chunks = [chunk("Ada", "good\n\nmorning", 1_000, 1_000), named];
        let told = |format| file(format, &chunks);
        assert_eq!(
            told(Format::Vtt),
            "WEBVTT\n\n00:00:00.000 --> 00:00:00.001\n<v Ada>good morning\n\n\
             01:02:02.004 --> 01:02:03.000\n<v Ada &gt; Bob>a --&gt; b &amp; &lt;c&gt;\n"
        );
        assert_eq!(
            told(Format::Srt),
            "1\n00:00:00,000 --> 00:00:00,001\nAda: good morning\n\n\
             2\n01:02:02,004 --> 01:02:03,000\nAda > Bob: a → b & <c>\n\n"
        );
        assert_eq!(
            told(Format::Txt),
            "[00:00:00] Ada: good morning\n[01:02:02] Ada > Bob: a --> b & <c>\n"
        );
        let read: Vec<ProcessedChunk> = serde_json::from_str(&told(Format::Json)).unwrap();
        assert_eq!(read, chunks);
    }

    #[test]
    fn an_empty_transcript_is_a_file_too() {
        assert_eq!(file(Format::Vtt, &[]), "WEBVTT\n");
        assert_eq!(file(Format::Srt, &[]) + &file(Format::Txt, &[]), "");
        let read: Vec<ProcessedChunk> = serde_json::from_str(&file(Format::Json, &[])).unwrap();
        assert!(read.is_empty());
    }

    #[test]
    fn times_are_counted_from_the_start_or_from_what_was_said_before_it() {
        assert_eq!(origin(Some(5), &[9]), 5);
        assert_eq!(origin(Some(5), &[2, 9]), 2);
        assert_eq!(origin(None, &[2]), 2);
        assert_eq!(origin(None, &[]), 0);
        // One clock that is wrong does not move the others; where all are, they are right.
        let start = 10 * BEFORE_MS;
        assert_eq!(origin(Some(start), &[0, 7, start + 9]), start);
        assert_eq!(origin(Some(start), &[0, 7, start - 9]), start - 9);
        assert_eq!(origin(Some(start), &[3, 7]), 3);
    }

    #[test]
    fn a_day_long_meeting_has_times_too() {
        assert_eq!(time(100 * 3_600_000 + 1, '.'), "100:00:00.001");
        let text = file(
            Format::Txt,
            &[chunk("Ada", "hi", 101 * 3_600_000, 101 * 3_600_000)],
        );
        assert!(text.starts_with("[100:59:59]"), "{text}");
    }
}
