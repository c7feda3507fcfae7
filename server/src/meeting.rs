//! Meetings and their members, and the one question everybody asks first: may this
//! person do that here.

pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use connvo_core::access::{Action, Role, can, note_closes_at};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::meeting::{Meeting, MeetingDraft, MeetingState, Participant, ParticipantDraft};
use serde_json::json;

/// What a person is in a meeting, and how the meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// The person's role.
    pub role: Role,
    /// Where the meeting is in its life.
    pub state: MeetingState,
    /// When it ended, in milliseconds since the Unix epoch.
    pub ended_at: Option<u64>,
}

impl Membership {
    /// Whether the member may do `action` at `now_ms`.
    ///
    /// # Errors
    /// As [`connvo_core::access::can`].
    pub fn may(&self, action: Action, now_ms: u64) -> Result<(), Problem> {
        can(self.role, self.state, self.ended_at, now_ms, action)
    }

    /// When the right to write to the note ends by itself, in milliseconds since the
    /// Unix epoch.
    #[must_use]
    pub fn note_closes_at(&self) -> Option<u64> {
        note_closes_at(self.state, self.ended_at)
    }
}

/// What the actor is in the meeting, when that allows `action`. One indexed read; a
/// refusal is in the audit log.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` or `MEETING_NOT_ACTIVE` to members who may not.
pub async fn authorise(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    action: Action,
) -> Result<Membership, Problem> {
    let asked = ask(app, actor, meeting, action).await;
    if let Err(problem) = &asked {
        audit::denied(app, actor, action.as_str(), &resource(meeting), problem);
    }
    asked
}

/// As [`authorise`], for what the actor did not ask for just now: whether something
/// open may stay so. A refusal is not in the audit log.
///
/// # Errors
/// As [`authorise`].
pub async fn ask(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    action: Action,
) -> Result<Membership, Problem> {
    let membership = store::membership(&app.db, &actor.user_id, meeting)
        .await?
        .ok_or_else(|| Problem::not_found("the meeting"))?;
    membership.may(action, app.clock.now_ms())?;
    Ok(membership)
}

/// The meeting as the audit log names it.
pub(crate) fn resource(meeting: &MeetingId) -> String {
    format!("meetings/{meeting}")
}

/// Makes a meeting with the actor as its host.
///
/// # Errors
/// `VALIDATION_ERROR` for a bad title.
pub async fn create(
    app: &App,
    actor: &Actor,
    draft: MeetingDraft,
    key: Option<Key>,
) -> Result<Meeting, Problem> {
    let once = Once::of(app, actor, "createMeeting", key, &draft);
    let new = draft.validate()?;
    let meeting = Meeting {
        id: app.ids.meeting(),
        title: new.title().to_owned(),
        state: MeetingState::Scheduled,
        role: Role::Host,
        organizer_id: actor.user_id.clone(),
        created_at: app.clock.now_ms(),
        started_at: None,
        ended_at: None,
    };
    let entry = Entry::change(app, actor, "createMeeting", &resource(&meeting.id));
    let made = async {
        store::insert(&app.db, &meeting, &entry, &once).await?;
        Ok(meeting)
    };
    once.run(app, made).await
}

/// A meeting as the actor sees it.
///
/// # Errors
/// `NOT_FOUND` to strangers.
pub async fn get(app: &App, actor: &Actor, meeting: &MeetingId) -> Result<Meeting, Problem> {
    if let Some(meeting) = store::get(&app.db, &actor.user_id, meeting).await? {
        return Ok(meeting);
    }
    let problem = Problem::not_found("the meeting");
    let action = Action::ReadMeeting.as_str();
    audit::denied(app, actor, action, &resource(meeting), &problem);
    Err(problem)
}

/// Invites somebody by address, or changes the role of who was invited before.
///
/// # Errors
/// `VALIDATION_ERROR` for a bad address; `FORBIDDEN` unless host or co-host;
/// `CONFLICT` for the host's own address.
pub async fn invite(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: ParticipantDraft,
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let once = Once::of(app, actor, "invite", key, &(meeting, &draft));
    authorise(app, actor, meeting, Action::Invite).await?;
    let new = draft.validate()?;
    let entry = Entry::change(app, actor, "invite", &resource(meeting));
    let work = async {
        let invited = store::invite(&app.db, meeting, &new, (entry, &once), app.clock.now_ms())
            .await?
            .ok_or_else(|| {
                Problem::new(
                    ErrorCode::Conflict,
                    "this is the host: a host keeps that role",
                )
            })?;
        if let Some(user_id) = invited.user_id.clone() {
            app.access_changed(AccessChange::Member {
                meeting_id: meeting.clone(),
                user_id,
            });
        }
        Ok(invited)
    };
    once.run(app, work).await
}

/// Moves the meeting on: starts or ends it.
///
/// # Errors
/// `FORBIDDEN` unless host or co-host; `CONFLICT` when its state does not allow it.
pub async fn advance(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    next: MeetingState,
    key: Option<Key>,
) -> Result<Meeting, Problem> {
    let action = match next {
        MeetingState::Active => Action::StartMeeting,
        _ => Action::EndMeeting,
    };
    let once = Once::of(app, actor, action.as_str(), key, meeting);
    let work = async {
        let from = authorise(app, actor, meeting, action).await?.state;
        let entry = Entry::change(app, actor, action.as_str(), &resource(meeting))
            .with(json!({"state": {"from": from, "to": next}}));
        let (along, now) = ((&entry, &once), app.clock.now_ms());
        let whose = (&actor.user_id, meeting);
        let moved = store::advance(&app.db, whose, (from, next), along, now).await?;
        let moved = moved.ok_or_else(|| {
            Problem::new(
                ErrorCode::Conflict,
                "somebody else has just changed the meeting's state",
            )
        })?;
        app.access_changed(AccessChange::Meeting {
            meeting_id: meeting.clone(),
        });
        Ok(moved)
    };
    once.run(app, work).await
}
