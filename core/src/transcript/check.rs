//! What a chunk must be before anything is done with it.

use super::{CHUNKS_PER_CALL, ChunkDraft, LABEL_UTF16, NewChunk, TEXT_UTF16, WORDS, Word};
use crate::error::{FieldError, Problem};

const KEY_BYTES: usize = 128;
/// 9999-12-31, in milliseconds since the Unix epoch.
const LATEST_MS: u64 = 253_402_300_799_999;
/// Nobody says one thing for longer than a day.
const LONGEST_MS: u64 = 24 * 60 * 60 * 1_000;

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
        ("sourceId", Some(&draft.source_id)),
        ("segmentId", Some(&draft.segment_id)),
        ("utteranceId", draft.utterance_id.as_ref()),
    ] {
        let Some(key) = key else { continue };
        if key.is_empty() || key.len() > KEY_BYTES || key.contains('\0') {
            wrong(field, format!("1 to {KEY_BYTES} bytes are needed"));
        }
    }
    draft.text = draft.text.replace('\0', "");
    let length = draft.text.encode_utf16().count();
    let taken_back = draft.is_interim && draft.text.is_empty();
    if is_blank(&draft.text) && !taken_back || length > TEXT_UTF16 {
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
    } else if draft.end_ms - draft.start_ms > LONGEST_MS {
        wrong("endMs", "at most a day after startMs".into());
    }
    draft.speaker.name = None;
    draft.speaker.label = draft.speaker.label.replace('\0', "");
    let label = draft.speaker.label.encode_utf16().count();
    if is_blank(&draft.speaker.label) || label > LABEL_UTF16 {
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
    if let Some((field, message)) = wrong_word(&mut draft) {
        wrong(&field, message);
    }
    NewChunk(draft)
}

/// Whether nothing is left of a text to show.
fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_control())
}

/// The first thing wrong with a chunk's words.
fn wrong_word(draft: &mut ChunkDraft) -> Option<(String, String)> {
    if draft.words.len() > WORDS {
        let message = format!("at most {WORDS} words, {} given", draft.words.len());
        return Some(("words".into(), message));
    }
    let mut length = 0;
    for (at, word) in draft.words.iter_mut().enumerate() {
        let Word {
            text,
            start_ms,
            end_ms,
            confidence,
        } = word;
        *text = text.replace('\0', "");
        length += text.encode_utf16().count();
        let (field, message) = if text.trim().is_empty() {
            ("text", "a word is needed")
        } else if length > TEXT_UTF16 {
            ("text", "the words together are longer than a text may be")
        } else if *start_ms < draft.start_ms || *start_ms > *end_ms || *end_ms > draft.end_ms {
            ("startMs", "not after endMs, both within the chunk's times")
        } else if confidence.is_some_and(|c| !(0.0..=1.0).contains(&c)) {
            ("confidence", "between 0 and 1")
        } else {
            continue;
        };
        return Some((format!("words/{at}/{field}"), message.into()));
    }
    None
}
