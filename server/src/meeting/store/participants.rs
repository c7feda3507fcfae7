//! The members of meetings in the database.

use super::StandingRow;
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::on_db;
use connvo_core::access::{ParticipantStatus, Standing, may_make};
use connvo_core::entitlement::{Entitlements, Limit, admit};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::meeting::{NewParticipant, Participant};
use serde_json::json;

macro_rules! participants_of {
    ($rest:literal) => {
        concat!(
            "SELECT p.user_id, p.email, u.name, p.created_at, p.role, p.status, p.can_share,
                 p.can_record, p.can_invite
             FROM participants p LEFT JOIN users u ON u.id = p.user_id
             WHERE p.meeting_id = $1 AND ",
            $rest
        )
    };
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
            sqlx::query_as(participants_of!("p.email > $2 ORDER BY p.email LIMIT $3"))
                .bind(meeting.as_str())
                .bind(after_email)
                .bind(i64::from(limit))
                .fetch_all(pool)
                .await?
        }
    );
    rows.into_iter().map(participant).collect()
}

#[derive(sqlx::FromRow)]
struct ParticipantRow {
    user_id: Option<String>,
    email: String,
    name: Option<String>,
    created_at: i64,
    #[sqlx(flatten)]
    standing: StandingRow,
}

fn participant(row: ParticipantRow) -> Result<Participant, StoreError> {
    Ok(Participant {
        user_id: row.user_id.as_deref().map(to_id).transpose()?,
        email: row.email,
        name: row.name,
        standing: row.standing.standing()?,
        invited_at: to_u64(row.created_at),
    })
}

/// What became of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// A member, or one to be.
    Member(Participant),
    /// The address is the host's, who keeps that role.
    Host,
    /// The plan allows no more members.
    Refused(Problem),
}

/// Invites an address or changes its role. Who signs in with the address later finds
/// the invitation; who has already is a member at once.
///
/// # Errors
/// The store fails.
pub async fn invite(
    db: &Db,
    meeting: &MeetingId,
    (by, new): (&Standing, &NewParticipant),
    entitlements: &Entitlements,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Invited, StoreError> {
    let standing = new.standing();
    let invited = on_db!(
        db,
        transaction
            | tx
            | {
                // Two invitations at once are counted one after the other.
                sqlx::query("UPDATE meetings SET updated_at = updated_at WHERE id = $1")
                    .bind(meeting.as_str())
                    .execute(&mut *tx)
                    .await?;
                // Whoever has the address now may be here under an older one.
                let present: Option<(String, Option<String>)> = sqlx::query_as(PRESENT_SQL)
                    .bind(meeting.as_str())
                    .bind(new.email())
                    .fetch_optional(&mut *tx)
                    .await?;
                let (user, older) = present.unzip();
                let address = older.flatten().unwrap_or_else(|| new.email().to_owned());
                let before: Option<StandingRow> = sqlx::query_as(
                    "SELECT role, status, can_share, can_record, can_invite
                 FROM participants WHERE meeting_id = $1 AND email = $2",
                )
                .bind(meeting.as_str())
                .bind(&address)
                .fetch_optional(&mut *tx)
                .await?;
                let before = before.map(|row| row.standing()).transpose()?;
                let (members,): (i64,) = sqlx::query_as(
                    "SELECT COUNT(*) FROM participants
                     WHERE meeting_id = $1 AND status IN ('invited', 'accepted', 'joined')",
                )
                .bind(meeting.as_str())
                .fetch_one(&mut *tx)
                .await?;
                let counted = before.is_some_and(|before| before.status.takes_part());
                let room = if counted {
                    Ok(())
                } else {
                    admit(entitlements, Limit::Participants, to_u64(members))
                };
                match may_make(by, before.as_ref(), standing).and(room) {
                    Err(problem) => Invited::Refused(problem),
                    Ok(()) => {
                        let row: Option<ParticipantRow> = sqlx::query_as(INVITE_SQL)
                            .bind(meeting.as_str())
                            .bind(&address)
                            .bind(standing.role.as_str())
                            .bind(to_i64(now_ms))
                            .bind(standing.status.as_str())
                            .bind(standing.can_share)
                            .bind(standing.can_record)
                            .bind(standing.can_invite)
                            .bind(user)
                            .fetch_optional(&mut *tx)
                            .await?;
                        match row.map(participant).transpose()? {
                            None => Invited::Host,
                            Some(invited) => {
                                // Addresses do not outlive their owner here: of one that
                                // nobody is known to have, only the hash is kept.
                                let whom = match &invited.user_id {
                                    Some(id) => ("userId", id.to_string()),
                                    None => (
                                        "emailHash",
                                        audit::address_hash(meeting.as_str(), &invited.email),
                                    ),
                                };
                                let role = json!({"from": before.map(|before| before.role), "to": standing.role});
                                let entry = entry.with(json!({whom.0: whom.1, "role": role}));
                                audit::store::record(&mut tx, &entry).await?;
                                idempotency::store::keep(&mut tx, once, 201, &invited).await?;
                                Invited::Member(invited)
                            }
                        }
                    }
                }
            }
    );
    Ok(invited)
}

/// Who has an address now, and under which address they are in the meeting already.
const PRESENT_SQL: &str = "SELECT u.id, p.email FROM users u
    LEFT JOIN participants p ON p.meeting_id = $1 AND p.user_id = u.id
    WHERE u.email = $2 ORDER BY u.created_at, u.id LIMIT 1";

const INVITE_SQL: &str =
    "INSERT INTO participants (meeting_id, email, user_id, role, created_at, updated_at,
         status, can_share, can_record, can_invite)
     VALUES ($1, $2, $9, $3, $4, $4, $5, $6, $7, $8)
     ON CONFLICT (meeting_id, email) DO UPDATE
         SET role = excluded.role, updated_at = excluded.updated_at,
             user_id = COALESCE(excluded.user_id, participants.user_id),
             can_share = excluded.can_share, can_record = excluded.can_record,
             can_invite = excluded.can_invite,
             status = CASE WHEN participants.status IN ('accepted', 'joined')
                 THEN participants.status ELSE excluded.status END
         WHERE participants.role <> 'host'
     RETURNING user_id, email, (SELECT name FROM users WHERE id = user_id) AS name, created_at,
         role, status, can_share, can_record, can_invite";

/// The participant at an address, or of a user id.
///
/// # Errors
/// The store fails.
pub async fn find_participant(
    db: &Db,
    meeting: &MeetingId,
    who: &str,
) -> Result<Option<Participant>, StoreError> {
    let row: Option<ParticipantRow> = on_db!(
        db,
        read | pool | {
            sqlx::query_as(participants_of!("(p.email = $2 OR p.user_id = $2)"))
                .bind(meeting.as_str())
                .bind(who)
                .fetch_optional(pool)
                .await?
        }
    );
    row.map(participant).transpose()
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
