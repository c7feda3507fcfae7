//! Operations.
/// One component.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Component {}
/// An operation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Operation(Vec<Component>);
/// Why an operation is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OperationError {}
