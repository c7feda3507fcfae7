//! The members of meetings in the database.

use super::StandingRow;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, staged, to_i64, to_id, to_u64};
use crate::{on_db, on_tx};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::Participant;

/// Whether the others may know who has the address that was invited: not before that
/// person has come in or asked to, here or in the meeting before in a series, or an address
/// would lead to whoever has it.
macro_rules! known {
    () => {
        "(p.joined_at IS NOT NULL OR p.carried OR p.status IN ('accepted', 'requested'))"
    };
}
pub(super) use known;

/// What they did, added up on reading; no turn of speech is longer than an hour.
macro_rules! did {
    () => {
        "(SELECT COUNT(*) FROM messages g WHERE g.author_id = p.user_id
            AND g.meeting_id = p.meeting_id AND g.deleted_at IS NULL) AS message_count,
        (SELECT CAST(COALESCE(SUM(CASE WHEN c.end_ms <= c.start_ms THEN 0
                WHEN c.end_ms - c.start_ms > 3600000 THEN 3600000
                ELSE c.end_ms - c.start_ms END), 0) AS BIGINT)
            FROM transcript_chunks c WHERE c.speaker_user_id = p.user_id
                AND c.meeting_id = p.meeting_id) AS speaking_ms"
    };
}
pub(super) use did;

const PAGE_SQL: &str = concat!(
    "SELECT u.id AS user_id, p.email, u.name, p.created_at, p.role, p.status, p.can_share,
        p.can_record, p.can_invite, p.joined_at, p.left_at, ",
    did!(),
    " FROM participants p LEFT JOIN users u ON u.id = p.user_id AND (p.user_id = $2 OR ",
    known!(),
    ") WHERE p.meeting_id = $1 AND p.email > $3 ORDER BY p.email LIMIT $4"
);

pub(super) const FIND_SQL: &str = concat!(
    "SELECT p.user_id, p.email, u.name, p.created_at, p.role, p.status, p.can_share,
        p.can_record, p.can_invite, p.joined_at, p.left_at, ",
    did!(),
    " FROM participants p LEFT JOIN users u ON u.id = p.user_id
     WHERE p.meeting_id = $1
         AND (p.email = $3 OR p.user_id = $3 AND (p.user_id = $2 OR ",
    known!(),
    "))"
);

/// What plain participants of a public meeting see: who has come, without the addresses of
/// others.
const KNOWN_PAGE_SQL: &str = concat!(
    "SELECT u.id AS user_id, CASE WHEN p.user_id = $2 THEN p.email ELSE u.id END AS email,
        u.name, p.created_at, p.role, p.status, p.can_share, p.can_record, p.can_invite,
        p.joined_at, p.left_at, ",
    did!(),
    " FROM participants p JOIN users u ON u.id = p.user_id
     WHERE p.meeting_id = $1 AND (p.user_id = $2 OR ",
    known!(),
    " AND p.status IN ('invited', 'accepted', 'joined', 'left'))
        AND p.user_id > $3 ORDER BY p.user_id LIMIT $4"
);

/// How much of a meeting's members somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sees {
    /// Everybody who was ever asked, or asks, by address.
    All,
    /// Who has come, by user id and without addresses: in a public meeting, to all but host
    /// and co-host.
    Known,
}

impl Sees {
    /// Where the page after this member begins.
    #[must_use]
    pub fn cursor(self, last: &Participant) -> String {
        let id = last.user_id.as_ref().filter(|_| self == Self::Known);
        id.map_or_else(|| last.email.clone(), ToString::to_string)
    }
}

/// A page of a meeting's members as `viewer` sees them, after a cursor of [`Sees`].
///
/// # Errors
/// The store fails.
pub async fn seen(
    db: &Db,
    (viewer, meeting): (&UserId, &MeetingId),
    sees: Sees,
    after: &str,
    limit: u32,
) -> Result<Vec<Participant>, StoreError> {
    staged::flush(db, meeting).await?;
    let sql = match sees {
        Sees::All => PAGE_SQL,
        Sees::Known => KNOWN_PAGE_SQL,
    };
    let rows: Vec<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(sql)
                .bind(meeting.as_str())
                .bind(viewer.as_str())
                .bind(after)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(participant).collect()
}

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
    seen(db, (viewer, meeting), Sees::All, after_email, limit).await
}

#[derive(sqlx::FromRow)]
pub(super) struct ParticipantRow {
    user_id: Option<String>,
    email: String,
    name: Option<String>,
    created_at: i64,
    joined_at: Option<i64>,
    left_at: Option<i64>,
    // Not with the answer to an invitation.
    #[sqlx(default)]
    message_count: i64,
    #[sqlx(default)]
    speaking_ms: i64,
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
        joined_at: row.joined_at.map(to_u64),
        left_at: row.left_at.map(to_u64),
        speaking_time: to_u64(row.speaking_ms),
        message_count: to_u64(row.message_count),
    })
}

