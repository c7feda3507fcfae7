//! The recogniser: while somebody speaks it says what it heard so far, again and again,
//! and the whole line once when they have ended.

use super::Stage;
use super::watcher::{hello, say};
use crate::load::Failure;
use crate::load::socket::Socket;
use connvo_core::id::MeetingId;
use connvo_core::protocol::Command;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::protocol::frame::{ClientFrame, ServerFrame};
use connvo_core::transcript::{ChunkDraft, Speaker};
use connvo_server::clock::Clock;
use futures_util::StreamExt;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_tungstenite::tungstenite::Message;

/// How long it listens before it says what it heard, in milliseconds of the recording.
const INTERIM_MS: u64 = 1_000;
/// Calls that wait for their answers at most.
const AHEAD: usize = 32;

/// What says one meeting's lines.
#[derive(Debug)]
pub struct Recogniser {
    stage: Arc<Stage>,
    meeting: MeetingId,
    speed: f64,
    base_ms: u64,
}

/// Something to say, and when, in milliseconds of the recording.
#[derive(Debug)]
struct Saying {
    at_ms: u64,
    line: usize,
    chunk: ChunkDraft,
}

impl Recogniser {
    /// One that has said nothing yet; `speed` as in [`super::Plan`].
    #[must_use]
    pub fn new(stage: Arc<Stage>, meeting: MeetingId, speed: f64) -> Self {
        Self {
            stage,
            meeting,
            speed,
            base_ms: Clock::System.now_ms(),
        }
    }

    /// Says everything, at its time; answers how often it said what was not for good.
    ///
    /// # Errors
    /// The line breaks, or the server refuses something.
    pub async fn speak(self, address: SocketAddr, token: &str) -> Result<usize, Failure> {
        let mut socket = hello(address, token).await?;
        let began = Instant::now();
        let (mut interim, mut ahead) = (0, Vec::new());
        for (id, saying) in (1..).zip(self.sayings()) {
            if self.speed > 0.0 {
                let due = began + Duration::from_millis(saying.at_ms).div_f64(self.speed);
                while let Ok(answer) = tokio::select! {
                    biased;
                    () = sleep_until(due) => Err(()),
                    answer = socket.next() => Ok(answer),
                } {
                    self.answered(&answer.ok_or("closed")??, &mut ahead)?;
                }
            }
            let is_final = !saying.chunk.is_interim;
            // Calls are carried out as they can be: what is to follow waits for what it
            // follows.
            let waits = |ahead: &[(u64, bool)]| {
                ahead.len() >= AHEAD || is_final && ahead.iter().any(|(_, is_final)| *is_final)
            };
            while waits(&ahead) {
                self.hear(&mut socket, &mut ahead).await?;
            }
            if is_final {
                let mut sent = self.stage.sent.lock().map_err(|error| error.to_string())?;
                sent[saying.line] = Some(Instant::now());
            } else {
                interim += 1;
            }
            ahead.push((id, is_final));
            say(&mut socket, &self.call(id, saying.chunk)).await?;
        }
        while !ahead.is_empty() {
            self.hear(&mut socket, &mut ahead).await?;
        }
        Ok(interim)
    }

    async fn hear(&self, socket: &mut Socket, ahead: &mut Vec<(u64, bool)>) -> Result<(), Failure> {
        self.answered(&socket.next().await.ok_or("closed")??, ahead)
    }

    /// What the server says to the recogniser.
    fn answered(&self, message: &Message, ahead: &mut Vec<(u64, bool)>) -> Result<(), Failure> {
        let Message::Text(text) = message else {
            return match message {
                Message::Close(frame) => Err(format!("closed: {frame:?}").into()),
                _ => Ok(()),
            };
        };
        let ServerFrame::Reply { id, ok, error, .. } = serde_json::from_str(text)? else {
            return Ok(());
        };
        if let Some(problem) = error {
            return Err(format!("refused: {problem}").into());
        }
        let at = ahead.iter().position(|(other, _)| *other == id);
        let (_, is_final) = ahead.remove(at.ok_or("an answer to nothing")?);
        let accepted: TranscriptAccepted = serde_json::from_value(ok.ok_or("no answer")?)?;
        if accepted.sequences.iter().flatten().count() != usize::from(is_final) {
            return Err("a final chunk is not stored, or an interim one is".into());
        }
        if is_final {
            self.stage.stored.send_modify(|stored| *stored += 1);
        }
        Ok(())
    }

    fn call(&self, id: u64, chunk: ChunkDraft) -> ClientFrame {
        ClientFrame::Call {
            id,
            key: id.to_string(),
            command: Command::AppendTranscript {
                meeting_id: self.meeting.clone(),
                draft: TranscriptDraft {
                    chunks: vec![chunk],
                },
            },
        }
    }

    /// Everything that is said, in order.
    fn sayings(&self) -> Vec<Saying> {
        let mut all = Vec::new();
        for (line, said) in self.stage.lines.iter().enumerate() {
            let words: Vec<_> = said.text.split(' ').collect();
            let length = said.end_ms - said.start_ms;
            let steps = length.saturating_sub(1) / INTERIM_MS;
            for step in 1..=steps {
                let heard = words.len() * step as usize / (steps as usize + 1);
                let text = words[..heard.max(1)].join(" ");
                let at_ms = said.start_ms + step * INTERIM_MS;
                let chunk = self.chunk(line, text, step, at_ms);
                all.push(Saying { at_ms, line, chunk });
            }
            let mut chunk = self.chunk(line, said.text.clone(), steps + 1, said.end_ms);
            chunk.is_interim = false;
            let at_ms = said.end_ms;
            all.push(Saying { at_ms, line, chunk });
        }
        all
    }

    fn chunk(&self, line: usize, text: String, revision: u64, until_ms: u64) -> ChunkDraft {
        let said = &self.stage.lines[line];
        ChunkDraft {
            source_id: "replay".into(),
            segment_id: line.to_string(),
            utterance_id: None,
            revision: u32::try_from(revision).unwrap_or(u32::MAX),
            is_interim: true,
            text,
            start_ms: self.base_ms + said.start_ms,
            end_ms: self.base_ms + until_ms,
            speaker: Speaker {
                label: said.speaker.clone(),
                user_id: None,
                name: None,
            },
            confidence: None,
            language: Some("en".into()),
            words: Vec::new(),
        }
    }
}
