//! `LiveKit`: segments `{id, text, start_time, end_time, final, language}` (in its JavaScript
//! `startTime`, `endTime`, `firstReceivedTime`, `lastReceivedTime`), one by one or as
//! `{segments: […]}`. Times are milliseconds since the stream began; many agents leave them 0,
//! then those of receipt count, which are milliseconds since the Unix epoch.

use super::heard::{FINAL, Heard, Stream};
use super::read::{At, Unit};
use crate::error::Problem;

pub(super) fn heard(message: &At<'_>, stream: &Stream<'_>) -> Result<Vec<Heard>, Problem> {
    match message.member("segments") {
        Some(segments) => {
            let segments = segments.items()?;
            segments.iter().map(|at| segment(at, stream)).collect()
        }
        None => Ok(vec![segment(message, stream)?]),
    }
}

fn segment(segment: &At<'_>, stream: &Stream<'_>) -> Result<Heard, Problem> {
    let is_final = segment.need("final")?.flag()?;
    let time = |names| match segment.any(names) {
        Some(time) => time.offset_ms(Unit::Ms),
        None => Ok(0),
    };
    let start = time(["start_time", "startTime"])?;
    let end = time(["end_time", "endTime"])?.max(start);
    let received = |name| match segment.member(name) {
        Some(at) => at.count(1 << 52).map(Some),
        None => Ok(None),
    };
    let first = received("firstReceivedTime")?;
    let last = received("lastReceivedTime")?;
    let (from_ms, until_ms) = match (first, last) {
        (Some(first), last) if end == 0 => (first, last.unwrap_or(first)),
        _ => (stream.moment(start), stream.moment(end)),
    };
    let heard_until = until_ms.saturating_sub(stream.moment(0));
    let language = segment.member("language").map(|it| it.text()).transpose()?;
    let revision = if is_final {
        FINAL
    } else {
        u32::try_from(heard_until)
            .unwrap_or(u32::MAX)
            .min(FINAL - 1)
    };
    Ok(Heard {
        segment: segment.need("id")?.key()?,
        revision,
        is_interim: !is_final,
        text: segment.need("text")?.text()?.to_owned(),
        from_ms,
        until_ms,
        language: language.filter(|tag| !tag.is_empty()).map(str::to_owned),
        ..Heard::default()
    })
}
