//! What providers of speech recognition say, made chunks of: each provider's own messages,
//! as they come out of its socket or answer, one file a provider.
//!
//! Nothing is remembered between messages: source, segment and revision of a chunk follow
//! from its message alone, so that a message may be sent again. A final text has a higher
//! revision than any interim one of its segment, and a formatted one a higher one still. An
//! empty text takes the interim one back. Messages without speech give nothing.

mod assemblyai;
mod deepgram;
mod heard;
mod livekit;
mod read;
mod web_speech;
mod whisper;

use super::{CHUNKS_PER_CALL, NewChunk, Speaker, validate};
use crate::error::Problem;
use heard::{Heard, Stream};
use read::At;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Most messages in one call.
pub const MESSAGES_PER_CALL: usize = 50;

/// Whose messages they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Provider {
    /// The browser's recognition: what a `result` event has (Web Speech API), as
    /// `{timeStamp, resultIndex, results: [{isFinal, "0": {transcript, confidence}}]}`.
    WebSpeech,
    /// Deepgram, live: `Results`.
    Deepgram,
    /// `AssemblyAI`, streaming v3: `Turn`.
    Assemblyai,
    /// Whisper: a segment, or a whole answer with its `segments`.
    Whisper,
    /// `LiveKit`: a transcription segment, or `{segments: […]}`.
    Livekit,
}

impl Provider {
    /// Every provider.
    pub const ALL: [Self; 5] = [
        Self::WebSpeech,
        Self::Deepgram,
        Self::Assemblyai,
        Self::Whisper,
        Self::Livekit,
    ];

    fn heard(self, message: &At<'_>, stream: &Stream<'_>) -> Result<Vec<Heard>, Problem> {
        match self {
            Self::WebSpeech => web_speech::heard(message, stream),
            Self::Deepgram => deepgram::heard(message, stream),
            Self::Assemblyai => assemblyai::heard(message, stream),
            Self::Whisper => whisper::heard(message, stream),
            Self::Livekit => livekit::heard(message, stream),
        }
    }
}

/// Messages of a provider.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderDraft {
    /// Which recogniser speaks, another one for each of its streams; 1 to 128 bytes.
    #[cfg_attr(feature = "openapi", schema(min_length = 1, max_length = 128))]
    pub source_id: String,
    /// When the stream began that the messages' times are counted from, in milliseconds
    /// since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub started_at: u64,
    /// Who speaks, where it is one person. Without it: the speakers that the provider tells
    /// apart, as `Speaker 1`; where it tells none, the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub speaker: Option<Speaker>,
    /// BCP 47 tag, for messages that name no language.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The provider's messages, as they came; 1 to 50, of no more than 50 chunks together.
    #[cfg_attr(feature = "openapi", schema(min_items = 1, max_items = 50, value_type = Vec<Object>))]
    #[cfg_attr(feature = "ts", ts(type = "unknown[]"))]
    pub messages: Vec<Value>,
}

/// The chunks that a provider's messages are; `sender` is who speaks where neither caller
/// nor provider says so. There may be none.
///
/// # Errors
/// `VALIDATION_ERROR` naming the places in the messages, as
/// `/messages/3/channel/alternatives`.
pub fn chunks(
    provider: Provider,
    draft: &ProviderDraft,
    sender: &Speaker,
) -> Result<Vec<NewChunk>, Problem> {
    let count = draft.messages.len();
    if count == 0 || count > MESSAGES_PER_CALL {
        let message = format!("{count} messages; 1 to {MESSAGES_PER_CALL} are taken in one call");
        return Err(Problem::field("/messages", message));
    }
    let stream = Stream { draft, sender };
    let (mut drafts, mut origins) = (Vec::new(), Vec::new());
    for (at, message) in draft.messages.iter().enumerate() {
        let message = At::new(message, format!("/messages/{at}"));
        for heard in provider.heard(&message, &stream)? {
            if drafts.len() == CHUNKS_PER_CALL {
                let more = format!("more than {CHUNKS_PER_CALL} chunks: send fewer at once");
                return Err(message.wrong(&more));
            }
            drafts.push(heard.chunk(&stream));
            origins.push(message.pointer().to_owned());
        }
    }
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    validate(drafts).map_err(|problem| in_messages(problem, &origins))
}

/// What is wrong with a chunk is wrong with the message that it came of, or with what the
/// caller says of all.
fn in_messages(problem: Problem, origins: &[String]) -> Problem {
    let mut errors = problem.errors;
    for error in &mut errors {
        let place = error.pointer.strip_prefix("/chunks/");
        let Some((at, field)) = place.and_then(|place| place.split_once('/')) else {
            continue;
        };
        let origin = at.parse().ok().and_then(|at: usize| origins.get(at));
        error.message = format!("{field}: {}", error.message);
        error.pointer = match (field, origin) {
            ("sourceId", _) => "/sourceId".into(),
            (_, Some(origin)) => origin.clone(),
            (_, None) => "/messages".into(),
        };
    }
    errors.dedup();
    Problem::invalid(errors)
}

#[cfg(test)]
mod tests;
