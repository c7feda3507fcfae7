//! Operations on the wire.

use connvo_core::note::{AnyOperation, Component, Operation};
use proptest::prelude::*;
use serde_json::{Value, from_str, from_value, json, to_string, to_value};

use crate::support::{concurrent, wild};

fn error_of(json: &Value) -> String {
    from_value::<Operation>(json.clone())
        .unwrap_err()
        .to_string()
}

#[test]
fn an_operation_is_the_list_of_its_components() {
    let operation = Operation::new().retain(5).insert("h\"i😀").delete(2);
    let json = json!([{"retain": 5}, {"insert": "h\"i😀"}, {"delete": 2}]);
    assert_eq!(to_value(&operation).unwrap(), json);
    assert_eq!(from_value::<Operation>(json).unwrap(), operation);
    assert_eq!(to_string(&Operation::new()).unwrap(), "[]");
}

#[test]
fn any_list_is_brought_into_normal_form() {
    let json =
        json!([{"delete": 1}, {"insert": "a"}, {"delete": 2}, {"insert": "b"}, {"retain": 4}]);
    let operation: Operation = from_value(json).unwrap();
    assert_eq!(
        to_value(operation).unwrap(),
        json!([{"insert": "ab"}, {"delete": 3}])
    );
}

#[test]
fn a_component_with_anything_amiss_is_refused_with_a_reason() {
    for (json, reason) in [
        (json!([{"retain": 0}]), "expected a positive length"),
        (json!([{"delete": 0}]), "expected a positive length"),
        (json!([{"insert": ""}]), "expected a text to insert"),
        (json!([{}]), r#"expected {"retain": units}"#),
        (
            json!([{"skip": 1}]),
            "unknown field `skip`, expected one of `retain`, `insert`, `delete`",
        ),
        (
            json!([{"retain": 1, "delete": 1}]),
            "exactly one of retain, insert, delete",
        ),
        (
            json!([{"retain": 1, "attributes": {}}]),
            "unknown field `attributes`",
        ),
        (json!([{"retain": -1}]), "expected u32"),
        (json!([{"retain": 1.5}]), "expected u32"),
        (json!([{"retain": "1"}]), "expected u32"),
        (json!([{"insert": {"image": "x"}}]), "expected a string"),
        (json!([5]), r#"expected {"retain": units}"#),
        (json!({"retain": 1}), "expected a list of components"),
        (json!(null), "expected a list of components"),
    ] {
        let error = error_of(&json);
        assert!(error.contains(reason), "{json}: {error}");
    }
}

#[test]
fn lengths_that_do_not_add_up_are_refused() {
    let most = u32::MAX;
    for json in [
        json!([{"retain": most}, {"retain": 1}]),
        json!([{"delete": most}, {"retain": 1}, {"insert": "x"}]),
        json!([{"retain": most}, {"insert": "x"}]),
        json!([{"delete": most}, {"delete": most}]),
    ] {
        let error = error_of(&json);
        assert!(error.contains("at most 4294967295"), "{json}: {error}");
    }
    assert!(error_of(&json!([{"retain": u64::from(most) + 1}])).contains("expected u32"));
}

#[test]
fn a_lone_surrogate_is_refused() {
    assert!(from_str::<Operation>(r#"[{"insert": "\ud83d"}]"#).is_err());
    assert!(from_str::<Operation>(r#"[{"insert": "\ud83d\ude00"}]"#).is_ok());
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(100_000);
    assert!(from_str::<Operation>(&deep).is_err());
    assert!(from_str::<AnyOperation>(&deep).is_err());
}

fn any_json() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "retain", "insert", "delete", "type", "position", "content", "length", "x",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0..9_u32).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,4}".prop_map(Value::from),
        prop::sample::select(vec!["insert", "delete", "retain"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|pairs| {
                pairs
                    .into_iter()
                    .map(|(key, value)| (key.to_owned(), value))
                    .collect()
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn an_operation_survives_the_wire((_, a, _) in concurrent()) {
        prop_assert_eq!(&from_str::<Operation>(&to_string(&a).unwrap()).unwrap(), &a);
        let any = AnyOperation::from(a);
        prop_assert_eq!(from_str::<AnyOperation>(&to_string(&any).unwrap()).unwrap(), any);
    }

    #[test]
    fn what_is_written_can_be_read(operation in wild()) {
        match to_string(&operation) {
            Ok(json) => prop_assert_eq!(from_str::<Operation>(&json).unwrap(), operation),
            Err(_) => prop_assert!(operation.validate().is_err()),
        }
    }

    #[test]
    fn junk_gives_an_error_and_no_panic(json in any_json()) {
        if let Ok(operation) = from_value::<Operation>(json.clone()) {
            prop_assert!(operation.validate().is_ok());
            let again: Vec<Component> = from_value(to_value(&operation).unwrap()).unwrap();
            prop_assert_eq!(again, operation.components());
        }
        if let Ok(any) = from_value::<AnyOperation>(json) {
            let _ = any.into_operation();
        }
    }

    #[test]
    fn broken_json_gives_an_error_and_no_panic((_, a, _) in concurrent(), at in 0..200_usize, byte in any::<u8>()) {
        let mut json = to_string(&a).unwrap().into_bytes();
        if let Some(place) = json.get_mut(at) {
            *place = byte;
        }
        let _ = serde_json::from_slice::<Operation>(&json);
        json.truncate(at);
        let _ = serde_json::from_slice::<AnyOperation>(&json);
    }
}
