//! Storage in a real browser: what a second page finds of what a first one wrote.

use super::{Loaded, Storage, StorageKind, Write, Writer};
use crate::browser;
use crate::lock::Lock;
use connvo_core::note::replica::{OutboxEntry, StoreOp};
use js_sys::Promise;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;

const MEETING: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e";
const OTHER: &str = "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6f";

/// A namespace of the test's own.
fn namespace() -> String {
    format!("test-{:x}", browser::random())
}

async fn indexed(namespace: &str) -> Storage {
    let storage = Storage::open(namespace).await;
    assert_eq!(storage.kind(), StorageKind::IndexedDb);
    storage
}

fn row(client_id: u64, client_seq: u64, byte: u8) -> OutboxEntry {
    OutboxEntry {
        client_id,
        client_seq,
        edits: 1,
        update: vec![byte],
    }
}

fn write(epoch: u64, place: u64, op: StoreOp) -> Write {
    Write::Op { epoch, place, op }
}

fn commit(version: u64, update: u8, acknowledged: &[(u64, u64)]) -> StoreOp {
    StoreOp::Commit {
        version,
        updates: vec![vec![update]],
        acknowledged: acknowledged.to_vec(),
    }
}

fn replace(epoch: u64, version: u64, state: u8) -> StoreOp {
    StoreOp::Replace {
        epoch,
        version,
        state_v2: vec![state],
        dropped: Vec::new(),
    }
}

async fn put(storage: &Storage, tab: u64, writes: &[Write]) {
    storage.write(MEETING, tab, writes).await.unwrap();
}

async fn load(storage: &Storage, held: &[u64]) -> Loaded {
    storage.load(MEETING, held).await.unwrap()
}

#[wasm_bindgen_test]
async fn a_second_page_finds_what_the_first_one_wrote() {
    let name = namespace();
    let first = indexed(&name).await;
    let draft = Write::Draft { id: "1-1".into(), json: "{}".into() };
    let batch = [
        write(1, 1, replace(1, 5, 50)),
        write(1, 2, commit(6, 60, &[])),
        write(1, 3, StoreOp::Outbox(row(7, 1, 1))),
        draft,
    ];
    put(&first, 7, &batch).await;

    let second = indexed(&name).await;
    assert_eq!(second.clients(MEETING).await.unwrap(), [7]);
    let Loaded { note, drafts } = load(&second, &[7]).await;
    assert_eq!((note.epoch, note.version), (1, 6));
    assert_eq!(note.state_v2, Some(vec![50]));
    assert_eq!(note.updates, [vec![60]]);
    assert_eq!(note.outbox, [row(7, 1, 1)]);
    assert_eq!(drafts, [("1-1".to_owned(), "{}".to_owned())]);
}

#[wasm_bindgen_test]
async fn an_outbox_of_another_tab_is_left_where_it_is() {
    let storage = indexed(&namespace()).await;
    let rows = [row(9, 1, 1), row(4, 1, 2), row(9, 2, 3)];
    for (place, row) in (1..).zip(rows) {
        put(&storage, 9, &[write(1, place, StoreOp::Outbox(row))]).await;
    }
    // In the order of making, whatever the ClientIDs.
    let both = load(&storage, &[4, 9]).await.note.outbox;
    assert_eq!(both, [row(9, 1, 1), row(4, 1, 2), row(9, 2, 3)]);
    assert_eq!(load(&storage, &[4]).await.note.outbox, [row(4, 1, 2)]);
    assert_eq!(storage.outbox(MEETING, 9).await.unwrap().len(), 2);
}

#[wasm_bindgen_test]
async fn people_and_meetings_do_not_meet() {
    let storage = indexed(&namespace()).await;
    put(&storage, 1, &[write(1, 1, replace(1, 5, 50))]).await;
    assert_eq!(storage.load(OTHER, &[]).await.unwrap().note.version, 0);
    let somebody_else = indexed(&namespace()).await;
    assert_eq!(load(&somebody_else, &[]).await.note.version, 0);
}

#[wasm_bindgen_test]
async fn an_acknowledged_row_leaves_with_the_arrival_of_its_update() {
    let storage = indexed(&namespace()).await;
    let both = [
        write(1, 1, StoreOp::Outbox(row(7, 1, 1))),
        write(1, 2, StoreOp::Outbox(row(7, 2, 2))),
    ];
    put(&storage, 7, &both).await;
    put(&storage, 7, &[write(1, 3, commit(1, 1, &[(7, 1)]))]).await;
    let note = load(&storage, &[7]).await.note;
    assert_eq!(note.outbox, [row(7, 2, 2)]);
    assert_eq!(note.updates, [vec![1]]);
}

#[wasm_bindgen_test]
async fn compaction_by_two_tabs_at_once_loses_nothing() {
    let name = namespace();
    let (one, two) = (indexed(&name).await, indexed(&name).await);
    put(&one, 1, &[write(1, 1, replace(1, 1, 10))]).await;
    for version in 2..=6 {
        put(&one, 1, &[write(1, version, commit(version, version as u8, &[]))]).await;
        put(&two, 2, &[write(1, version, commit(version, version as u8, &[]))]).await;
    }
    // The tab that is behind compacts last: the newer state stays, and so does
    // what is above it.
    put(&two, 2, &[write(1, 20, replace(1, 5, 55))]).await;
    put(&one, 1, &[write(1, 21, replace(1, 3, 33))]).await;
    let note = load(&one, &[]).await.note;
    assert_eq!((note.version, note.state_v2), (6, Some(vec![55])));
    assert_eq!(note.updates, [vec![6], vec![6]]);
}

