//! The chat's journal: each message as it is now. What is deleted goes;
//! what the server says is nobody's words.

use super::Looked;
use super::store::{self, Change, Document};
use crate::app::App;
use crate::chat::store as messages;
use crate::db::streams::CHAT;
use crate::db::{StoreError, streams};
use connvo_core::chat::{Message, MessageKind};
use connvo_core::id::MeetingId;
use connvo_core::person::DELETED_NAME;
use connvo_core::search::Source;

/// Messages looked at in one transaction.
const PIECE: u32 = 200;

/// Takes the next piece of the journal.
pub(super) async fn look(app: &App, meeting: &MeetingId) -> Result<Looked, StoreError> {
    let db = &app.db;
    let from = store::cursor(db, meeting, CHAT).await?;
    let head = streams::head(db, meeting, CHAT).await?;
    if head <= from.head {
        return Ok(Looked::Done);
    }
    let came = messages::entries(db, meeting, from.head, PIECE).await?;
    let is_full = came.len() == PIECE as usize;
    let last = came.last().map_or(from.head, |last| last.sequence);
    let head = if is_full { last } else { head.max(last) };
    let mut change = Change::new(meeting, CHAT, Source::Message, from, head);
    for message in came {
        let is_said = message.kind != MessageKind::System && message.deleted_at.is_none();
        if !is_said || message.text.trim().is_empty() {
            change.drop.push(message.id.to_string());
        } else {
            change.put.push(document(message));
        }
    }
    let kept = store::write(db, &change, app.clock.now_ms()).await?;
    Ok(if kept && !is_full {
        Looked::Done
    } else {
        Looked::More
    })
}

fn document(message: Message) -> Document {
    Document {
        source_id: message.id.to_string(),
        // Whose name is gone is nobody any more.
        speaker_id: message
            .author_id
            .filter(|_| message.author_name != DELETED_NAME),
        speaker: Some(message.author_name).filter(|name| !name.is_empty()),
        start_ms: message.created_at,
        end_ms: None,
        text: message.text,
        created_at: message.created_at,
    }
}
