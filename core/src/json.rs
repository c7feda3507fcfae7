//! JSON made by hand, for the browser's module: what is derived, and the macro of
//! `serde_json`, bring an encoder of values along.

use serde_json::{Map, Value};

/// An object of these fields.
pub(crate) fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let mut object = Map::new();
    for (name, value) in fields {
        object.insert(name.to_owned(), value);
    }
    Value::Object(object)
}

/// The text of a value.
pub(crate) fn text(value: &Value) -> String {
    // Fails for maps with odd keys only: there are none.
    serde_json::to_string(value).unwrap_or_default()
}
