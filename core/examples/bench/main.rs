//! The note engine beside raw yrs, on a real keystroke history. `tests/bench/run.sh`
//! runs it together with Yjs on node.
//!
//! `cargo run --release -p connvo-core --example bench [trace]`
#![allow(clippy::print_stdout, clippy::disallowed_methods, missing_docs)]

mod memory;
#[path = "../../tests/common/trace.rs"]
#[allow(dead_code, unreachable_pub)]
mod trace;

use connvo_core::limits::NoteLimits;
use connvo_core::note::{Document, Operation};
use std::time::{Duration, Instant};
use yrs::updates::decoder::Decode;
use yrs::{ClientID, Doc, GetString, OffsetKind, Options, Text, Transact, Update};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    let name = std::env::args().nth(1);
    let name = name.as_deref().unwrap_or("automerge-paper");
    let trace = trace::read(name);
    let edits = trace::operations(&trace);
    let end = trace.end_content.as_str();
    println!("{name}: {} edits, one transaction each", edits.len());

    let (_, bare) = timed(|| raw(&edits, end, false));
    line("raw yrs, nothing encoded", bare, edits.len());
    let (updates, encoded) = timed(|| raw(&edits, end, true));
    line(
        "raw yrs, each edit encoded as an update",
        encoded,
        edits.len(),
    );

    let ((document, log), ops) = timed(|| op_door(&edits));
    assert_eq!(document.text().to_string(), end);
    line("core, op door (mirror, log and yrs)", ops, edits.len());
    println!(
        "  {:.2} x raw yrs with updates, {:.2} x without",
        ops.as_secs_f64() / encoded.as_secs_f64(),
        ops.as_secs_f64() / bare.as_secs_f64()
    );
    println!(
        "  log: {} kB of updates",
        log.iter().map(Vec::len).sum::<usize>() / 1000
    );
    drop(log);

    for batch in [1, 10, 50] {
        // One by one costs a delta of the whole text each: a part will do.
        let share = if batch == 1 {
            updates.len() / 10
        } else {
            updates.len()
        };
        let (_, crdt) = timed(|| crdt_door(&updates[..share], batch));
        line(&format!("core, CRDT door, batches of {batch}"), crdt, share);
    }
    let (_, remote) = timed(|| raw_remote(&updates, end));
    line("raw yrs, the same updates, no delta", remote, updates.len());

    open(&document, &updates, end);
}

fn open(document: &Document, updates: &[Vec<u8>], end: &str) {
    let snapshot = document.snapshot_v2();
    let mut best = Duration::MAX;
    for _ in 0..10 {
        let (again, took) = timed(|| {
            Document::load(Some(&snapshot), &[], 2, NoteLimits::default()).expect("loads")
        });
        assert_eq!(again.text(), &end);
        best = best.min(took);
    }
    println!(
        "open from its V2 snapshot ({} kB): {:.1} ms",
        snapshot.len() / 1000,
        best.as_secs_f64() * 1e3
    );
    let before = memory::resident();
    let load = || Document::load(Some(&snapshot), &[], 2, NoteLimits::default());
    let open: Vec<_> = (0..16).map(|_| load().expect("loads")).collect();
    let each = memory::resident().saturating_sub(before) / open.len();
    println!(
        "  memory: {:.2} MB a document with its mirror",
        each as f64 / 1e6
    );
    drop(open);
    let refs: Vec<&[u8]> = updates.iter().map(Vec::as_slice).collect();
    let (_, log) = timed(|| Document::load(None, &refs, 2, NoteLimits::default()).expect("loads"));
    println!("open from the whole log: {:.0} ms", log.as_secs_f64() * 1e3);
}

fn op_door(edits: &[Operation]) -> (Document, Vec<Vec<u8>>) {
    let mut document = Document::new(1, NoteLimits::default());
    let mut log = Vec::with_capacity(edits.len());
    for edit in edits {
        log.push(document.apply_operation(edit).expect("applies"));
    }
    (document, log)
}

fn crdt_door(updates: &[Vec<u8>], batch: usize) {
    let mut document = Document::new(2, NoteLimits::default());
    let mut log = Vec::new();
    for run in updates.chunks(batch) {
        let run: Vec<&[u8]> = run.iter().map(Vec::as_slice).collect();
        log.push(document.apply_updates(&run, Some(1)).expect("applies"));
    }
}

fn doc(client: u64) -> (Doc, yrs::TextRef) {
    let mut options = Options::with_client_id(ClientID::new(client));
    options.offset_kind = OffsetKind::Utf16;
    let doc = Doc::with_options(options);
    let text = doc.get_or_insert_text("content");
    (doc, text)
}

fn raw(edits: &[Operation], end: &str, encode: bool) -> Vec<Vec<u8>> {
    let (doc, text) = doc(1);
    let mut updates = Vec::new();
    for operation in edits {
        let mut txn = doc.transact_mut();
        for edit in operation.edits() {
            if edit.delete > 0 {
                text.remove_range(&mut txn, edit.at, edit.delete);
            }
            if !edit.insert.is_empty() {
                text.insert(&mut txn, edit.at, edit.insert);
            }
        }
        if encode {
            txn.commit();
            updates.push(txn.encode_update_v1());
        }
    }
    assert_eq!(text.get_string(&doc.transact()), end);
    updates
}

fn raw_remote(updates: &[Vec<u8>], end: &str) {
    let (doc, text) = doc(2);
    for update in updates {
        let update = Update::decode_v1(update).expect("decodes");
        doc.transact_mut().apply_update(update).expect("applies");
    }
    assert_eq!(text.get_string(&doc.transact()), end);
}

fn timed<T>(f: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let out = f();
    (out, start.elapsed())
}

fn line(what: &str, took: Duration, edits: usize) {
    println!(
        "{what}: {:.0} ms, {:.2} µs an edit",
        took.as_secs_f64() * 1e3,
        took.as_secs_f64() * 1e6 / edits as f64
    );
}
