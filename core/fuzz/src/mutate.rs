//! The hostile hand: small changes of honest bytes.

use rand::RngExt;
use rand_pcg::Pcg64Mcg;

/// Numbers at the edges of what formats can say, as lib0 variable-length numbers.
const EDGES: [&[u8]; 10] = [
    &[0],
    &[1],
    &[0x7f],
    &[0x80, 0x01],
    &[0xff, 0xff, 0x03],
    &[0xff, 0xff, 0xff, 0xff, 0x07],
    &[0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0x80, 0x80, 0x80, 0x80, 0x10],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
    &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
];

/// Changes a few places of `bytes`; `other` lends pieces.
pub fn mutate(rng: &mut Pcg64Mcg, bytes: &mut Vec<u8>, other: &[u8]) {
    for _ in 0..rng.random_range(1..5) {
        once(rng, bytes, other);
    }
}

fn once(rng: &mut Pcg64Mcg, bytes: &mut Vec<u8>, other: &[u8]) {
    if bytes.is_empty() {
        bytes.push(rng.random());
        return;
    }
    let at = rng.random_range(0..bytes.len());
    let to = (at + rng.random_range(1..8)).min(bytes.len());
    match rng.random_range(0..9) {
        0 => bytes[at] ^= 1 << rng.random_range(0..8),
        1 => bytes[at] = rng.random(),
        2 => bytes[at] = bytes[at].wrapping_add(1),
        3 => bytes[at] = bytes[at].wrapping_sub(1),
        4 => drop(bytes.drain(at..to)),
        5 => {
            let piece = bytes[at..to].to_vec();
            bytes.splice(at..at, piece);
        }
        6 => {
            let edge = EDGES[rng.random_range(0..EDGES.len())];
            bytes.splice(at..=at, edge.iter().copied());
        }
        7 if !other.is_empty() => {
            let from = rng.random_range(0..other.len());
            let upto = (from + rng.random_range(1..24)).min(other.len());
            bytes.splice(at..to, other[from..upto].iter().copied());
        }
        _ => bytes.truncate(at),
    }
}

/// Joins several pieces into one input.
#[must_use]
pub fn join(pieces: &[Vec<u8>]) -> Vec<u8> {
    let mut out = Vec::new();
    for piece in pieces {
        out.extend_from_slice(&u32::try_from(piece.len()).unwrap_or(0).to_le_bytes());
        out.extend_from_slice(piece);
    }
    out
}

/// The pieces of an input; what cannot be read ends it.
#[must_use]
pub fn split(mut input: &[u8]) -> Vec<&[u8]> {
    let mut out = Vec::new();
    while let Some((len, rest)) = input.split_first_chunk::<4>() {
        let len = u32::from_le_bytes(*len) as usize;
        let Some((piece, rest)) = rest.split_at_checked(len) else {
            break;
        };
        out.push(piece);
        input = rest;
    }
    out
}
