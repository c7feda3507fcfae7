//! Cases that others got wrong, by hand.

use connvo_core::note::{Component, Operation, OperationError, Side, Text};

use crate::support::{applied, text};

fn op() -> Operation {
    Operation::new()
}

/// The text that both orders end in; `a` is left.
fn merged(base: &str, a: &Operation, b: &Operation) -> String {
    let base = text(base);
    let one = applied(&applied(&base, a), &b.transform(a, Side::Right).unwrap());
    let two = applied(&applied(&base, b), &a.transform(b, Side::Left).unwrap());
    assert_eq!(one, two);
    one.to_string()
}

#[test]
fn overlapping_deletes_delete_each_unit_once() {
    let a = op().retain(1).delete(3);
    let b = op().retain(2).delete(3);
    assert_eq!(merged("abcdef", &a, &b), "af");
    assert_eq!(
        a.transform(&b, Side::Left).unwrap(),
        op().retain(1).delete(1)
    );
    assert_eq!(
        b.transform(&a, Side::Right).unwrap(),
        op().retain(1).delete(1)
    );
}

#[test]
fn a_delete_within_another_delete_leaves_nothing_to_do() {
    let (inner, outer) = (op().retain(2).delete(1), op().delete(5));
    assert!(inner.transform(&outer, Side::Left).unwrap().is_noop());
    assert_eq!(
        outer.transform(&inner, Side::Right).unwrap(),
        op().delete(4)
    );
    assert_eq!(merged("abcde", &inner, &outer), "");
}

#[test]
fn of_inserts_at_one_place_the_left_one_comes_first() {
    let (a, b) = (op().retain(1).insert("L"), op().retain(1).insert("R"));
    assert_eq!(merged("xy", &a, &b), "xLRy");
    assert_eq!(merged("xy", &b, &a), "xRLy");
    assert_eq!(
        a.transform(&b, Side::Right).unwrap(),
        op().retain(2).insert("L")
    );
    assert_eq!(a.transform(&b, Side::Left).unwrap(), a);
}

#[test]
fn an_insert_within_a_deleted_range_stays() {
    let (a, b) = (op().retain(2).insert("new"), op().retain(1).delete(3));
    assert_eq!(merged("abcde", &a, &b), "anewe");
}

#[test]
fn two_replacements_of_one_word_keep_both_words() {
    let (a, b) = (
        Operation::replace(4, 3, "cat"),
        Operation::replace(4, 3, "cow"),
    );
    assert_eq!(merged("the dog!", &a, &b), "the catcow!");
}

#[test]
fn emoji_count_two_units() {
    let base = text("a😀b");
    assert_eq!(base.len_utf16(), 4);
    assert_eq!(applied(&base, &op().retain(3).insert("🎉")), text("a😀🎉b"));
    assert_eq!(applied(&base, &op().retain(1).delete(2)), text("ab"));
    let (a, b) = (op().retain(1).delete(2), op().retain(3).insert("é🎉"));
    assert_eq!(merged("a😀b", &a, &b), "aé🎉b");
}

#[test]
fn an_operation_that_cuts_an_emoji_is_refused_and_changes_nothing() {
    for operation in [
        op().retain(2).insert("x"),
        op().retain(1).delete(1),
        op().retain(2).delete(1),
        op().delete(2),
        op().insert("x").retain(2).insert("y"),
    ] {
        let mut text = text("a😀b");
        assert_eq!(
            text.apply(&operation),
            Err(OperationError::SplitsPair { at: 2 })
        );
        assert_eq!(text, "a😀b");
        assert_eq!(
            operation.invert(&text),
            Err(OperationError::SplitsPair { at: 2 })
        );
    }
    let across = op().retain(1).delete(2);
    assert!(
        text("😀😀").apply(&across).is_err(),
        "the halves left would make a pair"
    );
}

#[test]
fn composing_with_an_operation_that_cuts_an_inserted_emoji_is_refused() {
    let write = op().retain(1).insert("😀");
    let cut = op().retain(2).insert("x");
    assert_eq!(
        write.compose(&cut),
        Err(OperationError::SplitsPair { at: 2 })
    );
}

#[test]
fn an_operation_past_the_end_is_refused_as_a_whole() {
    let mut text = text("abc");
    let error = text
        .apply(&op().insert("x").retain(2).delete(2))
        .unwrap_err();
    assert_eq!(
        error,
        OperationError::OutOfBounds {
            needed: 4,
            length: 3
        }
    );
    assert!(error.to_string().contains("needs a text of 4"));
    assert_eq!(text, "abc");
}

#[test]
fn huge_lengths_are_refused_without_walking_them() {
    let huge = op().retain(u32::MAX).insert("x");
    let mut text = text("abc");
    assert!(matches!(
        text.apply(&huge),
        Err(OperationError::TooLong { .. })
    ));
    let edge = op().retain(u32::MAX - 1).delete(1);
    assert!(matches!(
        text.apply(&edge),
        Err(OperationError::OutOfBounds { .. })
    ));
    let grown = op().insert("abc");
    assert!(matches!(
        edge.transform(&grown, Side::Right),
        Err(OperationError::TooLong { .. })
    ));
    let both = op().delete(u32::MAX).compose(&op().delete(u32::MAX));
    assert!(matches!(
        both,
        Err(OperationError::TooLong {
            units: 8_589_934_590
        })
    ));
    let over = op().retain(u32::MAX).retain(u32::MAX).delete(1);
    assert_eq!(over.base_len(), u32::MAX);
    assert!(over.validate().is_err() && serde_json::to_string(&over).is_err());
    assert_eq!(text, "abc");
}

#[test]
fn a_retain_at_the_end_is_left_out_however_long() {
    let operation = op().insert("x").retain(u32::MAX).retain(u32::MAX);
    assert_eq!(operation, op().insert("x"));
    assert_eq!(applied(&text(""), &operation), text("x"));
    assert!(op().retain(7).is_noop());
}

#[test]
fn the_insert_stands_before_the_delete_in_whatever_order_they_came() {
    let operation = op().retain(1).delete(1).insert("x").delete(2).insert("y");
    let normal = [
        Component::Retain(1),
        Component::Insert("xy".into()),
        Component::Delete(3),
    ];
    assert_eq!(operation.components(), normal);
    assert_eq!(operation, op().retain(1).insert("xy").delete(3));
}

#[test]
fn ten_thousand_edits_here_and_there_keep_the_text_right() {
    let (mut text, mut plain) = (Text::default(), Vec::new());
    let mut seed = 7_usize;
    for step in 0..10_000_usize {
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(step);
        let at = (seed >> 33) % (plain.len() + 1);
        let delete = ((seed >> 20) % 3).min(plain.len() - at);
        text.apply(&Operation::replace(at as u32, delete as u32, "ab"))
            .unwrap();
        plain.splice(at..at + delete, "ab".encode_utf16());
    }
    assert!(text.units().eq(plain.iter().copied()));
    assert_eq!(text.len_utf16() as usize, plain.len());
}
