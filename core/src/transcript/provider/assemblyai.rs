//! `AssemblyAI`, streaming v3: `{type: "Turn", turn_order, end_of_turn, turn_is_formatted,
//! transcript, words: [{text, start, end, confidence, word_is_final}]}`, times in
//! milliseconds.
//!
//! A segment is a turn. Until it ends, `transcript` lacks the words that may still change: an
//! interim text is that of its words. Words that are final stay so: an interim revision is
//! their number. When a turn has ended it may come once more, formatted.

use super::heard::{FINAL, FORMATTED, Heard, Stream, joined, mean, span};
use super::read::{At, Unit};
use crate::error::Problem;

pub(super) fn heard(message: &At<'_>, stream: &Stream<'_>) -> Result<Vec<Heard>, Problem> {
    if message.need("type")?.text()? != "Turn" {
        return Ok(Vec::new());
    }
    let turn = message.need("turn_order")?.count(u64::from(u32::MAX))?;
    let is_final = message.need("end_of_turn")?.flag()?;
    let formatted = match message.member("turn_is_formatted") {
        Some(formatted) => formatted.flag()?,
        None => false,
    };
    let transcript = message.need("transcript")?.text()?;
    let list = message.need("words")?;
    let words = stream.words(Some(&list), ["text", "text"], Unit::Ms)?;
    let mut settled = 0;
    for word in list.items()? {
        match word.member("word_is_final") {
            Some(settles) => settled += u32::from(settles.flag()?),
            None => settled += 1,
        }
    }
    let text = match is_final {
        true => transcript.to_owned(),
        false => joined(&words),
    };
    if words.is_empty() && !text.trim().is_empty() {
        return Err(list.wrong("a turn has words: they tell when it was said"));
    }
    let (from_ms, until_ms) = span(&words, (stream.moment(0), stream.moment(0)));
    let optional = |name| message.member(name).map(|it| it.text()).transpose();
    let speaker = optional("speaker_label")?.map(|label| format!("Speaker {label}"));
    let revision = match (is_final, formatted) {
        (true, true) => FORMATTED,
        (true, false) => FINAL,
        (false, _) => settled.min(FINAL - 1),
    };
    Ok(vec![Heard {
        segment: turn.to_string(),
        revision,
        is_interim: !is_final,
        text,
        from_ms,
        until_ms,
        speaker,
        confidence: mean(&words),
        language: optional("language_code")?.map(str::to_owned),
        words: words.into_iter().map(|it| it.word).collect(),
        ..Heard::default()
    }])
}
