//! How two people are connected, and the block, which hides them from each other.
//!
//! A connection has a side that began it and a side that it was offered to. A block is
//! a connection in the state `blocked` whose beginner is who blocks: it takes the place
//! of whatever was between the two. Both may block; each lifts their own.

use super::check::Faults;
use crate::error::{ErrorCode, Problem};
use crate::id::{ConnectionId, UserId};
use serde::{Deserialize, Serialize};

/// Longest message along with a request, in UTF-16 code units.
pub const MESSAGE_UTF16: usize = 500;
/// Most requests of one person that wait for an answer.
pub const PENDING: u64 = 100;
/// How long a refusal stands against asking again, in milliseconds.
pub const COOL_DOWN_MS: u64 = 7 * DAY_MS;
const DAY_MS: u64 = 24 * 3_600_000;

/// What a connection is about, from the beginner's side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConnectionKind {
    /// They know each other.
    Connection,
    /// The beginner follows the other, who need not answer.
    Follow,
    /// The other is to be the beginner's mentor.
    Mentor,
    /// The beginner is to be the other's mentor.
    Mentee,
    /// They work on something together.
    Collaborator,
}

impl ConnectionKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::Connection,
        Self::Follow,
        Self::Mentor,
        Self::Mentee,
        Self::Collaborator,
    ];

    /// The kind's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::Follow => "follow",
            Self::Mentor => "mentor",
            Self::Mentee => "mentee",
            Self::Collaborator => "collaborator",
        }
    }

    /// The kind of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }

    /// The kind that says the same from the other side; following is one-sided.
    #[must_use]
    pub const fn mirrored(self) -> Option<Self> {
        match self {
            Self::Connection => Some(Self::Connection),
            Self::Collaborator => Some(Self::Collaborator),
            Self::Mentor => Some(Self::Mentee),
            Self::Mentee => Some(Self::Mentor),
            Self::Follow => None,
        }
    }

    /// The state that a request begins in.
    #[must_use]
    pub const fn begins(self) -> ConnectionStatus {
        match self {
            Self::Follow => ConnectionStatus::Accepted,
            _ => ConnectionStatus::Pending,
        }
    }
}

/// Where a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum ConnectionStatus {
    /// Asked, not answered.
    Pending,
    /// Agreed.
    Accepted,
    /// Refused, or ended by whom it was offered to, who may think again.
    Declined,
    /// The beginner has blocked the other.
    Blocked,
}

impl ConnectionStatus {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Accepted, Self::Declined, Self::Blocked];

    /// The state's wire name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Accepted => "accepted",
            Self::Declined => "declined",
            Self::Blocked => "blocked",
        }
    }

    /// The state of a wire name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// One of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// Who began it.
    Initiator,
    /// Whom it was offered to.
    Recipient,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Initiator, Self::Recipient];
}

/// What somebody does with a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ConnectionAction {
    /// Agrees.
    Accept,
    /// Refuses.
    Decline,
    /// Hides both from each other.
    Block,
    /// Lifts one's own block.
    Unblock,
    /// Ends it, or takes a request back.
    Remove,
}

impl ConnectionAction {
    /// Every action.
    pub const ALL: [Self; 5] = [
        Self::Accept,
        Self::Decline,
        Self::Block,
        Self::Unblock,
        Self::Remove,
    ];

    /// The action's name in the audit log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Accept => "acceptConnection",
            Self::Decline => "declineConnection",
            Self::Block => "blockPerson",
            Self::Unblock => "unblockPerson",
            Self::Remove => "removeConnection",
        }
    }
}

/// What becomes of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Next {
    /// It is in this state. In `blocked`, who acted is its beginner, and nothing else
    /// is left between the two.
    Is(ConnectionStatus),
    /// It is no more: they may begin anew.
    Gone,
}

/// What becomes of a connection when one side does something.
///
/// # Errors
/// `NOT_FOUND` to who is blocked, whatever they do; `FORBIDDEN` to who answers their own
/// request; `CONFLICT` when the state has moved on.
pub fn next(state: ConnectionStatus, who: Side, action: ConnectionAction) -> Result<Next, Problem> {
    use ConnectionAction::{Accept, Block, Decline, Remove, Unblock};
    use ConnectionStatus::{Accepted, Blocked, Declined, Pending};
    use Side::{Initiator, Recipient};
    match (state, who, action) {
        (Blocked, Recipient, _) => Err(Problem::not_found("the connection")),
        (Blocked, Initiator, Unblock) => Ok(Next::Gone),
        (_, _, Block) => Ok(Next::Is(Blocked)),
        (Blocked, Initiator, _) => Err(conflict("you have blocked this person: lift that first")),
        (_, _, Unblock) => Err(conflict("this person is not blocked")),
        (Pending | Declined, Initiator, Accept | Decline) => {
            let detail = "whom you have asked answers";
            Err(Problem::new(ErrorCode::Forbidden, detail).because("initiator"))
        }
        (Pending | Declined, Recipient, Accept) => Ok(Next::Is(Accepted)),
        (Pending, Recipient, Decline) => Ok(Next::Is(Declined)),
        (Pending, Recipient, Remove) => Err(conflict("answer it: accept or decline")),
        // A refusal stands against asking again.
        (Declined, Initiator, Remove) => Err(conflict("this was declined")),
        // So does the end of what was agreed, by whom it was offered to.
        (Accepted, Recipient, Remove) => Ok(Next::Is(Declined)),
        (Pending | Accepted, Initiator, Remove) | (Declined, Recipient, Remove) => Ok(Next::Gone),
        (Accepted | Declined, _, Accept | Decline) => Err(conflict("this was answered already")),
    }
}

