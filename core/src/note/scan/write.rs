//! The two updates that the op door writes itself, and what a small one says.

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

/// The deletion of `units` ids from `id` on.
pub(in crate::note) fn write_delete(id: Id, units: u32) -> Vec<u8> {
    let mut out = vec![0, 1];
    var(&mut out, id.0);
    out.push(1);
    var(&mut out, id.1.into());
    var(&mut out, units.into());
    out
}

/// Id, length and origins of the only struct of an update, if it is text.
pub(in crate::note) fn lone_struct(update: &[u8]) -> Option<(Id, u32, Option<Id>, Option<Id>)> {
    let mut reader = Reader::new(update);
    if (reader.var_u32().ok()?, reader.var_u32().ok()?) != (1, 1) {
        return None;
    }
    let id = (reader.var_client().ok()?, reader.var_u32().ok()?);
    let item = Struct::read(&mut reader).ok()?;
    let text = matches!(item.content, Content::Text(_));
    text.then_some((id, item.len, item.left, item.right))
}

fn var(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push((value & 0x7f) as u8);
}
