//! JSON made by hand, for the browser's module: what is derived, and the macro of
//! `serde_json`, bring an encoder of values along.

use serde_json::{Map, Value};

/// An object that is put together: a call a field.
#[derive(Debug, Default)]
pub struct Object(Map<String, Value>);

impl Object {
    /// A field of any value.
    pub fn put(&mut self, name: &str, value: Value) -> &mut Self {
        self.0.insert(name.to_owned(), value);
        self
    }

    /// A field of a value that may be absent: then it is `null`.
    pub fn maybe(&mut self, name: &str, value: Option<Value>) -> &mut Self {
        self.put(name, value.unwrap_or_default())
    }

    /// A field that is a text.
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.put(name, Value::String(text.to_owned()))
    }

    /// A field that is a number.
    pub fn number(&mut self, name: &str, number: u64) -> &mut Self {
        self.put(name, number.into())
    }

    /// The whole, which is taken out.
    #[must_use]
    pub fn value(&mut self) -> Value {
        Value::Object(std::mem::take(&mut self.0))
    }
}

/// A list, each of which is written by `to_json`.
pub fn list<T>(all: &[T], to_json: fn(&T) -> Value) -> Value {
    let mut list = Vec::with_capacity(all.len());
    for one in all {
        list.push(to_json(one));
    }
    Value::Array(list)
}

/// The text of a value.
#[must_use]
pub fn text(value: &Value) -> String {
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
        let mut all = Vec::new();
        for value in self.list(name)? {
            all.push(of(value)?);
        }
        Some(all)
    }
}

/// Whether all that is needed was there. It is asked once, at the end: to leave a
/// half-made struct in the middle takes code for each field.
#[derive(Default)]
pub(crate) struct Needed {
    is_lacking: bool,
}

impl Needed {
    pub(crate) fn of<T: Default>(&mut self, field: Option<T>) -> T {
        self.is_lacking |= field.is_none();
        field.unwrap_or_default()
    }

    /// What was made, when nothing lacked.
    pub(crate) fn whole<T>(&self, made: T) -> Option<T> {
        (!self.is_lacking).then_some(made)
    }
}
