//! Frames of the live protocol, of its note lane and of stock Yjs providers.
//!
//! Laws: no panic; what is read can be written and read again as the same.

use super::Outcome;
use crate::mutate::{join, mutate, split};
use connvo_core::live::{presence, stock};
use connvo_core::protocol::lane::{self, ClientLane, LaneEntry, ServerLane};
use connvo_core::protocol::{ClientFrame, ServerFrame};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

const TEXT: [&str; 6] = [
    r#"{"type":"hello","token":"t","client":"c"}"#,
    r#"{"type":"subscribe","sub":1,"query":{"type":"note","meetingId":"0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e","clientId":7},"epoch":"1","after":4}"#,
    r#"{"type":"unsubscribe","sub":1}"#,
    r#"{"type":"call","id":1,"key":"k","command":{"type":"applyNoteOperation","meetingId":"0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e","baseVersion":1,"clientId":"c","clientSeq":1,"operation":[{"retain":1},{"insert":"x"},{"delete":2}]}}"#,
    r#"{"type":"call","id":2,"key":"k","command":{"type":"appendTranscript","meetingId":"0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e","chunks":[{"sourceId":"s","segmentId":"1","revision":1,"isInterim":false,"text":"hi","startMs":1,"endMs":2,"speaker":{"label":"A"}}]}}"#,
    r#"{"type":"events","sub":1,"from":1,"to":1,"items":[{"a":1}]}"#,
];

pub(super) fn make(rng: &mut Pcg64Mcg) -> Vec<u8> {
    let mut frame = honest(rng);
    if rng.random_bool(0.8) {
        let lender = honest(rng);
        mutate(rng, &mut frame, &lender);
    }
    join(&[frame])
}

fn honest(rng: &mut Pcg64Mcg) -> Vec<u8> {
    let bytes: Vec<u8> = (0..rng.random_range(0..12)).map(|_| rng.random()).collect();
    let number = rng.random::<u64>() >> rng.random_range(0..64);
    match rng.random_range(0..9) {
        0 => lane::encode_client(
            3,
            &ClientLane::Update {
                client_id: number,
                client_seq: 4,
                update: &bytes,
            },
        ),
        1 => lane::encode_client(3, &ClientLane::Awareness(&bytes)),
        2 => lane::encode_server(
            3,
            &ServerLane::Events {
                from: number,
                entries: vec![LaneEntry {
                    author_id: "a".into(),
                    client_id: number.to_string(),
                    client_seq: 1,
                    timestamp: 2,
                    update: Some(bytes),
                }],
            },
        ),
        3 => lane::encode_server(
            3,
            &ServerLane::Snapshot {
                epoch: 1,
                cursor: number,
                hash: 3,
                state: bytes,
            },
        ),
        4 => lane::encode_server(
            3,
            &ServerLane::Acknowledge {
                client_id: number,
                client_seq: 1,
            },
        ),
        5 => [&[0, rng.random_range(0..3)], bytes.as_slice()].concat(),
        6 => [&[1, 9, 1, 5, 1, 4], br#"{"a""#.as_slice()].concat(),
        _ => TEXT[rng.random_range(0..TEXT.len())].as_bytes().to_vec(),
    }
}

pub(super) fn run(input: &[u8]) -> Outcome {
    let pieces = split(input);
    let Some(frame) = pieces.first() else {
        return Outcome::default();
    };
    let mut read = false;
    if let Some((sub, lane)) = lane::decode_client(frame) {
        read = true;
        let again = lane::encode_client(sub, &lane);
        assert_eq!(lane::decode_client(&again), Some((sub, lane)));
    }
    if let Some((sub, lane)) = lane::decode_server(frame) {
        read = true;
        let again = lane::encode_server(sub, &lane);
        assert_eq!(lane::decode_server(&again), Some((sub, lane)));
    }
    if let Some(message) = stock::decode(frame) {
        read = true;
        let _ = stock::encode(&message);
    }
    if let Some(states) = presence::decode(frame) {
        read = true;
        let _ = presence::encode(states.iter());
    }
    if let Ok(frame) = serde_json::from_slice::<ClientFrame>(frame) {
        read = true;
        let json = serde_json::to_vec(&frame).expect("writes");
        serde_json::from_slice::<ClientFrame>(&json).expect("reads again");
    }
    read |= serde_json::from_slice::<ServerFrame>(frame).is_ok();
    Outcome::of(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_mutants_are_made_of_is_honest() {
        for text in TEXT {
            let client = serde_json::from_str::<ClientFrame>(text).is_ok();
            assert!(
                client || serde_json::from_str::<ServerFrame>(text).is_ok(),
                "{text}"
            );
        }
    }
}
