//! The op door: an operation against a version is transformed over what came
//! since, checked against the text, and applied.

use super::{NotStaged, Note, Staged, foreign_client};
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use crate::note::operation::Side;
use crate::note::{NoteEntry, Operation};
use crate::planted::{self, Bug};
use crate::protocol::command::NoteOperationDraft;
use std::sync::Arc;

/// Most versions that an operation may lie behind the head.
pub const OPERATION_SPAN: u64 = 10_000;
/// Most components of an operation: each edit is a walk through the document.
pub const OPERATION_COMPONENTS: usize = 4_096;
/// Most components times versions that one operation is transformed over.
const TRANSFORM_STEPS: u64 = 4_000_000;

impl Note {
    /// Offers an operation.
    ///
    /// # Errors
    /// See [`NotStaged`].
    pub fn stage_operation(
        &mut self,
        author: &UserId,
        draft: &NoteOperationDraft,
        now_ms: u64,
    ) -> Result<Staged, NotStaged> {
        check_client(&draft.client_id)?;
        let numbered = draft.client_id.parse();
        if self.held_by_other(&draft.client_id, author)
            || numbered.is_ok_and(|client| self.is_anothers(client, author))
        {
            return Err(foreign_client());
        }
        self.check_room_for(&draft.client_id, author)?;
        if !planted::is_on(Bug::ResendAppliedTwice)
            && let Some(known) = self.known(&draft.client_id, draft.client_seq)?
        {
            return Ok(known);
        }
        let operation = draft
            .operation
            .clone()
            .into_operation()
            .map_err(|error| refused("/operation", error.to_string()))?;
        let components = operation.components().len();
        if components > OPERATION_COMPONENTS {
            return Err(refused(
                "/operation",
                format!(
                    "{components} components; at most {OPERATION_COMPONENTS} are allowed: send it in parts"
                ),
            ));
        }
        let since = self.since(draft.base_version)?;
        if components as u64 * since.len() as u64 > TRANSFORM_STEPS {
            return Err(resync(
                "so large an operation is too far behind: read the note again".into(),
            ));
        }
        let transformed = self.transform(operation, &since)?;
        let transformed_from = (!since.is_empty()).then_some(draft.base_version);
        self.apply(
            author,
            &draft.client_id,
            draft.client_seq,
            transformed,
            transformed_from,
            now_ms,
        )
    }

    /// Offers an operation that was made against the staged text itself, under a
    /// client id of its own: a retry repeats the id.
    ///
    /// # Errors
    /// See [`NotStaged`].
    pub fn stage_replacement(
        &mut self,
        author: &UserId,
        client_id: &str,
        operation: Operation,
        now_ms: u64,
    ) -> Result<Staged, NotStaged> {
        if let Some(known) = self.known(client_id, 1)? {
            return Ok(known);
        }
        self.apply(author, client_id, 1, operation, None, now_ms)
    }

    fn apply(
        &mut self,
        author: &UserId,
        client_id: &str,
        client_seq: u64,
        operation: Operation,
        transformed_from: Option<u64>,
        now_ms: u64,
    ) -> Result<Staged, NotStaged> {
        if operation.is_noop() {
            return Ok(Staged::Nothing);
        }
        let update = self.document.apply_operation(&operation)?;
        let sequence = self.next_sequence();
        self.staged.push(Arc::new(NoteEntry {
            sequence,
            author_id: author.clone(),
            client_id: client_id.to_owned(),
            client_seq,
            operation,
            timestamp: now_ms,
            update,
            transformed_from,
        }));
        self.claim(client_id, Some(author), client_seq);
        let own = self.document.client_id().to_string();
        if !self.claims.contains_key(&own) {
            self.claim(&own, None, 0);
        }
        Ok(Staged::Entry(sequence))
    }

    /// The entry that this change already is, staged or committed.
    fn known(&self, client_id: &str, client_seq: u64) -> Result<Option<Staged>, NotStaged> {
        let Some(claim) = self.claims.get(client_id) else {
            return Ok(None);
        };
        if client_seq > claim.last_seq {
            return Ok(None);
        }
        let same =
            |entry: &NoteEntry| entry.client_id == client_id && entry.client_seq == client_seq;
        if let Some(entry) = self.staged.iter().find(|entry| same(entry)) {
            return Ok(Some(Staged::Entry(entry.sequence)));
        }
        let recent = self.journal.iter().rev().map(|item| item.entry());
        let looked_up = self.looked_up.get(&(client_id.to_owned(), client_seq));
        if let Some(entry) = recent
            .chain(looked_up.and_then(Option::as_ref))
            .find(|entry| same(entry))
        {
            return Ok(Some(Staged::Known {
                sequence: entry.sequence,
                operation: entry.operation.clone(),
            }));
        }
        if looked_up.is_none() && self.journal.first() > 1 {
            return Err(NotStaged::NeedEntry {
                client_id: client_id.to_owned(),
                client_seq,
            });
        }
        Ok(None)
    }

    /// The operations after `base`, oldest first.
    fn since(&self, base: u64) -> Result<Vec<&Operation>, NotStaged> {
        let head = self.head();
        let Some(span) = head.checked_sub(base) else {
            if !self.has_news {
                return Err(NotStaged::NeedNews);
            }
            return Err(resync(format!(
                "version {base} does not exist yet: the note is at {head}"
            )));
        };
        if span > OPERATION_SPAN {
            return Err(resync(format!(
                "version {base} is {span} versions behind: read the note again"
            )));
        }
        let older = self
            .older
            .first()
            .map_or(self.journal.first(), |entry| entry.sequence);
        if base + 1 < older {
            // What was asked for and did not come has been cut from the log.
            if self.asked_from.is_some_and(|asked| asked <= base + 1) {
                return Err(resync(format!(
                    "version {base} is older than the log: read the note again"
                )));
            }
            return Err(NotStaged::NeedEntries(base + 1));
        }
        Ok(self
            .older
            .iter()
            .chain(self.journal.iter().map(|item| item.entry()))
            .chain(self.staged.iter().map(|entry| &**entry))
            .filter(|entry| entry.sequence > base)
            .map(|entry| &entry.operation)
            .collect())
    }

    fn transform(
        &self,
        mut operation: Operation,
        since: &[&Operation],
    ) -> Result<Operation, NotStaged> {
        let grown: i64 = since.iter().map(|logged| logged.delta()).sum();
        let base_length = i64::from(self.document.text().len_utf16()) - grown;
        if i64::from(operation.base_len()) > base_length {
            return Err(refused(
                "/operation",
                format!(
                    "it covers {} UTF-16 code units; the text has {base_length} at that version",
                    operation.base_len()
                ),
            ));
        }
        for logged in since {
            operation = operation
                .transform(logged, Side::Right)
                .map_err(|error| refused("/operation", error.to_string()))?;
        }
        Ok(operation)
    }
}

fn check_client(client_id: &str) -> Result<(), NotStaged> {
    if client_id.is_empty() || client_id.len() > 64 || client_id.contains('\0') {
        return Err(refused("/clientId", "1 to 64 bytes are needed".into()));
    }
    Ok(())
}

fn refused(pointer: &str, message: String) -> NotStaged {
    NotStaged::Refused(Problem::field(pointer, message))
}

fn resync(detail: String) -> NotStaged {
    NotStaged::Refused(Problem::new(ErrorCode::Conflict, detail).because("resync"))
}
