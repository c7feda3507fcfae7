//! The text mirror against a plain list of code units.

use connvo_core::note::text::{split_utf16, utf16_len};
use connvo_core::note::{Component, Operation, Text};
use proptest::prelude::*;

use crate::support::{any_script, any_text, follow, wild};

/// What the operation gives, worked out plainly; `None` if it must be refused.
fn model(text: &str, operation: &Operation) -> Option<String> {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut boundaries = vec![0];
    for char in text.chars() {
        boundaries.push(boundaries.last().unwrap() + char.len_utf16() as u64);
    }
    operation.validate().ok()?;
    let (mut at, mut out) = (0_u64, Vec::new());
    for component in operation.components() {
        boundaries.binary_search(&at).ok()?;
        match component {
            Component::Insert(text) => out.extend(text.encode_utf16()),
            Component::Retain(count) => {
                out.extend(units.get(at as usize..(at + u64::from(*count)) as usize)?);
                at += u64::from(*count);
            }
            Component::Delete(count) => at += u64::from(*count),
        }
    }
    boundaries.binary_search(&at).ok()?;
    out.extend(&units[at as usize..]);
    String::from_utf16(&out).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_operation_applies_as_a_whole_or_not_at_all(start in any_text(12), operation in wild()) {
        let mut text = Text::from(start.as_str());
        let expected = model(&start, &operation);
        match text.apply(&operation) {
            Ok(()) => prop_assert_eq!(Some(text.to_string()), expected),
            Err(_) => {
                prop_assert_eq!(expected, None);
                prop_assert_eq!(text.to_string(), start);
            }
        }
    }

    #[test]
    fn a_text_with_a_gap_reads_like_one_without(
        start in any_text(30),
        scripts in prop::collection::vec(any_script(), 0..6),
        range in (0..40_u32, 0..40_u32),
    ) {
        let mut text = Text::from(start.as_str());
        let mut plain = start;
        for script in scripts {
            let operation = follow(&plain, &script);
            text.apply(&operation).unwrap();
            plain = model(&plain, &operation).unwrap();
        }
        let fresh = Text::from(plain.as_str());
        prop_assert_eq!(text.to_string(), plain.clone());
        prop_assert_eq!(&text, &fresh);
        prop_assert!(text == plain.as_str());
        prop_assert_eq!(text.hash(), fresh.hash());
        prop_assert_eq!(u64::from(text.len_utf16()), utf16_len(&plain));
        prop_assert_eq!(text.units().collect::<Vec<_>>(), plain.encode_utf16().collect::<Vec<_>>());
        prop_assert_eq!(text.unit(text.len_utf16()), None);
        let (from, to) = range;
        prop_assert_eq!(text.slice(from, to), fresh.slice(from, to));
        let units: Vec<u16> = plain.encode_utf16().collect();
        // An empty slice within a pair is refused too.
        let cut = text.splits_pair(from) || text.splits_pair(to);
        let expected = units.get(from as usize..to as usize).filter(|_| !cut);
        let expected = expected.map(|units| String::from_utf16(units).unwrap());
        prop_assert_eq!(text.slice(from, to), expected);
    }

    #[test]
    fn counting_and_cutting_agree_with_the_standard_library(text in any::<String>(), at in 0..20_u64) {
        prop_assert_eq!(utf16_len(&text), text.encode_utf16().count() as u64);
        if let Some((front, back)) = split_utf16(&text, at) {
            prop_assert_eq!(utf16_len(front), at);
            prop_assert_eq!([front, back].concat(), text);
        }
    }
}

#[test]
fn the_hash_is_the_same_everywhere() {
    assert_eq!(Text::default().hash(), 0xcbf2_9ce4_8422_2325);
    assert_eq!(Text::from("a").hash(), 0xaf63_dc4c_8601_ec8c);
    assert_ne!(Text::from("ab").hash(), Text::from("ba").hash());
}
