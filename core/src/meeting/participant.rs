//! The members of a meeting: who is asked, and the one table of how somebody gets from
//! being asked to being there and to being gone.

use super::{MeetingState, validate_email};
use crate::access::{ParticipantStatus, Role, Standing};
use crate::entitlement::{Entitlements, Limit, admit};
use crate::error::{ErrorCode, Problem};
use crate::id::UserId;
use serde::{Deserialize, Serialize};

use ParticipantStatus::{Accepted, Declined, Invited, Joined, Left, Removed, Requested};

/// Most people who wait for an answer to their wish to join one meeting.
pub const REQUESTS: u64 = 200;

/// What moves somebody from one status to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Move {
    /// Another asks them.
    Invite,
    /// Host or co-host say yes to who asked to join.
    Approve,
    /// Host or co-host say no.
    Refuse,
    /// They say yes.
    Accept,
    /// They say no.
    Decline,
    /// They come in; strangers to a public meeting too, or else ask to.
    Join,
    /// They go for good; who has asked to join takes that back, and is a stranger again.
    Leave,
    /// Host or co-host send them away.
    Remove,
}

impl Move {
    /// Every move.
    pub const ALL: [Self; 8] = [
        Self::Invite,
        Self::Approve,
        Self::Refuse,
        Self::Accept,
        Self::Decline,
        Self::Join,
        Self::Leave,
        Self::Remove,
    ];
}

/// What of a meeting counts for who may come in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// Where it is in its life.
    pub state: MeetingState,
    /// Whether anybody may learn of it.
    pub is_public: bool,
    /// Whether who asks to join needs approval.
    pub requires_approval: bool,
}

/// The status of somebody after a move; `before` is what they were, none for who was never
/// there. A host who leaves hands the meeting over first: that is for the caller to do.
///
/// # Errors
/// `CONFLICT` where the move leads nowhere from there, or the meeting is over; `NOT_FOUND`
/// to a stranger of a private meeting; `FORBIDDEN` to who was sent away from a public one.
pub fn step(
    before: Option<(Role, ParticipantStatus)>,
    taken: Move,
    terms: Terms,
) -> Result<ParticipantStatus, Problem> {
    let status = before.map(|(_, status)| status);
    if let Some(next) = moved(before, taken, terms) {
        return Ok(next);
    }
    let is_host = before.is_some_and(|(role, _)| role == Role::Host);
    Err(match (taken, status) {
        (Move::Join, None | Some(Requested | Removed)) if !terms.is_public => {
            Problem::not_found("the meeting")
        }
        (Move::Join, Some(Removed)) => {
            let detail = "you were sent away from this meeting: its host may invite you again";
            Problem::new(ErrorCode::Forbidden, detail).because("status")
        }
        _ if leads_to(before, taken, terms).is_some() => conflict("the meeting is over"),
        _ if is_host => conflict("the host stays: hand the meeting over first"),
        (_, Some(Requested)) => conflict("this waits for host or co-host"),
        (_, Some(Left | Removed)) => conflict("who has gone does not go again"),
        _ => conflict("that is so already, or was not asked"),
    })
}

/// As [`step`], without saying why not.
#[must_use]
pub fn moved(
    before: Option<(Role, ParticipantStatus)>,
    taken: Move,
    terms: Terms,
) -> Option<ParticipantStatus> {
    // Who is there may go at any time; to come is for what is not over.
    let over = matches!(
        terms.state,
        MeetingState::Concluded | MeetingState::Cancelled
    );
    let in_time = match taken {
        Move::Leave | Move::Remove | Move::Refuse | Move::Invite => true,
        _ => !over,
    };
    leads_to(before, taken, terms).filter(|_| in_time)
}

/// Where a move leads to, were there time for it.
fn leads_to(
    before: Option<(Role, ParticipantStatus)>,
    taken: Move,
    terms: Terms,
) -> Option<ParticipantStatus> {
    let status = before.map(|(_, status)| status);
    let is_host = before.is_some_and(|(role, _)| role == Role::Host);
    match (taken, status) {
        (Move::Join, None | Some(Requested)) if !terms.is_public => None,
        (Move::Invite, Some(Accepted | Joined)) if !is_host => status,
        (Move::Invite, _) if !is_host => Some(Invited),
        (Move::Approve, Some(Requested)) => Some(Accepted),
        (Move::Refuse, Some(Requested)) => Some(Removed),
        (Move::Accept, Some(Invited | Declined)) => Some(Accepted),
        (Move::Decline, Some(Invited | Accepted)) if !is_host => Some(Declined),
        (Move::Join, Some(Invited | Accepted | Declined | Left | Joined)) => Some(Joined),
        (Move::Join, None) if terms.requires_approval => Some(Requested),
        (Move::Join, None) if terms.state == MeetingState::Active => Some(Joined),
        (Move::Join, None) => Some(Accepted),
        (Move::Leave, Some(Requested | Invited | Accepted | Joined)) => Some(Left),
        (Move::Remove, Some(before)) if !is_host && before != Removed => Some(Removed),
        _ => None,
    }
}

fn conflict(detail: &str) -> Problem {
    Problem::new(ErrorCode::Conflict, detail)
}

