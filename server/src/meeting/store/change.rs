//! What hosts change of a meeting's participants.

use super::participants::{FIND_SQL, ParticipantRow, participant};
use super::said::say;
use super::{StandingRow, host, still};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, hold, to_i64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::access::{Action, may_make};
use connvo_core::chat::SystemEvent;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Participant, ParticipantChanges};
use serde_json::json;

/// Changes role and rights of a participant, found by address or user id; and whose rights
/// that are. The inner error is a refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn change_participant(
    db: &Db,
    (by, meeting): (&UserId, &MeetingId),
    (who, changes): (&str, ParticipantChanges),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<(Participant, Option<UserId>), Problem>, StoreError> {
    let changed = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, meeting).await?;
            let by_now = still(&mut tx, (by, meeting), Action::ChangeParticipant, now_ms).await?;
            let standing = match by_now {
                Ok(by_now) => by_now.standing,
                Err(problem) => return Ok(Err(problem)),
            };
            let row: Option<ParticipantRow> = sqlx::query_as(FIND_SQL)
                .bind(meeting.as_str())
                .bind(by.as_str())
                .bind(who)
                .fetch_optional(&mut *tx)
                .await?;
            let Some(row) = row else {
                return Ok(Err(Problem::not_found("the participant")));
            };
            let before = participant(row)?;
            if !before.standing.status.takes_part() {
                let detail = "who does not take part has no role: invite them";
                return Ok(Err(Problem::new(ErrorCode::Conflict, detail)));
            }
            let next = changes.apply(&before.standing).and_then(|next| {
                may_make(&standing, Some(&before.standing), &next)?;
                Ok(next)
            });
            let next = match next {
                Ok(next) => next,
                Err(problem) => return Ok(Err(problem)),
            };
            sqlx::query(
                "UPDATE participants SET role = $3, can_share = $4, can_record = $5,
                     can_invite = $6, updated_at = $7
                 WHERE meeting_id = $1 AND email = $2",
            )
            .bind(meeting.as_str())
            .bind(&before.email)
            .bind(next.role.as_str())
            .bind(next.can_share)
            .bind(next.can_record)
            .bind(next.can_invite)
            .bind(to_i64(now_ms))
            .execute(&mut *tx)
            .await?;
            let of = before.user_id.clone();
            let whom = match &of {
                Some(id) => ("userId", id.to_string()),
                None => (
                    "emailHash",
                    audit::address_hash(meeting.as_str(), &before.email),
                ),
            };
            let role = json!({"from": before.standing.role, "to": next.role});
            let entry = entry.with(json!({whom.0: whom.1, "role": role,
                "canShare": next.can_share, "canRecord": next.can_record,
                "canInvite": next.can_invite}));
            let shown = super::participants::shown(&mut tx, (by, meeting), &before.email).await?;
            audit::store::record(&mut tx, &entry).await?;
            idempotency::store::keep(&mut tx, once, 200, &shown).await?;
            Ok((shown, of))
        }
    );
    Ok(changed)
}

/// Makes somebody who takes part the host, and the host a co-host. The inner error is a
/// refusal: nothing was changed.
///
/// # Errors
/// The store fails.
pub async fn hand_over(
    db: &Db,
    meeting: &MeetingId,
    (from, to): (&UserId, &UserId),
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Result<Participant, Problem>, StoreError> {
    let done = on_db!(
        db,
        transaction | tx | {
            hold::meeting(&mut tx, meeting).await?;
            let by_now = still(&mut tx, (from, meeting), Action::HandOverHost, now_ms).await?;
            if let Err(problem) = by_now {
                return Ok(Err(problem));
            }
            let row: Option<StandingRow> = sqlx::query_as(
                "SELECT p.role, p.status, p.can_share, p.can_record, p.can_invite
                 FROM participants p JOIN users u ON u.id = p.user_id
                 WHERE p.meeting_id = $1 AND p.user_id = $2 AND u.is_active
                     AND u.deleted_at IS NULL",
            )
            .bind(meeting.as_str())
            .bind(to.as_str())
            .fetch_optional(&mut *tx)
            .await?;
            let standing = row.map(|row| row.standing()).transpose()?;
            let there = standing.is_some_and(|one| one.status.takes_part()) && from != to;
            if !there {
                let detail = "a meeting is handed over to somebody else who takes part in it";
                return Ok(Err(Problem::new(ErrorCode::Conflict, detail)));
            }
            host::give(&mut tx, meeting, ((from, "co-host"), to), now_ms).await?;
            let event = (SystemEvent::HostChanged, Some(to));
            say(&mut tx, meeting, event, &entry, now_ms).await?;
            let entry = entry.with(json!({"host": {"from": from, "to": to}}));
            let shown = super::participants::shown(&mut tx, (from, meeting), to.as_str()).await?;
            audit::store::record(&mut tx, &entry).await?;
            idempotency::store::keep(&mut tx, once, 200, &shown).await?;
            Ok(shown)
        }
    );
    Ok(done)
}
