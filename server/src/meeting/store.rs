//! Meetings and members in the database.

mod change;
mod host;
mod invite;
mod moves;
mod now;
mod participants;
mod plan;
mod read;
mod remove;
mod row;
mod said;
mod state;

use super::Membership;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, streams, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::access::{Action, ParticipantStatus, Role, Standing};
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, OrgId, UserId};
use connvo_core::meeting::now::taking;
use connvo_core::meeting::{Meeting, MeetingState};

pub use change::{change_participant, hand_over};
pub use host::bequeath;
pub use invite::{Invited, invite};
pub use moves::{Moved, Mover, take};
pub use now::{Line, line, now, pause_transcription, queue};
pub use participants::{
    Sees, away, back, come_in, everybody, find_participant, host as host_of, participants, seen,
};
pub use plan::change_plan;
pub(super) use plan::series_of;
pub use read::{
    Filter, OF_USER_SQL, PUBLIC_PAGE_SQL, dated, get, get_whole, is_public, list, of_user, public,
    public_list,
};
pub use remove::{remove_alone, remove_rest};
pub use state::{RUNNING_SQL, Running, Successor, advance, conclude, running};

/// The journals of a meeting, as `streams.kind` names them.
pub const STREAMS: [&str; 3] = [streams::NOTE, streams::TRANSCRIPT, streams::CHAT];

/// The read that every request and subscription makes.
pub const MEMBERSHIP_SQL: &str =
    "SELECT p.role, p.status, p.can_share, p.can_record, p.can_invite, m.state, m.ended_at,
        m.is_public, m.transcription, m.transcription_paused
    FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND p.meeting_id = $2";

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
    row.map(MembershipRow::membership).transpose()
}

/// What somebody is in a meeting that the transaction holds, when that allows `action`: what
/// was asked before it may be a moment old. The inner error is a refusal.
async fn still(
    tx: impl Into<Tx<'_>>,
    (user, meeting): (&UserId, &MeetingId),
    action: Action,
    now_ms: u64,
) -> Result<Result<Membership, Problem>, StoreError> {
    let row: Option<MembershipRow> = on_tx!(tx.into(), |line| {
        sqlx::query_as(MEMBERSHIP_SQL)
            .bind(user.as_str())
            .bind(meeting.as_str())
            .fetch_optional(line)
            .await?
    });
    let Some(row) = row else {
        return Ok(Err(Problem::not_found("the meeting")));
    };
    let membership = row.membership()?;
    Ok(membership.may(action, now_ms).map(|()| membership))
}

#[derive(sqlx::FromRow)]
struct MembershipRow {
    state: String,
    ended_at: Option<i64>,
    is_public: bool,
    transcription: bool,
    transcription_paused: bool,
    #[sqlx(flatten)]
    standing: StandingRow,
}

impl MembershipRow {
    fn membership(self) -> Result<Membership, StoreError> {
        let state = to_state(&self.state)?;
        Ok(Membership {
            standing: self.standing.standing()?,
            state,
            ended_at: self.ended_at.map(to_u64),
            is_public: self.is_public,
            transcription: taking(state, self.transcription, self.transcription_paused),
        })
    }
}

/// Stores a new meeting, of an organisation or of none, with its host and its empty
/// journals; `ends_at` is the last date of its series, where it has one.
///
/// # Errors
/// The store fails.
pub async fn insert(
    db: &Db,
    meeting: &Meeting,
    (org, ends_at): (Option<&OrgId>, Option<u64>),
    entry: &Entry,
    once: &Once,
) -> Result<(), StoreError> {
    let (now, plan) = (to_i64(meeting.created_at), &meeting.plan);
    on_db!(
        db,
        transaction | tx | {
            sqlx::query(
                "INSERT INTO meetings (id, title, state, organizer_id, org_id, created_at,
                     updated_at, is_public, started_at, series_id)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)",
            )
            .bind(meeting.id.as_str())
            .bind(&plan.title)
            .bind(meeting.state.as_str())
            .bind(meeting.organizer_id.as_str())
            .bind(org.map(OrgId::as_str))
            .bind(now)
            .bind(plan.is_public)
            .bind(meeting.started_at.map(to_i64))
            .bind(&meeting.series_id)
            .execute(&mut *tx)
            .await?;
            plan::write_plan(&mut tx, &meeting.id, plan, ends_at, meeting.created_at).await?;
            // A host without a known address is kept under the user id.
            sqlx::query(
                "INSERT INTO participants (meeting_id, email, user_id, role, status, created_at,
                     updated_at, joined_at)
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
            state::begin_streams(&mut tx, &meeting.id).await?;
        }
    );
    Ok(())
}
