//! The browser's half against a small server, with everything that goes wrong.
#![allow(missing_docs)]

mod common;

use connvo_core::limits::NoteLimits;
use connvo_core::note::replica::{
    OutboxEntry, RemoteEntry, Replica, ReplicaError, StoreOp, StoredNote,
};
use connvo_core::note::{Document, Operation};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::HashMap;

fn limits() -> NoteLimits {
    NoteLimits::default()
}

/// A server: it commits at once, and knows every client's last sequence.
struct Server {
    document: Document,
    log: Vec<(String, u64, Vec<u8>)>,
    last: HashMap<u64, u64>,
}

enum Answer {
    Entry,
    Acknowledge(u64, u64),
}

impl Server {
    fn new() -> Self {
        Self {
            document: Document::new(1, limits()),
            log: Vec::new(),
            last: HashMap::new(),
        }
    }

    fn take(&mut self, entry: &OutboxEntry) -> Answer {
        let (client, seq) = entry.key();
        let last = self.last.entry(client).or_default();
        if seq <= *last {
            return Answer::Acknowledge(client, *last);
        }
        assert_eq!(seq, *last + 1, "nothing is skipped");
        *last = seq;
        let applied = self
            .document
            .apply_updates(&[&entry.update], Some(client))
            .expect("honest");
        if !applied.changed {
            return Answer::Acknowledge(client, seq);
        }
        self.log.push((client.to_string(), seq, applied.update));
        Answer::Entry
    }

    fn operation(&mut self, op: &Operation) {
        let update = self.document.apply_operation(op).expect("fits");
        self.log
            .push(("form".into(), self.log.len() as u64, update));
    }

    /// Entries after a version, as `own` gets them.
    fn entries(&self, after: u64, upto: usize, own: u64) -> Vec<RemoteEntry<'_>> {
        let own = own.to_string();
        self.log[..upto]
            .iter()
            .zip(1..)
            .skip(after as usize)
            .map(|((client, seq, update), sequence)| RemoteEntry {
                sequence,
                own: true,
                client_id: client,
                client_seq: *seq,
                update: (*client != own).then_some(update.as_slice()),
            })
            .collect()
    }
}

/// A tab: the replica, what its device has stored, and what its editor shows.
struct Tab {
    replica: Replica,
    device: StoredNote,
    editor: connvo_core::note::Text,
}

impl Tab {
    fn new(client: u64) -> Self {
        Self {
            replica: Replica::new(client, limits()),
            device: StoredNote::default(),
            editor: connvo_core::note::Text::default(),
        }
    }

    fn edit(&mut self, op: &Operation) {
        self.editor.apply(op).expect("fits");
        let entry = self.replica.edit(op, 0).expect("fits");
        entry.into_iter().for_each(|entry| self.store(&entry));
    }

    fn store(&mut self, entry: &OutboxEntry) {
        self.device.apply(&StoreOp::Outbox(entry.clone()));
        self.replica.stored(entry);
    }

    fn insert(&mut self, at: u32, text: &str) {
        self.edit(&Operation::new().retain(at).insert(text));
    }

    fn send(&mut self, server: &mut Server) {
        while let Some(entry) = self.replica.next_to_send() {
            if let Answer::Acknowledge(client, seq) = server.take(&entry)
                && let Some(store) = self.replica.acknowledge(client, seq)
            {
                self.device.apply(&store);
            }
        }
    }

    fn read(&mut self, server: &Server, upto: usize) {
        let entries = server.entries(self.replica.version(), upto, self.replica.client_id());
        let received = self.replica.receive(&entries).expect("in order");
        self.editor
            .apply(&received.operation)
            .expect("fits the editor");
        self.device.apply(&received.store);
        self.check();
    }

    fn sync(&mut self, server: &mut Server) {
        self.send(server);
        self.read(server, server.log.len());
    }

    /// The tab dies; its device is what is left.
    fn restart(&mut self, client: u64) {
        self.replica = Replica::restore(self.device.clone(), client, limits()).expect("restores");
        self.editor = self.replica.text().clone();
    }

