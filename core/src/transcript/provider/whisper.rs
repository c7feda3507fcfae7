//! Whisper: segments `{id, start, end, text, avg_logprob, words: [{word, start, end,
//! probability}]}`, times in seconds, one by one or in a whole answer's `segments`, with its
//! `language`. All of them are final. Ids begin anew with each file: so must the source.

use super::heard::{FINAL, Heard, Stream};
use super::read::{At, Unit};
use crate::error::Problem;

pub(super) fn heard(message: &At<'_>, stream: &Stream<'_>) -> Result<Vec<Heard>, Problem> {
    let language = match message.member("language") {
        Some(language) => tag(language.text()?),
        None => None,
    };
    let segments = match message.member("segments") {
        Some(segments) => segments.items()?,
        None => return Ok(segment(message, stream, language)?.into_iter().collect()),
    };
    let heard = |at: &At<'_>| segment(at, stream, language.clone()).transpose();
    segments.iter().filter_map(heard).collect()
}

fn segment(
    segment: &At<'_>,
    stream: &Stream<'_>,
    language: Option<String>,
) -> Result<Option<Heard>, Problem> {
    let id = segment.need("id")?.key()?;
    let start = segment.need("start")?.offset_ms(Unit::Seconds)?;
    let end = segment.need("end")?.offset_ms(Unit::Seconds)?.max(start);
    let text = segment.need("text")?.text()?.trim().to_owned();
    let list = segment.member("words");
    let words = stream.words(list.as_ref(), ["word", "text"], Unit::Seconds)?;
    let confidence = match segment.member("avg_logprob") {
        Some(mean) => Some(mean.number()?.exp().clamp(0.0, 1.0)),
        None => None,
    };
    if text.is_empty() {
        return Ok(None);
    }
    // Words may lie a little beside their segment.
    let start = words
        .iter()
        .map(|it| it.word.start_ms)
        .chain([stream.moment(start)]);
    let end = words
        .iter()
        .map(|it| it.word.end_ms)
        .chain([stream.moment(end)]);
    Ok(Some(Heard {
        segment: id,
        revision: FINAL,
        text,
        from_ms: start.min().unwrap_or(0),
        until_ms: end.max().unwrap_or(0),
        confidence,
        language,
        words: words.into_iter().map(|it| it.word).collect(),
        ..Heard::default()
    }))
}

/// A language's tag; some answers have its English name, which is none.
fn tag(language: &str) -> Option<String> {
    let is_tag = matches!(language.split('-').next().map(str::len), Some(2 | 3));
    is_tag.then(|| language.to_owned())
}
