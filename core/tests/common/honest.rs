//! Honest people at plain yrs documents, each with delays of their own.

use connvo_core::note::Document;
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use yrs::updates::decoder::Decode;
use yrs::{
    ClientID, Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text, TextRef, Transact,
    Update,
};

const WORDS: [&str; 8] = ["a", "bc", " ", "\n", "é", "漢字", "😀", "x👩‍👩‍👧y"];

/// One person with a plain document.
pub struct Person {
    pub doc: Doc,
    pub text: TextRef,
    /// How much of the server's log this person has seen.
    pub seen: usize,
    /// Updates made and not yet sent.
    pub unsent: Vec<Vec<u8>>,
}

impl Person {
    pub fn new(client: u64) -> Self {
        let mut options = Options::with_client_id(ClientID::new(client));
        options.offset_kind = OffsetKind::Utf16;
        let doc = Doc::with_options(options);
        let text = doc.get_or_insert_text("content");
        Self {
            doc,
            text,
            seen: 0,
            unsent: Vec::new(),
        }
    }

    /// Types or deletes something at a random place, on whole characters.
    pub fn edit(&mut self, rng: &mut Pcg64Mcg) {
        let content = self.content();
        let starts: Vec<u32> = boundaries(&content);
        let at = starts[rng.random_range(0..starts.len())];
        let mut txn = self.doc.transact_mut();
        if rng.random_bool(0.35) && starts.len() > 1 {
            let from = rng.random_range(0..starts.len() - 1);
            let to = rng.random_range(from + 1..=(from + 4).min(starts.len() - 1));
            self.text
                .remove_range(&mut txn, starts[from], starts[to] - starts[from]);
        } else {
            self.text
                .insert(&mut txn, at, WORDS[rng.random_range(0..WORDS.len())]);
        }
        txn.commit();
        self.unsent.push(txn.encode_update_v1());
    }

    pub fn take(&mut self, update: &[u8]) {
        let update = Update::decode_v1(update).expect("decodes");
        self.doc
            .transact_mut()
            .apply_update(update)
            .expect("applies");
    }

    /// Catches up with the server's log.
    pub fn read(&mut self, log: &[Vec<u8>], upto: usize) {
        for update in &log[self.seen.min(upto)..upto] {
            self.take(update);
        }
        self.seen = self.seen.max(upto);
    }

    pub fn content(&self) -> String {
        self.text.get_string(&self.doc.transact())
    }

    /// All that this person has, as a stock client sends it in its step 2.
    pub fn state(&self) -> Vec<u8> {
        self.doc.transact().encode_diff_v1(&StateVector::default())
    }
}

/// Where cuts may be, in UTF-16 units.
pub fn boundaries(text: &str) -> Vec<u32> {
    let mut at = 0;
    let mut out = vec![0];
    for character in text.chars() {
        at += character.len_utf16() as u32;
        out.push(at);
    }
    out
}

/// Every honest update of a session of several people, in an order that a server
/// takes them in, with what the document then is.
pub fn session(
    rng: &mut Pcg64Mcg,
    steps: usize,
    mut each: impl FnMut(&mut Document, &[u8]),
) -> Document {
    let mut server = Document::new(1, connvo_core::limits::NoteLimits::default());
    let mut people: Vec<Person> = (0..3).map(|at| Person::new(100 - at * 7)).collect();
    let mut log: Vec<Vec<u8>> = Vec::new();
    for _ in 0..steps {
        let person = &mut people[rng.random_range(0..3)];
        match rng.random_range(0..10) {
            0..5 => person.edit(rng),
            5..7 => {
                let upto = rng.random_range(person.seen..=log.len());
                person.read(&log, upto);
            }
            7 if rng.random_bool(0.2) => {
                let state = person.state();
                each(&mut server, &state);
                log.push(state);
                person.unsent.clear();
            }
            _ => {
                for update in person.unsent.drain(..) {
                    each(&mut server, &update);
                    log.push(update);
                }
            }
        }
    }
    server
}
