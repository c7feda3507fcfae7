//! What is found of a person goes, a little at a time.

use crate::db::pieces::{
    self,
    Bind::{Number, Text},
};
use crate::db::{Db, StoreError, to_id};
use crate::on_db;
use connvo_core::id::{MeetingId, UserId};

/// Rows deleted in one transaction: writers wait for no more than that.
const ROWS: u64 = 500;

const MEETINGS_SQL: &str =
    "SELECT DISTINCT meeting_id FROM search_documents WHERE speaker_user_id = $1";
/// A chat is followed from its beginning again: its journal does not tell of this.
const AGAIN_SQL: &str = "UPDATE search_cursors SET head = 0, turn = turn + 1
    WHERE meeting_id = $1 AND kind = 'chat'";
const OF_PERSON_SQL: [&str; 2] = [
    "DELETE FROM search_documents WHERE id IN (
        SELECT id FROM search_documents WHERE speaker_user_id = $1 LIMIT $2)",
    "DELETE FROM transcript_segments WHERE (meeting_id, id) IN (
        SELECT meeting_id, id FROM transcript_segments WHERE speaker_user_id = $1 LIMIT $2)",
];
const OF_LABEL_SQL: [&str; 2] = [
    "DELETE FROM search_documents WHERE id IN (
        SELECT id FROM search_documents WHERE meeting_id = $1 AND source = 'segment'
            AND speaker = $3 AND speaker_user_id IS NULL AND created_at >= $4 LIMIT $2)",
    "DELETE FROM transcript_segments WHERE meeting_id = $1 AND id IN (
        SELECT id FROM transcript_segments WHERE meeting_id = $1 AND speaker_label = $3
            AND speaker_user_id IS NULL AND created_at >= $4 LIMIT $2)",
];

/// Takes away what is found under a person's id, and has the chats that had some of it
/// followed again; answers the meetings.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn person(db: &Db, user: &UserId) -> Result<Vec<MeetingId>, StoreError> {
    let meetings: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(MEETINGS_SQL)
                .bind(user.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    for sql in OF_PERSON_SQL {
        pieces::all(db, sql, &[Text(user.as_str()), Number(ROWS)], ROWS).await?;
    }
    for (meeting,) in &meetings {
        on_db!(
            db,
            write | pool | {
                sqlx::query(AGAIN_SQL).bind(meeting).execute(pool).await?;
            }
        );
    }
    meetings.iter().map(|(meeting,)| to_id(meeting)).collect()
}

/// Takes away what is found in a meeting under a name and nobody's id, of what was said
/// since then (milliseconds since the Unix epoch).
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn label(
    db: &Db,
    meeting: &MeetingId,
    (name, since): (&str, u64),
) -> Result<(), StoreError> {
    for sql in OF_LABEL_SQL {
        let what = [
            Text(meeting.as_str()),
            Number(ROWS),
            Text(name),
            Number(since),
        ];
        pieces::all(db, sql, &what, ROWS).await?;
    }
    Ok(())
}
