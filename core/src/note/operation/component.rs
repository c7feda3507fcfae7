//! One step of an operation, and its JSON form: an object with exactly one key.

use crate::json::Object;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor};
use serde_json::Value;

/// One step of an operation: `{"retain": 5}`, `{"insert": "hi"}` or `{"delete": 2}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum Component {
    /// Step over so many UTF-16 code units.
    Retain(u32),
    /// Put this text here.
    Insert(String),
    /// Remove the next so many UTF-16 code units.
    Delete(u32),
}

const KEYS: &[&str] = &["retain", "insert", "delete"];

impl<'de> Deserialize<'de> for Component {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ComponentVisitor)
    }
}

impl Component {
    /// The component as a JSON value.
    pub(super) fn to_json(&self) -> Value {
        let mut object = Object::default();
        match self {
            Self::Retain(units) => object.number("retain", (*units).into()),
            Self::Insert(text) => object.text("insert", text),
            Self::Delete(units) => object.number("delete", (*units).into()),
        };
        object.value()
    }

    /// The same from a JSON value, without the words on what is wrong with it.
    pub(super) fn from_json(value: Value) -> Option<Self> {
        let Value::Object(fields) = value else {
            return None;
        };
        if fields.len() > 1 {
            return None;
        }
        let (key, value) = fields.into_iter().next()?;
        match (key.as_str(), value) {
            ("insert", Value::String(text)) if !text.is_empty() => Some(Self::Insert(text)),
            ("insert", _) => None,
            (kind, value) => {
                let units = u32::try_from(value.as_u64()?)
                    .ok()
                    .filter(|units| *units > 0)?;
                match kind {
                    "retain" => Some(Self::Retain(units)),
                    "delete" => Some(Self::Delete(units)),
                    _ => None,
                }
            }
        }
    }
}

struct ComponentVisitor;

impl<'de> Visitor<'de> for ComponentVisitor {
    type Value = Component;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(r#"{"retain": units}, {"insert": text} or {"delete": units}"#)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Component, A::Error> {
        let key: Option<String> = map.next_key()?;
        let component = match key.as_deref() {
            Some("retain") => Component::Retain(positive(map.next_value()?)?),
            Some("delete") => Component::Delete(positive(map.next_value()?)?),
            Some("insert") => {
                let text: String = map.next_value()?;
                if text.is_empty() {
                    return Err(A::Error::invalid_value(
                        Unexpected::Str(""),
                        &"a text to insert",
                    ));
                }
                Component::Insert(text)
            }
            Some(other) => return Err(A::Error::unknown_field(other, KEYS)),
            None => return Err(A::Error::invalid_length(0, &self)),
        };
        if map.next_key::<String>()?.is_some() {
            return Err(A::Error::custom(
                "a component has exactly one of retain, insert, delete",
            ));
        }
        Ok(component)
    }
}

fn positive<E: Error>(units: u32) -> Result<u32, E> {
    match units {
        0 => Err(E::invalid_value(
            Unexpected::Unsigned(0),
            &"a positive length",
        )),
        units => Ok(units),
    }
}
