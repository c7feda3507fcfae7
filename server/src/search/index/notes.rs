//! The note's journal: its text as it is now, by passages.

use super::Looked;
use super::store::{self, Change, Document};
use crate::app::App;
use crate::db::streams::NOTE;
use crate::db::{StoreError, streams};
use crate::note::{history, store as notes};
use connvo_core::id::MeetingId;
use connvo_core::search::{Source, passages};
use std::collections::HashMap;

/// Brings the passages to where the note is, at most every `every_ms`.
pub(super) async fn look(
    app: &App,
    meeting: &MeetingId,
    every_ms: u64,
) -> Result<Looked, StoreError> {
    let (db, now) = (&app.db, app.clock.now_ms());
    let from = store::cursor(db, meeting, NOTE).await?;
    let head = streams::head(db, meeting, NOTE).await?;
    if head <= from.head {
        return Ok(Looked::Done);
    }
    if from.turn > 0 && now < from.updated_at.saturating_add(every_ms) {
        return Ok(Looked::Early);
    }
    let mut change = Change::new(meeting, NOTE, Source::Note, from, head);
    // What is no longer kept so far back cannot be read; it is when the note is next written.
    let text = history::text_at(db, meeting, head).await;
    let text = text.map(|text| text.to_string()).unwrap_or_default();
    let last = notes::range(db, meeting, head, head + 1).await?;
    let edited_at = last.first().map_or(now, |entry| entry.timestamp);
    let old = store::texts(db, meeting, Source::Note).await?;
    let mut old: HashMap<_, _> = old.into_iter().collect();
    for (number, (_, passage)) in (1..).zip(passages(&text)) {
        let number: u64 = number;
        let source_id = number.to_string();
        if old.remove(&source_id).as_deref() != Some(passage) {
            change.put.push(Document {
                source_id,
                speaker: None,
                speaker_id: None,
                start_ms: edited_at,
                end_ms: None,
                text: passage.to_owned(),
                created_at: edited_at,
            });
        }
    }
    change.drop.extend(old.into_keys());
    let kept = store::write(db, &change, now).await?;
    Ok(if kept { Looked::Done } else { Looked::More })
}
