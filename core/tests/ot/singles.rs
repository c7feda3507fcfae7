//! The single-position form.

use connvo_core::note::{AnyOperation, Operation};
use serde_json::{Value, from_value, json, to_value};

fn converted(json: Value) -> Result<Operation, String> {
    let any: AnyOperation = from_value(json).map_err(|error| error.to_string())?;
    any.into_operation().map_err(|error| error.to_string())
}

#[test]
fn each_kind_becomes_components() {
    let insert = json!({"type": "insert", "position": 3, "content": "hi"});
    assert_eq!(
        converted(insert),
        Ok(Operation::new().retain(3).insert("hi"))
    );
    let delete = json!({"type": "delete", "position": 0, "length": 2});
    assert_eq!(converted(delete), Ok(Operation::new().delete(2)));
    let retain = json!({"type": "retain", "position": 4, "length": 9});
    assert_eq!(converted(retain), Ok(Operation::new()));
    let nulls = json!({"type": "insert", "position": 0, "content": "😀", "length": null});
    assert_eq!(converted(nulls), Ok(Operation::new().insert("😀")));
}

#[test]
fn an_insert_may_give_the_length_of_its_content() {
    let insert =
        |length| json!({"type": "insert", "position": 0, "content": "😀", "length": length});
    assert_eq!(converted(insert(2)), Ok(Operation::new().insert("😀")));
    assert!(
        converted(insert(1))
            .unwrap_err()
            .contains("UTF-16 length of `content`")
    );
}

#[test]
fn a_field_too_few_or_too_many_is_named() {
    for (json, reason) in [
        (
            json!({"type": "insert", "position": 0}),
            "an insert needs `content`",
        ),
        (
            json!({"type": "delete", "position": 0}),
            "a delete needs `length`",
        ),
        (
            json!({"type": "delete", "position": 0, "length": 1, "content": "x"}),
            "only an insert",
        ),
        (
            json!({"type": "insert", "content": "x"}),
            "missing field `position`",
        ),
        (
            json!({"position": 0, "content": "x"}),
            "missing field `type`",
        ),
        (
            json!({"type": "move", "position": 0}),
            "unknown variant `move`",
        ),
        (
            json!({"type": "retain", "position": 0, "by": 1}),
            "unknown field `by`",
        ),
        (
            json!({"type": "insert", "position": -1, "content": "x"}),
            "expected u32",
        ),
        (
            json!({"type": "delete", "position": u32::MAX, "length": 1}),
            "at most 4294967295",
        ),
        (
            json!("insert"),
            "expected a list of components, or an object",
        ),
    ] {
        let error = converted(json.clone()).unwrap_err();
        assert!(error.contains(reason), "{json}: {error}");
    }
}

#[test]
fn both_forms_come_back_as_they_were_sent() {
    for json in [
        json!({"type": "insert", "position": 3, "content": "hi"}),
        json!({"type": "delete", "position": 3, "length": 1}),
        json!([{"retain": 1}, {"delete": 1}]),
    ] {
        let any: AnyOperation = from_value(json.clone()).unwrap();
        assert_eq!(to_value(any).unwrap(), json);
    }
}
