//! Rooms of one meeting at several nodes over one log, sans IO: whoever commits first, and
//! whenever each hears of the others, every node's note is what the log gives, and every
//! change is in it once.
#![allow(missing_docs)]

use connvo_core::id::UserId;
use connvo_core::limits::NoteLimits;
use connvo_core::live::note::{ClientClaim, Note, StoredNote};
use connvo_core::live::room::{Answer, Batch, Fetch, News, Request, Room, Stored};
use connvo_core::note::replica::{RemoteEntry, Replica};
use connvo_core::note::{NoteEntry, Operation};
use connvo_core::protocol::command::NoteOperationDraft;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use std::collections::{BTreeMap, BTreeSet};

const NODES: usize = 3;
const WRITERS: usize = 4;
const STEPS: usize = 400;
const SEEDS: u64 = 60;

fn user(at: usize) -> UserId {
    format!("01900000-0000-7000-8000-0000000000{at:02x}")
        .parse()
        .expect("an id")
}

/// What all nodes share.
#[derive(Default)]
struct Store {
    log: Vec<NoteEntry>,
    claims: BTreeMap<String, ClientClaim>,
}

impl Store {
    fn head(&self) -> u64 {
        self.log.len() as u64
    }

    fn after(&self, head: u64) -> Vec<NoteEntry> {
        self.log[head as usize..].to_vec()
    }

    fn note(&self) -> StoredNote {
        StoredNote {
            epoch: 1,
            base: None,
            entries: self.log.clone(),
            clients: self.claims.values().cloned().collect(),
        }
    }

    /// As the committer does: false when another node came first.
    fn commit(&mut self, batch: &Batch) -> bool {
        let holds = |claim: &ClientClaim| {
            let held = self.claims.get(&claim.client_id);
            held.is_none_or(|held| held.user_id == claim.user_id)
        };
        if batch.expected_head != self.head() || !batch.claims.iter().all(holds) {
            return false;
        }
        for claim in &batch.claims {
            let held = self.claims.entry(claim.client_id.clone());
            let held = held.or_insert_with(|| claim.clone());
            held.last_seq = held.last_seq.max(claim.last_seq);
        }
        self.log
            .extend(batch.entries.iter().map(|entry| (**entry).clone()));
        true
    }
}

struct Node {
    room: Room<u64>,
    under_way: Option<Batch>,
}

/// One that types offline and on, at whichever node it is connected to.
struct Writer {
    user: UserId,
    replica: Replica,
    node: usize,
}

struct World {
    random: Pcg64Mcg,
    store: Store,
    nodes: Vec<Node>,
    writers: Vec<Writer>,
    /// Of each op client how far it has come.
    operations: Vec<u64>,
    asked: u64,
    answered: BTreeSet<u64>,
    overtaken: usize,
}

impl World {
    fn of(seed: u64) -> Self {
        let limits = NoteLimits::default();
        let node = |at: usize| Node {
            room: Room::new(
                Note::open(StoredNote::default(), 1 + at as u64, limits).expect("opens"),
                0,
                0,
                0,
            )
            .among_others(true),
            under_way: None,
        };
        let writer = |at: usize| Writer {
            user: user(at),
            replica: Replica::new(100 + at as u64, limits),
            node: at % NODES,
        };
        Self {
            random: Pcg64Mcg::seed_from_u64(seed),
            store: Store::default(),
            nodes: (0..NODES).map(node).collect(),
            writers: (0..WRITERS).map(writer).collect(),
            operations: vec![0; WRITERS],
            asked: 0,
            answered: BTreeSet::new(),
            overtaken: 0,
        }
    }

    fn below(&mut self, end: usize) -> usize {
        self.random.random_range(0..end)
    }

    fn step(&mut self) {
        let node = self.below(NODES);
        match self.below(8) {
            0 => self.operates(node),
            1 => self.edits(),
            2 => self.sends(),
            3 => self.receives(),
            4 => self.moves(),
            5 | 6 => self.works(node),
            _ => self.hears(node),
        }
    }

