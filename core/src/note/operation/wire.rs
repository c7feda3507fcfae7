//! An operation on the wire: the list of its components.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{self, Serialize, Serializer};
use serde_json::Value;

use super::{Component, Operation, OperationError};
use crate::json::list;

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.validate().map_err(ser::Error::custom)?;
        serializer.collect_seq(&self.components)
    }
}

/// Brings any list into normal form; refuses one whose lengths do not add up to a `u32`.
impl<'de> Deserialize<'de> for Operation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(OperationVisitor)
    }
}

impl Operation {
    /// The operation as a JSON value.
    #[must_use]
    pub fn to_json(&self) -> Value {
        list(&self.components, Component::to_json)
    }

    /// The same from a JSON value, without the words on what is wrong with it. The
    /// browser's module has this form alone: the derived one takes a decoder of values
    /// and every message of it along.
    #[must_use]
    pub fn from_json(list: Value) -> Option<Self> {
        let Value::Array(list) = list else {
            return None;
        };
        let mut operation = Self::new();
        for component in list {
            operation.push(Component::from_json(component)?);
            if operation.walked() > u64::from(u32::MAX) {
                return None;
            }
        }
        operation.validate().ok()?;
        Some(operation.finish())
    }
}

struct OperationVisitor;

impl<'de> Visitor<'de> for OperationVisitor {
    type Value = Operation;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of components (retain, insert, delete)")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Operation, A::Error> {
        let mut operation = Operation::new();
        while let Some(component) = list.next_element::<Component>()? {
            operation.push(component);
            // The retain at the end counts here too, although normal form drops it.
            let units = operation.walked();
            if units > u64::from(u32::MAX) {
                return Err(A::Error::custom(OperationError::TooLong { units }));
            }
        }
        operation.validate().map_err(A::Error::custom)?;
        Ok(operation.finish())
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for Operation {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        Vec::<Component>::schema()
    }
}

#[cfg(feature = "openapi")]
impl utoipa::ToSchema for Operation {
    fn schemas(
        schemas: &mut Vec<(
            String,
            utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>,
        )>,
    ) {
        <Vec<Component> as utoipa::ToSchema>::schemas(schemas);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_small_decoder_takes_what_the_derived_one_takes() {
        let most = u32::MAX;
        for list in [
            json!([]),
            json!([{"retain": 2}, {"insert": "é"}, {"delete": 1}]),
            json!([{"insert": "a"}, {"insert": "b"}, {"retain": 1}]),
            json!([{"retain": most}]),
            json!([{"retain": most}, {"retain": 1}]),
            json!([{"retain": u64::from(most) + 1}]),
            json!([{"retain": most}, {"insert": "a"}]),
            json!([{"retain": 0}]),
            json!([{"retain": -1}]),
            json!([{"retain": 1.5}]),
            json!([{"retain": "1"}]),
            json!([{"insert": ""}]),
            json!([{"insert": 1}]),
            json!([{"delete": 0}]),
            json!([{"delete": null}]),
            json!([{"insert": "a", "delete": 1}]),
            json!([{"format": 1}]),
            json!([{}]),
            json!([[]]),
            json!([1]),
            json!({"insert": "a"}),
            json!(null),
        ] {
            let derived = serde_json::from_value::<Operation>(list.clone()).ok();
            assert_eq!(Operation::from_json(list.clone()), derived, "{list}");
            if let Some(operation) = derived {
                let written = serde_json::to_value(&operation).unwrap();
                assert_eq!(operation.to_json(), written);
            }
        }
    }
}
