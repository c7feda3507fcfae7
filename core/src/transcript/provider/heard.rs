//! What all providers' messages come to before they are chunks.

use super::ProviderDraft;
use super::read::{At, Unit};
use crate::error::Problem;
use crate::transcript::{ChunkDraft, Speaker, Word};

/// The revision of a final text: above any interim one.
pub(super) const FINAL: u32 = 1 << 30;
/// The revision of a final text that was formatted after it.
pub(super) const FORMATTED: u32 = FINAL + 1;

/// The stream that the messages are of.
pub(super) struct Stream<'a> {
    pub(super) draft: &'a ProviderDraft,
    pub(super) sender: &'a Speaker,
}

impl Stream<'_> {
    /// The moment of an offset, in milliseconds since the Unix epoch.
    pub(super) const fn moment(&self, offset_ms: u64) -> u64 {
        self.draft.started_at.saturating_add(offset_ms)
    }

    /// Whether the speakers that the provider tells apart are asked for.
    pub(super) const fn tells_apart(&self) -> bool {
        self.draft.speaker.is_none()
    }

    /// A list of words, each with `start`, `end` and `confidence`; its text is of the first
    /// of `names` that it has. Words without text are left out.
    pub(super) fn words(
        &self,
        list: Option<&At<'_>>,
        names: [&str; 2],
        unit: Unit,
    ) -> Result<Vec<Spoken>, Problem> {
        let Some(list) = list else {
            return Ok(Vec::new());
        };
        let mut words = Vec::new();
        for word in list.items()? {
            let text = match word.any(names) {
                Some(text) => text.text()?.trim().to_owned(),
                None => word.need(names[1])?.text()?.to_owned(),
            };
            let start = word.need("start")?.offset_ms(unit)?;
            let end = word.need("end")?.offset_ms(unit)?.max(start);
            let confidence = word.any(["confidence", "probability"]);
            let speaker = word.member("speaker");
            if text.is_empty() {
                continue;
            }
            words.push(Spoken {
                word: Word {
                    text,
                    start_ms: self.moment(start),
                    end_ms: self.moment(end),
                    confidence: confidence.map(|it| it.share()).transpose()?,
                },
                speaker: speaker.map(|it| it.count(999)).transpose()?,
            });
        }
        Ok(words)
    }
}

/// A word, and which of the speakers said it, from 0, where the provider tells.
pub(super) struct Spoken {
    pub(super) word: Word,
    pub(super) speaker: Option<u64>,
}

/// The words' texts in a row.
pub(super) fn joined(words: &[Spoken]) -> String {
    let texts: Vec<&str> = words.iter().map(|it| it.word.text.as_str()).collect();
    texts.join(" ")
}

/// The mean of what confidences the words have.
pub(super) fn mean(words: &[Spoken]) -> Option<f64> {
    let given: Vec<f64> = words.iter().filter_map(|it| it.word.confidence).collect();
    (!given.is_empty()).then(|| given.iter().sum::<f64>() / given.len() as f64)
}

/// From when until when a text was said, in milliseconds since the Unix epoch: its words'
/// times, and without words these.
pub(super) fn span(words: &[Spoken], otherwise: (u64, u64)) -> (u64, u64) {
    let from = words.iter().map(|it| it.word.start_ms).min();
    let until = words.iter().map(|it| it.word.end_ms).max();
    from.zip(until).unwrap_or(otherwise)
}

/// A piece of speech.
#[derive(Debug, Default)]
pub(super) struct Heard {
    pub(super) segment: String,
    pub(super) utterance: Option<String>,
    pub(super) revision: u32,
    pub(super) is_interim: bool,
    pub(super) text: String,
    /// Milliseconds since the Unix epoch.
    pub(super) from_ms: u64,
    pub(super) until_ms: u64,
    /// What the provider calls the speaker, where it tells speakers apart.
    pub(super) speaker: Option<String>,
    pub(super) confidence: Option<f64>,
    pub(super) language: Option<String>,
    pub(super) words: Vec<Word>,
}

impl Heard {
    /// As a chunk. Of a text that came to nothing, the interim one is taken back.
    pub(super) fn chunk(self, stream: &Stream<'_>) -> ChunkDraft {
        let text = self.text.trim().to_owned();
        let empty = text.is_empty();
        let speaker = match (&stream.draft.speaker, self.speaker) {
            (Some(given), _) => given.clone(),
            (None, Some(label)) => Speaker {
                label,
                user_id: None,
                name: None,
            },
            (None, None) => stream.sender.clone(),
        };
        ChunkDraft {
            source_id: stream.draft.source_id.clone(),
            segment_id: self.segment,
            utterance_id: self.utterance,
            revision: self.revision,
            is_interim: self.is_interim || empty,
            text,
            start_ms: self.from_ms,
            end_ms: self.until_ms.max(self.from_ms),
            speaker,
            confidence: self.confidence.filter(|_| !empty),
            language: self.language.or_else(|| stream.draft.language.clone()),
            words: if empty { Vec::new() } else { self.words },
        }
    }
}
