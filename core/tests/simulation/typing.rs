//! What people type: each edit inserts a unique character, deletes a little, or both.

use crate::sky::Sky;
use connvo_core::note::{Operation, Text};

const FILLER: [&str; 8] = ["", "a", "bc ", "\n", "é", "😀", "x👩‍👧y", " d"];

/// An edit against a text. All like the same places, so that they meet.
pub fn edit(sky: &mut Sky, text: &Text) -> Operation {
    let length = u64::from(text.len_utf16());
    let near = match sky.below(4) {
        0 => sky.below(length + 1),
        1 => length,
        2 => length / 2,
        _ => sky.below(length.min(6) + 1),
    };
    let at = whole(text, near);
    let op = Operation::new().retain(at);
    let end = whole(text, u64::from(at) + sky.between(1, 7));
    let deletes = end > at && sky.chance(if length > 400 { 0.7 } else { 0.3 });
    let inserts = !deletes || sky.chance(0.3);
    let op = if inserts {
        let token = sky.ledger.token();
        let before = FILLER[sky.below(FILLER.len() as u64) as usize];
        let after = FILLER[sky.below(FILLER.len() as u64) as usize];
        op.insert(&format!("{before}{token}{after}"))
    } else {
        op
    };
    if deletes { op.delete(end - at) } else { op }
}

/// An edit that only deletes; nothing where there is nothing.
pub fn shortening(sky: &mut Sky, text: &Text) -> Operation {
    let at = whole(text, sky.below(u64::from(text.len_utf16()) + 1));
    let end = whole(text, u64::from(at) + sky.between(1, 4));
    Operation::new().retain(at).delete(end - at)
}

/// The position, or one before it where it would cut a surrogate pair.
fn whole(text: &Text, at: u64) -> u32 {
    let at = (at as u32).min(text.len_utf16());
    at - u32::from(text.splits_pair(at))
}
