//! The wire stays what it is: a snapshot of every frame, and codecs that survive
//! the round trip and any junk.

use connvo_core::error::{ErrorCode, FieldError, Problem};
use connvo_core::id::{MeetingId, SessionId, UserId};
use connvo_core::live::{presence, stock};
use connvo_core::note::{AnyOperation, NoteEntry, Operation};
use connvo_core::protocol::command::{
    Command, CommandReply, NoteAccepted, NoteOperationDraft, TranscriptAccepted, TranscriptDraft,
};
use connvo_core::protocol::frame::{ClientFrame, Limits, Query, ServerFrame};
use connvo_core::protocol::lane::{self, ClientLane, LaneEntry, ServerLane};
use connvo_core::protocol::varint;
use connvo_core::transcript::{Chunk, ChunkDraft};
use proptest::prelude::*;
use serde_json::json;

fn meeting() -> MeetingId {
    "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap()
}

fn user() -> UserId {
    "0197f7a4-0000-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap()
}

fn session() -> SessionId {
    "0197f7a4-1111-7c3a-9d2e-3f1b2a4c5d6e".parse().unwrap()
}

fn operation() -> Operation {
    Operation::new().retain(5).insert("hi").delete(2)
}

fn chunk() -> ChunkDraft {
    serde_json::from_value(json!({
        "sourceId": "mic-1", "segmentId": "7", "revision": 2, "text": "good morning",
        "startMs": 1_700_000_000_000_u64, "endMs": 1_700_000_001_200_u64,
        "speaker": {"label": "Ada"}, "confidence": 0.93, "language": "en-GB"
    }))
    .unwrap()
}

fn problem() -> Problem {
    let mut problem = Problem::invalid(vec![FieldError {
        pointer: "/operation".into(),
        message: "it covers 9 UTF-16 code units".into(),
    }]);
    problem.retry_after_ms = Some(500);
    problem.because("operation")
}

fn client_frames() -> Vec<(&'static str, ClientFrame)> {
    let note = Query::Note {
        meeting_id: meeting(),
        client_id: 7,
    };
    let subscribe = |query, epoch, after| ClientFrame::Subscribe {
        sub: 3,
        query,
        epoch,
        after,
    };
    let call = |command| ClientFrame::Call {
        id: 9,
        key: "k-1".into(),
        command,
    };
    let draft = NoteOperationDraft {
        base_version: 41,
        client_id: "api".into(),
        client_seq: 2,
        operation: AnyOperation::Components(operation()),
    };
    vec![
        (
            "hello",
            ClientFrame::Hello {
                token: "t".into(),
                client: Some("connvo/0.1.0".into()),
            },
        ),
        ("refresh", ClientFrame::Refresh { token: "t".into() }),
        ("subscribe_note", subscribe(note, None, None)),
        (
            "subscribe_note_ops",
            subscribe(
                Query::NoteOps {
                    meeting_id: meeting(),
                },
                Some("e.1".into()),
                Some(41),
            ),
        ),
        (
            "subscribe_transcript",
            subscribe(
                Query::Transcript {
                    meeting_id: meeting(),
                },
                None,
                None,
            ),
        ),
        ("unsubscribe", ClientFrame::Unsubscribe { sub: 3 }),
        (
            "call_apply",
            call(Command::ApplyNoteOperation {
                meeting_id: meeting(),
                draft,
            }),
        ),
        (
            "call_restore",
            call(Command::RestoreNote {
                meeting_id: meeting(),
                version: 12,
            }),
        ),
        (
            "call_transcript",
            call(Command::AppendTranscript {
                meeting_id: meeting(),
                draft: TranscriptDraft {
                    chunks: vec![chunk()],
                },
            }),
        ),
        ("ping", ClientFrame::Ping {}),
    ]
}

fn server_frames() -> Vec<(&'static str, ServerFrame)> {
    let stored = Chunk {
        sequence: 8,
        fields: chunk(),
        revised: true,
        word_count: 2,
        created_at: 1_700_000_001_300,
    };
    let item = serde_json::to_value(stored).unwrap();
    let accepted = NoteAccepted {
        version: 42,
        operation: operation(),
    };
    let sequences = TranscriptAccepted {
        sequences: vec![Some(8), None],
    };
    vec![
        (
            "welcome",
            ServerFrame::Welcome {
                session: session(),
                user_id: user(),
                server_time: 1_700_000_000_000,
                store_epoch: "e".into(),
                limits: Limits::default(),
            },
        ),
        (
            "snapshot",
            ServerFrame::Snapshot {
                sub: 3,
                cursor: 8,
                epoch: "e".into(),
                reset: false,
                items: vec![item.clone()],
            },
        ),
        (
            "events",
            ServerFrame::Events {
                sub: 3,
                from: 8,
                to: 8,
                items: vec![item.clone()],
            },
        ),
        ("volatile", ServerFrame::Volatile { sub: 3, item }),
        (
            "reply_note",
            ServerFrame::Reply {
                id: 9,
                ok: Some(json!(CommandReply::Note(accepted))),
                error: None,
            },
        ),
        (
            "reply_transcript",
            ServerFrame::Reply {
                id: 9,
                ok: Some(json!(CommandReply::Transcript(sequences))),
                error: None,
            },
        ),
        (
            "reply_error",
            ServerFrame::Reply {
                id: 9,
                ok: None,
                error: Some(problem()),
            },
        ),
        (
            "revoked",
            ServerFrame::Revoked {
                sub: 3,
                error: Problem::not_found("the meeting"),
            },
        ),
        ("drain", ServerFrame::Drain { after_ms: 250 }),
        ("pong", ServerFrame::Pong {}),
        (
            "error",
            ServerFrame::Error {
                error: Problem::new(ErrorCode::Unauthorized, "the token has expired"),
            },
        ),
    ]
}

