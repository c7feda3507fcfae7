//! Diffs: right for all texts, small for like ones.

use connvo_core::note::Operation;
use connvo_core::note::diff::diff;
use proptest::prelude::*;

use crate::support::{any_script, any_text, applied, follow, text};

/// Least number of characters to delete and insert, by the table.
fn least(from: &str, to: &str) -> usize {
    let (from, to): (Vec<char>, Vec<char>) = (from.chars().collect(), to.chars().collect());
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (i, a) in from.iter().enumerate() {
        let mut corner = i;
        row[0] = i + 1;
        for (j, b) in to.iter().enumerate() {
            let best = if a == b {
                corner
            } else {
                1 + row[j].min(row[j + 1])
            };
            corner = std::mem::replace(&mut row[j + 1], best);
        }
    }
    row[to.len()]
}

fn size(from: &str, operation: &Operation) -> usize {
    let base = text(from);
    operation
        .edits()
        .map(|edit| {
            let gone = base.slice(edit.base, edit.base + edit.delete).unwrap();
            gone.chars().count() + edit.insert.chars().count()
        })
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_diff_makes_one_text_into_the_other(from in any_text(60), to in any_text(60)) {
        prop_assert_eq!(applied(&text(&from), &diff(&from, &to)), text(&to));
    }

    #[test]
    fn a_diff_of_an_edited_text_makes_the_edit(from in any_text(60), script in any_script()) {
        let to = applied(&text(&from), &follow(&from, &script)).to_string();
        prop_assert_eq!(applied(&text(&from), &diff(&from, &to)), text(&to));
    }

    #[test]
    fn within_a_line_a_diff_is_the_least(from in "[ab😀]{0,24}", to in "[ab😀]{0,24}") {
        prop_assert_eq!(size(&from, &diff(&from, &to)), least(&from, &to));
    }
}

#[test]
fn equal_texts_have_no_diff() {
    assert!(diff("", "").is_noop());
    assert!(diff("a\n😀\n", "a\n😀\n").is_noop());
}

#[test]
fn a_changed_word_is_a_changed_word() {
    let change = diff("one\ntwo three\nfour\n", "one\ntwo 3hree\nfour\n");
    assert_eq!(change, Operation::replace(8, 1, "3"));
}

#[test]
fn emoji_that_share_a_half_are_replaced_whole() {
    // U+1F600 and U+1F601 have the same high surrogate.
    assert_eq!(diff("a😀b", "a😁b"), Operation::replace(1, 2, "😁"));
}

#[test]
fn texts_without_anything_in_common_are_replaced_in_bounded_time() {
    let from: String = (0..120_000_u32)
        .map(|i| char::from(b'a' + (i.wrapping_mul(i) % 23) as u8))
        .collect();
    let to: String = (0..120_000_u32)
        .map(|i| char::from(b'a' + (i * 7 % 26) as u8))
        .collect();
    for (from, to) in [
        (from.clone(), to.clone()),
        (from.replace('a', "\n"), to.replace('b', "\n")),
    ] {
        assert_eq!(applied(&text(&from), &diff(&from, &to)), text(&to));
    }
    let (many, more) = ("a".repeat(200_000), "ab".repeat(100_000));
    assert_eq!(applied(&text(&many), &diff(&many, &more)), text(&more));
}

#[test]
fn a_few_edits_in_a_long_text_make_a_small_diff() {
    let from: String = (10_000..15_000)
        .map(|number| format!("line {number} of many\n"))
        .collect();
    let to = from
        .replacen("line 10010 of", "line 10010 out of", 1)
        .replacen("line 14000", "new\nline 14000", 1);
    assert!(size(&from, &diff(&from, &to)) == 8);
}
