//! Invitations in the database. An address tells nobody who has it: that shows once they
//! have come in. And an invitation does not reach who has blocked its sender, or is
//! blocked by them: it waits as it does for an address that nobody has.

use super::participants::{ParticipantRow, participant};
use super::{StandingRow, still};
use crate::audit::{self, Entry};
use crate::db::{Db, StoreError, Tx, to_i64, to_id, to_u64};
use crate::idempotency::{self, Once};
use crate::{on_db, on_tx};
use connvo_core::access::{Action, may_make};
use connvo_core::entitlement::Entitlements;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::admits;
use connvo_core::meeting::{NewParticipant, Participant, Whom};
use serde_json::json;

/// What became of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// A member, or one to be; and whose rights may have changed.
    Member(Participant, Vec<UserId>),
    /// The address is the host's, who keeps that role.
    Host,
    /// The plan allows no more members, or who invites may not (any more).
    Refused(Problem),
}

/// Whom an invitation is for.
struct Reached {
    /// Who has the address, unless a block is between them and who invites.
    user: Option<String>,
    /// Whether there is such a block.
    blocked: bool,
    /// The address that they are invited under.
    address: String,
    /// Most participants of the meeting, where it has a most of its own.
    most: Option<u32>,
}

/// Who is invited: the row before.
#[derive(sqlx::FromRow)]
struct BeforeRow {
    user_id: Option<String>,
    #[sqlx(flatten)]
    standing: StandingRow,
}

#[derive(sqlx::FromRow)]
struct InvitedRow {
    /// Who has the address, whether that shows or not.
    holder: Option<String>,
    #[sqlx(flatten)]
    shown: ParticipantRow,
}

/// Invites an address or changes its role. Who signs in with the address later finds
/// the invitation; who has already is a member at once.
///
/// # Errors
/// The store fails.
pub async fn invite(
    db: &Db,
    meeting: &MeetingId,
    (by, new): (&UserId, &NewParticipant),
    entitlements: &Entitlements,
    (entry, once): (Entry, &Once),
    now_ms: u64,
) -> Result<Invited, StoreError> {
    let next = new.standing();
    let invited = on_db!(
        db,
        transaction | tx | {
            let reached = reach(&mut tx, meeting, by, new.whom()).await?;
            let by_now = still(&mut tx, (by, meeting), Action::Invite, now_ms).await?;
            let standing = match by_now {
                Ok(by_now) => by_now.standing,
                Err(problem) => return Ok(Invited::Refused(problem)),
            };
            if reached.user.is_none() && matches!(new.whom(), Whom::Person(_)) {
                return Ok(Invited::Refused(Problem::not_found("the user")));
            }
            let before: Option<BeforeRow> = sqlx::query_as(
                "SELECT user_id, role, status, can_share, can_record, can_invite
                 FROM participants WHERE meeting_id = $1 AND email = $2",
            )
            .bind(meeting.as_str())
            .bind(&reached.address)
            .fetch_optional(&mut *tx)
            .await?;
            let (was, before) = match before {
                Some(row) => (row.user_id, Some(row.standing.standing()?)),
                None => (None, None),
            };
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
                admits(reached.most, entitlements, to_u64(members))
            };
            match may_make(&standing, before.as_ref(), next).and(room) {
                Err(problem) => Invited::Refused(problem),
                Ok(()) => {
                    let row: Option<InvitedRow> = sqlx::query_as(INVITE_SQL)
                        .bind(meeting.as_str())
                        .bind(&reached.address)
                        .bind(next.role.as_str())
                        .bind(to_i64(now_ms))
                        .bind(next.status.as_str())
                        .bind(next.can_share)
                        .bind(next.can_record)
                        .bind(next.can_invite)
                        .bind(&reached.user)
                        .bind(by.as_str())
                        .bind(reached.blocked)
                        .fetch_optional(&mut *tx)
                        .await?;
                    match row {
                        None => Invited::Host,
                        Some(InvitedRow { holder, shown }) => {
                            let shown = participant(shown)?;
                            // Addresses do not outlive their owner here: of one that
                            // nobody is known to have, only the hash is kept.
                            let hash = || audit::address_hash(meeting.as_str(), &shown.email);
                            let whom = match &holder {
                                Some(id) => ("userId", id.clone()),
                                None => ("emailHash", hash()),
                            };
                            let role =
                                json!({"from": before.map(|before| before.role), "to": next.role});
                            let entry = entry.with(json!({whom.0: whom.1, "role": role}));
                            audit::store::record(&mut tx, &entry).await?;
                            idempotency::store::keep(&mut tx, once, 201, &shown).await?;
                            let was = was.filter(|was| Some(was) != holder.as_ref());
                            let concerned = holder.iter().chain(&was);
                            let concerned = concerned.map(|id| to_id(id));
                            Invited::Member(shown, concerned.collect::<Result<_, StoreError>>()?)
                        }
                    }
                }
            }
        }
    );
    Ok(invited)
}

