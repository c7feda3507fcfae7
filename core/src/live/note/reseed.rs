//! A note started over from its log's text, when its document can no longer be
//! trusted: a hostile update may pass the guard and still make a document that loads
//! as another text. The log decides: the text is what its operations give.

use super::{Base, StoredNote};
use crate::limits::NoteLimits;
use crate::note::document::{Document, DocumentError};
use crate::note::{Operation, Text};
use std::collections::BTreeSet;

/// A note in a new epoch: to be stored before anybody reads or writes in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reseed {
    /// The new epoch.
    pub epoch: u64,
    /// The note at its head.
    pub base: Base,
    /// ClientIDs that wrote in the old document, in decimal. They belong to nobody from
    /// now on: an editor that still has the old document must not bring it back.
    pub retired: Vec<String>,
}

impl StoredNote {
    /// The text that base and log give.
    ///
    /// # Errors
    /// `Unreadable` when an operation does not fit the text before it.
    pub fn text(&self) -> Result<Text, DocumentError> {
        let base = self.base.as_ref().map_or("", |base| base.text.as_str());
        let mut text = Text::from(base);
        for entry in &self.entries {
            text.apply(&entry.operation).map_err(|error| {
                DocumentError::Unreadable(format!("entry {}: {error}", entry.sequence))
            })?;
        }
        Ok(text)
    }

    /// The note started over. `client_id` is fresh.
    ///
    /// # Errors
    /// As [`StoredNote::text`]: then nothing can be done.
    pub fn reseed(&self, client_id: u64) -> Result<Reseed, DocumentError> {
        let base = self.base.as_ref().map_or(0, |base| base.sequence);
        let head = self.entries.last().map_or(base, |entry| entry.sequence);
        let bound = self.clients.iter().map(|claim| claim.client_id.clone());
        let numbered = bound.filter(|id| id.parse::<u64>().is_ok()).collect();
        reseed(&self.text()?, self.epoch, head, numbered, client_id)
    }
}

/// A note of this text in the epoch after `epoch`.
pub(crate) fn reseed(
    text: &Text,
    epoch: u64,
    head: u64,
    retired: BTreeSet<String>,
    client_id: u64,
) -> Result<Reseed, DocumentError> {
    let text = text.to_string();
    let limits = NoteLimits {
        text_utf16: u32::MAX,
        ..NoteLimits::default()
    };
    let mut document = Document::new(client_id, limits);
    document.apply_operation(&Operation::new().insert(&text))?;
    Ok(Reseed {
        epoch: epoch.max(1) + 1,
        base: Base {
            sequence: head,
            text,
            state_v2: document.snapshot_v2(),
        },
        retired: retired.into_iter().collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{ClientClaim, Note};
    use super::*;

    fn stored(text: &str) -> StoredNote {
        let mut document = Document::new(7, NoteLimits::default());
        document
            .apply_operation(&Operation::new().insert("the log's text"))
            .unwrap();
        StoredNote {
            epoch: 1,
            base: Some(Base {
                sequence: 3,
                text: text.into(),
                state_v2: document.snapshot_v2(),
            }),
            entries: Vec::new(),
            clients: vec![ClientClaim {
                client_id: "7".into(),
                user_id: None,
                last_seq: 3,
            }],
        }
    }

    #[test]
    fn a_document_that_the_log_does_not_give_is_not_opened() {
        let open = |text| Note::open(stored(text), 1, NoteLimits::default());
        assert!(open("the log's text").is_ok());
        assert!(open("another text").is_err());
    }

    #[test]
    fn a_note_started_over_has_the_logs_text_in_a_new_epoch() {
        let reseed = stored("another text").reseed(9).unwrap();
        assert_eq!((reseed.epoch, reseed.base.sequence), (2, 3));
        assert_eq!(reseed.retired, ["7"]);
        let again = StoredNote {
            epoch: reseed.epoch,
            base: Some(reseed.base),
            ..StoredNote::default()
        };
        let note = Note::open(again, 10, NoteLimits::default()).unwrap();
        assert_eq!((note.head(), note.epoch()), (3, 2));
        assert_eq!(note.committed().unwrap().text().to_string(), "another text");
    }
}
