//! Messages in the database. Sequences of replaced revisions are absent: a reader that
//! has read up to a sequence has seen what there is up to it.

mod each;

use crate::db::pieces::{
    self,
    Bind::{Number, Text},
};
use crate::db::{Db, StoreError, streams, to_i64, to_id, to_u64};
use crate::on_db;
use connvo_core::chat::{Message, MessageKind};
use connvo_core::id::{MeetingId, MessageId, OrgId, UserId};
use serde::de::DeserializeOwned;

/// The columns of a [`MessageRow`], of the table as `m`.
macro_rules! message_columns {
    () => {
        "m.meeting_id, m.posted_sequence, m.sequence, m.message_id, m.revision, m.kind, \
         m.author_id, m.author_name, m.text, m.reply_to_id, m.thread_id, m.attachments, \
         m.mentions, m.reactions, m.edited_at, m.deleted_at, m.created_at"
    };
}
pub(crate) use message_columns;

pub use each::after_each;

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT ",
            message_columns!(),
            " FROM messages m WHERE m.meeting_id = $1 AND ",
            $rest
        )
    };
}

/// The page after a place in the journal.
pub const ENTRIES_SQL: &str = select!("m.sequence > $2 ORDER BY m.sequence LIMIT $3");
/// The messages posted last, newest first, of before a place.
pub const BEFORE_SQL: &str =
    select!("m.posted_sequence < $2 ORDER BY m.posted_sequence DESC LIMIT $3");
/// A page of a thread, without the message that began it.
pub const THREAD_SQL: &str =
    select!("m.posted_sequence > $2 AND m.thread_id = $4 ORDER BY m.posted_sequence LIMIT $3");
/// One message.
pub const FIND_SQL: &str = select!("m.message_id = $2");

/// What somebody has posted.
pub const OF_AUTHOR_SQL: &str = concat!(
    "SELECT ",
    message_columns!(),
    " FROM messages m WHERE m.author_id = $1 AND (m.meeting_id, m.posted_sequence) > ($2, $3)
     ORDER BY m.meeting_id, m.posted_sequence LIMIT $4"
);

/// A row as it is stored.
#[derive(sqlx::FromRow)]
pub(crate) struct MessageRow {
    pub(crate) meeting_id: String,
    posted_sequence: i64,
    sequence: i64,
    message_id: String,
    revision: i64,
    kind: String,
    author_id: Option<String>,
    author_name: String,
    text: String,
    reply_to_id: Option<String>,
    thread_id: Option<String>,
    attachments: String,
    mentions: String,
    reactions: String,
    edited_at: Option<i64>,
    deleted_at: Option<i64>,
    created_at: i64,
}

fn list<T: DeserializeOwned>(what: &'static str, json: &str) -> Result<Vec<T>, StoreError> {
    serde_json::from_str(json).map_err(|error| StoreError::damaged(what, &error))
}

impl MessageRow {
    /// The row as a message.
    pub(crate) fn message(self) -> Result<Message, StoreError> {
        let revision = u32::try_from(self.revision);
        Ok(Message {
            id: to_id(&self.message_id)?,
            sequence: to_u64(self.sequence),
            posted_sequence: to_u64(self.posted_sequence),
            revision: revision.map_err(|error| StoreError::damaged("revision", &error))?,
            kind: MessageKind::parse(&self.kind)
                .ok_or_else(|| StoreError::damaged("message kind", &self.kind))?,
            author_id: self.author_id.as_deref().map(to_id).transpose()?,
            author_name: self.author_name,
            text: self.text,
            reply_to_id: self.reply_to_id.as_deref().map(to_id).transpose()?,
            thread_id: self.thread_id.as_deref().map(to_id).transpose()?,
            attachments: list("attachments", &self.attachments)?,
            mentions: list("mentions", &self.mentions)?,
            reactions: list("reactions", &self.reactions)?,
            edited_at: self.edited_at.map(to_u64),
            deleted_at: self.deleted_at.map(to_u64),
            created_at: to_u64(self.created_at),
        })
    }
}

/// Messages after a place in the journal, in order.
///
/// # Errors
/// The store fails.
pub async fn entries(
    db: &Db,
    meeting: &MeetingId,
    after: u64,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    page(db, ENTRIES_SQL, meeting, after, limit).await
}

/// The messages posted last of before the place `before` (a `postedSequence`), the newest
/// first.
///
/// # Errors
/// The store fails.
pub async fn before(
    db: &Db,
    meeting: &MeetingId,
    before: u64,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    page(db, BEFORE_SQL, meeting, before, limit).await
}

async fn page(
    db: &Db,
    sql: &'static str,
    meeting: &MeetingId,
    place: u64,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<MessageRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(sql)
                .bind(meeting.as_str())
                .bind(to_i64(place))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(MessageRow::message).collect()
}

