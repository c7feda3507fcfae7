//! Who follows a host, and what becomes of meetings whose host deletes their account, in
//! the transaction that does it.

use super::super::resource;
use super::said::say;
use super::state::{say_step, step};
use super::{ParticipantStatus, to_role, to_state};
use crate::audit::{self, Trail};
use crate::db::{StoreError, Tx, to_i64, to_id, to_u64};
use crate::on_tx;
use connvo_core::chat::SystemEvent;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::{Candidate, MeetingState, who_inherits};
use serde_json::json;

/// Why these changes are made, as the audit log has it.
const REASON: &str = "host-deleted";

/// The meetings of a host that are not over, by id.
const HOSTED_SQL: &str = "SELECT m.id FROM participants p JOIN meetings m ON m.id = p.meeting_id
    WHERE p.user_id = $1 AND p.role = 'host' AND m.state IN ('scheduled', 'active')
    ORDER BY m.id";

/// Holds the meeting, unless it is over by now.
const HOLD_SQL: &str = "UPDATE meetings SET updated_at = $2
    WHERE id = $1 AND state IN ('scheduled', 'active') RETURNING state";

/// Who else is there: of those who can come in.
const OTHERS_SQL: &str = "SELECT p.user_id, p.role, p.status, COALESCE(p.joined_at, p.created_at)
    FROM participants p JOIN users u ON u.id = p.user_id
    WHERE p.meeting_id = $1 AND p.user_id <> $2 AND u.is_active AND u.deleted_at IS NULL";

/// Gives every meeting of a host that is not over to its heir, or else ends it: one that
/// runs is concluded, another cancelled. The server does so, by the audit log. Answers
/// the meetings, each with the state that it is in now.
///
/// # Errors
/// The store fails.
pub async fn bequeath(
    tx: impl Into<Tx<'_>>,
    host: &UserId,
    trail: &Trail,
) -> Result<Vec<(MeetingId, MeetingState)>, StoreError> {
    let now = to_i64(trail.now_ms());
    let mut changed = Vec::new();
    on_tx!(tx.into(), |line| {
        let hosted: Vec<(String,)> = sqlx::query_as(HOSTED_SQL)
            .bind(host.as_str())
            .fetch_all(&mut *line)
            .await?;
        for (id,) in hosted {
            let held: Option<(String,)> = sqlx::query_as(HOLD_SQL)
                .bind(&id)
                .bind(now)
                .fetch_optional(&mut *line)
                .await?;
            let Some((state,)) = held else { continue };
            let (meeting, state): (MeetingId, _) = (to_id(&id)?, to_state(&state)?);
            let (next, entry) = if let Some(heir) = heir(&mut *line, &meeting, host).await? {
                let whom = ((host, "participant"), &heir);
                give(&mut *line, &meeting, whom, trail.now_ms()).await?;
                let changes = json!({"host": {"from": host, "to": heir}});
                let entry = trail.change("handOverHost", &resource(&meeting), changes);
                let event = (SystemEvent::HostChanged, Some(&heir));
                say(&mut *line, &meeting, event, &entry, trail.now_ms()).await?;
                (state, entry)
            } else {
                let (next, action) = match state {
                    MeetingState::Active => (MeetingState::Concluded, "endMeeting"),
                    _ => (MeetingState::Cancelled, "cancelMeeting"),
                };
                // Without a host nothing follows in a series.
                step(&mut *line, &meeting, (state, next), None, trail.now_ms()).await?;
                let changes = json!({"state": {"from": state, "to": next}});
                let entry = trail.change(action, &resource(&meeting), changes);
                say_step(&mut *line, &meeting, next, &entry, trail.now_ms()).await?;
                (next, entry)
            };
            audit::store::record(&mut *line, &entry.because(REASON)).await?;
            changed.push((meeting, next));
        }
    });
    Ok(changed)
}

/// Who would follow this host.
pub(super) async fn heir(
    tx: impl Into<Tx<'_>>,
    meeting: &MeetingId,
    host: &UserId,
) -> Result<Option<UserId>, StoreError> {
    let others: Vec<(String, String, String, i64)> = on_tx!(tx.into(), |line| {
        sqlx::query_as(OTHERS_SQL)
            .bind(meeting.as_str())
            .bind(host.as_str())
            .fetch_all(line)
            .await?
    });
    let others: Vec<Candidate> = others
        .into_iter()
        .map(candidate)
        .collect::<Result<_, _>>()?;
    Ok(who_inherits(&others).map(|heir| heir.user_id.clone()))
}

/// Makes somebody the host, and the host what is said.
pub(super) async fn give(
    tx: impl Into<Tx<'_>>,
    meeting: &MeetingId,
    ((from, role), to): ((&UserId, &str), &UserId),
    now_ms: u64,
) -> Result<(), StoreError> {
    on_tx!(tx.into(), |line| {
        for (user, role) in [(from, role), (to, "host")] {
            sqlx::query(
                "UPDATE participants SET role = $3, updated_at = $4
                 WHERE meeting_id = $1 AND user_id = $2",
            )
            .bind(meeting.as_str())
            .bind(user.as_str())
            .bind(role)
            .bind(to_i64(now_ms))
            .execute(&mut *line)
            .await?;
        }
        Ok(())
    })
}

fn candidate(
    (user_id, role, status, since): (String, String, String, i64),
) -> Result<Candidate, StoreError> {
    Ok(Candidate {
        user_id: to_id(&user_id)?,
        role: to_role(&role)?,
        status: ParticipantStatus::parse(&status)
            .ok_or_else(|| StoreError::damaged("participant status", &status))?,
        since: to_u64(since),
    })
}
