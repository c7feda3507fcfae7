//! The guard: what honest clients send passes, what hostile ones send does not.
#![allow(missing_docs)]

mod common;

use common::forge::Forge;
use common::yjs::fixtures;
use connvo_core::limits::NoteLimits;
use connvo_core::note::scan::{Known, ScanError, scan};

const LIMITS: NoteLimits = NoteLimits {
    text_utf16: 262_144,
    update_bytes: 1 << 20,
    state_bytes: 8 << 20,
};

/// Client 7 is known up to clock 10.
fn known() -> Known {
    Known::from_iter([(7, 10)])
}

fn refusal(update: &[u8]) -> ScanError {
    scan(update, &known(), &LIMITS).expect_err("hostile")
}

#[test]
fn what_stock_yjs_makes_after_collecting_deleted_text_passes() {
    let fixtures = fixtures();
    let none = Known::default();
    let state = scan(&fixtures.update("gc_state"), &none, &LIMITS).expect("lawful");
    assert_eq!(state.extends, [(11, 0, 25)]);
    assert!(state.deletes);
    let diff = scan(
        &fixtures.update("gc_diff"),
        &Known::from_iter([(11, 4)]),
        &LIMITS,
    );
    assert_eq!(diff.expect("lawful").extends, [(11, 4, 25)]);
}

#[test]
fn a_resend_with_a_known_prefix_passes_and_counts_only_what_is_new() {
    let update = Forge::authors(1)
        .author(1, 7, 8)
        .text(Some((7, 7)), None, "abcd")
        .done();
    let scanned = scan(&update, &known(), &LIMITS).expect("lawful");
    assert_eq!(scanned.extends, [(7, 10, 12)]);
    assert_eq!(scanned.inserted_utf16, 2);
}

#[test]
fn merged_offline_sessions_of_two_people_pass() {
    let fixtures = fixtures();
    let base = Known::from_iter([(21, 14)]);
    let merged = scan(&fixtures.update("merged"), &base, &LIMITS).expect("lawful");
    assert!(merged.non_bmp);
    assert_eq!(merged.extends.len(), 2);
    scan(&fixtures.update("state"), &Known::default(), &LIMITS).expect("lawful");
}

#[test]
fn a_skip_over_what_is_known_passes_and_over_what_is_not_is_a_gap() {
    let fixtures = fixtures();
    let skipping = fixtures.update("merged_skip");
    let all = Known::from_iter([(21, 16)]);
    scan(&skipping, &all, &LIMITS).expect("lawful");
    let gap = scan(&skipping, &Known::from_iter([(21, 14)]), &LIMITS);
    assert!(matches!(gap, Err(ScanError::ClockGap { client: 21, .. })));
}

#[test]
fn undo_and_redo_of_stock_yjs_pass() {
    let mut known = Known::default();
    for update in fixtures().updates("undo_updates") {
        let scanned = scan(&update, &known, &LIMITS).expect("lawful");
        for (client, _, to) in scanned.extends {
            known.set(client, to);
        }
    }
    scan(&fixtures().update("undo_state"), &Known::default(), &LIMITS).expect("lawful");
}

#[test]
fn everything_but_plain_text_under_content_is_refused() {
    for (name, update) in fixtures().starting("bad_") {
        let refused = scan(&update, &Known::default(), &LIMITS).expect_err(&name);
        assert_eq!(refused, ScanError::ForbiddenContent, "{name}");
    }
}

#[test]
fn a_nested_value_is_refused_without_descending_into_it() {
    let mut nested = vec![117; 500_000];
    nested
        .iter_mut()
        .skip(1)
        .step_by(2)
        .for_each(|byte| *byte = 1);
    let update = Forge::authors(1)
        .author(1, 9, 0)
        .raw(&[8, 1])
        .bytes(b"content")
        .var(1)
        .raw(&nested)
        .done();
    assert_eq!(refusal(&update), ScanError::ForbiddenContent);
}

#[test]
fn a_tiny_run_cannot_push_a_clock_far() {
    for len in [3_000_000, u64::from(u32::MAX) - 20] {
        let deleted = Forge::authors(1)
            .author(1, 7, 10)
            .deleted(Some((7, 9)), None, len)
            .done();
        assert_eq!(refusal(&deleted), ScanError::ClockTooFar { client: 7 });
        let collected = Forge::authors(1).author(1, 7, 10).raw(&[0]).var(len).done();
        assert_eq!(refusal(&collected), ScanError::ForbiddenContent);
        let skip = Forge::authors(1)
            .author(1, 7, 10)
            .raw(&[10])
            .var(len)
            .done();
        assert!(scan(&skip, &known(), &LIMITS).is_err());
    }
}

#[test]
fn clock_gaps_and_unknown_ids_are_refused() {
    let gap = Forge::authors(1)
        .author(1, 7, 11)
        .text(Some((7, 9)), None, "x")
        .done();
    assert_eq!(
        refusal(&gap),
        ScanError::ClockGap {
            client: 7,
            known: 10,
            clock: 11
        }
    );
    for origin in [(7, 10), (7, 11), (8, 0)] {
        for (left, right) in [(Some(origin), None), (None, Some(origin))] {
            let update = Forge::authors(1)
                .author(1, 7, 10)
                .text(left, right, "x")
                .done();
            let (client, clock) = (origin.0, origin.1 as u32);
            assert_eq!(refusal(&update), ScanError::UnknownId { client, clock });
        }
    }
    let deletes = Forge::authors(0).deletes(&[(7, 5, 6)]);
    assert_eq!(
        refusal(&deletes),
        ScanError::UnknownId {
            client: 7,
            clock: 11
        }
    );
}

