//! Deepgram, live: `{type: "Results", start, duration, is_final, channel_index, channel:
//! {alternatives: [{transcript, confidence, languages, words: [{word, punctuated_word, start,
//! end, confidence, speaker}]}]}}`, times in seconds.
//!
//! A segment is the span that begins at `start`: interim results of it grow until `is_final`.
//! Its interim revision is how far it has heard, in milliseconds. A final result in which
//! several speakers are told apart is a segment for each turn, of one utterance.

use super::heard::{FINAL, Heard, Spoken, Stream, joined, mean, span};
use super::read::{At, Unit};
use crate::error::Problem;

pub(super) fn heard(message: &At<'_>, stream: &Stream<'_>) -> Result<Vec<Heard>, Problem> {
    if message.need("type")?.text()? != "Results" {
        return Ok(Vec::new());
    }
    let start = message.need("start")?.offset_ms(Unit::Seconds)?;
    let duration = message.need("duration")?.offset_ms(Unit::Seconds)?;
    let is_final = message.need("is_final")?.flag()?;
    let alternatives = message.need("channel")?.need("alternatives")?.items()?;
    let Some(best) = alternatives.first() else {
        return Ok(Vec::new());
    };
    let text = best.need("transcript")?.text()?;
    let list = best.member("words");
    let names = ["punctuated_word", "word"];
    let words = stream.words(list.as_ref(), names, Unit::Seconds)?;
    let confidence = best.member("confidence").map(|it| it.share()).transpose()?;
    let language = match best.member("languages") {
        Some(languages) => match languages.items()?.first() {
            Some(first) => Some(first.text()?.to_owned()),
            None => None,
        },
        None => None,
    };
    let key = match channel(message)? {
        Some(channel) => format!("{channel}:{start}"),
        None => start.to_string(),
    };
    let end = start.saturating_add(duration);
    let revision = if is_final {
        FINAL
    } else {
        u32::try_from(end).unwrap_or(u32::MAX).min(FINAL - 1)
    };
    let one = |words: &[Spoken]| Heard {
        segment: key.clone(),
        revision,
        is_interim: !is_final,
        language: language.clone(),
        confidence: mean(words).or(confidence),
        speaker: words.first().and_then(label),
        words: words.iter().map(|it| it.word.clone()).collect(),
        ..Heard::default()
    };
    let turns = turns(&words);
    if is_final && turns.len() > 1 && stream.tells_apart() {
        let turn = |(at, words): (usize, &[Spoken])| {
            let (from_ms, until_ms) = span(words, (0, 0));
            let segment = match at {
                0 => key.clone(),
                _ => format!("{key}.{at}"),
            };
            Heard {
                segment,
                utterance: Some(key.clone()),
                text: joined(words),
                from_ms,
                until_ms,
                ..one(words)
            }
        };
        return Ok(turns.into_iter().enumerate().map(turn).collect());
    }
    let (from_ms, until_ms) = span(&words, (stream.moment(start), stream.moment(end)));
    let whole = Heard {
        text: text.to_owned(),
        confidence,
        from_ms,
        until_ms,
        ..one(&words)
    };
    Ok(vec![whole])
}

/// Which channel it is, where there are several (`channel_index: [0, 2]`).
fn channel(message: &At<'_>) -> Result<Option<u64>, Problem> {
    let Some(index) = message.member("channel_index") else {
        return Ok(None);
    };
    match index.items()?.as_slice() {
        [at, of] if of.count(1_000)? > 1 => at.count(1_000).map(Some),
        _ => Ok(None),
    }
}

fn label(word: &Spoken) -> Option<String> {
    let speaker = word.speaker?;
    Some(format!("Speaker {}", speaker + 1))
}

/// The words by turns of speakers.
fn turns(words: &[Spoken]) -> Vec<&[Spoken]> {
    words.chunk_by(|a, b| a.speaker == b.speaker).collect()
}