    /// An edit against a text that was the note's at some time.
    fn an_operation(&mut self, version: u64, word: &str) -> Operation {
        let mut note = self.store.note();
        note.entries.truncate(version as usize);
        let length = note.text().expect("a text").len_utf16() as usize;
        let at = self.below(length + 1);
        let delete = self.below((length - at).min(2) + 1);
        Operation::replace(at as u32, delete as u32, word)
    }

    fn operates(&mut self, node: usize) {
        let by = self.below(WRITERS);
        let head = self.store.head();
        // What was committed anywhere may be known: a node may not have it yet.
        let base_version = head - (self.below(5) as u64).min(head);
        self.operations[by] += 1;
        let client_seq = self.operations[by];
        let operation = self.an_operation(base_version, &format!("o{by}.{client_seq} "));
        let draft = NoteOperationDraft {
            base_version,
            client_id: format!("client {by}"),
            client_seq,
            operation: operation.into(),
        };
        self.asked += 1;
        self.nodes[node].room.request(Request::Operation {
            author: user(by),
            draft,
            reply: self.asked,
        });
    }

    fn edits(&mut self) {
        let by = self.below(WRITERS);
        let length = self.writers[by].replica.text().len_utf16() as usize;
        let at = self.below(length + 1) as u32;
        let replica = &mut self.writers[by].replica;
        let edit = Operation::replace(at, 0, &format!("w{by} "));
        let row = replica.edit(&edit, 0).expect("it fits").expect("an edit");
        replica.stored(&row);
    }

    fn sends(&mut self) {
        let by = self.below(WRITERS);
        let writer = &mut self.writers[by];
        let Some(row) = writer.replica.next_to_send() else {
            return;
        };
        self.asked += 1;
        self.nodes[writer.node].room.request(Request::Update {
            author: writer.user.clone(),
            own: Some(writer.replica.client_id()),
            made_by: Some(row.key()),
            update: row.update.clone(),
            reply: self.asked,
        });
    }

    fn receives(&mut self) {
        let by = self.below(WRITERS);
        self.receives_all(by);
    }

    fn receives_all(&mut self, by: usize) {
        let writer = &mut self.writers[by];
        // What its node has.
        let head = self.nodes[writer.node].room.note().head();
        let mut log = self.store.after(writer.replica.version());
        log.retain(|entry| entry.sequence <= head);
        let entries: Vec<RemoteEntry<'_>> = log
            .iter()
            .map(|entry| RemoteEntry {
                sequence: entry.sequence,
                own: entry.author_id == writer.user,
                client_id: &entry.client_id,
                client_seq: entry.client_seq,
                update: Some(&entry.update),
            })
            .collect();
        writer.replica.receive(&entries).expect("it is in order");
    }

    /// The line breaks: another node answers next, which has first what any has.
    fn moves(&mut self) {
        let (by, node) = (self.below(WRITERS), self.below(NODES));
        if self.nodes[node].under_way.is_some() {
            return;
        }
        self.absorbs(node, Vec::new());
        self.writers[by].node = node;
        self.writers[by].replica.resend_all();
    }

