//! TP1, compose, invert, normal form.

use connvo_core::note::{Component, Operation, Side};
use proptest::prelude::*;

use crate::support::{any_script, applied, concurrent, follow, successive, wild};

fn is_normal(operation: &Operation) -> bool {
    use Component::{Delete, Insert, Retain};
    let components = operation.components();
    let filled = components.iter().all(|component| match component {
        Retain(units) | Delete(units) => *units > 0,
        Insert(text) => !text.is_empty(),
    });
    let ordered = components.windows(2).all(|pair| {
        matches!(
            pair,
            [Retain(_), Insert(_) | Delete(_)]
                | [Insert(_), Retain(_) | Delete(_)]
                | [Delete(_), Retain(_)]
        )
    });
    filled && ordered && !matches!(components.last(), Some(Retain(_)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn concurrent_operations_meet_in_one_text((text, a, b) in concurrent()) {
        let a_after = a.transform(&b, Side::Left).unwrap();
        let b_after = b.transform(&a, Side::Right).unwrap();
        let one = applied(&applied(&text, &a), &b_after);
        let two = applied(&applied(&text, &b), &a_after);
        prop_assert_eq!(one.to_string(), two.to_string());
        prop_assert_eq!(a.compose(&b_after).unwrap(), b.compose(&a_after).unwrap());
        prop_assert!(is_normal(&a_after) && is_normal(&b_after));
    }

    #[test]
    fn a_composed_operation_does_what_its_parts_do((text, [a, b, c]) in successive()) {
        let step_by_step = applied(&applied(&applied(&text, &a), &b), &c);
        let ab = a.compose(&b).unwrap();
        let bc = b.compose(&c).unwrap();
        let left = ab.compose(&c).unwrap();
        prop_assert_eq!(applied(&text, &ab), applied(&applied(&text, &a), &b));
        prop_assert_eq!(&left, &a.compose(&bc).unwrap());
        prop_assert_eq!(applied(&text, &left), step_by_step);
        prop_assert!(is_normal(&left));
    }

    #[test]
    fn an_inverse_takes_an_operation_back((text, a, _) in concurrent()) {
        let after = applied(&text, &a);
        let back = a.invert(&text).unwrap();
        prop_assert_eq!(applied(&after, &back), text.clone());
        prop_assert_eq!(applied(&text, &back.invert(&after).unwrap()), after);
        prop_assert_eq!(back.delta(), -a.delta());
        prop_assert!(is_normal(&back));
    }

    #[test]
    fn lengths_agree((text, a, b) in concurrent()) {
        let after = applied(&text, &a);
        prop_assert_eq!(i64::from(after.len_utf16()), i64::from(text.len_utf16()) + a.delta());
        prop_assert!(a.base_len() <= text.len_utf16());
        let b = b.transform(&a, Side::Right).unwrap();
        prop_assert_eq!(a.compose(&b).unwrap().delta(), a.delta() + b.delta());
    }

    #[test]
    fn building_gives_the_normal_form(operation in wild()) {
        prop_assert!(operation.validate().is_err() || is_normal(&operation));
        if operation.validate().is_ok() {
            let again: Operation = operation.components().iter().cloned().collect();
            prop_assert_eq!(again, operation);
        }
    }

    #[test]
    fn edits_made_one_by_one_do_what_the_operation_does((text, a, _) in concurrent()) {
        let mut one_by_one = text.clone();
        for edit in a.edits() {
            one_by_one.apply(&Operation::replace(edit.at, edit.delete, edit.insert)).unwrap();
        }
        prop_assert_eq!(one_by_one, applied(&text, &a));
    }

    #[test]
    fn a_noop_changes_nothing_it_meets((text, a, _) in concurrent(), script in any_script()) {
        let nothing = Operation::new();
        prop_assert_eq!(a.compose(&nothing).unwrap(), a.clone());
        prop_assert_eq!(nothing.compose(&a).unwrap(), a.clone());
        prop_assert_eq!(a.transform(&nothing, Side::Left).unwrap(), a.clone());
        prop_assert!(nothing.transform(&a, Side::Right).unwrap().is_noop());
        let undone = a.compose(&a.invert(&text).unwrap()).unwrap();
        let other = follow(&text.to_string(), &script);
        prop_assert_eq!(applied(&applied(&text, &undone), &other), applied(&text, &other));
    }

    #[test]
    fn any_lengths_end_in_a_result_or_an_error(a in wild(), b in wild()) {
        let _ = (a.compose(&b), b.compose(&a));
        let pair = (a.transform(&b, Side::Left), b.transform(&a, Side::Right));
        let _ = (a.base_len(), a.delta(), a.edits().count());
        if let (Ok(a_after), Ok(b_after)) = pair
            && let (Ok(one), Ok(two)) = (a.compose(&b_after), b.compose(&a_after))
        {
            prop_assert_eq!(one, two);
        }
    }
}