    fn check(&self) {
        assert_eq!(&self.editor, self.replica.text());
    }
}

#[test]
fn an_edit_is_applied_at_once_and_dropped_when_it_comes_back_in_the_log() {
    let (mut server, mut tab) = (Server::new(), Tab::new(7));
    tab.insert(0, "hello");
    assert_eq!(tab.replica.text(), &"hello");
    assert_eq!((tab.replica.unsent(), tab.device.outbox.len()), (1, 1));
    tab.sync(&mut server);
    assert_eq!((tab.replica.unsent(), tab.device.outbox.len()), (0, 0));
    assert_eq!(tab.replica.version(), 1);
    assert_eq!(server.document.text(), &"hello");
}

#[test]
fn typing_grows_one_row_until_it_is_handed_out() {
    let mut tab = Tab::new(7);
    "typing"
        .chars()
        .zip(0..)
        .for_each(|(key, at)| tab.insert(at, &key.to_string()));
    assert_eq!((tab.device.outbox.len(), tab.replica.unsent()), (1, 6));
    let sent = tab.replica.next_to_send().expect("stored");
    tab.insert(6, "!");
    assert_eq!(tab.device.outbox.len(), 2);
    tab.replica.resend_all();
    assert_eq!(tab.replica.next_to_send(), Some(sent.clone()));
    assert_eq!(tab.device.outbox[0], sent);
}

#[test]
fn nothing_is_handed_out_before_it_is_stored_as_it_is() {
    let mut replica = Replica::new(7, limits());
    let first = replica
        .edit(&Operation::new().insert("a"), 0)
        .expect("fits")
        .expect("a row");
    assert_eq!(replica.next_to_send(), None);
    let grown = replica
        .edit(&Operation::new().retain(1).insert("b"), 0)
        .expect("fits")
        .expect("a row");
    replica.stored(&first);
    assert_eq!(
        replica.next_to_send(),
        None,
        "an older form of the row was stored"
    );
    replica.stored(&grown);
    assert_eq!(replica.next_to_send(), Some(grown));
    assert_eq!(replica.next_to_send(), None);
}

#[test]
fn weeks_offline_and_a_reload_lose_nothing_and_double_nothing() {
    let mut server = Server::new();
    let (mut here, mut there) = (Tab::new(7), Tab::new(8));
    here.insert(0, "base ");
    here.sync(&mut server);
    there.sync(&mut server);
    here.insert(5, "offline");
    // Sent, committed, and the answer lost.
    let lost = here.replica.next_to_send().expect("stored");
    server.take(&lost);
    here.insert(12, " more");
    there.insert(0, "😀 ");
    there.sync(&mut server);
    here.restart(17);
    assert_eq!(here.replica.text(), &"base offline more");
    here.insert(0, "> ");
    here.sync(&mut server);
    there.sync(&mut server);
    assert_eq!(server.document.text(), there.replica.text());
    assert_eq!(server.document.text(), here.replica.text());
    assert!(here.device.outbox.is_empty());
    let text = here.replica.text().to_string();
    assert!(text.ends_with("base offline more"), "{text}");
}

#[test]
fn a_snapshot_of_the_device_never_holds_what_is_not_acknowledged() {
    let (mut server, mut tab) = (Server::new(), Tab::new(7));
    tab.insert(0, "kept ");
    tab.sync(&mut server);
    tab.insert(5, "draft");
    let store = tab.replica.compact().expect("compacts");
    tab.device.apply(&store);
    assert_eq!(tab.device.updates.len(), 0);
    assert_eq!(
        tab.replica.committed_text().expect("loads"),
        *server.document.text()
    );
    let committed = Document::load_v1(
        &[tab.device.state.as_deref().unwrap_or_default()],
        3,
        limits(),
    )
    .expect("loads");
    assert_eq!(committed.text(), &"kept ");
    tab.restart(17);
    assert_eq!(tab.replica.text(), &"kept draft");
}

