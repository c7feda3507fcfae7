//! What a stock editor is sent: first from the feed, behind it from the store.

use super::{Editor, Over};
use crate::note;
use connvo_core::live::stock::Message as Stock;
use connvo_core::live::{Item, Read};
use connvo_core::note::NoteEntry;
use connvo_core::protocol::{PAGE_ITEMS, close};
use std::sync::Arc;

impl Editor {
    pub(super) async fn deliver(&mut self) -> Result<(), Over> {
        let now = self.app.clock.now_ms();
        let Some(mut cursor) = self.door.cursor() else {
            return Ok(());
        };
        if !self.pacer.is_due(now, self.window()) {
            return Ok(());
        }
        self.pacer.clear();
        loop {
            // What ends rights goes before what is due: the next turn looks at it.
            if self.mailbox.is_urgent() {
                self.pacer.wake();
                return Ok(());
            }
            let items = match self.seat.room.feed().read_note(cursor) {
                Read::UpToDate => break,
                Read::Items(items) => items,
                Read::Behind => self.read_back(cursor).await?,
            };
            let Some(last) = items.last() else { break };
            cursor = last.entry().sequence;
            for item in &items {
                self.send(&Stock::Update(&item.entry().update)).await?;
            }
            self.door.synced(cursor);
            self.pacer.sent(now);
        }
        Ok(())
    }

    async fn read_back(&mut self, cursor: u64) -> Result<Vec<Arc<Item<NoteEntry>>>, Over> {
        let upto = (cursor + 1 + PAGE_ITEMS as u64).min(self.seat.room.feed().note_head() + 1);
        let entries = note::store::range(&self.app.db, &self.meeting, cursor + 1, upto)
            .await
            .map_err(|_| Over(close::TRY_LATER))?;
        // The log was cut meanwhile: the client comes again and asks for what it
        // lacks. A hole is never jumped over.
        if entries.first().map(|entry| entry.sequence) != Some(cursor + 1) {
            return Err(Over(close::TRY_LATER));
        }
        Ok(entries
            .into_iter()
            .map(|entry| Arc::new(Item::new(Arc::new(entry))))
            .collect())
    }
}
