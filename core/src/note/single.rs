//! The single-position operation, `{type, position, content?, length?}`, which the
//! API takes beside the list of components and converts into it.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::text::utf16_len;
use super::{Operation, OperationError};

/// What a single-position operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum SingleKind {
    /// Puts `content` at `position`.
    Insert,
    /// Removes `length` units from `position` on.
    Delete,
    /// Changes nothing.
    Retain,
}

/// An operation at one place of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS), ts(optional_fields))]
pub struct SingleOperation {
    /// What it does.
    #[serde(rename = "type")]
    pub kind: SingleKind,
    /// Where, in UTF-16 code units from the start of the text.
    pub position: u32,
    /// The text to insert; only for an insert.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// UTF-16 code units to delete or retain. An insert may give the length of its
    /// content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub length: Option<u32>,
}

impl TryFrom<SingleOperation> for Operation {
    type Error = OperationError;

    fn try_from(single: SingleOperation) -> Result<Self, OperationError> {
        let at = Operation::new().retain(single.position);
        let operation = match (single.kind, single.content, single.length) {
            (SingleKind::Insert, Some(content), length) => {
                if length.is_some_and(|length| u64::from(length) != utf16_len(&content)) {
                    return Err(OperationError::Shape(
                        "`length` of an insert must be the UTF-16 length of `content`, or left out",
                    ));
                }
                at.insert(&content)
            }
            (SingleKind::Insert, None, _) => {
                return Err(OperationError::Shape("an insert needs `content`"));
            }
            (SingleKind::Delete | SingleKind::Retain, Some(_), _) => {
                return Err(OperationError::Shape("only an insert has `content`"));
            }
            (SingleKind::Delete, None, Some(length)) => at.delete(length),
            (SingleKind::Delete, None, None) => {
                return Err(OperationError::Shape("a delete needs `length`"));
            }
            (SingleKind::Retain, None, length) => at.retain(length.unwrap_or(0)),
        };
        operation.validate()?;
        Ok(operation)
    }
}

/// An operation in either of the two forms that the API takes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
pub enum AnyOperation {
    /// A list of components.
    Components(Operation),
    /// A single-position operation.
    Single(SingleOperation),
}

impl AnyOperation {
    /// About how many bytes it holds.
    #[must_use]
    pub fn weight(&self) -> usize {
        match self {
            Self::Components(operation) => {
                let inserted = usize::try_from(operation.inserted()).unwrap_or(usize::MAX);
                inserted.saturating_add(std::mem::size_of_val(operation.components()))
            }
            Self::Single(single) => single.content.as_ref().map_or(0, String::len),
        }
    }

    /// The operation that it stands for.
    pub fn into_operation(self) -> Result<Operation, OperationError> {
        match self {
            AnyOperation::Components(operation) => Ok(operation),
            AnyOperation::Single(single) => single.try_into(),
        }
    }
}

impl From<Operation> for AnyOperation {
    fn from(operation: Operation) -> Self {
        AnyOperation::Components(operation)
    }
}

/// A list is taken for components and an object for the single form, so that the
/// error is about the form that was sent.
impl<'de> Deserialize<'de> for AnyOperation {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(AnyVisitor)
    }
}

struct AnyVisitor;

impl<'de> Visitor<'de> for AnyVisitor {
    type Value = AnyOperation;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a list of components, or an object with type and position")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<AnyOperation, A::Error> {
        Operation::deserialize(SeqAccessDeserializer::new(list)).map(AnyOperation::Components)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AnyOperation, A::Error> {
        SingleOperation::deserialize(MapAccessDeserializer::new(map)).map(AnyOperation::Single)
    }
}
