//! The members of meetings in the database.

use super::StandingRow;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::access::ParticipantStatus;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::Participant;

/// Whether the others may know who has the address that was invited: not before that
/// person has come in, or an address would lead to whoever has it.
macro_rules! known {
    () => {
        "(p.joined_at IS NOT NULL OR p.status = 'accepted')"
    };
}

const PAGE_SQL: &str = concat!(
    "SELECT u.id AS user_id, p.email, u.name, p.created_at, p.role, p.status, p.can_share,
        p.can_record, p.can_invite
     FROM participants p LEFT JOIN users u ON u.id = p.user_id AND (p.user_id = $2 OR ",
    known!(),
    ") WHERE p.meeting_id = $1 AND p.email > $3 ORDER BY p.email LIMIT $4"
);

const FIND_SQL: &str = concat!(
    "SELECT p.user_id, p.email, u.name, p.created_at, p.role, p.status, p.can_share,
        p.can_record, p.can_invite
     FROM participants p LEFT JOIN users u ON u.id = p.user_id
     WHERE p.meeting_id = $1
         AND (p.email = $3 OR p.user_id = $3 AND (p.user_id = $2 OR ",
    known!(),
    "))"
);

/// A page of a meeting's members, by address, as `viewer` sees them: without user id and
/// name where somebody has not come in yet.
///
/// # Errors
/// The store fails.
pub async fn participants(
    db: &Db,
    (viewer, meeting): (&UserId, &MeetingId),
    after_email: &str,
    limit: u32,
) -> Result<Vec<Participant>, StoreError> {
    let rows: Vec<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(PAGE_SQL)
                .bind(meeting.as_str())
                .bind(viewer.as_str())
                .bind(after_email)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(participant).collect()
}

#[derive(sqlx::FromRow)]
pub(super) struct ParticipantRow {
    user_id: Option<String>,
    email: String,
    name: Option<String>,
    created_at: i64,
    #[sqlx(flatten)]
    standing: StandingRow,
}

pub(super) fn participant(row: ParticipantRow) -> Result<Participant, StoreError> {
    Ok(Participant {
        user_id: row.user_id.as_deref().map(to_id).transpose()?,
        email: row.email,
        name: row.name,
        standing: row.standing.standing()?,
        invited_at: to_u64(row.created_at),
    })
}

/// The participant at an address, or of a user id that `viewer` may know; with the user id
/// in any case.
///
/// # Errors
/// The store fails.
pub async fn find_participant(
    db: &Db,
    (viewer, meeting): (&UserId, &MeetingId),
    who: &str,
) -> Result<Option<Participant>, StoreError> {
    let row: Option<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(FIND_SQL)
                .bind(meeting.as_str())
                .bind(viewer.as_str())
                .bind(who)
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(participant).transpose()
}

/// Somebody who was asked has come in: from now on the others know who they are. False
/// when they had come before, or are asked no longer.
///
/// # Errors
/// The store fails.
pub async fn come_in(
    db: &Db,
    (user, meeting): (&UserId, &MeetingId),
    entry: &Entry,
    now_ms: u64,
) -> Result<bool, StoreError> {
    let came = on_db!(
        db,
        transaction | tx | {
            let came = sqlx::query(
                "UPDATE participants SET status = 'joined', updated_at = $3,
                     joined_at = COALESCE(joined_at, $3)
                 WHERE meeting_id = $1 AND user_id = $2 AND status IN ('invited', 'accepted')",
            )
            .bind(meeting.as_str())
            .bind(user.as_str())
            .bind(to_i64(now_ms))
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if came == 1 {
                audit::store::record(&mut tx, entry).await?;
            }
            came
        }
    );
    Ok(came == 1)
}

/// Moves a participant from one status to another; false when it was no longer `from`.
///
/// # Errors
/// The store fails.
pub async fn move_participant(
    db: &Db,
    meeting: &MeetingId,
    (participant, next): (&Participant, ParticipantStatus),
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<bool, StoreError> {
    let moved = on_db!(
        db,
        transaction | tx | {
            let moved = sqlx::query(
                "UPDATE participants SET status = $3, updated_at = $5
                 WHERE meeting_id = $1 AND email = $2 AND status = $4 AND role <> 'host'",
            )
            .bind(meeting.as_str())
            .bind(&participant.email)
            .bind(next.as_str())
            .bind(participant.standing.status.as_str())
            .bind(to_i64(now_ms))
            .execute(&mut *tx)
            .await?
            .rows_affected();
            if moved == 1 {
                audit::store::record(&mut tx, entry).await?;
                idempotency::store::keep(&mut tx, once, 204, &()).await?;
            }
            moved
        }
    );
    Ok(moved == 1)
}
