//! Meetings and members in the database.

mod host;
mod invite;
mod participants;
mod remove;
mod state;

use super::Membership;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::access::{ParticipantStatus, Role, Standing};
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::meeting::{Meeting, MeetingState, PublicMeeting};

pub use host::bequeath;
pub use invite::{Invited, invite};
pub use participants::{come_in, find_participant, move_participant, participants};
pub use remove::{remove_alone, remove_rest};
pub use state::{RUNNING_SQL, Running, advance, conclude, running};

/// The journals of a meeting, as `streams.kind` names them.
pub const STREAMS: [&str; 3] = ["note", "transcript", "chat"];

/// The read that every request and subscription makes.
pub const MEMBERSHIP_SQL: &str =
    "SELECT p.role, p.status, p.can_share, p.can_record, p.can_invite, m.state, m.ended_at
    FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND p.meeting_id = $2";

macro_rules! of_user {
    ($rest:literal) => {
        concat!(
            "SELECT m.id, m.title, m.state, m.is_public, m.organizer_id, m.created_at, m.started_at,
                m.ended_at, p.role, p.status, p.can_share, p.can_record, p.can_invite
            FROM participants p JOIN meetings m ON m.id = p.meeting_id
            WHERE p.user_id = $1 AND p.status NOT IN ('requested', 'removed') AND ",
            $rest
        )
    };
}

/// The page of a person's meetings, newest first: ids are in order of time.
pub const OF_USER_SQL: &str = of_user!("p.meeting_id < $2 ORDER BY p.meeting_id DESC LIMIT $3");

const GET_SQL: &str = of_user!("p.meeting_id = $2");

/// After every UUID.
const LAST_ID: &str = "g";

#[derive(sqlx::FromRow)]
struct StandingRow {
    role: String,
    status: String,
    can_share: bool,
    can_record: bool,
    can_invite: bool,
}

impl StandingRow {
    fn standing(&self) -> Result<Standing, StoreError> {
        Ok(Standing {
            role: to_role(&self.role)?,
            status: ParticipantStatus::parse(&self.status)
                .ok_or_else(|| StoreError::damaged("participant status", &self.status))?,
            can_share: self.can_share,
            can_record: self.can_record,
            can_invite: self.can_invite,
        })
    }
}

#[derive(sqlx::FromRow)]
struct MeetingRow {
    id: String,
    title: String,
    state: String,
    is_public: bool,
    organizer_id: String,
    created_at: i64,
    started_at: Option<i64>,
    ended_at: Option<i64>,
    #[sqlx(flatten)]
    standing: StandingRow,
}

fn meeting(row: MeetingRow) -> Result<Meeting, StoreError> {
    Ok(Meeting {
        id: to_id(&row.id)?,
        title: row.title,
        state: to_state(&row.state)?,
        is_public: row.is_public,
        standing: row.standing.standing()?,
        organizer_id: to_id(&row.organizer_id)?,
        created_at: to_u64(row.created_at),
        started_at: row.started_at.map(to_u64),
        ended_at: row.ended_at.map(to_u64),
    })
}

fn to_role(name: &str) -> Result<Role, StoreError> {
    Role::parse(name).ok_or_else(|| StoreError::damaged("role", &name))
}

fn to_state(name: &str) -> Result<MeetingState, StoreError> {
    MeetingState::parse(name).ok_or_else(|| StoreError::damaged("meeting state", &name))
}

/// What `user` is in the meeting; absent when the person was never asked there.
///
/// # Errors
/// The store fails.
pub async fn membership(
    db: &Db,
    user: &UserId,
    meeting: &MeetingId,
) -> Result<Option<Membership>, StoreError> {
    let row: Option<MembershipRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(MEMBERSHIP_SQL)
                .bind(user.as_str())
                .bind(meeting.as_str())
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(|row| {
        Ok(Membership {
            standing: row.standing.standing()?,
            state: to_state(&row.state)?,
            ended_at: row.ended_at.map(to_u64),
        })
    })
    .transpose()
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    state: String,
    ended_at: Option<i64>,
    #[sqlx(flatten)]
    standing: StandingRow,
}

/// Stores a new meeting, of an organisation or of none, with its host and its empty
/// journals.
///
/// # Errors
/// The store fails.
pub async fn insert(
    db: &Db,
    meeting: &Meeting,
    org: Option<&OrgId>,
    entry: &Entry,
    once: &Once,
) -> Result<(), StoreError> {
    let now = to_i64(meeting.created_at);
    on_db!(
        db,
        transaction
            | tx
            | {
                sqlx::query(
                    "INSERT INTO meetings
                 (id, title, state, organizer_id, org_id, created_at, updated_at, is_public)
             VALUES ($1, $2, $3, $4, $5, $6, $6, $7)",
                )
                .bind(meeting.id.as_str())
                .bind(&meeting.title)
                .bind(meeting.state.as_str())
                .bind(meeting.organizer_id.as_str())
                .bind(org.map(OrgId::as_str))
                .bind(now)
                .bind(meeting.is_public)
                .execute(&mut *tx)
                .await?;
                // A host without a known address is kept under the user id.
                sqlx::query(
            "INSERT INTO participants (meeting_id, email, user_id, role, status, created_at, updated_at,
                 joined_at)
             SELECT $1, COALESCE(email, id), id, $3, $5, $4, $4, $4 FROM users WHERE id = $2",
        )
        .bind(meeting.id.as_str())
        .bind(meeting.organizer_id.as_str())
        .bind(meeting.standing.role.as_str())
        .bind(now)
        .bind(meeting.standing.status.as_str())
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

/// A public meeting as strangers see it; absent when it is private.
///
/// # Errors
/// The store fails.
pub async fn public(db: &Db, id: &MeetingId) -> Result<Option<PublicMeeting>, StoreError> {
    let row: Option<(String, String, i64)> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(
                "SELECT title, state, created_at FROM meetings WHERE id = $1 AND is_public",
            )
            .bind(id.as_str())
            .fetch_optional(pool)
            .await?
        }
    );
    row.map(|(title, state, created_at)| {
        Ok(PublicMeeting {
            id: id.clone(),
            title,
            state: to_state(&state)?,
            is_public: true,
            created_at: to_u64(created_at),
        })
    })
    .transpose()
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
