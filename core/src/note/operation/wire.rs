//! An operation on the wire: the list of its components.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};
use serde::ser::{self, Serialize, Serializer};

use super::{Component, Operation, OperationError};

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