/// Whether what is between two people stands in the way of every kind of connection, and
/// not only of one like it: a block does, and a refusal by the other, so that nobody is
/// asked for one kind after another. `who` is the side of who asks.
#[must_use]
pub const fn concerns_all(state: ConnectionStatus, who: Side) -> bool {
    matches!(
        (state, who),
        (ConnectionStatus::Blocked, _) | (ConnectionStatus::Declined, Side::Initiator)
    )
}

/// Whether somebody may ask at `now_ms` for a connection of which one like it is there
/// already (or one that [`concerns_all`]), in which they are `who`; `answered_at` is when
/// it was answered. Both are in milliseconds since the Unix epoch.
///
/// # Errors
/// `NOT_FOUND` when they are blocked; `CONFLICT` otherwise (`cool-down` where it was
/// declined a short time ago), unless they declined it themselves, or it was declined long
/// ago: then their own request takes its place.
pub fn ask_again(
    (state, who): (ConnectionStatus, Side),
    answered_at: Option<u64>,
    now_ms: u64,
) -> Result<(), Problem> {
    use ConnectionStatus::{Accepted, Blocked, Declined, Pending};
    match (state, who) {
        (Declined, Side::Recipient) => Ok(()),
        (Blocked, Side::Recipient) => Err(Problem::not_found("the person")),
        (Blocked, Side::Initiator) => {
            Err(conflict("you have blocked this person: lift that first"))
        }
        (Pending, Side::Initiator) => Err(conflict("you have asked already")),
        (Pending, Side::Recipient) => Err(conflict("they have asked you: accept that")),
        (Accepted, _) => Err(conflict("you are connected so already")),
        (Declined, Side::Initiator) => {
            let open_at = answered_at.unwrap_or(0).saturating_add(COOL_DOWN_MS);
            let days = open_at.saturating_sub(now_ms).div_ceil(DAY_MS);
            if days == 0 {
                return Ok(());
            }
            let plural = if days == 1 { "" } else { "s" };
            let detail = format!("this was declined: ask again in {days} day{plural}");
            Err(conflict(&detail).because("cool-down"))
        }
    }
}

/// Whether one more request may wait for an answer, beside the `pending` of the same
/// person that do.
///
/// # Errors
/// `CONFLICT` (`pending`).
pub fn may_wait(pending: u64) -> Result<(), Problem> {
    if pending < PENDING {
        return Ok(());
    }
    let detail = format!("{PENDING} of your requests wait for an answer: take some back first");
    Err(conflict(&detail).because("pending"))
}

fn conflict(detail: &str) -> Problem {
    Problem::new(ErrorCode::Conflict, detail)
}

/// Whom somebody wants to be connected with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ConnectionDraft {
    /// The other.
    pub user_id: UserId,
    /// What it is about.
    pub kind: ConnectionKind,
    /// A word along with it; at most 500 UTF-16 code units.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(optional))]
    #[cfg_attr(feature = "openapi", schema(max_length = 500))]
    pub message: Option<String>,
}

/// A validated request, not yet stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewConnection {
    user_id: UserId,
    kind: ConnectionKind,
    message: Option<String>,
}

impl NewConnection {
    /// The other.
    #[must_use]
    pub const fn user_id(&self) -> &UserId {
        &self.user_id
    }

    /// What it is about.
    #[must_use]
    pub const fn kind(&self) -> ConnectionKind {
        self.kind
    }

    /// A word along with it.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        self.message.as_deref()
    }
}

impl ConnectionDraft {
    /// Checks what `me` asks for.
    ///
    /// # Errors
    /// `VALIDATION_ERROR` for a long message, or for oneself.
    pub fn validate(self, me: &UserId) -> Result<NewConnection, Problem> {
        let mut faults = Faults::default();
        if self.user_id == *me {
            faults.add("/userId", "this is yourself");
        }
        let message = faults.optional("/message", self.message.as_deref(), MESSAGE_UTF16);
        faults.or(NewConnection {
            user_id: self.user_id,
            kind: self.kind,
            message,
        })
    }
}

/// A connection as one of the two sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "ts", derive(ts_rs::TS))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Connection {
    /// Its id.
    pub id: ConnectionId,
    /// The other.
    pub user_id: UserId,
    /// The other's name; none where the other is not to be seen: not active, or has
    /// blocked the caller.
    pub name: Option<String>,
    /// What it is about, from the beginner's side.
    pub kind: ConnectionKind,
    /// Where it is.
    pub state: ConnectionStatus,
    /// Whether the caller began it.
    pub initiated_by_me: bool,
    /// The beginner's word along with it.
    pub message: Option<String>,
    /// How many meetings that both took part in have ended since it was begun.
    #[serde(default)]
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub meeting_count: u64,
    /// When the last of them ended, in milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub last_interaction: Option<u64>,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number"))]
    pub requested_at: u64,
    /// Milliseconds since the Unix epoch.
    #[cfg_attr(feature = "ts", ts(type = "number | null"))]
    pub responded_at: Option<u64>,
}

#[cfg(test)]
mod tests;
