//! Operations as JSON, in either form.
//!
//! Laws: no panic and no long time at any length; what is accepted keeps the
//! algebra (TP1, compose, invert).

use super::Outcome;
use crate::mutate::{join, mutate, split};
use connvo_core::note::operation::Side;
use connvo_core::note::{AnyOperation, Operation, Text};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// A text and two operations on it, mutated now and then.
pub(super) fn make(rng: &mut Pcg64Mcg) -> Vec<u8> {
    let text = "ab😀cd\né漢字 efg".repeat(rng.random_range(1..5));
    let mut pieces = vec![text.into_bytes()];
    for _ in 0..2 {
        let mut json = if rng.random_bool(0.2) {
            single(rng)
        } else {
            components(rng)
        }
        .into_bytes();
        if rng.random_bool(0.3) {
            mutate(
                rng,
                &mut json,
                br#"{"retain":4294967295},{"delete":1},{"insert":"\ud83d"}"#,
            );
        }
        pieces.push(json);
    }
    join(&pieces)
}

fn components(rng: &mut Pcg64Mcg) -> String {
    let parts: Vec<String> = (0..rng.random_range(0..6))
        .map(|_| match rng.random_range(0..4) {
            0 | 1 => format!(r#"{{"retain":{}}}"#, length(rng)),
            2 => format!(r#"{{"delete":{}}}"#, length(rng)),
            _ => format!(
                r#"{{"insert":"{}"}}"#,
                ["x", "😀", "yz"][rng.random_range(0..3)]
            ),
        })
        .collect();
    format!("[{}]", parts.join(","))
}

fn single(rng: &mut Pcg64Mcg) -> String {
    let kind = ["insert", "delete", "retain"][rng.random_range(0..3)];
    let position = length(rng);
    format!(
        r#"{{"type":"{kind}","position":{position},"content":"q","length":{}}}"#,
        length(rng)
    )
}

fn length(rng: &mut Pcg64Mcg) -> u64 {
    match rng.random_range(0..20) {
        0 => u64::from(u32::MAX),
        1 => u64::from(u32::MAX) + 1,
        2 => 1 << 31,
        _ => rng.random_range(0..6),
    }
}

pub(super) fn run(input: &[u8]) -> Outcome {
    let pieces = split(input);
    let [text, first, second] = pieces.as_slice() else {
        return Outcome::default();
    };
    let text = Text::from(String::from_utf8_lossy(text).as_ref());
    let (Some(a), Some(b)) = (read(first), read(second)) else {
        return Outcome::of(false);
    };
    // Lengths alone: whatever they are, no panic.
    let _ = a.compose(&b);
    let _ = a.transform(&b, Side::Left);
    let _ = a.invert(&text);
    if text.check(&a).is_err() || text.check(&b).is_err() {
        return Outcome::of(false);
    }
    let after = |ops: &[&Operation]| {
        let mut text = text.clone();
        for op in ops {
            text.apply(op).expect("fits");
        }
        text
    };
    let a_then = a.transform(&b, Side::Left).expect("transforms");
    let b_then = b.transform(&a, Side::Right).expect("transforms");
    assert_eq!(after(&[&a, &b_then]), after(&[&b, &a_then]), "TP1");
    let composed = a.compose(&b_then).expect("composes");
    assert_eq!(after(&[&composed]), after(&[&a, &b_then]), "compose");
    let inverse = a.invert(&text).expect("inverts");
    assert_eq!(after(&[&a, &inverse]), text, "invert");
    let json = serde_json::to_vec(&a).expect("writes");
    assert_eq!(read(&json), Some(a), "JSON round trip");
    Outcome::of(true)
}

fn read(json: &[u8]) -> Option<Operation> {
    let any: AnyOperation = serde_json::from_slice(json).ok()?;
    any.into_operation().ok()
}