/// Whether one more may come where `members` take part already: by the meeting's own most,
/// and by the plan's.
///
/// # Errors
/// `CONFLICT` (`full`); `FORBIDDEN` (`entitlement`).
pub fn admits(most: Option<u32>, entitlements: &Entitlements, members: u64) -> Result<(), Problem> {
    if most.is_some_and(|most| members >= u64::from(most)) {
        let detail = format!("the meeting is full: {members} take part");
        return Err(conflict(&detail).because("full"));
    }
    admit(entitlements, Limit::Participants, members)
}

/// Whether a meeting may be planned for so many.
///
/// # Errors
/// `FORBIDDEN` (`entitlement`) beyond what the plan allows.
pub fn may_hold(most: Option<u32>, entitlements: &Entitlements) -> Result<(), Problem> {
    most.map_or(Ok(()), |most| {
        let others = u64::from(most.saturating_sub(1));
        admit(entitlements, Limit::Participants, others)
    })
}

/// What a caller asks for when inviting somebody: by address, or by user id.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParticipantDraft {
    /// The person's email address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(min_length = 3, max_length = 254))]
    pub email: Option<String>,
    /// The person, in the place of an address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub user_id: Option<UserId>,
    /// The role given.
    pub role: Role,
    /// A participant may share the screen. Yes, unless said.
    #[serde(default = "yes")]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub can_share: bool,
    /// A participant may record. Not, unless said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub can_record: bool,
    /// A participant may invite. Not, unless said.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional, as = "Option<bool>"))]
    pub can_invite: bool,
}

const fn yes() -> bool {
    true
}

/// Whom an invitation is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// Whoever has this lower-cased address, now or later.
    Address(String),
    /// This person.
    Person(UserId),
}

/// A validated invitation, not yet stored.
#[derive(Debug, Clone)]
pub struct NewParticipant {
    whom: Whom,
    standing: Standing,
}

impl NewParticipant {
    /// Whom it is for.
    #[must_use]
    pub const fn whom(&self) -> &Whom {
        &self.whom
    }

    /// Role and rights given.
    #[must_use]
    pub const fn standing(&self) -> &Standing {
        &self.standing
    }
}

impl ParticipantDraft {
    /// Checks the draft.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a bad address, for none or two of address and user id, and
    /// for a second host.
    pub fn validate(self) -> Result<NewParticipant, Problem> {
        if self.role == Role::Host {
            return Err(second_host());
        }
        let whom = match (self.email, self.user_id) {
            (Some(email), None) => Whom::Address(validate_email(&email, "/email")?),
            (None, Some(user)) => Whom::Person(user),
            (Some(_), Some(_)) => {
                return Err(Problem::field(
                    "/userId",
                    "an address or a user id, not both",
                ));
            }
            (None, None) => {
                return Err(Problem::field(
                    "/email",
                    "an address or a user id is needed",
                ));
            }
        };
        Ok(NewParticipant {
            whom,
            standing: Standing {
                role: self.role,
                status: ParticipantStatus::Invited,
                can_share: self.can_share,
                can_record: self.can_record,
                can_invite: self.can_invite,
            },
        })
    }
}

fn second_host() -> Problem {
    Problem::field(
        "/role",
        "a meeting has one host: give co-host, participant or observer, or hand it over",
    )
}

/// What is to be another of a participant; what is left out stays.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ParticipantChanges {
    /// The role; not host, which is handed over.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub role: Option<Role>,
    /// A participant may share the screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub can_share: Option<bool>,
    /// A participant may record.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub can_record: Option<bool>,
    /// A participant may invite.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "ts", ts(optional))]
    pub can_invite: Option<bool>,
}

impl ParticipantChanges {
    /// What somebody is after the changes.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a second host; `CONFLICT` for the host's own role.
    pub fn apply(self, before: &Standing) -> Result<Standing, Problem> {
        if self.role == Some(Role::Host) {
            return Err(second_host());
        }
        if before.role == Role::Host {
            return Err(conflict(
                "a host keeps that role: hand the meeting over first",
            ));
        }
        Ok(Standing {
            role: self.role.unwrap_or(before.role),
            status: before.status,
            can_share: self.can_share.unwrap_or(before.can_share),
            can_record: self.can_record.unwrap_or(before.can_record),
            can_invite: self.can_invite.unwrap_or(before.can_invite),
        })
    }
}

/// A member of a meeting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Participant {
    /// The person; absent to others until they have come into the meeting.
    pub user_id: Option<UserId>,
    /// The address invited; the user id of who came without one, and in a public meeting
    /// to all but host and co-host.
    pub email: String,
    /// The person's name; absent as the id is.
    pub name: Option<String>,
    /// How the person stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// When they were asked, or asked themselves; milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub invited_at: u64,
    /// When they first came in; milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub joined_at: Option<u64>,
    /// When they were there last, while they are not; milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub left_at: Option<u64>,
    /// How long they had spoken when this was read, in milliseconds, by the transcript.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub speaking_time: u64,
    /// How many messages of theirs stood in the chat when this was read.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub message_count: u64,
}

#[cfg(test)]
mod tests;