/// The members of a meeting as nobody in particular sees them, at most `limit`.
///
/// # Errors
/// The store fails.
pub async fn everybody(
    db: &Db,
    meeting: &MeetingId,
    sees: Sees,
    limit: u32,
) -> Result<Vec<Participant>, StoreError> {
    let sql = match sees {
        Sees::All => PAGE_SQL,
        Sees::Known => KNOWN_PAGE_SQL,
    };
    let rows: Vec<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(sql)
                .bind(meeting.as_str())
                .bind("")
                .bind("")
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(participant).collect()
}

/// The host of a meeting.
///
/// # Errors
/// The store fails.
pub async fn host(db: &Db, meeting: &MeetingId) -> Result<Option<Participant>, StoreError> {
    let row: Option<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(HOST_SQL)
                .bind(meeting.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(participant).transpose()
}

const HOST_SQL: &str = concat!(
    "SELECT p.user_id, p.email, u.name, p.created_at, p.role, p.status,
        p.can_share, p.can_record, p.can_invite, p.joined_at, p.left_at, ",
    did!(),
    " FROM participants p LEFT JOIN users u ON u.id = p.user_id
    WHERE p.meeting_id = $1 AND p.role = 'host' LIMIT 1"
);

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
                     joined_at = COALESCE(joined_at, $3), left_at = NULL
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

/// One member, by the address that they are kept under or by user id, as `viewer` sees
/// them after a change of theirs.
pub(super) async fn shown(
    tx: impl Into<Tx<'_>>,
    (viewer, meeting): (&UserId, &MeetingId),
    key: &str,
) -> Result<Participant, StoreError> {
    let row: ParticipantRow = on_tx!(tx.into(), |line| {
        sqlx::query_as(SHOWN_SQL)
            .bind(meeting.as_str())
            .bind(viewer.as_str())
            .bind(key)
            .fetch_one(line)
            .await?
    });
    participant(row)
}

const SHOWN_SQL: &str = concat!(
    "SELECT u.id AS user_id, p.email, u.name, p.created_at, p.role, p.status, p.can_share,
        p.can_record, p.can_invite, p.joined_at, p.left_at, ",
    did!(),
    " FROM participants p LEFT JOIN users u ON u.id = p.user_id AND (p.user_id = $2 OR ",
    known!(),
    ") WHERE p.meeting_id = $1 AND (p.email = $3 OR p.user_id = $3)"
);

/// Somebody who was away is there again: false when they were not away.
///
/// # Errors
/// The store fails.
pub async fn back(
    db: &Db,
    (user, meeting): (&UserId, &MeetingId),
    now_ms: u64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE participants SET left_at = NULL, updated_at = $3
        WHERE meeting_id = $1 AND user_id = $2 AND status = 'joined' AND left_at IS NOT NULL";
    let back = on_db!(
        db,
        write | pool | {
            sqlx::query(sql)
                .bind(meeting.as_str())
                .bind(user.as_str())
                .bind(to_i64(now_ms))
                .execute(pool)
                .await?
                .rows_affected()
        }
    );
    Ok(back == 1)
}

/// Somebody is there no longer since `now_ms`, and waits to speak no longer.
///
/// # Errors
/// The store fails.
pub async fn away(
    db: &Db,
    (user, meeting): (&UserId, &MeetingId),
    now_ms: u64,
) -> Result<(), StoreError> {
    on_db!(
        db,
        transaction | tx | {
            sqlx::query(
                "UPDATE participants SET left_at = $3, updated_at = $3
                 WHERE meeting_id = $1 AND user_id = $2 AND status = 'joined'",
            )
            .bind(meeting.as_str())
            .bind(user.as_str())
            .bind(to_i64(now_ms))
            .execute(&mut *tx)
            .await?;
            sqlx::query("DELETE FROM speaker_queue WHERE meeting_id = $1 AND user_id = $2")
                .bind(meeting.as_str())
                .bind(user.as_str())
                .execute(&mut *tx)
                .await?;
        }
    );
    Ok(())
}
