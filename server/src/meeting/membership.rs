//! What a person is in a meeting, and whether that lets them do something there.

use super::{resource, store};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use connvo_core::access::{Action, ParticipantStatus, Role, Standing, can, note_closes_at};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::meeting::MeetingState;
use connvo_core::meeting::now::TakingStatus;

/// What a person is in a meeting, and how the meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// How the person stands in it.
    pub standing: Standing,
    /// Where the meeting is in its life.
    pub state: MeetingState,
    /// When it ended, in milliseconds since the Unix epoch.
    pub ended_at: Option<u64>,
    /// Whether anybody may learn of it.
    pub is_public: bool,
    /// Whether it is written down.
    pub transcription: TakingStatus,
}

impl Membership {
    /// Whether what is said is written down now.
    ///
    /// # Errors
    /// `CONFLICT` with the reason `transcription-paused` or `transcription-off`.
    pub fn writes_down(&self) -> Result<(), Problem> {
        let (detail, reason) = match self.transcription {
            TakingStatus::Active => return Ok(()),
            TakingStatus::Paused => (
                "host or co-host have paused the transcript: nothing is written down for now",
                "transcription-paused",
            ),
            TakingStatus::Inactive => (
                "this meeting is not to have a transcript",
                "transcription-off",
            ),
        };
        Err(Problem::new(ErrorCode::Conflict, detail).because(reason))
    }

    /// How much of the other members they see.
    #[must_use]
    pub fn sees(&self) -> store::Sees {
        if self.is_public && self.standing.role < Role::CoHost {
            store::Sees::Known
        } else {
            store::Sees::All
        }
    }

    /// Whether the member may do `action` at `now_ms`.
    ///
    /// # Errors
    /// As [`connvo_core::access::can`].
    pub fn may(&self, action: Action, now_ms: u64) -> Result<(), Problem> {
        can(&self.standing, self.state, self.ended_at, now_ms, action)
    }

    /// When the right to write to the note ends by itself, in milliseconds since the
    /// Unix epoch.
    #[must_use]
    pub fn note_closes_at(&self) -> Option<u64> {
        note_closes_at(self.state, self.ended_at)
    }
}

/// What the actor is in the meeting, when that allows `action`; from memory where that was
/// read a moment ago and has not changed. A refusal is in the audit log.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` or `MEETING_NOT_ACTIVE` to members who may not.
pub async fn authorise(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    action: Action,
) -> Result<Membership, Problem> {
    match recall(app, actor, meeting, action).await {
        Ok(membership) if action.enters() && membership.standing.status.is_expected() => {
            Box::pin(come_in(app, actor, meeting, membership)).await
        }
        Ok(membership) => Ok(membership),
        Err(problem) => {
            audit::denied(app, actor, action.as_str(), &resource(meeting), &problem);
            Err(problem)
        }
    }
}

/// As [`authorise`], for a program that acts with the right of the actor, who has to be host
/// or co-host: nobody comes in by what it does.
///
/// # Errors
/// As [`authorise`]; `FORBIDDEN` (`role`) when the actor is neither any more.
pub async fn authorise_program(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    action: Action,
) -> Result<Membership, Problem> {
    let hosts = |membership: Membership| {
        if membership.standing.role >= Role::CoHost {
            return Ok(membership);
        }
        let detail =
            "who made this token is neither host nor co-host any more: let another be made";
        Err(Problem::new(ErrorCode::Forbidden, detail).because("role"))
    };
    let asked = recall(app, actor, meeting, action).await.and_then(hosts);
    asked.inspect_err(|problem| {
        audit::denied(app, actor, action.as_str(), &resource(meeting), problem);
    })
}

/// From memory where that was read a moment ago, else as [`ask`].
async fn recall(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    action: Action,
) -> Result<Membership, Problem> {
    let now = app.clock.now_ms();
    match app.memberships.get(meeting, &actor.user_id, now) {
        Some(membership) => membership.may(action, now).map(|()| membership),
        None => Box::pin(ask(app, actor, meeting, action)).await,
    }
}

/// Whoever was asked and now opens what is in the meeting has come: the others learn who
/// it is. It gives no further rights, so nobody has to ask again what they may.
async fn come_in(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    mut membership: Membership,
) -> Result<Membership, Problem> {
    let entry = Entry::change(app, actor, "joinMeeting", &resource(meeting));
    let (who, now) = ((&actor.user_id, meeting), app.clock.now_ms());
    if store::come_in(&app.db, who, &entry, now).await? {
        membership.standing.status = ParticipantStatus::Joined;
    }
    app.memberships.forget_one(meeting, &actor.user_id);
    Ok(membership)
}

/// As [`authorise`], for what the actor did not ask for just now: whether something
/// open may stay so. One indexed read; a refusal is not in the audit log.
///
/// # Errors
/// As [`authorise`].
pub async fn ask(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    action: Action,
) -> Result<Membership, Problem> {
    let (changes, now) = (app.memberships.changes(), app.clock.now_ms());
    let membership = store::membership(&app.db, &actor.user_id, meeting)
        .await?
        .ok_or_else(|| Problem::not_found("the meeting"))?;
    let user = actor.user_id.clone();
    app.memberships
        .keep(meeting.clone(), user, membership, changes, now);
    membership.may(action, now)?;
    Ok(membership)
}
