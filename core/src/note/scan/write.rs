//! The updates that the op door writes itself, and what a small one says.

use super::reader::Reader;
use super::structs::{Content, Id, Struct};

const TEXT_BETWEEN: [u8; 2] = [0b1000_0100, 0b1100_0100];

/// Text with the id `id`, between `left` and `right`.
pub(in crate::note) fn write_insert(id: Id, left: Id, right: Option<Id>, text: &str) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len() + 32);
    out.extend([1, 1]);
    var(&mut out, id.0);
    var(&mut out, id.1.into());
    out.push(TEXT_BETWEEN[usize::from(right.is_some())]);
    for (client, clock) in [Some(left), right].into_iter().flatten() {
        var(&mut out, client);
        var(&mut out, clock.into());
    }
    var(&mut out, text.len() as u64);
    out.extend_from_slice(text.as_bytes());
    out.push(0);
    out
}

/// The deletion of ids, given as (ClientID, clock, length).
pub(in crate::note) fn write_deletes(mut ids: Vec<(u64, u32, u32)>) -> Vec<u8> {
    ids.sort_unstable();
    ids.dedup_by(|next, last| {
        let joined = (last.0, last.1 + last.2) == (next.0, next.1);
        last.2 += if joined { next.2 } else { 0 };
        joined
    });
    let of_one: Vec<_> = ids.chunk_by(|one, next| one.0 == next.0).collect();
    let mut out = vec![0];
    var(&mut out, of_one.len() as u64);
    for ranges in of_one {
        var(&mut out, ranges[0].0);
        var(&mut out, ranges.len() as u64);
        for (_, clock, len) in ranges {
            var(&mut out, (*clock).into());
            var(&mut out, (*len).into());
        }
    }
    out
}

/// The origins of the only struct of an update, if it is text.
pub(in crate::note) fn lone_struct(update: &[u8]) -> Option<(Option<Id>, Option<Id>)> {
    let mut reader = Reader::new(update);
    if (reader.var_u32().ok()?, reader.var_u32().ok()?) != (1, 1) {
        return None;
    }
    let _id = (reader.var_client().ok()?, reader.var_u32().ok()?);
    let item = Struct::read(&mut reader).ok()?;
    matches!(item.content, Content::Text(_)).then_some((item.left, item.right))
}

fn var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}
