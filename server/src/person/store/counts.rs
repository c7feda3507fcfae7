//! What is counted of people: the meetings they took part in, and their connections.

use crate::db::{Db, StoreError, Tx, staged, to_i64, to_id, to_u64};
use crate::{on_db, on_tx};
use connvo_core::id::{MeetingId, UserId};

/// Who took part in the meeting `$1`: joined it, wrote in its note, or is heard in its
/// transcript.
macro_rules! took_part {
    () => {
        "SELECT p.user_id FROM participants p
         WHERE p.meeting_id = $1 AND p.user_id IS NOT NULL AND (p.status = 'joined'
             OR EXISTS (SELECT 1 FROM note_clients n
                 WHERE n.meeting_id = p.meeting_id AND n.user_id = p.user_id)
             OR EXISTS (SELECT 1 FROM transcript_chunks t
                 WHERE t.speaker_user_id = p.user_id AND t.meeting_id = p.meeting_id))"
    };
}

/// Adds to how many connections people have: on the way of whoever is about to change
/// these, with the rows of both people held. Profiles are changed in the order of their
/// ids, and before connections: so it is everywhere.
pub(in crate::person) async fn connected(
    tx: impl Into<Tx<'_>>,
    users: &[&UserId],
    by: i64,
    now_ms: u64,
) -> Result<(), StoreError> {
    if by == 0 {
        return Ok(());
    }
    let mut users = users.to_vec();
    users.sort_unstable();
    on_tx!(tx.into(), |line| {
        for user in users {
            sqlx::query(
                "INSERT INTO profiles (user_id, fields, connection_count, created_at, updated_at)
                 VALUES ($1, '{}', $2, $3, $3)
                 ON CONFLICT (user_id) DO UPDATE
                     SET connection_count = profiles.connection_count + $2",
            )
            .bind(user.as_str())
            .bind(by)
            .bind(to_i64(now_ms))
            .execute(&mut *line)
            .await?;
        }
    });
    Ok(())
}

/// What is counted of a person.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Counted {
    /// How many connections they have that were agreed.
    pub connections: u64,
    /// How many meetings they took part in have ended.
    pub meetings: u64,
    /// How others rate them.
    pub average_rating: Option<f64>,
}

/// What is counted of a person.
///
/// # Errors
/// The store fails.
pub async fn counted(db: &Db, user: &UserId) -> Result<Counted, StoreError> {
    let row: Option<(i64, i64, Option<f64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT connection_count, meeting_count, average_rating FROM profiles
                 WHERE user_id = $1",
            )
            .bind(user.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    let counted = |(connections, meetings, average_rating)| Counted {
        connections: to_u64(connections),
        meetings: to_u64(meetings),
        average_rating,
    };
    Ok(row.map(counted).unwrap_or_default())
}

/// Adds an ended meeting to the counts of all who took part, and of the connections
/// between them; once. False when it was added before, or has not ended.
///
/// # Errors
/// The store fails; nothing was counted.
pub async fn count_meeting(db: &Db, meeting: &MeetingId, now_ms: u64) -> Result<bool, StoreError> {
    staged::flush(db, meeting).await?;
    let counted = on_db!(
        db,
        transaction | tx | {
            let first = sqlx::query(
                "UPDATE meetings SET is_counted = TRUE
                 WHERE id = $1 AND state = 'concluded' AND NOT is_counted",
            )
            .bind(meeting.as_str())
            .execute(&mut *tx)
            .await?
            .rows_affected()
                == 1;
            if first {
                // In the order of ids, so that two meetings do not wait for each other.
                sqlx::query(concat!(
                    "INSERT INTO profiles (user_id, fields, meeting_count, created_at, updated_at)
                     SELECT u.id, '{}', 1, $2, $2 FROM users u
                     WHERE u.deleted_at IS NULL AND u.id IN (",
                    took_part!(),
                    ") ORDER BY u.id
                     ON CONFLICT (user_id) DO UPDATE
                         SET meeting_count = profiles.meeting_count + 1"
                ))
                .bind(meeting.as_str())
                .bind(to_i64(now_ms))
                .execute(&mut *tx)
                .await?;
                sqlx::query(concat!(
                    "UPDATE connections SET meeting_count = meeting_count + 1,
                         last_interaction_at = (SELECT ended_at FROM meetings WHERE id = $1)
                     WHERE state <> 'blocked' AND initiator_id IN (",
                    took_part!(),
                    ") AND recipient_id IN (",
                    took_part!(),
                    ")"
                ))
                .bind(meeting.as_str())
                .execute(&mut *tx)
                .await?;
            }
            first
        }
    );
    Ok(counted)
}

/// A page of ended meetings that are not counted yet, by id.
pub const UNCOUNTED_SQL: &str = "SELECT id FROM meetings
    WHERE state = 'concluded' AND NOT is_counted AND id > $1 ORDER BY id LIMIT $2";

/// Ended meetings that are not counted yet, by id.
///
/// # Errors
/// The store fails.
pub async fn uncounted(db: &Db, after: &str, limit: u32) -> Result<Vec<MeetingId>, StoreError> {
    let rows: Vec<(String,)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(UNCOUNTED_SQL)
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.iter().map(|(id,)| to_id(id)).collect()
}
