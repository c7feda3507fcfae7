//! What the server says of a meeting in its chat, in the transaction of what it says: a
//! message like others, numbered in the journal behind what is there.

use super::participants::known;
use crate::audit::Entry;
use crate::db::{StoreError, Tx, streams, to_i64};
use crate::on_tx;
use connvo_core::chat::SystemEvent;
use connvo_core::id::{MeetingId, UserId};

/// Holds the journal: who appends to it waits, and comes behind.
const NEXT_SQL: &str = "UPDATE streams SET head = head + 1 WHERE meeting_id = $1 AND kind = $2
    RETURNING head";

/// Whom the others may know.
const KNOWN_SQL: &str = concat!(
    "SELECT p.user_id FROM participants p
     WHERE p.meeting_id = $1 AND p.user_id = $2 AND ",
    known!()
);

/// The text of what is said is the event's name; author and attachments are none.
const SAY_SQL: &str = "INSERT INTO messages (meeting_id, posted_sequence, sequence, message_id,
        revision, kind, author_name, text, attachments, mentions, reactions, created_at,
        updated_at)
    VALUES ($1, $2, $2, $3, 0, 'system', '', $4, '[]', $5, '[]', $6, $6)";

/// Says what has happened, and to whom or by whom, where the others may know them. `entry` is
/// what the audit log has of it: its id is the message's, which nobody can have taken.
pub(super) async fn say(
    tx: impl Into<Tx<'_>>,
    meeting: &MeetingId,
    (event, whom): (SystemEvent, Option<&UserId>),
    entry: &Entry,
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        let next: Option<(i64,)> = sqlx::query_as(NEXT_SQL)
            .bind(meeting.as_str())
            .bind(streams::CHAT)
            .fetch_optional(&mut *line)
            .await?;
        // Without a chat there is nowhere to say it.
        let Some((sequence,)) = next else {
            return Ok(());
        };
        let known: Option<(String,)> = sqlx::query_as(KNOWN_SQL)
            .bind(meeting.as_str())
            .bind(whom.map(UserId::as_str))
            .fetch_optional(&mut *line)
            .await?;
        let mentions: Vec<String> = known.into_iter().map(|(id,)| id).collect();
        sqlx::query(SAY_SQL)
            .bind(meeting.as_str())
            .bind(sequence)
            .bind(entry.id())
            .bind(event.as_str())
            .bind(serde_json::Value::from(mentions).to_string())
            .bind(to_i64(now_ms))
            .execute(&mut *line)
            .await?;
        Ok(())
    })
}
