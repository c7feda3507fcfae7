//! Cursors when the text around them changes.

use connvo_core::note::{Bias, Operation, Side};
use proptest::prelude::*;

use crate::support::{applied, concurrent};

fn any_bias() -> impl Strategy<Value = Bias> {
    prop::sample::select(vec![Bias::Before, Bias::After])
}

/// Whether a deleted range of the operation holds the cursor or ends at it.
fn deletes_at(operation: &Operation, at: u32) -> bool {
    operation
        .edits()
        .any(|edit| edit.delete > 0 && (edit.base..=edit.base + edit.delete).contains(&at))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, max_global_rejects: 100_000, ..ProptestConfig::default() })]

    #[test]
    fn a_cursor_stays_in_bounds_and_cuts_no_pair((text, a, _) in concurrent(), at in 0..40_u32, bias in any_bias()) {
        let mut at = at % (text.len_utf16() + 1);
        at -= u32::from(text.splits_pair(at));
        let after = applied(&text, &a);
        let moved = a.transform_cursor(at, bias);
        prop_assert!(moved <= after.len_utf16());
        prop_assert!(!after.splits_pair(moved));
        prop_assert!(a.transform_cursor(at, Bias::Before) <= a.transform_cursor(at, Bias::After));
    }

    #[test]
    fn cursors_keep_their_order((text, a, _) in concurrent(), one in 0..40_u32, two in 0..40_u32, bias in any_bias()) {
        let (one, two) = (one.min(two).min(text.len_utf16()), two.max(one).min(text.len_utf16()));
        prop_assert!(a.transform_cursor(one, bias) <= a.transform_cursor(two, bias));
    }

    #[test]
    fn a_cursor_away_from_deletions_ends_in_one_place_in_either_order(
        (text, a, b) in concurrent(), at in 0..40_u32, bias in any_bias(),
    ) {
        let at = at % (text.len_utf16() + 1);
        prop_assume!(!deletes_at(&a, at) && !deletes_at(&b, at));
        let a_after = a.transform(&b, Side::Left).unwrap();
        let b_after = b.transform(&a, Side::Right).unwrap();
        let one = b_after.transform_cursor(a.transform_cursor(at, bias), bias);
        let two = a_after.transform_cursor(b.transform_cursor(at, bias), bias);
        prop_assert_eq!(one, two);
        prop_assert_eq!(one, a.compose(&b_after).unwrap().transform_cursor(at, bias));
    }

    #[test]
    fn a_cursor_keeps_its_distance_to_text_that_stays((text, a, _) in concurrent(), at in 0..40_u32, bias in any_bias()) {
        let at = at % (text.len_utf16() + 1);
        let Some(first) = a.edits().next() else {
            prop_assert_eq!(a.transform_cursor(at, bias), at);
            return Ok(());
        };
        let moved = a.transform_cursor(at, bias);
        if at < first.base {
            prop_assert_eq!(moved, at);
        }
        if at > a.base_len() {
            prop_assert_eq!(i64::from(moved), i64::from(at) + a.delta());
        }
    }
}

#[test]
fn a_cursor_at_an_insert_goes_where_its_bias_says() {
    let insert = Operation::new().retain(3).insert("😀");
    assert_eq!(insert.transform_cursor(3, Bias::Before), 3);
    assert_eq!(insert.transform_cursor(3, Bias::After), 5);
    assert_eq!(insert.transform_cursor(2, Bias::After), 2);
    assert_eq!(insert.transform_cursor(4, Bias::Before), 6);
}

#[test]
fn a_cursor_in_a_deleted_range_goes_to_the_end_of_what_replaces_it() {
    let replace = Operation::replace(2, 4, "xyz");
    assert_eq!(replace.transform_cursor(4, Bias::Before), 5);
    assert_eq!(replace.transform_cursor(6, Bias::Before), 5);
    assert_eq!(replace.transform_cursor(2, Bias::Before), 2);
    assert_eq!(
        Operation::replace(2, 4, "").transform_cursor(4, Bias::After),
        2
    );
}

#[test]
fn a_cursor_out_of_all_bounds_does_no_harm() {
    let insert = Operation::new().insert("abc");
    assert_eq!(insert.transform_cursor(u32::MAX, Bias::After), u32::MAX);
}