#[test]
fn authors_may_depend_on_each_other_but_not_in_a_ring() {
    // 8 types after 7's new text, and 9 after 8's: given in the wrong order.
    let chain = Forge::authors(3)
        .author(1, 9, 0)
        .text(Some((8, 0)), None, "c")
        .author(1, 8, 0)
        .text(Some((7, 10)), None, "b")
        .author(1, 7, 10)
        .text(Some((7, 9)), None, "a")
        .done();
    assert_eq!(
        scan(&chain, &known(), &LIMITS)
            .expect("lawful")
            .inserted_utf16,
        3
    );
    let in_turns = Forge::authors(2)
        .author(2, 9, 0)
        .text(Some((7, 9)), None, "a")
        .text(Some((8, 0)), None, "c")
        .author(2, 8, 0)
        .text(Some((9, 0)), None, "b")
        .text(Some((9, 1)), None, "d")
        .done();
    scan(&in_turns, &known(), &LIMITS).expect("lawful");
    let ring = Forge::authors(2)
        .author(1, 9, 0)
        .text(Some((8, 0)), None, "c")
        .author(1, 8, 0)
        .text(Some((9, 0)), None, "b")
        .done();
    assert!(matches!(refusal(&ring), ScanError::UnknownId { .. }));
    let beyond_its_end = Forge::authors(2)
        .author(1, 9, 0)
        .text(Some((8, 1)), None, "c")
        .author(1, 8, 0)
        .text(Some((7, 9)), None, "b")
        .done();
    assert_eq!(
        refusal(&beyond_its_end),
        ScanError::UnknownId {
            client: 8,
            clock: 1
        }
    );
}

#[test]
fn one_place_as_both_neighbours_is_refused() {
    let update = Forge::authors(1)
        .author(1, 7, 10)
        .text(Some((7, 4)), Some((7, 4)), "x")
        .done();
    assert_eq!(refusal(&update), ScanError::BadOrigin { client: 7 });
}

#[test]
fn malformed_delete_sets_are_refused() {
    let empty_range = Forge::authors(0).deletes(&[(7, 2, 0)]);
    let twice = Forge::authors(0).deletes(&[(7, 0, 1), (7, 3, 1)]);
    let unordered = Forge::authors(0)
        .var(1)
        .var(7)
        .var(2)
        .var(5)
        .var(1)
        .var(2)
        .raw(&[1]);
    let overflow = Forge::authors(0).deletes(&[(7, u64::from(u32::MAX), 2)]);
    for update in [empty_range, twice, unordered.raw(&[]).finish(), overflow] {
        assert_eq!(refusal(&update), ScanError::BadDeleteSet);
    }
}

#[test]
fn an_author_twice_or_without_structs_is_refused() {
    let twice = Forge::authors(2)
        .author(1, 7, 10)
        .text(Some((7, 9)), None, "x")
        .author(1, 7, 10)
        .text(Some((7, 9)), None, "y")
        .done();
    assert_eq!(refusal(&twice), ScanError::TooManyAuthors);
    let empty = Forge::authors(1).author(0, 7, 10).done();
    assert_eq!(refusal(&empty), ScanError::EmptyStruct);
    let counted = Forge::authors(u64::from(u32::MAX)).done();
    assert_eq!(refusal(&counted), ScanError::TooManyAuthors);
}

#[test]
fn bytes_that_end_early_or_late_are_refused() {
    let update = fixtures().update("merged");
    let base = Known::from_iter([(21, 14)]);
    for end in 0..update.len() {
        assert!(
            scan(&update[..end], &base, &LIMITS).is_err(),
            "cut at {end}"
        );
    }
    let mut long = update;
    long.push(0);
    assert_eq!(scan(&long, &base, &LIMITS), Err(ScanError::TrailingBytes));
}

#[test]
fn a_known_client_id_with_53_bits_passes_and_one_more_is_refused() {
    for (client, lawful) in [((1 << 53) - 1, true), (1 << 53, false)] {
        let update = Forge::authors(1)
            .author(1, client, 0)
            .root_text("content", "x")
            .done();
        assert_eq!(scan(&update, &known(), &LIMITS).is_ok(), lawful);
    }
}

#[test]
fn nul_and_half_surrogates_are_refused() {
    let nul = Forge::authors(1)
        .author(1, 8, 0)
        .root_text("content", "a\0b")
        .done();
    assert_eq!(refusal(&nul), ScanError::Nul);
    // A lone surrogate, as CESU-8 would write it.
    let lone = Forge::authors(1)
        .author(1, 8, 0)
        .raw(&[4, 1])
        .bytes(b"content")
        .bytes(&[0xed, 0xa0, 0xbd])
        .done();
    assert_eq!(refusal(&lone), ScanError::Malformed);
}