/// Holds who has an address, and then the meeting: neither a deletion nor a block comes
/// between, and two invitations at once are counted one after the other.
async fn reach(
    tx: impl Into<Tx<'_>>,
    meeting: &MeetingId,
    by: &UserId,
    whom: &Whom,
) -> Result<Reached, StoreError> {
    // Who is invited by id is kept under it: the address is not the inviter's to see.
    let (sql, address) = match whom {
        Whom::Address(email) => (HOLDER_SQL, email.clone()),
        Whom::Person(user) => (PERSON_SQL, user.to_string()),
    };
    on_tx!(tx.into(), |line| {
        let holder: Option<(String,)> = sqlx::query_as(sql)
            .bind(&address)
            .fetch_optional(&mut *line)
            .await?;
        let most: Option<(Option<i64>,)> = sqlx::query_as(
            "UPDATE meetings SET updated_at = updated_at WHERE id = $1
             RETURNING max_participants",
        )
        .bind(meeting.as_str())
        .fetch_optional(&mut *line)
        .await?;
        let most = most.and_then(|(most,)| most);
        let mut reached = Reached {
            user: holder.map(|(id,)| id),
            blocked: false,
            address,
            most: most.and_then(|most| u32::try_from(most).ok()),
        };
        let Some(holder) = reached.user.clone() else {
            return Ok(reached);
        };
        let (blocks,): (i64,) = sqlx::query_as(BLOCKS_SQL)
            .bind(by.as_str())
            .bind(&holder)
            .fetch_one(&mut *line)
            .await?;
        if blocks > 0 {
            (reached.user, reached.blocked) = (None, true);
            return Ok(reached);
        }
        // Whoever has the address now may be here under an older one.
        let older: Option<(String,)> =
            sqlx::query_as("SELECT email FROM participants WHERE meeting_id = $1 AND user_id = $2")
                .bind(meeting.as_str())
                .bind(&holder)
                .fetch_optional(&mut *line)
                .await?;
        if let Some((older,)) = older {
            reached.address = older;
        }
        Ok(reached)
    })
}

const HOLDER_SQL: &str = "UPDATE users SET updated_at = updated_at
    WHERE email = $1 AND deleted_at IS NULL RETURNING id";

const PERSON_SQL: &str = "UPDATE users SET updated_at = updated_at
    WHERE id = $1 AND is_active AND deleted_at IS NULL RETURNING id";

/// How many blocks there are between two people, either way.
const BLOCKS_SQL: &str = "SELECT COUNT(*) FROM connections WHERE state = 'blocked'
    AND (initiator_id = $1 AND recipient_id = $2 OR initiator_id = $2 AND recipient_id = $1)";

/// With a block between (`$11`), who was in the meeting once is no longer found either.
const INVITE_SQL: &str =
    "INSERT INTO participants (meeting_id, email, user_id, role, created_at, updated_at,
         status, can_share, can_record, can_invite, invited_by)
     VALUES ($1, $2, $9, $3, $4, $4, $5, $6, $7, $8, $10)
     ON CONFLICT (meeting_id, email) DO UPDATE
         SET role = excluded.role, updated_at = excluded.updated_at,
             user_id = CASE WHEN $11 AND participants.status NOT IN ('accepted', 'joined')
                 THEN NULL ELSE COALESCE(excluded.user_id, participants.user_id) END,
             joined_at = CASE WHEN $11 AND participants.status NOT IN ('accepted', 'joined')
                 THEN NULL ELSE participants.joined_at END,
             carried = CASE WHEN $11 AND participants.status NOT IN ('accepted', 'joined')
                 THEN FALSE ELSE participants.carried END,
             invited_by = excluded.invited_by,
             can_share = excluded.can_share, can_record = excluded.can_record,
             can_invite = excluded.can_invite,
             status = CASE WHEN participants.status IN ('accepted', 'joined')
                 THEN participants.status ELSE excluded.status END
         WHERE participants.role <> 'host'
     RETURNING user_id AS holder, email, created_at, role, status, can_share, can_record,
         can_invite, joined_at, left_at,
         CASE WHEN joined_at IS NOT NULL OR carried OR status = 'accepted' THEN user_id
             END AS user_id,
         CASE WHEN joined_at IS NOT NULL OR carried OR status = 'accepted'
             THEN (SELECT name FROM users WHERE id = user_id) END AS name";
