//! Several chats in one read.

use super::{MessageRow, message_columns};
use crate::db::{Db, StoreError, each, to_id};
use connvo_core::chat::Message;
use connvo_core::id::MeetingId;
use std::collections::HashMap;

/// A piece of each journal; of PostgreSQL.
const AFTER_EACH_SQL: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM UNNEST($1::text[], $2::int8[]) AS k (m, a)
     CROSS JOIN LATERAL (SELECT * FROM messages WHERE meeting_id = k.m AND sequence > k.a
         ORDER BY sequence LIMIT $3) m"
);

/// What each of the chats has after a sequence, in order, at most `limit` of each.
///
/// # Errors
/// The store fails.
pub async fn after_each(
    db: &Db,
    chats: &[(MeetingId, u64)],
    limit: u32,
) -> Result<HashMap<MeetingId, Vec<Message>>, StoreError> {
    let mut found: HashMap<MeetingId, Vec<Message>> = HashMap::new();
    let Db::Postgres(pool) = db else {
        for (meeting, after) in chats {
            let page = super::entries(db, meeting, *after, limit).await?;
            found.insert(meeting.clone(), page);
        }
        return Ok(found);
    };
    if chats.is_empty() {
        return Ok(found);
    }
    let (meetings, after) = each::columns(chats);
    let rows: Vec<MessageRow> = sqlx::query_as(AFTER_EACH_SQL)
        .bind(meetings)
        .bind(after)
        .bind(i64::from(limit))
        .fetch_all(pool)
        .await?;
    let rows = rows.into_iter();
    each::grouped(rows.map(|row| Ok((to_id(&row.meeting_id)?, row.message()?))))
}
