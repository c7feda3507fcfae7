//! Meetings and members in the database.

use super::Membership;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::access::Role;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Meeting, MeetingState, NewParticipant, Participant};
use serde_json::json;

/// The journals of a meeting, as `streams.kind` names them.
pub const STREAMS: [&str; 2] = ["note", "transcript"];

/// The read that every request and subscription makes.
pub const MEMBERSHIP_SQL: &str = "SELECT p.role, m.state, m.ended_at
    FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND p.meeting_id = $2";

/// The page of a person's meetings, newest first: ids are in order of time.
pub const OF_USER_SQL: &str =
    "SELECT m.id, m.title, m.state, p.role, m.organizer_id, m.created_at, m.started_at, m.ended_at
    FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND p.meeting_id < $2
    ORDER BY p.meeting_id DESC LIMIT $3";

const GET_SQL: &str =
    "SELECT m.id, m.title, m.state, p.role, m.organizer_id, m.created_at, m.started_at, m.ended_at
    FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND p.meeting_id = $2";

/// After every UUID.
const LAST_ID: &str = "g";

type MeetingRow = (
    String,
    String,
    String,
    String,
    String,
    i64,
    Option<i64>,
    Option<i64>,
);

fn meeting(row: MeetingRow) -> Result<Meeting, StoreError> {
    let (id, title, state, role, organizer, created_at, started_at, ended_at) = row;
    Ok(Meeting {
        id: to_id(&id)?,
        title,
        state: to_state(&state)?,
        role: to_role(&role)?,
        organizer_id: to_id(&organizer)?,
        created_at: to_u64(created_at),
        started_at: started_at.map(to_u64),
        ended_at: ended_at.map(to_u64),
    })
}

fn to_role(name: &str) -> Result<Role, StoreError> {
    Role::parse(name).ok_or_else(|| StoreError::damaged("role", &name))
}

fn to_state(name: &str) -> Result<MeetingState, StoreError> {
    MeetingState::parse(name).ok_or_else(|| StoreError::damaged("meeting state", &name))
}

/// What `user` is in the meeting; absent for strangers.
///
/// # Errors
/// The store fails.
pub async fn membership(
    db: &Db,
    user: &UserId,
    meeting: &MeetingId,
) -> Result<Option<Membership>, StoreError> {
    let row: Option<(String, String, Option<i64>)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(MEMBERSHIP_SQL)
                .bind(user.as_str())
                .bind(meeting.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|(role, state, ended_at)| {
        Ok(Membership {
            role: to_role(&role)?,
            state: to_state(&state)?,
            ended_at: ended_at.map(to_u64),
        })
    })
    .transpose()
}

/// Stores a new meeting with its host and its empty journals.
///
/// # Errors
/// The store fails.
pub async fn insert(
    db: &Db,
    meeting: &Meeting,
    entry: &Entry,
    once: &Once,
) -> Result<(), StoreError> {
    let now = to_i64(meeting.created_at);
    on_db!(
        db,
        transaction | tx | {
            sqlx::query(
                "INSERT INTO meetings (id, title, state, organizer_id, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $5)",
            )
            .bind(meeting.id.as_str())
            .bind(&meeting.title)
            .bind(meeting.state.as_str())
            .bind(meeting.organizer_id.as_str())
            .bind(now)
            .execute(&mut *tx)
            .await?;
            // A host without a known address is kept under the user id.
            sqlx::query(
            "INSERT INTO participants (meeting_id, email, user_id, role, created_at, updated_at)
             SELECT $1, COALESCE(email, id), id, $3, $4, $4 FROM users WHERE id = $2",
        )
        .bind(meeting.id.as_str())
        .bind(meeting.organizer_id.as_str())
        .bind(meeting.role.as_str())
        .bind(now)
        .execute(&mut *tx)
        .await?;
            audit::store::record(&mut tx, entry).await?;
            idempotency::store::keep(&mut tx, once, 201, meeting).await?;
            for kind in STREAMS {
                sqlx::query("INSERT INTO streams (meeting_id, kind, head) VALUES ($1, $2, 0)")
                    .bind(meeting.id.as_str())
                    .bind(kind)
                    .execute(&mut *tx)
                    .await?;
            }
        }
    );
    Ok(())
}

