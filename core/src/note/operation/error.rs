//! Why an operation is refused.

/// Why an operation is refused. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OperationError {
    /// It, or the text it would give, is longer than a length can say.
    #[error("the operation spans {units} UTF-16 code units; at most 4294967295 are possible")]
    TooLong {
        /// UTF-16 code units that it spans.
        units: u64,
    },
    /// It reaches past the end of the text.
    #[error(
        "the operation needs a text of {needed} UTF-16 code units, but this one has {length}: \
         read the note again and send the operation against its present version"
    )]
    OutOfBounds {
        /// UTF-16 code units it retains and deletes.
        needed: u32,
        /// UTF-16 code units there are.
        length: u32,
    },
    /// It would cut a character in two.
    #[error(
        "the operation cuts the surrogate pair around UTF-16 position {at}: \
         move the position to before or after the character"
    )]
    SplitsPair {
        /// The place of the cut, in UTF-16 code units of the text it applies to.
        at: u32,
    },
    /// A single-position operation lacks a field, or has one too many.
    #[error("{0}")]
    Shape(&'static str),
}
