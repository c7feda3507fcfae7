//! Real keystroke histories through both doors.
#![allow(missing_docs)]

mod common;

use common::honest::Person;
use common::trace::{self, SEQUENTIAL, Trace};
use connvo_core::limits::NoteLimits;
use connvo_core::note::operation::Side;
use connvo_core::note::{Document, Operation, Text};
use std::collections::VecDeque;
use yrs::{Text as _, Transact};

fn limits() -> NoteLimits {
    NoteLimits::default()
}

/// A log of operations and updates gives the text, both ways.
fn assert_replays(log: &[(Operation, Vec<u8>)], end: &str) {
    let mut folded = Text::default();
    for (operation, _) in log {
        folded.apply(operation).expect("fits");
    }
    assert_eq!(folded, *end);
    let updates: Vec<&[u8]> = log.iter().map(|(_, update)| update.as_slice()).collect();
    let loaded = Document::load(None, &updates, 9, limits()).expect("loads");
    assert_eq!(loaded.text(), end);
}

fn through_both_doors(name: &str) {
    let trace = trace::read(name);
    let end = trace.end_content.as_str();
    let mut ops = Document::new(1, limits());
    let mut log = Vec::new();
    for operation in trace::operations(&trace) {
        let update = ops.apply_operation(&operation).expect("fits");
        log.push((operation, update));
    }
    assert_eq!(ops.text(), end);
    ops.verify().expect("sound");
    assert_replays(&log, end);

    let mut server = Document::new(2, limits());
    let mut second = Document::new(3, limits());
    let mut crdt_log = Vec::new();
    for run in log.chunks(10) {
        let run: Vec<&[u8]> = run.iter().map(|(_, update)| update.as_slice()).collect();
        let applied = server.apply_updates(&run, Some(1)).expect("honest");
        crdt_log.push((applied.operation, applied.update));
    }
    for run in crdt_log.chunks(10) {
        let run: Vec<&[u8]> = run.iter().map(|(_, update)| update.as_slice()).collect();
        second.apply_committed(&run).expect("committed");
    }
    assert_eq!(server.text(), end);
    assert_eq!(second.text(), end);
    server.verify().expect("sound");
    assert_replays(&crdt_log, end);
}

#[test]
fn automerge_paper_ends_as_it_should_through_both_doors() {
    through_both_doors(SEQUENTIAL[0]);
}

#[test]
fn every_other_sequential_history_ends_as_it_should_through_both_doors() {
    SEQUENTIAL[1..]
        .iter()
        .for_each(|name| through_both_doors(name));
}

/// Somebody at the op door: operations wait their turn, one under way at a time.
struct OpClient {
    text: Text,
    /// What the connection has received and the person does not see yet.
    unseen: VecDeque<Operation>,
    version: usize,
    waiting: VecDeque<Operation>,
    sent: bool,
    made: usize,
    taken: usize,
}

/// The server with its log; entries name the agent.
struct Server {
    document: Document,
    log: Vec<(usize, Operation, Vec<u8>)>,
}

impl Server {
    fn operation(&mut self, mut op: Operation, base: usize) {
        for (_, logged, _) in &self.log[base..] {
            op = op.transform(logged, Side::Right).expect("fits");
        }
        let update = self.document.apply_operation(&op).expect("fits");
        self.log.push((1, op, update));
    }

    fn update(&mut self, update: &[u8]) {
        let applied = self
            .document
            .apply_updates(&[update], Some(50))
            .expect("honest");
        self.log.push((0, applied.operation, applied.update));
    }
}

impl OpClient {
    fn edit(&mut self, mut op: Operation) {
        self.text.apply(&op).expect("fits");
        for unseen in &mut self.unseen {
            let moved = op.transform(unseen, Side::Right).expect("fits");
            *unseen = unseen.transform(&op, Side::Left).expect("fits");
            op = moved;
        }
        self.waiting.push_back(op);
        self.made += 1;
    }

    fn see_one(&mut self) -> bool {
        let Some(op) = self.unseen.pop_front() else {
            return false;
        };
        self.text.apply(&op).expect("fits");
        true
    }

    fn send(&mut self, server: &mut Server) {
        if !self.sent
            && let Some(op) = self.waiting.front()
        {
            server.operation(op.clone(), self.version);
            self.sent = true;
        }
    }

    fn read_one(&mut self, server: &Server) -> bool {
        let Some((agent, op, _)) = server.log.get(self.version) else {
            return false;
        };
        self.version += 1;
        if *agent == 1 {
            self.waiting.pop_front();
            self.sent = false;
            self.taken += 1;
            return true;
        }
        let mut remote = op.clone();
        for own in &mut self.waiting {
            let moved = own.transform(&remote, Side::Right).expect("fits");
            remote = remote.transform(own, Side::Left).expect("fits");
            *own = moved;
        }
        self.unseen.push_back(remote);
        true
    }
}

