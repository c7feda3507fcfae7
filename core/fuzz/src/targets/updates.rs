//! V1 updates at the CRDT door.
//!
//! Laws: no panic; a refused update changes nothing; after an accepted one the
//! folded operations, the mirror and yrs have one text; a text that a reload would
//! change is caught by `verify`.

use super::Outcome;
use crate::mutate::{join, mutate, split};
use connvo_core::limits::NoteLimits;
use connvo_core::live::note::{Base, Note, StoredNote};
use connvo_core::note::{Document, DocumentError, Text};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;
use yrs::updates::decoder::Decode;
use yrs::{
    ClientID, Doc, GetString, OffsetKind, Options, ReadTxn, StateVector, Text as _, Transact,
    Update,
};

const WORDS: [&str; 7] = ["a", "bc", " ", "é", "漢", "😀", "long words"];

/// A snapshot, some mutants of what honest people would send next, and in between
/// what they did send.
pub(super) fn make(rng: &mut Pcg64Mcg) -> Vec<u8> {
    let people: Vec<Doc> = [5, 9, 300].into_iter().map(person).collect();
    for _ in 0..rng.random_range(0..25) {
        edit(&people[rng.random_range(0..3)], rng);
        let (from, to) = (rng.random_range(0..3), rng.random_range(0..3));
        if from != to {
            exchange(&people[from], &people[to]);
        }
    }
    let server = person(1);
    people.iter().for_each(|person| exchange(person, &server));
    let state = server
        .transact()
        .encode_state_as_update_v2(&StateVector::default());
    let mut pieces = vec![state];
    let mut other = Vec::new();
    for _ in 0..rng.random_range(1..12) {
        let person = &people[rng.random_range(0..3)];
        let mut honest = if rng.random_bool(0.1) {
            person.transact().encode_diff_v1(&StateVector::default())
        } else {
            edit(person, rng)
        };
        if rng.random_bool(0.3) {
            pieces.push(honest.clone());
        }
        let lender = std::mem::replace(&mut other, honest.clone());
        mutate(rng, &mut honest, &lender);
        pieces.push(honest);
    }
    join(&pieces)
}

pub(super) fn run(input: &[u8]) -> Outcome {
    let pieces = split(input);
    let Some((state, updates)) = pieces.split_first() else {
        return Outcome::default();
    };
    // The snapshot is our own: it is trusted, unless this input is no case at all.
    let Ok(mut document) = Document::load(Some(state), &[], 77, NoteLimits::default()) else {
        return Outcome::default();
    };
    let mut outcome = Outcome::default();
    let mut folded = document.text().clone();
    for update in updates {
        let before = document.known().clone();
        match document.apply_updates(&[update], None) {
            Ok(applied) => {
                outcome.accepted += 1;
                folded
                    .apply(&applied.operation)
                    .expect("the operation fits");
                assert_eq!(&folded, document.text(), "operations give the text");
            }
            Err(DocumentError::Refused { .. }) => {
                outcome.refused += 1;
                assert_eq!(&folded, document.text(), "refused: nothing changed");
                assert_eq!(&before, document.known(), "refused: nothing changed");
            }
            Err(error) => panic!("accepted, then broken: {error}"),
        }
        assert_yrs_agrees(&document, &folded);
        let _ = document.diff_v1(update);
    }
    if document.verify().is_err() {
        outcome.caught += 1;
        assert_starts_over(&folded);
    }
    outcome
}

/// A note whose document fails is started over from its log's text, and holds then.
fn assert_starts_over(folded: &Text) {
    let stored = StoredNote {
        base: Some(Base {
            sequence: 1,
            text: folded.to_string(),
            state_v2: Vec::new(),
        }),
        ..StoredNote::default()
    };
    let reseed = stored.reseed(500).expect("a text makes a document");
    let again = StoredNote {
        epoch: reseed.epoch,
        base: Some(reseed.base),
        ..StoredNote::default()
    };
    let note = Note::open(again, 501, NoteLimits::default()).expect("opens");
    let document = note.committed().expect("nothing is staged");
    document.verify().expect("sound");
    assert_eq!(document.text(), folded);
}

/// What a peer that gets everything sees has the length of the text at least: the
/// order of what hostile updates brought may differ, which `verify` is for.
fn assert_yrs_agrees(document: &Document, text: &Text) {
    let all = document.diff_v1(&[]).expect("a diff");
    let peer = person(400);
    let update = Update::decode_v1(&all).expect("what the document gives decodes");
    peer.transact_mut()
        .apply_update(update)
        .expect("and applies");
    let theirs = peer
        .get_or_insert_text("content")
        .get_string(&peer.transact());
    assert_eq!(theirs.encode_utf16().count(), text.len_utf16() as usize);
}

fn person(client: u64) -> Doc {
    let mut options = Options::with_client_id(ClientID::new(client));
    options.offset_kind = OffsetKind::Utf16;
    let doc = Doc::with_options(options);
    doc.get_or_insert_text("content");
    doc
}

fn edit(doc: &Doc, rng: &mut Pcg64Mcg) -> Vec<u8> {
    let text = doc.get_or_insert_text("content");
    let content = text.get_string(&doc.transact());
    let mut cuts = vec![0];
    for character in content.chars() {
        let at = cuts.last().copied().unwrap_or(0);
        cuts.push(at + u32::try_from(character.len_utf16()).unwrap_or(2));
    }
    let mut txn = doc.transact_mut();
    let at = rng.random_range(0..cuts.len());
    if rng.random_bool(0.35) && at + 1 < cuts.len() {
        let to = (at + rng.random_range(1..6)).min(cuts.len() - 1);
        text.remove_range(&mut txn, cuts[at], cuts[to] - cuts[at]);
    } else {
        text.insert(&mut txn, cuts[at], WORDS[rng.random_range(0..WORDS.len())]);
    }
    txn.commit();
    txn.encode_update_v1()
}

fn exchange(from: &Doc, to: &Doc) {
    let known = to.transact().state_vector();
    let diff = from.transact().encode_diff_v1(&known);
    if let Ok(update) = Update::decode_v1(&diff) {
        let _ = to.transact_mut().apply_update(update);
    }
}
