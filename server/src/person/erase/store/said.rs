//! What a person has said: their id and name go from chunks of transcript, in small
//! pieces after the transaction of their deletion.

use crate::db::pieces::{
    self,
    Bind::{Number, Text},
};
use crate::db::{Db, StoreError, staged, to_i64, to_id};
use crate::on_db;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::person::DELETED_NAME;

/// Chunks changed in one transaction: writers wait for no more than that.
const CHUNKS: u64 = 500;

const CHUNKS_SQL: &str = "UPDATE transcript_chunks SET speaker_label = $2, speaker_user_id = NULL
    WHERE (meeting_id, sequence) IN (SELECT meeting_id, sequence FROM transcript_chunks
        WHERE speaker_user_id = $1 ORDER BY meeting_id, sequence LIMIT $3)";

/// What meetings call the labels under which the person spoke.
const THEIR_NAMES_SQL: &str = "DELETE FROM transcript_speakers WHERE (meeting_id, label) IN (
    SELECT meeting_id, speaker_label FROM transcript_chunks WHERE speaker_user_id = $1)
    RETURNING meeting_id";

/// Takes from labels under which a person spoke what meetings call them; answers which
/// meetings did. It goes before [`all_chunks`].
///
/// # Errors
/// The store fails.
pub async fn all_names(db: &Db, user: &UserId) -> Result<Vec<MeetingId>, StoreError> {
    staged::flush_all(db).await?;
    let rows: Vec<(String,)> = on_db!(
        db,
        write | pool | {
            sqlx::query_as(THEIR_NAMES_SQL)
                .bind(user.as_str())
                .fetch_all(pool)
                .await?
        }
    );
    rows.iter().map(|(id,)| to_id(id)).collect()
}

/// Takes label and id from everything said in a person's name, a little at a time;
/// answers how many chunks.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn all_chunks(db: &Db, user: &UserId) -> Result<u64, StoreError> {
    staged::flush_all(db).await?;
    renamed(db, CHUNKS_SQL, user).await
}

const MESSAGES_SQL: &str = "UPDATE messages SET author_name = $2
    WHERE (meeting_id, posted_sequence) IN (SELECT meeting_id, posted_sequence FROM messages
        WHERE author_id = $1 AND author_name <> $2
        ORDER BY meeting_id, posted_sequence LIMIT $3)";

/// Takes the name from everything a person has posted in chats, a little at a time.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn all_messages(db: &Db, user: &UserId) -> Result<(), StoreError> {
    renamed(db, MESSAGES_SQL, user).await.map(drop)
}

/// Gives everything that a statement finds of a person the name of who is deleted, a
/// little at a time; answers how much it was.
async fn renamed(db: &Db, sql: &'static str, user: &UserId) -> Result<u64, StoreError> {
    let what = [Text(user.as_str()), Text(DELETED_NAME), Number(CHUNKS)];
    pieces::all(db, sql, &what, CHUNKS).await
}

/// As much of a meeting's transcript as is under the label `$2` and nobody's id, of what
/// came since `$5`.
const LABELS_SQL: &str = "UPDATE transcript_chunks SET speaker_label = $3
    WHERE meeting_id = $1 AND sequence IN (SELECT sequence FROM transcript_chunks
        WHERE meeting_id = $1 AND speaker_user_id IS NULL AND speaker_label = $2
            AND created_at >= $5
        ORDER BY sequence LIMIT $4)";

/// What a meeting calls `$2`, and whom it calls so since `$3`.
const NAMES_SQL: &str = "DELETE FROM transcript_speakers
    WHERE meeting_id = $1 AND (label = $2 OR name = $2) AND updated_at >= $3";

/// Takes the label from everything said in a meeting under a person's name, and under
/// nobody's id, and the name from the labels that the meeting gave it to, since they are called so (milliseconds since the Unix epoch); a little at
/// a time.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn all_labels(
    db: &Db,
    meeting: &MeetingId,
    (name, since): (&str, u64),
) -> Result<(), StoreError> {
    staged::flush(db, meeting).await?;
    on_db!(
        db,
        write | pool | {
            sqlx::query(NAMES_SQL)
                .bind(meeting.as_str())
                .bind(name)
                .bind(to_i64(since))
                .execute(pool)
                .await?;
        }
    );
    let what = [
        Text(meeting.as_str()),
        Text(name),
        Text(DELETED_NAME),
        Number(CHUNKS),
        Number(since),
    ];
    pieces::all(db, LABELS_SQL, &what, CHUNKS).await?;
    Ok(())
}

/// Somebody who is deleted, as the sweep finds them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// Who.
    pub user_id: UserId,
    /// Whether that was so short a time ago that something of theirs may still come.
    pub is_fresh: bool,
    /// Whether something is there in their name.
    pub is_named: bool,
}

/// Each looks at no more than one row of theirs. A message comes from nobody who is gone for
/// long; others may name them in a transcript whenever they like.
const ERASED_SQL: &str = "SELECT u.id, u.erased_at > $2,
        (SELECT 1 FROM transcript_chunks c WHERE c.speaker_user_id = u.id LIMIT 1) IS NOT NULL
            OR u.erased_at > $2 AND (SELECT 1 FROM messages m
                WHERE m.author_id = u.id AND m.author_name <> $3 LIMIT 1) IS NOT NULL
    FROM users u WHERE u.erased_at IS NOT NULL AND u.id > $1 ORDER BY u.id LIMIT $4";

/// A page of the people who are deleted, by id, after the id `after`; who was so after
/// `fresh_ms` (since the Unix epoch) is fresh.
///
/// # Errors
/// The store fails.
pub async fn erased(
    db: &Db,
    after: &str,
    fresh_ms: u64,
    limit: u32,
) -> Result<Vec<Erased>, StoreError> {
    staged::flush_all(db).await?;
    let rows: Vec<(String, bool, bool)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(ERASED_SQL)
                .bind(after)
                .bind(to_i64(fresh_ms))
                .bind(DELETED_NAME)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    let erased = |(id, is_fresh, is_named): (String, bool, bool)| {
        Ok(Erased {
            user_id: to_id(&id)?,
            is_fresh,
            is_named,
        })
    };
    rows.into_iter().map(erased).collect()
}