#[test]
fn a_refused_change_is_taken_out_and_its_text_kept_as_a_draft() {
    let mut server = Server::new();
    let (mut here, mut there) = (Tab::new(7), Tab::new(8));
    here.insert(0, "agreed. ");
    here.sync(&mut server);
    here.insert(8, "refused words");
    let refused = here.replica.next_to_send().expect("stored");
    here.insert(0, "later ");
    there.sync(&mut server);
    there.insert(8, "others");
    there.sync(&mut server);
    here.read(&server, server.log.len());
    let recovery = here
        .replica
        .refuse(7, refused.client_seq, "the note is locked", 17)
        .expect("rebuilds");
    here.editor.apply(&recovery.operation).expect("fits");
    here.device.apply(&recovery.store);
    here.check();
    assert_eq!(here.replica.text(), &"agreed. others");
    let draft = recovery.draft.expect("something was lost");
    assert_eq!(draft.pieces, ["later ", "refused words"]);
    assert_eq!(draft.reason, "the note is locked");
    assert!(recovery.new_client && here.replica.client_id() == 17);
    assert_eq!((here.replica.unsent(), here.device.outbox.len()), (0, 0));
    here.insert(0, "again ");
    here.sync(&mut server);
    assert_eq!(server.document.text(), &"again agreed. others");
    here.restart(27);
    assert_eq!(here.replica.text(), server.document.text());
}

#[test]
fn a_refusal_of_an_adopted_change_leaves_own_ones_that_do_not_follow_from_it() {
    let mut server = Server::new();
    let mut here = Tab::new(7);
    here.insert(0, "base");
    here.sync(&mut server);
    let mut closed = Tab::new(8);
    closed.sync(&mut server);
    closed.insert(4, " adopted");
    let changed = here.replica.adopt(&closed.device.outbox).expect("adopts");
    here.editor.apply(&changed).expect("fits");
    here.insert(0, "own ");
    assert_eq!(here.replica.text(), &"own base adopted");
    let recovery = here
        .replica
        .refuse(8, 1, "not yours", 17)
        .expect("rebuilds");
    here.editor.apply(&recovery.operation).expect("fits");
    here.check();
    assert_eq!(here.replica.text(), &"own base");
    assert!(!recovery.new_client);
    here.sync(&mut server);
    assert_eq!(server.document.text(), &"own base");
}

#[test]
fn a_fresh_snapshot_of_the_same_epoch_keeps_the_outbox() {
    let mut server = Server::new();
    let (mut here, mut there) = (Tab::new(7), Tab::new(8));
    there.insert(0, "theirs ");
    there.sync(&mut server);
    here.insert(0, "mine");
    let state = server.document.diff_v1(&[]).expect("a diff");
    let hash = server.document.text().hash();
    let recovery = here
        .replica
        .reset(1, 1, &state, Some(hash), 17)
        .expect("resets");
    here.editor.apply(&recovery.operation).expect("fits");
    here.device.apply(&recovery.store);
    here.check();
    assert_eq!((recovery.draft, here.replica.unsent()), (None, 1));
    here.sync(&mut server);
    assert_eq!(server.document.text(), here.replica.text());
    assert!(
        here.replica
            .reset(1, 2, &state, Some(hash ^ 1), 18)
            .is_err()
    );
}

#[test]
fn another_epoch_is_another_document_and_the_outbox_becomes_a_draft() {
    let (mut server, mut tab) = (Server::new(), Tab::new(7));
    tab.insert(0, "common ");
    tab.sync(&mut server);
    let state = server.document.diff_v1(&[]).expect("a diff");
    tab.replica.reset(1, 1, &state, None, 17).expect("resets");
    tab.insert(7, "unsaved");
    let mut restored = Document::new(2, limits());
    restored
        .apply_operation(&Operation::new().insert("restored"))
        .expect("fits");
    let state = restored.diff_v1(&[]).expect("a diff");
    let recovery = tab.replica.reset(2, 1, &state, None, 27).expect("resets");
    tab.editor.apply(&recovery.operation).expect("fits");
    tab.check();
    assert_eq!(tab.replica.text(), &"restored");
    assert_eq!((tab.replica.epoch(), tab.replica.unsent()), (2, 0));
    assert!(tab.replica.client_id() == 27 && recovery.new_client);
    let draft = recovery.draft.expect("something was lost");
    assert_eq!(draft.text, "common unsaved");
}

