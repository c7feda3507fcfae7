//! The CRDT doors: a run of updates of one author becomes one entry.

use super::{NotStaged, Note, Staged, foreign_client};
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use crate::note::NoteEntry;
use crate::planted::{self, Bug};
use std::sync::Arc;

/// Most refused clients that a room remembers.
const REFUSED: usize = 1_000;

/// A run of updates of one sender.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// Who sends them.
    pub author: &'a UserId,
    /// The ClientID that the sender's connection writes with, once it said so.
    pub own: Option<u64>,
    /// Our own client: which client made them, and the first one's place among its
    /// changes; the others follow without gaps. A stock editor names none.
    pub made_by: Option<(u64, u64)>,
    /// The V1 updates.
    pub updates: &'a [&'a [u8]],
}

impl Run<'_> {
    /// The one ClientID that the run may extend: that of the client that made it,
    /// which may be a closed tab's whose outbox was taken over. A stock editor names
    /// none, since it also brings what it wrote under the ids of earlier loads.
    fn extends(&self) -> Option<u64> {
        self.made_by.map(|(client, _)| client)
    }

    /// The ClientID that the run binds to its author.
    fn binds(&self) -> Option<u64> {
        self.extends().or(self.own)
    }
}

impl Note {
    /// Offers a run of updates: all of them are staged, or none.
    ///
    /// # Errors
    /// See [`NotStaged`].
    pub fn stage_updates(&mut self, run: Run<'_>, now_ms: u64) -> Result<Staged, NotStaged> {
        let known = self.check_sequence(run)?;
        if known == run.updates.len() as u64 {
            return Ok(Staged::Nothing);
        }
        let fresh = &run.updates[known as usize..];
        self.check_authors(fresh, run)?;
        let applied = self.document.apply_updates(fresh, run.extends())?;
        let last_seq = run.made_by.map_or(0, |(_, first)| {
            first.saturating_add(run.updates.len() as u64 - 1)
        });
        let client = run.made_by.map(|(client, _)| client.to_string());
        if let Some(client) = &client {
            self.claim(client, Some(run.author), last_seq);
        }
        for (client, ..) in &applied.extends {
            if Some(*client) == run.binds() {
                self.claim(&client.to_string(), Some(run.author), 0);
            }
        }
        if !applied.changed {
            return Ok(Staged::Nothing);
        }
        let sequence = self.next_sequence();
        self.staged.push(Arc::new(NoteEntry {
            sequence,
            author_id: run.author.clone(),
            client_id: client.unwrap_or_default(),
            client_seq: last_seq,
            operation: applied.operation,
            timestamp: now_ms,
            update: applied.update,
            transformed_from: None,
        }));
        Ok(Staged::Entry(sequence))
    }

    /// How many of the run's first updates are here already.
    fn check_sequence(&self, run: Run<'_>) -> Result<u64, NotStaged> {
        let Some((client, first)) = run.made_by else {
            return Ok(0);
        };
        let name = client.to_string();
        if self.is_anothers(client, run.author) {
            return Err(foreign_client());
        }
        self.check_room_for(&name, run.author)?;
        if self.refused.contains(&(run.author.clone(), client)) {
            return Err(gone(
                "an earlier change of this client was refused: start again with a fresh client id",
            ));
        }
        let last = self.claims.get(&name).map_or(0, |claim| claim.last_seq);
        let next = last.saturating_add(1);
        if first > next && !self.has_news {
            // The client may come from another node.
            return Err(NotStaged::NeedNews);
        }
        if first > next || first == 0 {
            return Err(gone("a change before this one is missing"));
        }
        if planted::is_on(Bug::ResendAppliedTwice) {
            return Ok(0);
        }
        Ok((next - first).min(run.updates.len() as u64))
    }

    /// A ClientID that is bound is extended by its own person only. And a change that
    /// is new by its number carries nothing of its own ClientID that is known: else
    /// somebody has written under that id before it was bound, the change's own text
    /// would be taken for what is there, and it must not be acknowledged.
    fn check_authors(&mut self, updates: &[&[u8]], run: Run<'_>) -> Result<(), NotStaged> {
        let server = self.document.client_id();
        let authors = self.document.authors(updates)?;
        let foreign = authors
            .extends
            .iter()
            .any(|(client, ..)| *client == server || self.is_anothers(*client, run.author));
        let forged = run
            .extends()
            .is_some_and(|client| authors.repeats.contains(&client))
            && !planted::is_on(Bug::ResendAppliedTwice);
        if foreign || forged {
            Err(foreign_client())
        } else {
            Ok(())
        }
    }

    /// A change that this person sent for a client was refused for good: what follows
    /// from it hangs on the refused one, and is refused too. Only to its sender: who
    /// names another's client does not silence it.
    pub fn refuse_client(&mut self, author: &UserId, client: u64) {
        if self.refused.len() >= REFUSED {
            self.refused.pop_first();
        }
        self.refused.insert((author.clone(), client));
    }
}

fn gone(detail: &str) -> NotStaged {
    NotStaged::Refused(Problem::new(ErrorCode::Conflict, detail).because("gap"))
}

#[cfg(test)]
mod tests {
    use super::super::StoredNote;
    use super::*;
    use crate::limits::NoteLimits;
    use crate::note::Operation;
    use crate::note::document::Document;

    #[test]
    fn an_outbox_taken_over_keeps_the_client_id_of_its_maker() {
        let limits = NoteLimits::default();
        let mut note = Note::open(StoredNote::default(), 1, limits).unwrap();
        let author: UserId = "01900000-0000-7000-8000-000000000001".parse().unwrap();
        let mut closed_tab = Document::new(7, limits);
        let update = closed_tab
            .apply_operation(&Operation::new().insert("kept"))
            .unwrap();
        let staged = |note: &mut Note, made_by| {
            let run = Run {
                author: &author,
                own: Some(8),
                made_by,
                updates: &[&update],
            };
            note.stage_updates(run, 0)
        };
        assert!(matches!(
            staged(&mut note, Some((9, 1))),
            Err(NotStaged::Refused(_))
        ));
        assert!(matches!(
            staged(&mut note, Some((7, 1))),
            Ok(Staged::Entry(1))
        ));
        assert_eq!(note.document.text().to_string(), "kept");
    }

    #[test]
    fn a_stock_editor_relays_what_it_wrote_under_an_id_of_an_earlier_load() {
        let limits = NoteLimits::default();
        let mut note = Note::open(StoredNote::default(), 1, limits).unwrap();
        let author: UserId = "01900000-0000-7000-8000-000000000001".parse().unwrap();
        let mut earlier_load = Document::new(7, limits);
        let update = earlier_load
            .apply_operation(&Operation::new().insert("kept"))
            .unwrap();
        let run = Run {
            author: &author,
            own: Some(8),
            made_by: None,
            updates: &[&update],
        };
        assert!(matches!(note.stage_updates(run, 0), Ok(Staged::Entry(1))));
        assert!(
            note.touched().is_empty(),
            "an id that is relayed stays unbound"
        );
    }
}
