//! Stored rows on their way to and from JavaScript: arrays of fields. An outbox row
//! is `[clientId, clientSeq, edits, update]`; ids and numbers stay below 2⁵³.

use crate::js::{Array, Uint8Array};
use connvo_core::note::replica::{OutboxEntry, StoreOp, StoredNote};
use wasm_bindgen::prelude::*;

pub(crate) fn number(value: u64) -> JsValue {
    JsValue::from_f64(value as f64)
}

pub(crate) fn bytes(value: &[u8]) -> JsValue {
    Uint8Array::from(value).into()
}

fn read_number(value: &JsValue) -> u64 {
    value.as_f64().unwrap_or(0.0) as u64
}

fn read_bytes(value: JsValue) -> Vec<u8> {
    value.unchecked_into::<Uint8Array>().to_vec()
}

fn row(entry: &OutboxEntry) -> Array {
    let row = Array::new();
    row.push(&number(entry.client_id));
    row.push(&number(entry.client_seq));
    row.push(&number(u64::from(entry.edits)));
    row.push(&bytes(&entry.update));
    row
}

/// An outbox row that JavaScript was given before.
pub(crate) fn read_row(row: &Array) -> OutboxEntry {
    OutboxEntry {
        client_id: read_number(&row.get(0)),
        client_seq: read_number(&row.get(1)),
        edits: read_number(&row.get(2)) as u32,
        update: read_bytes(row.get(3)),
    }
}

/// Outbox rows that JavaScript was given before.
pub(crate) fn read_rows(rows: &Array) -> Vec<OutboxEntry> {
    (0..rows.length())
        .map(|at| read_row(&rows.get(at).unchecked_into()))
        .collect()
}

/// A note as stored: `[epoch, version, state | null, [update …], [row …]]`.
pub(crate) fn read_note(note: &Array) -> StoredNote {
    let state = note.get(2);
    let updates: Array = note.get(3).unchecked_into();
    StoredNote {
        epoch: read_number(&note.get(0)),
        version: read_number(&note.get(1)),
        state: (!state.is_null()).then(|| read_bytes(state)),
        updates: (0..updates.length())
            .map(|at| read_bytes(updates.get(at)))
            .collect(),
        outbox: read_rows(&note.get(4).unchecked_into()),
    }
}

fn keys(keys: &[(u64, u64)]) -> Array {
    let list = Array::new();
    for (client, seq) in keys {
        let key = Array::new();
        key.push(&number(*client));
        key.push(&number(*seq));
        list.push(&key);
    }
    list
}

/// What to store: `["outbox", row]`, `["commit", version, [update …], [key …]]` or
/// `["replace", epoch, version, state, [key …]]`; a key is `[clientId, clientSeq]`.
pub(crate) fn op(op: &StoreOp) -> Array {
    let out = Array::new();
    let put = |value: &JsValue| {
        out.push(value);
    };
    match op {
        StoreOp::Outbox(entry) => {
            put(&"outbox".into());
            put(&row(entry));
        }
        StoreOp::Commit {
            version,
            updates,
            acknowledged,
        } => {
            put(&"commit".into());
            put(&number(*version));
            let list = Array::new();
            for update in updates {
                list.push(&bytes(update));
            }
            put(&list);
            put(&keys(acknowledged));
        }
        StoreOp::Replace {
            epoch,
            version,
            state,
            dropped,
        } => {
            put(&"replace".into());
            put(&number(*epoch));
            put(&number(*version));
            put(&bytes(state));
            put(&keys(dropped));
        }
    }
    out
}
