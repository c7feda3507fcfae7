//! Why an update is refused before it is decoded.

use thiserror::Error;

/// Why the guard refuses an update.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ScanError {
    /// More bytes than one update may have.
    #[error("an update of {bytes} bytes is over the limit of {limit}")]
    TooLarge {
        /// Bytes received.
        bytes: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The bytes end in the middle of something.
    #[error("the update ends too early")]
    Truncated,
    /// Bytes follow the delete set.
    #[error("bytes follow the end of the update")]
    TrailingBytes,
    /// A number does not fit, or a string is not UTF-8.
    #[error("the update is malformed")]
    Malformed,
    /// A struct without content.
    #[error("the update carries an empty struct")]
    EmptyStruct,
    /// Structs of too many authors, or of one author twice.
    #[error("the update names too many authors, or one twice")]
    TooManyAuthors,
    /// Content other than text and deleted runs, or another root or parent.
    #[error("only plain text under `content` is allowed, without formatting or embeds")]
    ForbiddenContent,
    /// Text with U+0000, which cannot be stored everywhere.
    #[error("text must not contain the character U+0000")]
    Nul,
    /// An author's structs begin after what is known of them.
    #[error("changes of client {client} are missing: known up to {known}, offered {clock}")]
    ClockGap {
        /// The author.
        client: u64,
        /// The known clock.
        known: u32,
        /// The clock offered.
        clock: u32,
    },
    /// A run is too long: it would exhaust the author's clock.
    #[error("the clock of client {client} would jump too far")]
    ClockTooFar {
        /// The author.
        client: u64,
    },
    /// Something refers to an id that nobody has seen, or to one that comes later.
    #[error("the update depends on client {client} clock {clock}, which is unknown")]
    UnknownId {
        /// The author referred to.
        client: u64,
        /// The clock referred to.
        clock: u32,
    },
    /// An item names one id as both its neighbours.
    #[error("an item of client {client} contradicts itself about its place")]
    BadOrigin {
        /// The author.
        client: u64,
    },
    /// The delete set is out of order, empty in places, or names an author twice.
    #[error("the delete set is malformed")]
    BadDeleteSet,
    /// A change falls between the two halves of a surrogate pair.
    #[error("a change must not split a character beyond the basic plane")]
    SplitsPair,
}
