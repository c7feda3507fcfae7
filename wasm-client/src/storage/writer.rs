//! Writes of one note in one tab: in order, one transaction at a time, and what
//! gathers meanwhile is the next one.
//!
//! Laws:
//! - a row of the outbox is told stored when it is in the database; where the
//!   database refuses, it is told so too (it can be sent, and is held here), and
//!   the note counts as not saved until a later write succeeds;
//! - a log that misses a batch is not appended to any more: the version in the
//!   database never passes an update that is not there.

use super::{Storage, Write};
use crate::browser;
use crate::lock::Lock;
use connvo_core::note::replica::{OutboxEntry, StoreOp};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen_futures::spawn_local;

/// The writer of one note. Work that was begun goes on when it is dropped.
pub(crate) struct Writer {
    storage: Rc<Storage>,
    meeting: String,
    tab: u64,
    state: RefCell<State>,
    report: Box<dyn Fn(Vec<OutboxEntry>)>,
    /// ClientIDs that this tab answers for, until the last write is done.
    locks: RefCell<BTreeMap<u64, Lock>>,
}

#[derive(Default)]
struct State {
    epoch: u64,
    last_place: u64,
    /// Outbox rows not in the database, by place.
    rows: BTreeMap<u64, OutboxEntry>,
    /// The newest row and its place: it may grow.
    newest: Option<((u64, u64), u64)>,
    writes: Vec<Write>,
    busy: bool,
    dirty: bool,
    unsaved: bool,
    /// The log in the database misses a batch of this tab.
    holed: bool,
}

impl Writer {
    /// A writer for the note of `meeting`, which is in `epoch`; `tab` is this tab's
    /// own name among the writers. `report` hears after each batch which outbox rows may be sent now.
    pub(crate) fn new(
        storage: Rc<Storage>,
        meeting: &str,
        tab: u64,
        epoch: u64,
        report: impl Fn(Vec<OutboxEntry>) + 'static,
    ) -> Rc<Self> {
        let state = State {
            epoch,
            ..State::default()
        };
        Rc::new(Self {
            storage,
            meeting: meeting.to_owned(),
            tab,
            state: RefCell::new(state),
            report: Box::new(report),
            locks: RefCell::default(),
        })
    }

    /// Keeps a lock until the last write is done.
    pub(crate) fn keep(&self, client_id: u64, lock: Lock) {
        self.locks.borrow_mut().insert(client_id, lock);
    }

    /// There is nothing to answer for.
    pub(crate) fn let_go(&self, client_id: u64) {
        drop(self.locks.borrow_mut().remove(&client_id));
    }

    /// Whether this tab answers for a ClientID, or waits to.
    pub(crate) fn keeps(&self, client_id: u64) -> bool {
        self.locks.borrow().contains_key(&client_id)
    }

    /// Whether the last batch was refused.
    pub(crate) fn is_unsaved(&self) -> bool {
        self.state.borrow().unsaved
    }

    /// Does what core asks for.
    pub(crate) fn store(self: &Rc<Self>, op: StoreOp) {
        self.state.borrow_mut().take(op);
        self.run();
    }

    /// Writes something else.
    pub(crate) fn write(self: &Rc<Self>, write: Write) {
        let mut state = self.state.borrow_mut();
        state.writes.push(write);
        state.dirty = true;
        drop(state);
        self.run();
    }

    fn run(self: &Rc<Self>) {
        if std::mem::replace(&mut self.state.borrow_mut().busy, true) {
            return;
        }
        let writer = Rc::clone(self);
        spawn_local(async move {
            loop {
                let Some((rows, writes)) = writer.state.borrow_mut().next() else {
                    return;
                };
                let outcome = writer
                    .storage
                    .write(&writer.meeting, writer.tab, &writes)
                    .await;
                let saved = outcome.is_ok();
                writer.state.borrow_mut().done(&rows, &writes, saved);
                (writer.report)(rows);
            }
        });
    }
}

impl State {
    fn place(&mut self) -> u64 {
        // Microsecond-like, so that the tabs of a device share one order; below 2⁵³.
        self.last_place = (self.last_place + 1).max(browser::now_ms() << 10);
        self.last_place
    }

    fn take(&mut self, op: StoreOp) {
        self.dirty = true;
        let op = match op {
            StoreOp::Outbox(entry) => {
                let place = match self.newest {
                    Some((key, place)) if key == entry.key() => place,
                    _ => self.place(),
                };
                self.newest = Some((entry.key(), place));
                self.rows.insert(place, entry);
                return;
            }
            StoreOp::Commit { acknowledged, .. } if self.holed => {
                self.forget(&acknowledged);
                StoreOp::Commit {
                    version: 0,
                    updates: Vec::new(),
                    acknowledged,
                }
            }
            StoreOp::Commit {
                ref acknowledged, ..
            } => {
                self.forget(acknowledged);
                op
            }
            StoreOp::Replace {
                epoch, ref dropped, ..
            } => {
                self.forget(dropped);
                self.epoch = epoch;
                op
            }
        };
        let place = self.place();
        let epoch = self.epoch;
        self.writes.push(Write::Op { epoch, place, op });
    }

    fn forget(&mut self, keys: &[(u64, u64)]) {
        self.rows.retain(|_, row| !keys.contains(&row.key()));
    }

    fn next(&mut self) -> Option<(Vec<OutboxEntry>, Vec<Write>)> {
        if !std::mem::take(&mut self.dirty) {
            self.busy = false;
            return None;
        }
        let rows: Vec<OutboxEntry> = self.rows.values().cloned().collect();
        let epoch = self.epoch;
        let puts = self.rows.iter().map(|(&place, row)| Write::Op {
            epoch,
            place,
            op: StoreOp::Outbox(row.clone()),
        });
        // Rows first: a deletion that follows in the batch is of an older row.
        let writes = puts.chain(std::mem::take(&mut self.writes)).collect();
        Some((rows, writes))
    }

    fn done(&mut self, rows: &[OutboxEntry], writes: &[Write], saved: bool) {
        self.unsaved = !saved;
        if saved {
            self.rows.retain(|_, row| !rows.contains(row));
        }
        for write in writes {
            match write {
                Write::Op {
                    op: StoreOp::Replace { .. },
                    ..
                } => self.holed = !saved,
                Write::Op {
                    op: StoreOp::Commit { .. },
                    ..
                } if !saved => self.holed = true,
                // Few, small and not to be had again: kept for the next batch.
                Write::Draft { .. } | Write::DraftDismissed { .. } if !saved => {
                    self.writes.push(write.clone());
                }
                _ => {}
            }
        }
    }
}
