//! The document: two doors, one text, and nothing half done.
#![allow(missing_docs)]

mod common;

use common::forge::Forge;
use common::honest::{self, Person};
use common::yjs::fixtures;
use connvo_core::limits::NoteLimits;
use connvo_core::note::scan::ScanError;
use connvo_core::note::{Document, DocumentError, Operation, Refusal, Text};
use proptest::prelude::*;
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

fn empty() -> Document {
    Document::new(1, NoteLimits::default())
}

fn with_text(text: &str) -> Document {
    let mut document = empty();
    document
        .apply_operation(&Operation::new().insert(text))
        .expect("applies");
    document
}

fn refusal<T: std::fmt::Debug>(result: Result<T, DocumentError>) -> Refusal {
    match result.expect_err("refused") {
        DocumentError::Refused { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

/// Mirror, document, and what its snapshot gives are one text.
fn assert_sound(document: &Document) {
    document.verify().expect("the snapshot gives the same");
}

#[test]
fn an_operation_gives_an_update_that_does_the_same_elsewhere() {
    let mut here = with_text("one 😀 two");
    let mut there =
        Document::load(Some(&here.snapshot_v2()), &[], 2, NoteLimits::default()).expect("loads");
    let op = Operation::new()
        .retain(4)
        .insert("and ")
        .delete(2)
        .retain(1)
        .delete(1)
        .insert("T");
    let update = here.apply_operation(&op).expect("applies");
    assert_eq!(here.text(), &"one and  Two");
    let applied = there.apply_updates(&[&update], None).expect("applies");
    assert_eq!(applied.operation, op);
    assert_eq!(there.text(), here.text());
    assert_sound(&here);
    assert_sound(&there);
}

#[test]
fn an_operation_that_does_not_fit_changes_nothing() {
    let mut document = with_text("ab😀cd");
    let before = document.snapshot_v2();
    for op in [
        Operation::new().retain(5).delete(2),
        Operation::new().retain(3).insert("x"),
        Operation::new().retain(2).delete(1),
        Operation::new().insert("a\0b"),
        Operation::new().insert(&"x".repeat(262_144)),
    ] {
        refusal(document.apply_operation(&op));
        assert_eq!(document.snapshot_v2(), before);
        assert_eq!(document.text(), &"ab😀cd");
    }
}

#[test]
fn an_operation_that_does_nothing_gives_no_update() {
    assert!(
        with_text("ab")
            .apply_operation(&Operation::new())
            .expect("fine")
            .is_empty()
    );
}

#[test]
fn a_run_with_one_bad_update_is_refused_whole_and_names_it() {
    let mut person = Person::new(9);
    let mut rng = Pcg64Mcg::seed_from_u64(1);
    (0..6).for_each(|_| person.edit(&mut rng));
    let mut document = empty();
    let bad = Forge::authors(1)
        .author(1, 9, 900)
        .text(Some((9, 0)), None, "x")
        .done();
    let updates: Vec<&[u8]> = person.unsent.iter().map(Vec::as_slice).collect();
    let run = [updates[0], updates[1], bad.as_slice(), updates[2]];
    let error = document.apply_updates(&run, None).expect_err("refused");
    assert!(
        matches!(error, DocumentError::Refused { index: 2, .. }),
        "{error}"
    );
    assert!(document.text().is_empty());
    document
        .apply_updates(&updates, Some(9))
        .expect("nothing is left of the refused run");
    assert_eq!(document.text(), &person.content().as_str());
    assert_sound(&document);
}

#[test]
fn a_resent_update_changes_nothing() {
    let mut person = Person::new(9);
    let mut rng = Pcg64Mcg::seed_from_u64(2);
    (0..9).for_each(|_| person.edit(&mut rng));
    let updates: Vec<&[u8]> = person.unsent.iter().map(Vec::as_slice).collect();
    let mut document = empty();
    assert!(
        document
            .apply_updates(&updates, Some(9))
            .expect("applies")
            .changed
    );
    let again = document.apply_updates(&updates, Some(9)).expect("applies");
    assert!(!again.changed && again.update.is_empty() && again.operation.is_noop());
}

#[test]
fn nobody_extends_the_servers_id_nor_another_than_their_own() {
    let mut document = with_text("abc");
    let forged = Forge::authors(1)
        .author(1, 1, 3)
        .text(Some((1, 2)), None, "x")
        .done();
    assert_eq!(
        refusal(document.apply_updates(&[&forged], None)),
        Refusal::ForeignClient { client: 1 }
    );
    let relayed = Forge::authors(1)
        .author(1, 5, 0)
        .text(Some((1, 2)), None, "x")
        .done();
    assert_eq!(
        refusal(document.apply_updates(&[&relayed], Some(6))),
        Refusal::ForeignClient { client: 5 }
    );
    let authors = document.authors(&[&relayed]).expect("lawful");
    assert_eq!(authors.extends, [(5, 0, 1)]);
    document.apply_updates(&[&relayed], None).expect("relayed");
    assert_eq!(document.text(), &"abcx");
}

#[test]
fn no_change_cuts_a_surrogate_pair() {
    // Client 1's text has the low half of the pair at clock 2.
    let cases = [
        Forge::authors(1)
            .author(1, 5, 0)
            .text(Some((1, 1)), Some((1, 2)), "x")
            .done(),
        Forge::authors(1)
            .author(1, 5, 0)
            .text(Some((1, 0)), Some((1, 2)), "x")
            .done(),
        Forge::authors(1)
            .author(1, 5, 0)
            .deleted(Some((1, 1)), None, 1)
            .done(),
        Forge::authors(0).deletes(&[(1, 0, 2)]),
        Forge::authors(0).deletes(&[(1, 2, 2)]),
        // Into a pair that the update itself brings.
        Forge::authors(2)
            .author(1, 6, 0)
            .text(Some((5, 0)), None, "x")
            .author(1, 5, 0)
            .text(Some((1, 3)), None, "😀")
            .done(),
    ];
    for update in cases {
        let mut document = with_text("a😀b");
        assert_eq!(
            refusal(document.apply_updates(&[&update], None)),
            Refusal::Scan(ScanError::SplitsPair)
        );
        let again = Document::load(Some(&document.snapshot_v2()), &[], 2, NoteLimits::default());
        let mut again = again.expect("loads");
        assert_eq!(
            refusal(again.apply_updates(&[&update], None)),
            Refusal::Scan(ScanError::SplitsPair)
        );
        assert_eq!(document.text(), &"a😀b");
    }
}

#[test]
fn a_text_past_its_limit_is_refused_unless_the_update_shortens_it_again() {
    let limits = NoteLimits {
        text_utf16: 10,
        ..NoteLimits::default()
    };
    let mut document = Document::new(1, limits);
    document
        .apply_operation(&Operation::new().insert("12345678"))
        .expect("fits");
    let longer = Forge::authors(1)
        .author(1, 5, 0)
        .text(Some((1, 7)), None, "abcd");
    assert!(matches!(
        refusal(document.apply_updates(&[&longer.done()], None)),
        Refusal::TextTooLong { .. }
    ));
    // Deletes what is deleted already: no room is made.
    document
        .apply_operation(&Operation::new().delete(2))
        .expect("shortens");
    let pretended = Forge::authors(1)
        .author(1, 5, 0)
        .text(Some((1, 7)), None, "abcde");
    assert!(matches!(
        refusal(document.apply_updates(&[&pretended.deletes(&[(1, 0, 2)])], None)),
        Refusal::TextTooLong { .. }
    ));
    let replaced = Forge::authors(1)
        .author(1, 5, 0)
        .text(Some((1, 7)), None, "abcde");
    document
        .apply_updates(&[&replaced.deletes(&[(1, 0, 4)])], None)
        .expect("fits");
    assert_eq!(document.text(), &"5678abcde");
    assert_sound(&document);
}

#[test]
fn a_history_past_its_limit_is_refused_but_what_is_known_is_not() {
    let limits = NoteLimits {
        state_bytes: 4_000,
        ..NoteLimits::default()
    };
    let mut document = Document::new(1, limits);
    let mut person = Person::new(9);
    let mut rng = Pcg64Mcg::seed_from_u64(3);
    let mut taken: Vec<Vec<u8>> = Vec::new();
    let refused = loop {
        person.edit(&mut rng);
        let update = person.unsent.pop().expect("made");
        match document.apply_updates(&[&update], None) {
            Ok(_) => taken.push(update),
            Err(error) => break error,
        }
    };
    assert_eq!(
        refusal::<()>(Err(refused)),
        Refusal::StateTooLarge { limit: 4_000 }
    );
    assert!(document.snapshot_v2().len() <= 4_300);
    let known: Vec<&[u8]> = taken.iter().map(Vec::as_slice).collect();
    assert_sound(&document);
    let large = NoteLimits {
        state_bytes: 1 << 20,
        ..NoteLimits::default()
    };
    let mut same = Document::new(2, large);
    same.apply_updates(&known, None).expect("applies");
    assert_eq!(same.text(), document.text());
}

#[test]
fn a_peer_gets_what_it_lacks_and_a_hostile_state_vector_does_no_harm() {
    let document = with_text("a😀b");
    let mut peer = Document::new(2, NoteLimits::default());
    let all = document.diff_v1(&peer.state_vector()).expect("a diff");
    peer.apply_updates(&[&all], None).expect("applies");
    assert_eq!(peer.text(), document.text());
    let nothing = document.diff_v1(&peer.state_vector()).expect("a diff");
    assert!(
        !peer
            .apply_updates(&[&nothing], None)
            .expect("applies")
            .changed
    );
    // In the middle of the pair: the whole pair comes.
    let half = Forge::authors(1).var(1).var(2).finish();
    let from_pair = document.diff_v1(&half).expect("a diff");
    assert!(String::from_utf8_lossy(&from_pair).contains('😀'));
    let beyond = Forge::authors(1).var(1).var(4_000_000_000).finish();
    document.diff_v1(&beyond).expect("a diff");
    for bytes in [
        vec![255, 255, 255, 255, 15],
        vec![1],
        vec![1, 1, 1, 1],
        vec![255; 40],
    ] {
        assert_eq!(refusal(document.diff_v1(&bytes)), Refusal::BadStateVector);
    }
}

#[test]
fn stock_yjs_merges_to_the_same_text() {
    let fixtures = fixtures();
    let base = fixtures.update("base");
    let mut merged = empty();
    for (update, own) in [("state", None), ("snapshot_b", None)] {
        merged
            .apply_updates(&[&fixtures.update(update)], own)
            .expect("applies");
        assert_eq!(merged.text(), &fixtures.text("text"));
    }
    drop(base);
    let mut undone = empty();
    let updates = fixtures.updates("undo_updates");
    let run: Vec<&[u8]> = updates.iter().map(Vec::as_slice).collect();
    undone.apply_updates(&run, Some(41)).expect("applies");
    assert_eq!(undone.text(), &fixtures.text("undo_text"));
    let mut collected = empty();
    collected
        .apply_updates(&[&fixtures.update("gc_state")], None)
        .expect("applies");
    assert_eq!(collected.text(), &fixtures.text("gc_text"));
    assert_sound(&collected);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn honest_people_are_never_refused_and_folded_deltas_give_the_text(seed: u64) {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut folded = Text::default();
        let mut log: Vec<Vec<u8>> = Vec::new();
        let mut ops = Pcg64Mcg::seed_from_u64(seed ^ 1);
        let server = honest::session(&mut rng, 150, |server, update| {
            let applied = server.apply_updates(&[update], None).expect("honest");
            folded.apply(&applied.operation).expect("fits");
            assert_eq!(&folded, server.text());
            if applied.changed {
                log.push(applied.update);
            }
            // Now and then somebody at the op door.
            if ops.random_bool(0.2) {
                let starts = honest::boundaries(&server.text().to_string());
                let at = starts[ops.random_range(0..starts.len())];
                let op = Operation::new().retain(at).insert("🚀o");
                folded.apply(&op).expect("fits");
                log.push(server.apply_operation(&op).expect("fits"));
            }
        });
        server.verify().expect("sound");
        let refs: Vec<&[u8]> = log.iter().map(Vec::as_slice).collect();
        let again = Document::load(None, &refs, 3, NoteLimits::default()).expect("loads");
        prop_assert_eq!(again.text(), server.text());
    }

    #[test]
    fn typing_at_carets_gives_what_edits_by_index_give(seed: u64) {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut document = empty();
        let mut peer = Document::new(2, NoteLimits::default());
        let mut person = Person::new([0, 9][rng.random_range(0..2)]);
        let mut folded = Text::default();
        let mut at = [0_u32; 3];
        for _ in 0..300 {
            let content = document.text().to_string();
            let cuts = honest::boundaries(&content);
            if rng.random_bool(0.01) {
                // Opened again: the hints are gone, and the ids are a new client's.
                let snapshot = document.snapshot_v2();
                let fresh = rng.random_range(1_000..1 << 50);
                document = Document::load(Some(&snapshot), &[], fresh, NoteLimits::default()).expect("loads");
            }
            let typist = rng.random_range(0..3);
            // Where this typist is, or somewhere else, or near the others.
            if rng.random_bool(0.15) {
                at[typist] = cuts[rng.random_range(0..cuts.len())];
            } else if rng.random_bool(0.1) {
                at[typist] = at[rng.random_range(0..3)];
            }
            let here = match cuts.binary_search(&at[typist]) {
                Ok(here) | Err(here) => here.min(cuts.len() - 1),
            };
            let word = ["a", "bc", "😀", "é"][rng.random_range(0..4)];
            let op = match rng.random_range(0..10) {
                0..5 => Operation::replace(cuts[here], 0, word),
                5..8 if here > 0 => {
                    let from = here.saturating_sub(rng.random_range(1..4));
                    Operation::replace(cuts[from], cuts[here] - cuts[from], "")
                }
                8 if here + 1 < cuts.len() => Operation::replace(cuts[here], cuts[here + 1] - cuts[here], word),
                9 if rng.random_bool(0.3) => {
                    person.edit(&mut rng);
                    for update in person.unsent.drain(..) {
                        let applied = document.apply_updates(&[&update], None).expect("honest");
                        folded.apply(&applied.operation).expect("fits");
                        if applied.changed {
                            peer.apply_committed(&[&applied.update]).expect("committed");
                        }
                    }
                    continue;
                }
                _ => continue,
            };
            let update = document.apply_operation(&op).expect("fits");
            folded.apply(&op).expect("fits");
            if !op.is_noop() {
                let seen = peer.apply_committed(&[&update]).expect("committed");
                let mut before = Text::from(content.as_str());
                before.apply(&seen.operation).expect("fits");
                prop_assert_eq!(&before, document.text());
                if rng.random_bool(0.5) {
                    person.take(&document.diff_v1(&[]).expect("a diff"));
                }
            }
            prop_assert_eq!(&folded, document.text());
            prop_assert_eq!(peer.text(), document.text());
            at[typist] = (cuts[here] + op.inserted() as u32).saturating_sub(op.deleted() as u32);
        }
        document.verify().expect("sound");
    }

    #[test]
    fn mutated_updates_never_panic_and_accepted_ones_keep_mirror_and_document_one(seed: u64) {
        let mut rng = Pcg64Mcg::seed_from_u64(seed);
        let mut mutator = Pcg64Mcg::seed_from_u64(seed ^ 2);
        let mut broken = false;
        honest::session(&mut rng, 60, |server, update| {
            for _ in 0..12 {
                let mut mutant = update.to_vec();
                for _ in 0..mutator.random_range(1..4) {
                    let at = mutator.random_range(0..mutant.len());
                    match mutator.random_range(0..4) {
                        0 => mutant[at] ^= 1 << mutator.random_range(0..8),
                        1 => mutant[at] = mutator.random(),
                        2 => mutant[at] = mutant[at].wrapping_add(1),
                        _ => { mutant.insert(at, mutator.random()); }
                    }
                }
                let mut copy = Document::load(Some(&server.snapshot_v2()), &[], 77, NoteLimits::default()).expect("loads");
                match copy.apply_updates(&[&mutant], None) {
                    // What yrs has and what the mirror has is one text; whether it
                    // lasts through a reload is what `verify` is for: it answers,
                    // and never panics.
                    Ok(_) => broken |= copy.verify().is_err(),
                    Err(DocumentError::Refused { .. }) => copy.verify().expect("untouched"),
                    Err(other) => panic!("{other}: {mutant:02x?}"),
                }
            }
            if !broken {
                server.apply_updates(&[update], None).expect("honest");
            }
        });
    }
}
