//! The frame that comes most: somebody has said something. It is read by its one shape,
//! which takes a third of the time: of what may be any frame with any command, all is
//! copied into a tree first.

use super::command::{Command, TranscriptDraft};
use super::frame::ClientFrame;
use crate::id::MeetingId;
use crate::transcript::ChunkDraft;
use serde::Deserialize;
use std::borrow::Cow;

#[derive(Deserialize)]
struct Frame<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    id: u64,
    key: String,
    #[serde(borrow)]
    command: Append<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Append<'a> {
    #[serde(rename = "type", borrow)]
    kind: Cow<'a, str>,
    meeting_id: MeetingId,
    chunks: Vec<ChunkDraft>,
}

impl Frame<'_> {
    fn is_spoken(&self) -> bool {
        self.kind == "call" && self.command.kind == "appendTranscript"
    }
}

impl ClientFrame {
    /// Reads a text frame.
    ///
    /// # Errors
    /// It is not a frame of `connvo.v1`.
    pub fn read(json: &str) -> serde_json::Result<Self> {
        // Lists, which would do for its objects here, do not for those of any frame.
        let has_objects = json.starts_with('{') && json.contains(r#""command":{"#);
        if has_objects
            && let Ok(frame) = serde_json::from_str::<Frame<'_>>(json)
            && frame.is_spoken()
        {
            return Ok(frame.into());
        }
        // Another one, or one with something wrong, which is told as of any other.
        serde_json::from_str(json)
    }
}

impl From<Frame<'_>> for ClientFrame {
    fn from(frame: Frame<'_>) -> Self {
        let Append {
            meeting_id, chunks, ..
        } = frame.command;
        let draft = TranscriptDraft { chunks };
        Self::Call {
            id: frame.id,
            key: frame.key,
            command: Command::AppendTranscript { meeting_id, draft },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn spoken() -> Value {
        json!({
            "type": "call", "id": 7, "key": "3-17",
            "command": {
                "type": "appendTranscript", "meetingId": "0199b2a0-7a3c-7c1e-9f54-3f5f3f1a2b3c",
                "chunks": [{
                    "sourceId": "mic", "segmentId": "3-17", "text": "Well, \u{1f600}",
                    "startMs": 1, "endMs": 2, "speaker": {"label": "Ada"},
                    "words": [{"text": "Well,", "startMs": 1, "endMs": 2}],
                }],
            },
        })
    }

    /// As any frame is read, or refused.
    fn plainly(json: &str) -> Result<String, String> {
        let frame = serde_json::from_str::<ClientFrame>(json);
        told(frame)
    }

    fn told(frame: serde_json::Result<ClientFrame>) -> Result<String, String> {
        let frame = frame.map_err(|error| error.to_string())?;
        serde_json::to_string(&frame).map_err(|error| error.to_string())
    }

    #[test]
    fn it_is_read_by_its_shape() {
        let json = spoken().to_string();
        let frame = serde_json::from_str::<Frame<'_>>(&json);
        assert!(frame.is_ok_and(|frame| frame.is_spoken()));
    }

    #[test]
    fn whatever_is_in_it_it_is_read_as_any_frame_is() {
        let places = [
            "",
            "/type",
            "/id",
            "/key",
            "/command",
            "/command/type",
            "/command/meetingId",
            "/command/chunks",
            "/command/chunks/0",
            "/command/chunks/0/text",
            "/command/chunks/0/startMs",
            "/command/chunks/0/speaker",
        ];
        let others = [
            json!(null),
            json!(true),
            json!(-1),
            json!(1.5),
            json!(""),
            json!("ping"),
            json!("call"),
            json!("appendTranscript"),
            json!("startMeeting"),
            json!([]),
            json!({}),
            json!({"more": 1}),
            json!({"call": null}),
            json!({"appendTranscript": null}),
            json!(["mic", 1]),
            json!([
                "appendTranscript",
                "0199b2a0-7a3c-7c1e-9f54-3f5f3f1a2b3c",
                []
            ]),
        ];
        for place in places {
            for other in &others {
                let mut frame = spoken();
                *frame.pointer_mut(place).expect("there") = other.clone();
                let json = frame.to_string();
                assert_eq!(told(ClientFrame::read(&json)), plainly(&json), "{json}");
            }
        }
        for json in [
            r#"{"type":"call","type":"call"}"#,
            r#"{"id":1,"key":"","command":{"chunks":[],"meetingId":"m","type":"appendTranscript"},"type":"call"}"#,
            "{",
        ] {
            assert_eq!(told(ClientFrame::read(json)), plainly(json), "{json}");
        }
    }
}
