//! What happened in a run: what was written and acknowledged, what everybody saw, and
//! what is there in the end. [`super::check`] holds one against the other.

use super::marker::Mark;
use std::fmt;

/// Which of a meeting's journals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The note's log.
    Note,
    /// The transcript.
    Transcript,
    /// The chat.
    Chat,
}

/// A journal: the number of its meeting, and which it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Journal {
    /// The meeting's number.
    pub meeting: usize,
    /// Which journal of it.
    pub kind: Kind,
}

impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} of meeting {}", self.kind, self.meeting)
    }
}

/// Something that somebody wrote. Times are milliseconds since the run's begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// Where to.
    pub journal: Journal,
    /// Its name.
    pub mark: Mark,
    /// When it was made: it was not sent before.
    pub made_ms: u64,
    /// Whether it was acknowledged, and under which sequence where that was told.
    pub acknowledged: Option<Option<u64>>,
}

/// An entry of a journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Its sequence.
    pub sequence: u64,
    /// The marks in its text.
    pub marks: Vec<Mark>,
}

/// One frame that somebody saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// When, in milliseconds since the run's begin.
    pub at_ms: u64,
    /// The first sequence covered; nothing for a snapshot.
    pub from: Option<u64>,
    /// The last sequence covered.
    pub to: u64,
    /// The entries.
    pub items: Vec<Item>,
}

/// Somebody who follows a journal, over all connections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    /// Who.
    pub who: String,
    /// What.
    pub journal: Journal,
    /// What came, in order.
    pub frames: Vec<Frame>,
    /// All that was there before the first frame, where that was read back.
    pub earlier: Option<Vec<Item>>,
    /// Whether the device is lost: it need not have what came later.
    pub is_lost: bool,
    /// When the server said that they are removed, in milliseconds since the run's begin.
    /// Who is not has to have everything in the end.
    pub removed_ms: Option<u64>,
}

impl Watch {
    /// The sequence of the first entry that came, or will come, once there is a frame.
    #[must_use]
    pub fn first(&self) -> Option<u64> {
        let frame = self.frames.first()?;
        Some((frame.to + 1).saturating_sub(frame.items.len() as u64))
    }
}

/// A journal as a node serves it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Log {
    /// Where it was read.
    pub at: String,
    /// Which.
    pub journal: Journal,
    /// All of its entries.
    pub items: Vec<Item>,
}

/// A note's text as somebody has it in the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteText {
    /// Who: a node, a client, the log.
    pub who: String,
    /// The meeting's number.
    pub meeting: usize,
    /// The text.
    pub text: String,
}

/// Something that was asked for under an idempotency key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// What.
    pub name: String,
    /// Whether that it is done was told.
    pub acknowledged: bool,
    /// How many there are in the end.
    pub found: usize,
}

/// All of it.
#[derive(Debug, Clone, Default)]
pub struct History {
    /// What was written.
    pub writes: Vec<Write>,
    /// Who watched.
    pub watches: Vec<Watch>,
    /// What is there in the end.
    pub logs: Vec<Log>,
    /// Everybody's notes in the end.
    pub texts: Vec<NoteText>,
    /// What was asked for under a key.
    pub asked: Vec<Asked>,
    /// What clients have seen that may never be, as a refusal of what is right.
    pub complaints: Vec<String>,
}