    /// Begins a batch, or ends the one under way.
    fn works(&mut self, at: usize) {
        let node = &mut self.nodes[at];
        if let Some(batch) = node.under_way.take() {
            if self.store.commit(&batch) {
                let published = node.room.committed(&Stored::default());
                self.takes(published.answers);
            } else {
                let id = node.room.note().client_id();
                let note = Note::open(self.store.note(), id, NoteLimits::default());
                node.room.overtaken(note.expect("the log makes a note"));
                self.overtaken += 1;
            }
            return;
        }
        let begun = node.room.begin(0);
        assert_eq!(begun.broken, None);
        node.under_way = begun.batch;
        let fetches = node.under_way.is_none().then_some(begun.fetch).flatten();
        self.takes(begun.answers);
        match fetches {
            Some(Fetch::News) => {
                let claims = self.store.claims.values().cloned().collect();
                self.absorbs(at, claims);
                self.nodes[at].room.note_mut().has_all_news();
            }
            Some(Fetch::From(_)) => panic!("the journal has it all"),
            Some(Fetch::Entry {
                client_id,
                client_seq,
            }) => {
                let same = |entry: &&NoteEntry| {
                    entry.client_id == client_id && entry.client_seq == client_seq
                };
                let entry = self.store.log.iter().find(same).cloned();
                let note = self.nodes[at].room.note_mut();
                note.remember(client_id, client_seq, entry);
            }
            None => {}
        }
    }

    fn hears(&mut self, at: usize) {
        if self.nodes[at].under_way.is_none() {
            self.absorbs(at, Vec::new());
        }
    }

    fn absorbs(&mut self, at: usize, claims: Vec<ClientClaim>) {
        let room = &mut self.nodes[at].room;
        let entries = self.store.after(room.note().head());
        let count = entries.len();
        let news = News {
            entries,
            claims,
            ..News::default()
        };
        let published = room.absorb(news).expect("it fits");
        assert_eq!(published.entries.len(), count);
    }

    fn takes(&mut self, answers: Vec<(u64, Answer)>) {
        for (reply, answer) in answers {
            assert!(self.answered.insert(reply), "{reply} is answered twice");
            match answer {
                Answer::Note(answer) => drop(answer.expect("an operation is taken")),
                Answer::Update(answer) => drop(answer.expect("an update is taken")),
                other => panic!("{other:?}"),
            }
        }
    }

    /// Everything is sent, committed and heard.
    fn settles(&mut self) {
        for by in 0..WRITERS {
            self.writers[by].replica.resend_all();
            while let Some(row) = self.writers[by].replica.next_to_send() {
                self.asked += 1;
                let writer = &self.writers[by];
                self.nodes[writer.node].room.request(Request::Update {
                    author: writer.user.clone(),
                    own: Some(writer.replica.client_id()),
                    made_by: Some(row.key()),
                    update: row.update.clone(),
                    reply: self.asked,
                });
            }
        }
        let is_idle = |node: &Node| node.room.is_idle() && node.under_way.is_none();
        while !self.nodes.iter().all(is_idle) {
            (0..NODES).for_each(|at| self.works(at));
        }
        (0..NODES).for_each(|at| self.absorbs(at, Vec::new()));
        (0..WRITERS).for_each(|by| self.receives_all(by));
    }
}

#[test]
fn rooms_at_several_nodes_have_the_logs_text_and_every_change_once() {
    let mut overtaken = 0;
    for seed in 0..SEEDS {
        let mut world = World::of(seed);
        for _ in 0..STEPS {
            world.step();
        }
        world.settles();
        overtaken += world.overtaken;
        let text = world.store.note().text().expect("a text").to_string();
        for node in &world.nodes {
            let note = node.room.note();
            let document = note.committed().expect("nothing is staged");
            assert_eq!(document.text().to_string(), text, "seed {seed}");
            assert_eq!(note.head(), world.store.head(), "seed {seed}");
        }
        for writer in &world.writers {
            assert_eq!(writer.replica.text().to_string(), text, "seed {seed}");
            assert_eq!(writer.replica.unsent(), 0, "seed {seed}");
        }
        assert_eq!(world.answered.len() as u64, world.asked, "seed {seed}");
        let keys = world.store.log.iter().map(|e| (&e.client_id, e.client_seq));
        let once: BTreeSet<_> = keys.clone().collect();
        assert_eq!(
            once.len(),
            keys.count(),
            "seed {seed}: a change is there twice"
        );
    }
    assert!(
        overtaken > 100,
        "{overtaken}: nodes are to be in each other's way"
    );
}