#[test]
fn a_gap_in_the_log_changes_nothing_and_names_what_is_missing() {
    let mut server = Server::new();
    for word in ["a", "b", "c"] {
        server.operation(&Operation::new().insert(word));
    }
    let mut tab = Tab::new(7);
    let entries = server.entries(0, 3, 7);
    let gap = tab.replica.receive(&[entries[0], entries[2]]);
    assert_eq!(
        gap,
        Err(ReplicaError::Gap {
            expected: 2,
            got: 3
        })
    );
    assert_eq!(
        (tab.replica.version(), tab.replica.text().is_empty()),
        (0, true)
    );
    tab.read(&server, 2);
    // What is in already is passed over.
    let again = tab
        .replica
        .receive(&server.entries(0, 3, 7))
        .expect("overlaps");
    assert_eq!(again.operation, Operation::new().insert("c"));
}

#[test]
fn undo_takes_back_own_edits_only_and_none_from_before_a_reload() {
    let mut server = Server::new();
    let (mut here, mut there) = (Tab::new(7), Tab::new(8));
    here.insert(0, "mine ");
    here.sync(&mut server);
    there.sync(&mut server);
    there.insert(5, "theirs");
    there.sync(&mut server);
    here.sync(&mut server);
    let (op, entry) = here.replica.undo().expect("fits").expect("a step");
    here.editor.apply(&op).expect("fits");
    here.store(&entry);
    here.check();
    assert_eq!(here.replica.text(), &"theirs");
    let (op, entry) = here.replica.redo().expect("fits").expect("a step");
    here.editor.apply(&op).expect("fits");
    here.store(&entry);
    here.sync(&mut server);
    assert_eq!(server.document.text(), &"mine theirs");
    here.restart(17);
    assert_eq!(here.replica.undo().expect("fits"), None);
}

#[test]
fn tabs_that_lose_answers_crash_and_come_back_all_end_with_the_servers_text() {
    for seed in 0..150 {
        storm(seed);
    }
}

fn storm(seed: u64) {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut server = Server::new();
    let mut tabs: Vec<Tab> = (0..3).map(|at| Tab::new(100 + at)).collect();
    let mut fresh = 1000;
    for _ in 0..120 {
        let tab = &mut tabs[rng.random_range(0..3)];
        match rng.random_range(0..12) {
            0..6 => {
                let starts = common::honest::boundaries(&tab.editor.to_string());
                let at = rng.random_range(0..starts.len());
                let to = rng.random_range(at..(at + 3).min(starts.len()));
                let word = ["x", "yz", "😀", ""][rng.random_range(0..4)];
                tab.edit(&Operation::replace(
                    starts[at],
                    starts[to] - starts[at],
                    word,
                ));
            }
            6 => tab.send(&mut server),
            7 => {
                // Sent, and the answers lost.
                while let Some(entry) = tab.replica.next_to_send() {
                    server.take(&entry);
                }
                tab.replica.resend_all();
            }
            8 | 9 => {
                let from = tab.replica.version() as usize;
                let upto = rng.random_range(from..=server.log.len());
                tab.read(&server, upto);
            }
            10 => {
                fresh += 1;
                tab.restart(fresh);
            }
            _ => {
                let store = tab.replica.compact().expect("compacts");
                tab.device.apply(&store);
            }
        }
        tab.check();
    }
    for tab in &mut tabs {
        tab.replica.resend_all();
        tab.sync(&mut server);
    }
    for tab in &mut tabs {
        tab.sync(&mut server);
        assert_eq!(tab.replica.text(), server.document.text(), "seed {seed}");
        assert_eq!(tab.replica.unsent(), 0);
        assert_eq!(
            tab.replica.committed_text().expect("loads"),
            *server.document.text()
        );
        fresh += 1;
        tab.restart(fresh);
        assert_eq!(tab.replica.text(), server.document.text(), "seed {seed}");
    }
}
