//! How participants get from one status to another: by the table of core, with the meeting
//! held, so that two who come at once are counted one after the other.

use super::host;
use super::participants::{FIND_SQL, ParticipantRow, did, participant, shown};
use super::said::say;
use super::{still, to_state};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::access::{Action, ParticipantStatus, Role};
use connvo_core::chat::SystemEvent;
use connvo_core::entitlement::Entitlements;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::{Move, REQUESTS, Terms, admits, step};
use connvo_core::meeting::{MeetingState, Participant};
use serde_json::json;

/// Who moves whom.
#[derive(Debug, Clone, Copy)]
pub struct Mover<'a> {
    /// Who does it.
    pub by: &'a UserId,
    /// Whom it moves, by address or user id; absent for who does it.
    pub whom: Option<&'a str>,
    /// What they may do, so that they may move so; absent for who is a stranger.
    pub action: Option<Action>,
    /// How.
    pub taken: Move,
}

/// Somebody has moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// What they are now.
    pub participant: Participant,
    /// Whose rights have changed.
    pub user_id: Option<UserId>,
    /// Who is the host now, where that is another.
    pub host: Option<UserId>,
}

#[derive(sqlx::FromRow)]
struct HeldRow {
    state: String,
    is_public: bool,
    requires_approval: bool,
    max_participants: Option<i64>,
}

const HOLD_SQL: &str = "UPDATE meetings SET updated_at = updated_at WHERE id = $1
    RETURNING state, is_public, requires_approval, max_participants";

const OWN_SQL: &str = concat!(
    "SELECT p.user_id, p.email, u.name, p.created_at, p.role, p.status,
        p.can_share, p.can_record, p.can_invite, p.joined_at, p.left_at, ",
    did!(),
    " FROM participants p JOIN users u ON u.id = p.user_id
    WHERE p.meeting_id = $1 AND p.user_id = $2"
);

const COUNTS_SQL: &str = "SELECT
        COUNT(CASE WHEN status IN ('invited', 'accepted', 'joined') THEN 1 END),
        COUNT(CASE WHEN status = 'requested' THEN 1 END)
    FROM participants WHERE meeting_id = $1";

const MOVE_SQL: &str = "UPDATE participants SET status = $3, updated_at = $4,
        joined_at = CASE WHEN $3 = 'joined' THEN COALESCE(joined_at, $4) ELSE joined_at END,
        left_at = CASE WHEN $3 = 'joined' THEN NULL
            WHEN $3 IN ('left', 'removed') THEN COALESCE(left_at, $4) ELSE left_at END
    WHERE meeting_id = $1 AND email = $2";

/// Who comes without having been asked is kept under the user id: their address is nobody's
/// to see.
const COME_SQL: &str = "INSERT INTO participants (meeting_id, email, user_id, role, status,
        created_at, updated_at, joined_at)
    VALUES ($1, $2, $2, 'participant', $3, $4, $4, CASE WHEN $3 = 'joined' THEN $4 END)";

/// Who takes their wish to join back is a stranger again, and may have it anew.
const FORGET_SQL: &str = "DELETE FROM participants WHERE meeting_id = $1 AND email = $2";

