//! What other nodes have committed to the note.

use super::{ClientClaim, Note};
use crate::live::journal::Item;
use crate::note::NoteEntry;
use crate::note::document::DocumentError;
use std::sync::Arc;

impl Note {
    /// Takes over entries of the store's that follow the head; those at or before it are
    /// passed over. What `claims` say stands beside what the entries say of their clients.
    ///
    /// # Errors
    /// Something is staged; an entry is missing; the document does not give the text that
    /// the log gives. The note is not to be used any more.
    pub fn absorb(
        &mut self,
        entries: Vec<NoteEntry>,
        claims: Vec<ClientClaim>,
    ) -> Result<Vec<Arc<Item<NoteEntry>>>, DocumentError> {
        let head = self.head();
        let entries: Vec<NoteEntry> = entries
            .into_iter()
            .filter(|entry| entry.sequence > head)
            .collect();
        for claim in claims {
            let last = self.claims.get(&claim.client_id).map_or(0, |c| c.last_seq);
            let last_seq = claim.last_seq.max(last);
            let claim = ClientClaim { last_seq, ..claim };
            self.claims.insert(claim.client_id.clone(), claim);
        }
        if entries.is_empty() {
            return Ok(Vec::new());
        }
        if !self.staged.is_empty() {
            return Err(DocumentError::Broken("something is staged"));
        }
        let mut numbered = (head + 1..).zip(&entries);
        if numbered.any(|(at, entry)| entry.sequence != at) {
            return Err(DocumentError::Broken("an entry of the log is missing"));
        }
        let mut expected = self.document.text().clone();
        for entry in &entries {
            expected
                .apply(&entry.operation)
                .map_err(|_| DocumentError::Broken("an entry does not fit the text"))?;
            let applied = self.document.apply_committed(&[&entry.update])?;
            self.known_by(entry);
            for (client, ..) in applied.extends {
                if !self.claims.contains_key(&client.to_string()) {
                    self.meets_strangers |= self.strangers.insert(client);
                }
            }
        }
        if *self.document.text() != expected {
            return Err(DocumentError::Broken("the document has not the log's text"));
        }
        let items: Vec<_> = entries
            .into_iter()
            .map(|entry| Arc::new(Item::new(Arc::new(entry))))
            .collect();
        for item in &items {
            self.journal.publish(Arc::clone(item));
        }
        self.older.clear();
        self.asked_from = None;
        self.looked_up.clear();
        Ok(items)
    }

    /// Whether ClientIDs have written since the last call of which nothing is known here:
    /// the claims are to be read from the store.
    pub fn meets_strangers(&mut self) -> bool {
        std::mem::take(&mut self.meets_strangers)
    }

    /// Everything that the store had after the head, and all claims, were absorbed just
    /// now: what is still missing is nowhere.
    pub const fn has_all_news(&mut self) {
        self.has_news = true;
    }

    /// What was read is of before the next batch.
    pub(crate) const fn forget_news(&mut self) {
        self.has_news = false;
    }

    /// What only this node knows of the note goes on in another reading of it.
    pub(crate) fn goes_on_from(&mut self, before: Self) {
        self.refused = before.refused;
        self.present = before.present;
    }

    fn known_by(&mut self, entry: &NoteEntry) {
        if entry.client_id.is_empty() {
            return;
        }
        let claim = self
            .claims
            .entry(entry.client_id.clone())
            .or_insert_with(|| ClientClaim {
                client_id: entry.client_id.clone(),
                user_id: Some(entry.author_id.clone()),
                last_seq: 0,
            });
        claim.last_seq = claim.last_seq.max(entry.client_seq);
    }
}