/// A meeting as `user` sees it; absent for strangers.
///
/// # Errors
/// The store fails.
pub async fn get(db: &Db, user: &UserId, id: &MeetingId) -> Result<Option<Meeting>, StoreError> {
    let row: Option<MeetingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(GET_SQL)
                .bind(user.as_str())
                .bind(id.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(meeting).transpose()
}

/// A page of a person's meetings, newest first, older than `after`.
///
/// # Errors
/// The store fails.
pub async fn of_user(
    db: &Db,
    user: &UserId,
    after: Option<&MeetingId>,
    limit: u32,
) -> Result<Vec<Meeting>, StoreError> {
    let rows: Vec<MeetingRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(OF_USER_SQL)
                .bind(user.as_str())
                .bind(after.map_or(LAST_ID, MeetingId::as_str))
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(meeting).collect()
}

/// A page of a meeting's members, by address.
///
/// # Errors
/// The store fails.
pub async fn participants(
    db: &Db,
    meeting: &MeetingId,
    after_email: &str,
    limit: u32,
) -> Result<Vec<Participant>, StoreError> {
    let rows: Vec<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT p.user_id, p.email, u.name, p.role, p.created_at
             FROM participants p LEFT JOIN users u ON u.id = p.user_id
             WHERE p.meeting_id = $1 AND p.email > $2 ORDER BY p.email LIMIT $3",
            )
            .bind(meeting.as_str())
            .bind(after_email)
            .bind(i64::from(limit))
            .fetch_all(pool)
            .await?
        }
    );
    rows.into_iter().map(participant).collect()
}

type ParticipantRow = (Option<String>, String, Option<String>, String, i64);

fn participant(row: ParticipantRow) -> Result<Participant, StoreError> {
    let (user_id, email, name, role, invited_at) = row;
    Ok(Participant {
        user_id: user_id.as_deref().map(to_id).transpose()?,
        email,
        name,
        role: to_role(&role)?,
        invited_at: to_u64(invited_at),
    })
}

/// Invites an address or changes its role; absent when it is the host's. Who signs
/// in with the address later finds the invitation; who has already is a member at once.
///
/// # Errors
/// The store fails.
pub async fn invite(
    db: &Db,
    meeting: &MeetingId,
    new: &NewParticipant,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Option<Participant>, StoreError> {
    let invited: Option<Participant> = on_db!(
        db,
        transaction
            | tx
            | {
                let before: Option<(String,)> = sqlx::query_as(
                    "SELECT role FROM participants WHERE meeting_id = $1 AND email = $2",
                )
                .bind(meeting.as_str())
                .bind(new.email())
                .fetch_optional(&mut *tx)
                .await?;
                let row: Option<ParticipantRow> = sqlx::query_as(
            "INSERT INTO participants (meeting_id, email, user_id, role, created_at, updated_at)
             VALUES ($1, $2, (SELECT id FROM users WHERE email = $2 ORDER BY created_at, id LIMIT 1), $3, $4, $4)
             ON CONFLICT (meeting_id, email) DO UPDATE
                 SET role = excluded.role, updated_at = excluded.updated_at,
                     user_id = COALESCE(participants.user_id, excluded.user_id)
                 WHERE participants.role <> 'host'
             RETURNING user_id, email, (SELECT name FROM users WHERE id = user_id), role, created_at",
        )
        .bind(meeting.as_str())
        .bind(new.email())
        .bind(new.role().as_str())
        .bind(to_i64(now_ms))
        .fetch_optional(&mut *tx)
        .await?;
                let invited = row.map(participant).transpose()?;
                if let Some(invited) = &invited {
                    // An address only while nobody is known to have it.
                    let whom = match &invited.user_id {
                        Some(id) => ("userId", id.as_str()),
                        None => ("email", invited.email.as_str()),
                    };
                    let role = json!({"from": before.map(|row| row.0), "to": new.role()});
                    let entry = entry.with(json!({whom.0: whom.1, "role": role}));
                    audit::store::record(&mut tx, &entry).await?;
                    idempotency::store::keep(&mut tx, once, 201, invited).await?;
                }
                invited
            }
    );
    Ok(invited)
}

/// Moves a meeting from one state to the next, and gives it as `user` sees it; absent
/// when it was not in `from`.
///
/// # Errors
/// The store fails.
pub async fn advance(
    db: &Db,
    (user, id): (&UserId, &MeetingId),
    (from, next): (MeetingState, MeetingState),
    (entry, once): (&Entry, &Once),
    now_ms: u64,
) -> Result<Option<Meeting>, StoreError> {
    let sql = match next {
        MeetingState::Active => {
            "UPDATE meetings SET state = $2, updated_at = $3, started_at = $3 WHERE id = $1 AND state = $4"
        }
        _ => {
            "UPDATE meetings SET state = $2, updated_at = $3, ended_at = $3 WHERE id = $1 AND state = $4"
        }
    };
    let moved = on_db!(
        db,
        transaction | tx | {
            let moved = sqlx::query(sql)
                .bind(id.as_str())
                .bind(next.as_str())
                .bind(to_i64(now_ms))
                .bind(from.as_str())
                .execute(&mut *tx)
                .await?
                .rows_affected();
            if moved == 1 {
                let row: MeetingRow = sqlx::query_as(GET_SQL)
                    .bind(user.as_str())
                    .bind(id.as_str())
                    .fetch_one(&mut *tx)
                    .await?;
                let moved = meeting(row)?;
                audit::store::record(&mut tx, entry).await?;
                idempotency::store::keep(&mut tx, once, 200, &moved).await?;
                Some(moved)
            } else {
                None
            }
        }
    );
    Ok(moved)
}