/// The answers in the thread that a message began, posted after a place, in order.
///
/// # Errors
/// The store fails.
pub async fn thread(
    db: &Db,
    (meeting, first): (&MeetingId, &MessageId),
    after: u64,
    limit: u32,
) -> Result<Vec<Message>, StoreError> {
    let rows: Vec<MessageRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(THREAD_SQL)
                .bind(meeting.as_str())
                .bind(to_i64(after))
                .bind(i64::from(limit))
                .bind(first.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(MessageRow::message).collect()
}

/// A message as it stands.
///
/// # Errors
/// The store fails.
pub async fn find(
    db: &Db,
    meeting: &MeetingId,
    message: &MessageId,
) -> Result<Option<Message>, StoreError> {
    let row: Option<MessageRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(FIND_SQL)
                .bind(meeting.as_str())
                .bind(message.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(MessageRow::message).transpose()
}

/// What somebody has posted, after a place: by meeting, in the order posted.
///
/// # Errors
/// The store fails.
pub async fn of_author(
    db: &Db,
    author: &UserId,
    (meeting, posted): (&str, i64),
    limit: u32,
) -> Result<Vec<(MeetingId, Message)>, StoreError> {
    let rows: Vec<MessageRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_AUTHOR_SQL)
                .bind(author.as_str())
                .bind(meeting)
                .bind(posted)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    let found = |row: MessageRow| Ok((to_id(&row.meeting_id)?, row.message()?));
    rows.into_iter().map(found).collect()
}

/// The last sequence given out; 0 for an empty chat or no meeting.
///
/// # Errors
/// The store fails.
pub async fn head(db: &Db, meeting: &MeetingId) -> Result<u64, StoreError> {
    streams::head(db, meeting, streams::CHAT).await
}

/// Whom of these the meeting knows as somebody who takes part.
/// Who was asked and has not come in is not known.
///
/// # Errors
/// The store fails.
pub async fn members(
    db: &Db,
    meeting: &MeetingId,
    among: &[UserId],
) -> Result<Vec<String>, StoreError> {
    let ids = serde_json::to_string(among).unwrap_or_default();
    const SQLITE: &str = "SELECT p.user_id FROM json_each($2) k CROSS JOIN participants p
        ON p.user_id = k.value AND p.meeting_id = $1
        WHERE p.joined_at IS NOT NULL OR p.status = 'accepted'";
    const POSTGRES: &str = "SELECT p.user_id FROM jsonb_array_elements_text($2::jsonb) k
        JOIN participants p ON p.user_id = k.value AND p.meeting_id = $1
        WHERE p.joined_at IS NOT NULL OR p.status = 'accepted'";
    let sql = match db {
        Db::Sqlite { .. } => SQLITE,
        Db::Postgres(_) => POSTGRES,
    };
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(sql)
                .bind(meeting.as_str())
                .bind(&ids)
                .fetch_all(pool)
                .await?
        }
    );
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Rows deleted in one transaction: writers wait for no more than that.
const ROWS: u64 = 500;

/// What search finds of before `$2`, and the messages. Search first: it is not followed
/// backwards.
const FORGET_SQL: [&str; 2] = [
    "DELETE FROM search_documents WHERE id IN (
        SELECT id FROM search_documents WHERE meeting_id = $1 AND source = 'message'
            AND created_at < $2 LIMIT $3)",
    "DELETE FROM messages WHERE meeting_id = $1 AND posted_sequence IN (
        SELECT posted_sequence FROM messages WHERE meeting_id = $1 AND created_at < $2
        ORDER BY posted_sequence LIMIT $3)",
];

/// Deletes a meeting's messages of before `since_ms`, a little at a time; answers how many.
///
/// # Errors
/// The store fails; what was deleted until then stays deleted.
pub async fn forget(db: &Db, meeting: &MeetingId, since_ms: u64) -> Result<u64, StoreError> {
    let what = [Text(meeting.as_str()), Number(since_ms), Number(ROWS)];
    let mut gone = 0;
    for sql in FORGET_SQL {
        gone = pieces::all(db, sql, &what, ROWS).await?;
    }
    Ok(gone)
}

/// A page of the meetings, by id, whose oldest message is of before `since_ms`, with their
/// organisations.
///
/// # Errors
/// The store fails.
pub async fn oldest(
    db: &Db,
    after: Option<&MeetingId>,
    since_ms: u64,
    limit: u32,
) -> Result<Vec<(MeetingId, Option<OrgId>)>, StoreError> {
    let rows: Vec<(String, Option<String>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT m.id, m.org_id FROM meetings m
                 WHERE m.id > $1 AND (SELECT g.created_at FROM messages g
                     WHERE g.meeting_id = m.id ORDER BY g.posted_sequence LIMIT 1) < $2
                 ORDER BY m.id LIMIT $3",
            )
            .bind(after.map_or("", MeetingId::as_str))
            .bind(to_i64(since_ms))
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    let ids = |(meeting, org): (String, Option<String>)| {
        Ok((to_id(&meeting)?, org.as_deref().map(to_id).transpose()?))
    };
    rows.into_iter().map(ids).collect()
}