#[test]
fn client_frames_stay_what_they_are() {
    for (name, frame) in client_frames() {
        insta::assert_json_snapshot!(format!("client_{name}"), frame);
        let text = serde_json::to_string(&frame).unwrap();
        let again: ClientFrame = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text, "{name}");
    }
}

#[test]
fn server_frames_stay_what_they_are() {
    for (name, frame) in server_frames() {
        insta::assert_json_snapshot!(format!("server_{name}"), frame);
        let text = serde_json::to_string(&frame).unwrap();
        let again: ServerFrame = serde_json::from_str(&text).unwrap();
        assert_eq!(serde_json::to_string(&again).unwrap(), text, "{name}");
    }
}

#[test]
fn lane_frames_stay_what_they_are() {
    let entry = |update| LaneEntry {
        author_id: user().to_string(),
        client_id: "7".into(),
        client_seq: 3,
        timestamp: 1_700_000_000_000,
        update,
    };
    let server = [
        (
            "access",
            ServerLane::Access {
                writable: true,
                epoch: 1,
            },
        ),
        (
            "snapshot",
            ServerLane::Snapshot {
                epoch: 1,
                cursor: 300,
                hash: 0xfeed,
                state: vec![0, 0],
            },
        ),
        (
            "events",
            ServerLane::Events {
                from: 301,
                entries: vec![entry(Some(vec![1, 2])), entry(None)],
            },
        ),
        (
            "acknowledge",
            ServerLane::Acknowledge {
                client_id: 7,
                client_seq: 3,
            },
        ),
        (
            "refuse",
            ServerLane::Refuse {
                client_id: 7,
                client_seq: 3,
                problem: problem(),
            },
        ),
        ("awareness", ServerLane::Awareness(vec![1])),
    ];
    for (name, frame) in server {
        let bytes = lane::encode_server(3, &frame);
        assert_eq!(lane::decode_server(&bytes), Some((3, frame)), "{name}");
        insta::assert_snapshot!(format!("lane_server_{name}"), hex(&bytes));
    }
    let client = [
        (
            "update",
            ClientLane::Update {
                client_id: 7,
                client_seq: 3,
                update: &[0, 0],
            },
        ),
        ("awareness", ClientLane::Awareness(&[1])),
    ];
    for (name, frame) in client {
        let bytes = lane::encode_client(3, &frame);
        assert_eq!(lane::decode_client(&bytes), Some((3, frame)), "{name}");
        insta::assert_snapshot!(format!("lane_client_{name}"), hex(&bytes));
    }
}

#[test]
fn an_entry_is_encoded_alike_for_one_and_for_all() {
    let entry = NoteEntry {
        sequence: 301,
        author_id: user(),
        client_id: "7".into(),
        client_seq: 3,
        operation: operation(),
        timestamp: 5,
        update: vec![1, 2, 3],
        transformed_from: None,
    };
    let mut shared = lane::encode_events_head(3, 301, 1);
    lane::encode_entry(&mut shared, &entry, false);
    let (_, frame) = lane::decode_server(&shared).unwrap();
    assert_eq!(lane::encode_server(3, &frame), shared);
    insta::assert_json_snapshot!("note_entry", entry);
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

proptest! {
    #[test]
    fn varints_survive_the_round_trip(value: u64, tail in prop::collection::vec(any::<u8>(), 0..8)) {
        let mut bytes = Vec::new();
        varint::write(&mut bytes, value);
        bytes.extend(&tail);
        let mut rest = bytes.as_slice();
        prop_assert_eq!(varint::read(&mut rest), Some(value));
        prop_assert_eq!(rest, tail.as_slice());
    }

    #[test]
    fn junk_is_refused_without_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = lane::decode_client(&bytes);
        let _ = lane::decode_server(&bytes);
        let _ = stock::decode(&bytes);
        let _ = presence::decode(&bytes);
        let _ = serde_json::from_slice::<ClientFrame>(&bytes);
    }

    #[test]
    fn a_count_that_no_frame_can_hold_is_refused(count in 1000_u64..u64::MAX) {
        let mut bytes = vec![3, 2, 1];
        varint::write(&mut bytes, count);
        prop_assert!(lane::decode_server(&bytes).is_none());
    }

    #[test]
    fn updates_survive_the_round_trip(sub: u32, client_id in 0_u64..1 << 53, client_seq in 0_u64..1 << 53, update in prop::collection::vec(any::<u8>(), 0..100)) {
        let frame = ClientLane::Update { client_id, client_seq, update: &update };
        let bytes = lane::encode_client(sub, &frame);
        prop_assert_eq!(lane::decode_client(&bytes), Some((sub, frame)));
    }
}