#[wasm_bindgen_test]
async fn another_epoch_replaces_all_that_was_committed() {
    let storage = indexed(&namespace()).await;
    let first = [write(1, 1, replace(1, 9, 90)), write(1, 2, commit(10, 100, &[]))];
    put(&storage, 1, &first).await;
    put(&storage, 1, &[write(2, 3, replace(2, 1, 11))]).await;
    // A tab that has not heard of it writes on in the old one: of no account.
    put(&storage, 2, &[write(1, 4, commit(11, 110, &[]))]).await;
    let note = load(&storage, &[]).await.note;
    assert_eq!((note.epoch, note.version), (2, 1));
    assert_eq!((note.state_v2, note.updates), (Some(vec![11]), vec![]));
}

#[wasm_bindgen_test]
async fn a_namespace_that_cannot_be_opened_gives_memory() {
    let name = namespace();
    let factory = browser::indexed_db().unwrap();
    // A database of a later version than this code knows.
    let later = super::idb::open(&factory, &name, 99, &["x"]).await.unwrap();
    assert_eq!(Storage::open(&name).await.kind(), StorageKind::Memory);
    later.close();
}

#[wasm_bindgen_test]
async fn memory_keeps_a_note_for_the_life_of_the_page() {
    let storage = Storage::in_memory();
    let batch = [
        write(1, 1, replace(1, 5, 50)),
        write(1, 2, StoreOp::Outbox(row(7, 1, 1))),
    ];
    put(&storage, 7, &batch).await;
    let note = load(&storage, &[]).await.note;
    assert_eq!((note.version, note.outbox.len()), (5, 1));
    assert_eq!(storage.clients(MEETING).await.unwrap(), [7]);
}

/// What a writer reports, and the callback that collects it.
fn reports() -> (Rc<RefCell<Vec<Vec<OutboxEntry>>>>, impl Fn(Vec<OutboxEntry>) + 'static) {
    let reports = Rc::new(RefCell::new(Vec::new()));
    let into = Rc::clone(&reports);
    (reports, move |rows| into.borrow_mut().push(rows))
}

/// Lets the browser work until `done` says so.
async fn until(done: impl Fn() -> bool) {
    while !done() {
        let mut timer = None;
        let turn = Promise::new(&mut |resolve, _| {
            let mut next = browser::Timer::new(move || {
                let _ = resolve.call0(&wasm_bindgen::JsValue::NULL);
            });
            next.arm(0);
            timer = Some(next);
        });
        JsFuture::from(turn).await.unwrap();
    }
}

#[wasm_bindgen_test]
async fn a_writer_gathers_what_comes_while_it_writes() {
    let storage = Rc::new(indexed(&namespace()).await);
    let (heard, report) = reports();
    let writer = Writer::new(Rc::clone(&storage), MEETING, 7, 1, report);
    for edits in 1..=50 {
        let grown = OutboxEntry { edits, ..row(7, 1, edits as u8) };
        writer.store(StoreOp::Outbox(grown));
    }
    until(|| heard.borrow().iter().flatten().any(|row| row.edits == 50)).await;
    assert!(heard.borrow().len() < 10, "one row that grew is a few writes");
    assert!(!writer.is_unsaved());
    let rows = storage.outbox(MEETING, 7).await.unwrap();
    assert_eq!(rows, [OutboxEntry { edits: 50, ..row(7, 1, 50) }]);
}

#[wasm_bindgen_test]
async fn a_refused_write_is_told_and_held_and_written_later() {
    let name = namespace();
    let storage = Rc::new(indexed(&name).await);
    let (heard, report) = reports();
    let writer = Writer::new(Rc::clone(&storage), MEETING, 7, 1, report);
    super::indexed::refuse_writes(true);
    writer.store(StoreOp::Outbox(row(7, 1, 1)));
    writer.store(commit(1, 1, &[]));
    until(|| heard.borrow().len() == 1).await;
    assert!(writer.is_unsaved());
    assert_eq!(heard.borrow()[0], [row(7, 1, 1)], "it can be sent all the same");

    super::indexed::refuse_writes(false);
    writer.store(commit(2, 2, &[]));
    until(|| heard.borrow().len() == 2).await;
    assert!(!writer.is_unsaved());
    let note = load(&storage, &[7]).await.note;
    assert_eq!(note.outbox, [row(7, 1, 1)]);
    // Version 1 is not there, so 2 must not be.
    assert_eq!((note.version, note.updates.len()), (0, 0));

    writer.store(replace(1, 2, 22));
    writer.store(commit(3, 3, &[(7, 1)]));
    until(|| heard.borrow().len() == 3).await;
    let note = load(&storage, &[7]).await.note;
    assert_eq!((note.version, note.updates.len(), note.outbox.len()), (3, 1, 0));
}

#[wasm_bindgen_test]
async fn a_lock_is_one_tabs_until_it_is_dropped() {
    let name = namespace();
    let first = Lock::take(&name).await.expect("nobody holds it");
    assert!(Lock::take(&name).await.is_none());
    let granted = Rc::new(Cell::new(false));
    let told = Rc::clone(&granted);
    let waiting = Lock::wait(&name, move || told.set(true));
    let gives_up = Lock::wait(&name, || panic!("it was dropped before"));
    drop(gives_up);
    assert!(!granted.get());
    drop(first);
    until(|| granted.get()).await;
    assert!(Lock::take(&name).await.is_none());
    drop(waiting);
    while Lock::take(&name).await.is_none() {}
}
