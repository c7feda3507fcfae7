//! Every good answer in JSON has an example that is of its schema, and so has the problem.

use crate::client::Api;
use reqwest::Method;
use serde_json::{Value, json};

/// Why a value is not of a schema; nothing when it is.
fn faults(at: &str, value: &Value, schema: &Value, schemas: &Value) -> Vec<String> {
    if let Some(to) = schema["$ref"].as_str() {
        return faults(at, value, &schemas[to.rsplit('/').next().unwrap()], schemas);
    }
    let mut found = Vec::new();
    for part in schema["allOf"].as_array().into_iter().flatten() {
        found.extend(faults(at, value, part, schemas));
    }
    for any in ["oneOf", "anyOf"] {
        let fits = |choice: &Value| faults(at, value, choice, schemas).is_empty();
        if schema[any]
            .as_array()
            .is_some_and(|all| !all.iter().any(fits))
        {
            found.push(format!("{at}: none of {any}"));
        }
    }
    if !is_of_kind(value, &schema["type"]) {
        found.push(format!("{at}: {value} is not of {}", schema["type"]));
    }
    if schema["enum"]
        .as_array()
        .is_some_and(|all| !all.contains(value))
    {
        found.push(format!("{at}: {value} is none of the words"));
    }
    let length = value.as_str().map(|text| text.chars().count() as u64);
    let bounds = [
        ("minLength", "maxLength", length.map(|length| length as f64)),
        ("minimum", "maximum", value.as_f64()),
        (
            "minItems",
            "maxItems",
            value.as_array().map(|all| all.len() as f64),
        ),
    ];
    for (least, most, size) in bounds {
        let Some(size) = size else { continue };
        let low = schema[least].as_f64().is_some_and(|least| size < least);
        let high = schema[most].as_f64().is_some_and(|most| size > most);
        if low || high {
            found.push(format!("{at}: {value} is out of bounds"));
        }
    }
    for name in schema["required"].as_array().into_iter().flatten() {
        let name = name.as_str().unwrap();
        if value.is_object() && value.get(name).is_none() {
            found.push(format!("{at}/{name} is missing"));
        }
    }
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        if let Some(value) = value.get(name) {
            found.extend(faults(&format!("{at}/{name}"), value, member, schemas));
        }
    }
    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
        found.extend(faults(
            &format!("{at}/{index}"),
            item,
            &schema["items"],
            schemas,
        ));
    }
    found
}

fn is_of_kind(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_of_kind(value, kind)),
        Value::String(kind) => match kind.as_str() {
            "null" => value.is_null(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_u64() || value.is_i64(),
            "number" => value.is_number(),
            "string" => value.is_string(),
            "array" => value.is_array(),
            "object" => value.is_object(),
            _ => false,
        },
        _ => true,
    }
}

#[tokio::test]
async fn every_good_answer_has_an_example_of_its_schema() {
    let api = Api::start().await;
    let (_, description) = api.send(Method::GET, "/openapi.json", None, None).await;
    let schemas = &description["components"]["schemas"];
    let mut seen = 0;
    for (path, methods) in description["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let content = &answer["content"]["application/json"];
                if !status.starts_with('2') || content.is_null() {
                    continue;
                }
                let name = format!("{method} {path}: {status}");
                let example = content.get("example").unwrap_or_else(|| panic!("{name}"));
                let faults = faults("", example, &content["schema"], schemas);
                assert!(faults.is_empty(), "{name}: {faults:?} in {example}");
                seen += 1;
            }
        }
    }
    assert!(seen > 40, "{seen}");
    let problem = &schemas["Problem"];
    let example = problem.get("example").expect("an example of a problem");
    assert_eq!(faults("", example, problem, schemas), [""; 0]);
}

#[test]
fn what_is_not_of_a_schema_is_found() {
    let schemas = json!({"Id": {"type": "string", "minLength": 2}});
    let schema = json!({"type": "object", "required": ["id"], "properties": {
        "id": {"$ref": "#/components/schemas/Id"},
        "of": {"type": "array", "items": {"oneOf": [{"type": "null"}, {"type": "integer"}]}}}});
    let of = |value: Value| faults("", &value, &schema, &schemas).len();
    assert_eq!(of(json!({"id": "ab", "of": [1, null]})), 0);
    assert_eq!(of(json!({"id": "a"})), 1);
    assert_eq!(of(json!({"of": ["x"]})), 2);
    assert_eq!(of(json!([])), 1);
}
