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

/// A JSON object that is taken apart.
pub(crate) struct Fields(Map<String, Value>);

impl Fields {
    pub(crate) fn of(value: Value) -> Option<Self> {
        match value {
            Value::Object(fields) => Some(Self(fields)),
            _ => None,
        }
    }

    pub(crate) fn take(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name).filter(|value| !value.is_null())
    }

    pub(crate) fn text(&mut self, name: &str) -> Option<String> {
        match self.take(name)? {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn number(&mut self, name: &str) -> Option<u64> {
        self.take(name)?.as_u64()
    }

    pub(crate) fn list(&mut self, name: &str) -> Option<Vec<Value>> {
        match self.take(name)? {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    pub(crate) fn fields(&mut self, name: &str) -> Option<Self> {
        self.take(name).and_then(Self::of)
    }

    /// Whatever it is, also nothing.
    pub(crate) fn any(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
    }

    pub(crate) fn small(&mut self, name: &str) -> Option<u32> {
        u32::try_from(self.number(name)?).ok()
    }

    pub(crate) fn id<Id: TryFrom<String>>(&mut self, name: &str) -> Option<Id> {
        Id::try_from(self.text(name)?).ok()
    }

    pub(crate) fn ids<Id: TryFrom<String>>(&mut self, name: &str) -> Option<Vec<Id>> {
        self.all(name, |value| match value {
            Value::String(text) => Id::try_from(text).ok(),
            _ => None,
        })
    }

    /// A list, each of which is read by `of`.
    pub(crate) fn all<T>(&mut self, name: &str, of: fn(Value) -> Option<T>) -> Option<Vec<T>> {
        self.list(name)?.into_iter().map(of).collect()
    }
}
