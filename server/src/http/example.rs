//! Examples of answers, made of their schemas: always of the shape that is described.

use serde_json::{Map, Value, json};

/// How far schemas that name each other are followed.
const DEPTH: u8 = 16;

/// A value of the schema; `schemas` are those that it may refer to.
pub(super) fn of(schema: &Value, schemas: &Value) -> Value {
    value("", schema, schemas, DEPTH)
}

/// A value of what a member of this name has as its schema.
fn value(name: &str, schema: &Value, schemas: &Value, depth: u8) -> Value {
    let given = [&schema["example"], &schema["enum"][0], &schema["const"]];
    if let Some(given) = given.into_iter().find(|given| !given.is_null()) {
        return given.clone();
    }
    let Some(depth) = depth.checked_sub(1) else {
        return Value::Null;
    };
    if let Some(to) = schema["$ref"].as_str().and_then(|to| to.rsplit('/').next()) {
        return value(name, &schemas[to], schemas, depth);
    }
    for any in ["oneOf", "anyOf"] {
        let mut choices = schema[any].as_array().into_iter().flatten();
        if let Some(choice) = choices.find(|choice| choice["type"] != "null") {
            return value(name, choice, schemas, depth);
        }
    }
    if let Some(all) = schema["allOf"].as_array() {
        let parts = all.iter().map(|part| value(name, part, schemas, depth));
        let parts = parts.filter_map(|part| match part {
            Value::Object(members) => Some(members),
            _ => None,
        });
        return Value::Object(parts.flatten().collect());
    }
    let kind = match &schema["type"] {
        Value::Array(kinds) => kinds.iter().find(|kind| *kind != "null"),
        kind => Some(kind),
    };
    match kind.and_then(Value::as_str) {
        Some("array") => match &schema["items"] {
            Value::Null => json!([]),
            items => json!([value(name, items, schemas, depth)]),
        },
        Some("boolean") => json!(true),
        Some("integer" | "number") => number(name, schema),
        Some("string") => json!(word(name, schema)),
        Some("object") => object(schema, schemas, depth),
        _ => json!({}),
    }
}

fn object(schema: &Value, schemas: &Value, depth: u8) -> Value {
    let mut members = Map::new();
    for (name, member) in schema["properties"].as_object().into_iter().flatten() {
        members.insert(name.clone(), value(name, member, schemas, depth));
    }
    let others = &schema["additionalProperties"];
    if members.is_empty() && others.is_object() {
        members.insert("recording".into(), value("", others, schemas, depth));
    }
    Value::Object(members)
}

/// Times are moments of one meeting; the rest is small.
fn number(name: &str, schema: &Value) -> Value {
    let least = schema["minimum"].as_u64().unwrap_or(1);
    match name {
        "startMs" => json!(1_800_000_000_000_u64),
        "endMs" => json!(1_800_000_002_000_u64),
        _ if name.ends_with("At") || name == "timestamp" || name == "lastInteraction" => {
            json!(1_800_000_000_000_u64)
        }
        _ => json!(least.max(1)),
    }
}

fn word(name: &str, schema: &Value) -> &'static str {
    match (schema["format"].as_str(), name) {
        (Some("uuid"), _) => "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
        (_, "email") => "ada@example.org",
        (_, "name" | "label") => "Ada",
        (_, "title") => "Weekly",
        (_, "next") => "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
        (_, "content" | "text" | "insert") => "Agenda",
        (_, "bio") => "I draw.",
        (_, "message") => "You know what I want to learn.",
        (_, "language") => "en-GB",
        (_, "timezone") => "Europe/Berlin",
        (_, "ip") => "192.0.2.1",
        (_, "slug" | "parent") => "rust",
        (_, "token") => "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl",
        (_, name) if name.ends_with("Url") => "https://example.org/ada.png",
        (_, name) if name.ends_with("Id") || name == "id" => "0197f7a4-5e0b-7c3a-9d2e-3f1b2a4c5d6e",
        _ => "text",
    }
}
