//! The browser's own recognition (Web Speech API): of a `result` event `{timeStamp,
//! resultIndex, results: [{isFinal, "0": {transcript, confidence}}]}`. Results before
//! `resultIndex` are not looked at and may be null.
//!
//! The API tells no times. `timeStamp` is the event's, in milliseconds since the page's
//! `performance.timeOrigin`, which `startedAt` then is; a result may have `heardAt`, when it
//! was first heard, counted the same. Interim results at the end may vanish: `resultsBefore`
//! is how many the event before had, and those that are gone are taken back. Indices begin
//! anew with each session of the recogniser: so must the source.

use super::heard::{FINAL, Heard, Stream};
use super::read::{At, Unit};
use crate::error::Problem;
use crate::transcript::CHUNKS_PER_CALL;

pub(super) fn heard(message: &At<'_>, stream: &Stream<'_>) -> Result<Vec<Heard>, Problem> {
    let now = message.need("timeStamp")?.offset_ms(Unit::Ms)?;
    let from = message.need("resultIndex")?.count(100_000)?;
    let results = message.need("results")?.items()?;
    let before = match message.member("resultsBefore") {
        Some(before) => before.count(100_000)?,
        None => 0,
    };
    let revision = u32::try_from(now).unwrap_or(u32::MAX).min(FINAL - 1);
    let mut all = Vec::new();
    for (at, result) in (0..).zip(&results).skip_while(|(at, _)| *at < from) {
        let is_final = result.need("isFinal")?.flag()?;
        let best = result.need("0")?;
        let first = match result.member("heardAt") {
            Some(first) => first.offset_ms(Unit::Ms)?.min(now),
            None => now,
        };
        let confidence = best.member("confidence").map(|it| it.share()).transpose()?;
        all.push(Heard {
            segment: at.to_string(),
            revision: if is_final { FINAL } else { revision },
            is_interim: !is_final,
            text: best.need("transcript")?.text()?.to_owned(),
            from_ms: stream.moment(first),
            until_ms: stream.moment(now),
            // 0 is what browsers say that do not know.
            confidence: confidence.filter(|share| *share > 0.0),
            ..Heard::default()
        });
    }
    // One more than is taken tells that there are too many.
    for at in (results.len() as u64..before).take(CHUNKS_PER_CALL + 1) {
        all.push(Heard {
            segment: at.to_string(),
            revision,
            is_interim: true,
            from_ms: stream.moment(now),
            until_ms: stream.moment(now),
            ..Heard::default()
        });
    }
    Ok(all)
}
