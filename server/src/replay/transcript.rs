//! Plays a script into a meeting's transcript.

use super::api::Person;
use super::script::Line;
use super::{Pace, ReplayError};
use crate::clock::Clock;
use connvo_core::id::MeetingId;
use connvo_core::transcript::{CHUNKS_PER_CALL, ChunkDraft, Speaker};
use tokio::time::{Instant, sleep_until};

/// Faster than this, nobody can follow half a sentence.
const INTERIM_UP_TO: f64 = 8.0;
/// Shorter lines have no half.
const INTERIM_MS: u64 = 2_000;

/// Plays the lines at their times; returns how many were stored.
pub(super) async fn play(
    person: &Person,
    meeting: &MeetingId,
    script: &[Line],
    pace: Pace,
) -> Result<usize, ReplayError> {
    let began = Instant::now();
    let base_ms = Clock::System.now_ms();
    let mut waiting = events(script, base_ms, pace).into_iter().peekable();
    let mut stored = 0;
    while let Some((at, first)) = waiting.next() {
        sleep_until(began + pace.lasts(at)).await;
        let now = pace.within(began.elapsed());
        let mut chunks = vec![first];
        while chunks.len() < CHUNKS_PER_CALL
            && let Some((_, next)) = waiting.next_if(|(at, _)| *at <= now)
        {
            chunks.push(next);
        }
        let accepted = person.say(meeting, &chunks).await?;
        stored += accepted.sequences.iter().flatten().count();
    }
    Ok(stored)
}

/// What is sent, and when, in milliseconds from the start: each line when it is
/// said; half-way through a long one, what was said so far.
fn events(script: &[Line], base_ms: u64, pace: Pace) -> Vec<(u64, ChunkDraft)> {
    let mut events = Vec::new();
    for (at, line) in script.iter().enumerate() {
        let length = line.end_ms - line.start_ms;
        if !pace.is_headlong() && pace.0 <= INTERIM_UP_TO && length >= INTERIM_MS {
            let words: Vec<_> = line.text.split(' ').collect();
            let half = words[..words.len() / 2].join(" ");
            let middle = line.start_ms + length / 2;
            events.push((middle, chunk(at, line, half, 0, base_ms, middle)));
        }
        let whole = chunk(at, line, line.text.clone(), 1, base_ms, line.end_ms);
        events.push((line.end_ms, whole));
    }
    events
}

fn chunk(
    at: usize,
    line: &Line,
    text: String,
    revision: u32,
    base_ms: u64,
    until: u64,
) -> ChunkDraft {
    ChunkDraft {
        source_id: "replay".into(),
        segment_id: at.to_string(),
        utterance_id: None,
        revision,
        is_interim: revision == 0,
        text,
        start_ms: base_ms + line.start_ms,
        end_ms: base_ms + until,
        speaker: Speaker {
            label: line.speaker.clone(),
            user_id: None,
            name: None,
        },
        confidence: None,
        language: Some("en".into()),
        words: Vec::new(),
    }
}