/// How many transactions of each agent a transaction builds on.
fn causes(trace: &Trace) -> Vec<[usize; 2]> {
    let mut before: Vec<[usize; 2]> = Vec::new();
    let mut count = [0, 0];
    let mut place = Vec::new();
    for txn in &trace.txns {
        let mut seen = [0, 0];
        for parent in &txn.parents {
            let of: &[usize; 2] = &before[*parent];
            seen = [seen[0].max(of[0]), seen[1].max(of[1])];
            let agent = trace.txns[*parent].agent;
            seen[agent] = seen[agent].max(place[*parent]);
        }
        before.push(seen);
        count[txn.agent] += 1;
        place.push(count[txn.agent]);
    }
    before
}

#[test]
fn two_people_on_different_doors_with_their_own_delays_end_with_one_text() {
    let trace = trace::read("friendsforever.concurrent");
    let causes = causes(&trace);
    let mut server = Server {
        document: Document::new(1, limits()),
        log: Vec::new(),
    };
    let mut crdt = Person::new(50);
    let mut crdt_log_read = 0;
    let mut op = OpClient {
        text: Text::default(),
        unseen: VecDeque::new(),
        version: 0,
        waiting: VecDeque::new(),
        sent: false,
        made: 0,
        taken: 0,
    };
    let mut seen_by_op = 0;
    let mut seen_by_crdt = 0;
    for (txn, seen) in trace.txns.iter().zip(&causes) {
        if txn.agent == 0 {
            // All that this one has seen of the other goes through the server first.
            while seen_by_crdt < seen[1] {
                if crdt_log_read == server.log.len() {
                    while op.read_one(&server) {}
                    op.send(&mut server);
                }
                let (agent, _, update) = &server.log[crdt_log_read];
                seen_by_crdt += agent;
                crdt.take(update);
                crdt_log_read += 1;
            }
            for operation in txn.operations() {
                edit(&mut crdt, &operation);
            }
            // The own way to the server: every fifth keystroke.
            if crdt.unsent.len() >= 5 {
                crdt.unsent
                    .drain(..)
                    .for_each(|update| server.update(&update));
            }
        } else {
            while seen_by_op < seen[0] {
                if op.see_one() {
                    seen_by_op += 1;
                } else if !op.read_one(&server) {
                    server.update(&crdt.unsent.remove(0));
                }
            }
            for operation in txn.operations() {
                op.edit(operation);
            }
            op.send(&mut server);
        }
    }
    crdt.unsent
        .drain(..)
        .for_each(|update| server.update(&update));
    while !op.waiting.is_empty() || op.version < server.log.len() {
        while op.read_one(&server) {}
        op.send(&mut server);
    }
    while op.see_one() {}
    for (_, _, update) in &server.log[crdt_log_read..] {
        crdt.take(update);
    }
    let text = server.document.text().to_string();
    assert_eq!(
        text.encode_utf16().count(),
        trace.end_content.encode_utf16().count()
    );
    assert_eq!(op.text, *text.as_str());
    assert_eq!(crdt.content(), text);
    assert_eq!((op.made, op.waiting.len()), (op.taken, 0));
    server.document.verify().expect("sound");
    let log: Vec<_> = server
        .log
        .into_iter()
        .map(|(_, op, update)| (op, update))
        .collect();
    assert_replays(&log, &text);
}

#[test]
fn a_whole_session_offline_merges_to_one_text() {
    let trace = trace::read("friendsforever.concurrent");
    let causes = causes(&trace);
    let mut people = [Person::new(60), Person::new(50)];
    let mut made: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
    let mut seen = [0, 0];
    for (txn, cause) in trace.txns.iter().zip(&causes) {
        let (own, other) = (txn.agent, 1 - txn.agent);
        let person = &mut people[own];
        for update in &made[other][seen[own]..cause[other].max(seen[own])] {
            person.take(update);
        }
        seen[own] = seen[own].max(cause[other]);
        for operation in txn.operations() {
            edit(person, &operation);
        }
        let updates: Vec<Vec<u8>> = person.unsent.drain(..).collect();
        made[own].extend(updates);
    }
    let mut server = Document::new(1, limits());
    let first = Operation::new().insert("already here; ");
    let update = server.apply_operation(&first).expect("fits");
    let mut log = vec![(first, update)];
    for person in &people {
        let applied = server
            .apply_updates(&[&person.state()], None)
            .expect("honest");
        if applied.changed {
            log.push((applied.operation, applied.update));
        }
    }
    for person in &mut people {
        person.take(&server.diff_v1(&[]).expect("a diff"));
        assert_eq!(server.text(), &person.content().as_str());
    }
    server.verify().expect("sound");
    assert_replays(&log, &server.text().to_string());
}

fn edit(person: &mut Person, operation: &Operation) {
    let mut txn = person.doc.transact_mut();
    for edit in operation.edits() {
        if edit.delete > 0 {
            person.text.remove_range(&mut txn, edit.at, edit.delete);
        }
        if !edit.insert.is_empty() {
            person.text.insert(&mut txn, edit.at, edit.insert);
        }
    }
    txn.commit();
    person.unsent.push(txn.encode_update_v1());
}