/// Moves somebody. A host who leaves hands the meeting to the heir. The inner error is a
/// refusal: nothing was changed. The first answer is kept with `status`: without a body
/// where that is 204.
///
/// # Errors
/// The store fails.
pub async fn take(
    db: &Db,
    meeting: &MeetingId,
    mover: Mover<'_>,
    entitlements: &Entitlements,
    (entry, once, status): (Entry, &Once, u16),
    now_ms: u64,
) -> Result<Result<Moved, Problem>, StoreError> {
    let moved = on_db!(
        db,
        transaction | tx | {
            let held: Option<HeldRow> = sqlx::query_as(HOLD_SQL)
                .bind(meeting.as_str())
                .fetch_optional(&mut *tx)
                .await?;
            let Some(held) = held else {
                return Ok(Err(Problem::not_found("the meeting")));
            };
            if let Some(action) = mover.action {
                let whose = (mover.by, meeting);
                if let Err(problem) = still(&mut tx, whose, action, now_ms).await? {
                    return Ok(Err(problem));
                }
            }
            let terms = Terms {
                state: to_state(&held.state)?,
                is_public: held.is_public,
                requires_approval: held.requires_approval,
            };
            let row: Option<ParticipantRow> = match mover.whom {
                Some(who) => {
                    sqlx::query_as(FIND_SQL)
                        .bind(meeting.as_str())
                        .bind(mover.by.as_str())
                        .bind(who)
                        .fetch_optional(&mut *tx)
                        .await?
                }
                None => {
                    sqlx::query_as(OWN_SQL)
                        .bind(meeting.as_str())
                        .bind(mover.by.as_str())
                        .fetch_optional(&mut *tx)
                        .await?
                }
            };
            let before = row.map(participant).transpose()?;
            if mover.whom.is_some() && before.is_none() {
                return Ok(Err(Problem::not_found("the participant")));
            }
            let was = before
                .as_ref()
                .map(|one| (one.standing.role, one.standing.status));
            let next = match step(was, mover.taken, terms) {
                Ok(next) => next,
                Err(problem) => return Ok(Err(problem)),
            };
            let (members, requests): (i64, i64) = sqlx::query_as(COUNTS_SQL)
                .bind(meeting.as_str())
                .fetch_one(&mut *tx)
                .await?;
            let most = held
                .max_participants
                .and_then(|most| u32::try_from(most).ok());
            let counted = was.is_some_and(|(_, status)| status.takes_part());
            if next.takes_part() && !counted {
                if let Err(problem) = admits(most, entitlements, to_u64(members)) {
                    return Ok(Err(problem));
                }
            } else if next == ParticipantStatus::Requested && to_u64(requests) >= REQUESTS {
                let detail = "too many people wait for an answer already";
                return Ok(Err(
                    Problem::new(ErrorCode::Conflict, detail).because("full")
                ));
            }
            // A host who goes is followed by somebody, or stays.
            let mut heir = None;
            if next == ParticipantStatus::Left && was.is_some_and(|(role, _)| role == Role::Host) {
                if !matches!(terms.state, MeetingState::Scheduled | MeetingState::Active) {
                    let detail = "the meeting is over: its host stays";
                    return Ok(Err(Problem::new(ErrorCode::Conflict, detail)));
                }
                heir = host::heir(&mut tx, meeting, mover.by).await?;
                let Some(heir) = &heir else {
                    let detail = "nobody could be the host then: end the meeting or call it off";
                    return Ok(Err(
                        Problem::new(ErrorCode::Conflict, detail).because("host")
                    ));
                };
                host::give(&mut tx, meeting, ((mover.by, "participant"), heir), now_ms).await?;
            }
            let key = match &before {
                Some(one) => {
                    sqlx::query(MOVE_SQL)
                        .bind(meeting.as_str())
                        .bind(&one.email)
                        .bind(next.as_str())
                        .bind(to_i64(now_ms))
                        .execute(&mut *tx)
                        .await?;
                    one.email.clone()
                }
                None => {
                    sqlx::query(COME_SQL)
                        .bind(meeting.as_str())
                        .bind(mover.by.as_str())
                        .bind(next.as_str())
                        .bind(to_i64(now_ms))
                        .execute(&mut *tx)
                        .await?;
                    mover.by.to_string()
                }
            };
            let user_id = match (&before, mover.whom) {
                (Some(one), _) => one.user_id.clone(),
                (None, _) => Some(mover.by.clone()),
            };
            if let Some(user) = user_id.as_ref().filter(|_| !next.takes_part()) {
                sqlx::query("DELETE FROM speaker_queue WHERE meeting_id = $1 AND user_id = $2")
                    .bind(meeting.as_str())
                    .bind(user.as_str())
                    .execute(&mut *tx)
                    .await?;
            }
            // Who has not come in, or only asked to, is missed by nobody.
            let event = match (&heir, before.as_ref().and_then(|one| one.joined_at)) {
                (Some(heir), _) => Some((SystemEvent::HostChanged, Some(heir))),
                (None, Some(_)) if counted && next == ParticipantStatus::Removed => {
                    Some((SystemEvent::ParticipantRemoved, user_id.as_ref()))
                }
                _ => None,
            };
            if let Some(event) = event {
                say(&mut tx, meeting, event, &entry, now_ms).await?;
            }
            let mut now = shown(&mut tx, (mover.by, meeting), &key).await?;
            let from = was.map(|(_, status)| status);
            if from == Some(ParticipantStatus::Requested) && next == ParticipantStatus::Left {
                // What was to be their place in it never was.
                now.left_at = None;
                sqlx::query(FORGET_SQL)
                    .bind(meeting.as_str())
                    .bind(&key)
                    .execute(&mut *tx)
                    .await?;
            }
            if from != Some(next) {
                let mut changes = json!({"userId": user_id, "status": {"from": from, "to": next}});
                if let Some(heir) = &heir {
                    changes["host"] = json!({"from": mover.by, "to": heir});
                }
                audit::store::record(&mut tx, &entry.with(changes)).await?;
            }
            match status {
                204 => idempotency::store::keep(&mut tx, once, 204, &()).await?,
                _ => idempotency::store::keep(&mut tx, once, status, &now).await?,
            }
            Ok(Moved {
                participant: now,
                user_id,
                host: heir,
            })
        }
    );
    Ok(moved)
}
