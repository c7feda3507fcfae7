//! Meetings that go whole: those of which nobody is left who was ever a member. The
//! meeting itself goes in a transaction; its note and its transcript, which nothing leads
//! to any more, in small pieces after it.

use crate::db::pieces::{
    self,
    Bind::{Number, Text},
};
use crate::db::{Db, StoreError, Tx, staged, to_i64, to_id};
use crate::on_tx;
use connvo_core::id::{MeetingId, UserId};

/// Rows deleted in one transaction: writers wait for no more than that.
const ROWS: u64 = 500;

/// The private meetings of `$1` (of these `$2`, where it is not empty) of which nobody
/// else who is still there was ever a member, by id. An address that waits is nobody yet.
const ALONE_SQL: &str = "SELECT m.id FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND ($2 = '' OR p.meeting_id = $2) AND NOT m.is_public
        AND NOT EXISTS (SELECT 1 FROM participants o JOIN users u ON u.id = o.user_id
            WHERE o.meeting_id = p.meeting_id AND o.user_id <> $1 AND u.deleted_at IS NULL)
    ORDER BY m.id";

/// What refers to a meeting, and the meeting.
const ROWS_SQL: [&str; 5] = [
    "DELETE FROM service_tokens WHERE meeting_id = $1",
    "DELETE FROM speaker_queue WHERE meeting_id = $1",
    "DELETE FROM participants WHERE meeting_id = $1",
    "DELETE FROM streams WHERE meeting_id = $1",
    "DELETE FROM meetings WHERE id = $1",
];

/// Removes the private meetings that are nobody's but this person's, and answers which:
/// [`remove_rest`] is to follow for each. Nothing is appended to their journals any more.
///
/// # Errors
/// The store fails.
pub async fn remove_alone(
    tx: impl Into<Tx<'_>>,
    user: &UserId,
    now_ms: u64,
) -> Result<Vec<MeetingId>, StoreError> {
    let mut removed = Vec::new();
    on_tx!(tx.into(), |line| {
        let alone: Vec<(String,)> = sqlx::query_as(ALONE_SQL)
            .bind(user.as_str())
            .bind("")
            .fetch_all(&mut *line)
            .await?;
        for (id,) in alone {
            // Invitations hold this row: whoever was asked meanwhile is seen now.
            sqlx::query("UPDATE meetings SET updated_at = $2 WHERE id = $1")
                .bind(&id)
                .bind(to_i64(now_ms))
                .execute(&mut *line)
                .await?;
            let still: Option<(String,)> = sqlx::query_as(ALONE_SQL)
                .bind(user.as_str())
                .bind(&id)
                .fetch_optional(&mut *line)
                .await?;
            if still.is_none() {
                continue;
            }
            for sql in ROWS_SQL {
                sqlx::query(sql).bind(&id).execute(&mut *line).await?;
            }
            removed.push(to_id(&id)?);
        }
    });
    Ok(removed)
}

/// What a meeting leaves, `$2` rows at a time.
const REST_SQL: [&str; 11] = [
    "DELETE FROM note_bases WHERE meeting_id IN (
        SELECT meeting_id FROM note_bases WHERE meeting_id = $1 LIMIT $2)",
    "DELETE FROM note_checkpoints WHERE meeting_id = $1 AND sequence IN (
        SELECT sequence FROM note_checkpoints WHERE meeting_id = $1 ORDER BY sequence LIMIT $2)",
    "DELETE FROM note_log WHERE meeting_id = $1 AND sequence IN (
        SELECT sequence FROM note_log WHERE meeting_id = $1 ORDER BY sequence LIMIT $2)",
    "DELETE FROM note_clients WHERE meeting_id = $1 AND client_id IN (
        SELECT client_id FROM note_clients WHERE meeting_id = $1 ORDER BY client_id LIMIT $2)",
    "DELETE FROM transcript_chunks WHERE meeting_id = $1 AND sequence IN (
        SELECT sequence FROM transcript_chunks WHERE meeting_id = $1 ORDER BY sequence LIMIT $2)",
    "DELETE FROM messages WHERE meeting_id = $1 AND posted_sequence IN (
        SELECT posted_sequence FROM messages WHERE meeting_id = $1
        ORDER BY posted_sequence LIMIT $2)",
    "DELETE FROM transcript_speakers WHERE meeting_id = $1 AND label IN (
        SELECT label FROM transcript_speakers WHERE meeting_id = $1 ORDER BY label LIMIT $2)",
    "DELETE FROM transcript_segments WHERE meeting_id = $1 AND id IN (
        SELECT id FROM transcript_segments WHERE meeting_id = $1 ORDER BY id LIMIT $2)",
    "DELETE FROM search_documents WHERE id IN (
        SELECT id FROM search_documents WHERE meeting_id = $1 ORDER BY source, source_id LIMIT $2)",
    "DELETE FROM search_cursors WHERE meeting_id = $1 AND kind IN (
        SELECT kind FROM search_cursors WHERE meeting_id = $1 ORDER BY kind LIMIT $2)",
    "DELETE FROM transcript_touched WHERE id IN (
        SELECT id FROM transcript_touched WHERE meeting_id = $1 ORDER BY id LIMIT $2)",
];

/// Deletes note, transcript and chat of a meeting that is no more, a little at a time.
///
/// # Errors
/// The store fails; what was deleted until then stays deleted.
pub async fn remove_rest(db: &Db, meeting: &MeetingId) -> Result<(), StoreError> {
    staged::flush(db, meeting).await?;
    for sql in REST_SQL {
        pieces::all(db, sql, &[Text(meeting.as_str()), Number(ROWS)], ROWS).await?;
    }
    Ok(())
}
