//! Meetings and their members, and the one question everybody asks first: may this
//! person do that here.

pub mod overtime;
pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use crate::org::standing::{of_meeting, of_user};
use connvo_core::access::{Action, ParticipantStatus, Role, Standing, can, note_closes_at};
use connvo_core::entitlement::Entitlements;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::meeting::{
    Meeting, MeetingDraft, MeetingState, Participant, ParticipantDraft, PublicMeeting,
};
use serde::Serialize;
use serde_json::json;
use utoipa::openapi::schema::{AnyOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

/// What a person is in a meeting, and how the meeting stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Membership {
    /// How the person stands in it.
    pub standing: Standing,
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
    let now = app.clock.now_ms();
    let asked = match app.memberships.get(meeting, &actor.user_id, now) {
        Some(membership) => membership.may(action, now).map(|()| membership),
        None => ask(app, actor, meeting, action).await,
    };
    match asked {
        Ok(membership) if action.enters() && membership.standing.status.is_expected() => {
            come_in(app, actor, meeting, membership).await
        }
        Ok(membership) => Ok(membership),
        Err(problem) => {
            audit::denied(app, actor, action.as_str(), &resource(meeting), &problem);
            Err(problem)
        }
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
    let changes = app.memberships.changes();
    let membership = store::membership(&app.db, &actor.user_id, meeting)
        .await?
        .ok_or_else(|| Problem::not_found("the meeting"))?;
    let now = app.clock.now_ms();
    let user = actor.user_id.clone();
    app.memberships
        .keep(meeting.clone(), user, membership, changes, now);
    membership.may(action, now)?;
    Ok(membership)
}

/// The meeting as the audit log names it.
pub(crate) fn resource(meeting: &MeetingId) -> String {
    format!("meetings/{meeting}")
}

/// Makes a meeting with the actor as its host; it belongs to the organisation whose plan
/// the actor uses.
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
        is_public: new.is_public(),
        standing: Standing::new(Role::Host, ParticipantStatus::Joined),
        organizer_id: actor.user_id.clone(),
        created_at: app.clock.now_ms(),
        started_at: None,
        ended_at: None,
    };
    let organizer = of_user(&app.db, &actor.user_id, meeting.created_at).await?;
    let org = organizer.org.map(|org| org.id);
    let entry = Entry::change(app, actor, "createMeeting", &resource(&meeting.id));
    let made = async {
        store::insert(&app.db, &meeting, org.as_ref(), &entry, &once).await?;
        Ok(meeting)
    };
    once.run(app, made).await
}

/// A meeting as somebody sees it.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum Seen {
    /// A member.
    Member(Meeting),
    /// A stranger to a public meeting.
    Stranger(PublicMeeting),
}

/// Any of the two: a member sees all that a stranger does.
impl PartialSchema for Seen {
    fn schema() -> RefOr<Schema> {
        let member = Ref::from_schema_name(Meeting::name());
        let stranger = Ref::from_schema_name(PublicMeeting::name());
        let any = AnyOfBuilder::new().item(member).item(stranger);
        let any = any.description(Some("A meeting as somebody sees it."));
        RefOr::T(Schema::AnyOf(any.build()))
    }
}

impl ToSchema for Seen {
    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((Meeting::name().into(), Meeting::schema()));
        schemas.push((PublicMeeting::name().into(), PublicMeeting::schema()));
        Meeting::schemas(schemas);
        PublicMeeting::schemas(schemas);
    }
}

/// A meeting as the actor sees it.
///
/// # Errors
/// `NOT_FOUND` to strangers, unless it is public.
pub async fn get(app: &App, actor: &Actor, meeting: &MeetingId) -> Result<Seen, Problem> {
    if let Some(meeting) = store::get(&app.db, &actor.user_id, meeting).await? {
        return Ok(Seen::Member(meeting));
    }
    if let Some(meeting) = store::public(&app.db, meeting).await? {
        return Ok(Seen::Stranger(meeting));
    }
    let problem = Problem::not_found("the meeting");
    let action = Action::ReadMeeting.as_str();
    audit::denied(app, actor, action, &resource(meeting), &problem);
    Err(problem)
}

/// Invites somebody by address, or changes the role of who was invited before.
///
/// # Errors
/// `VALIDATION_ERROR` for a bad address; `FORBIDDEN` as [`connvo_core::access::may_make`] says, and
/// (`entitlement`) when the plan allows no more members; `CONFLICT` for the host's own
/// address.
pub async fn invite(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: ParticipantDraft,
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let once = Once::of(app, actor, "invite", key, &(meeting, &draft));
    let work = async {
        let by = authorise(app, actor, meeting, Action::Invite).await?;
        let new = draft.validate()?;
        let entry = Entry::change(app, actor, "invite", &resource(meeting));
        let plan = of_meeting(app, meeting).await?.entitlements;
        let (along, now) = ((entry, &once), app.clock.now_ms());
        let whom = (&actor.user_id, &by.standing, &new);
        let (invited, concerned) =
            match store::invite(&app.db, meeting, whom, &plan, along, now).await? {
                store::Invited::Member(invited, concerned) => (invited, concerned),
                store::Invited::Refused(problem) => {
                    audit::denied(app, actor, "invite", &resource(meeting), &problem);
                    return Err(problem);
                }
                store::Invited::Host => {
                    return Err(Problem::new(
                        ErrorCode::Conflict,
                        "this is the host: a host keeps that role",
                    ));
                }
            };
        for user_id in concerned {
            app.access_changed(AccessChange::Member {
                meeting_id: meeting.clone(),
                user_id,
            });
        }
        Ok(invited)
    };
    once.run(app, work).await
}

/// Sends a participant away: `who` is an address or a user id.
///
/// # Errors
/// `NOT_FOUND` to strangers and for nobody; `FORBIDDEN` unless host or co-host;
/// `CONFLICT` for the host, and for who is away already.
pub async fn remove(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    who: &str,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, actor, "removeParticipant", key, &(meeting, who));
    let work = async {
        authorise(app, actor, meeting, Action::RemoveParticipant).await?;
        let removed = (who, ParticipantStatus::Removed);
        depart(app, actor, meeting, removed, &once).await
    };
    once.run(app, work).await
}

/// The actor leaves the meeting for good.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` to who does not take part; `CONFLICT` to the
/// host.
pub async fn leave(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, actor, "leaveMeeting", key, meeting);
    let work = async {
        authorise(app, actor, meeting, Action::LeaveMeeting).await?;
        let left = (actor.user_id.as_str(), ParticipantStatus::Left);
        depart(app, actor, meeting, left, &once).await
    };
    once.run(app, work).await
}

async fn depart(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (who, next): (&str, ParticipantStatus),
    once: &Once,
) -> Result<(), Problem> {
    let place = (&actor.user_id, meeting);
    let who = store::find_participant(&app.db, place, &who.to_ascii_lowercase())
        .await?
        .ok_or_else(|| Problem::not_found("the participant"))?;
    let action = match next {
        ParticipantStatus::Left => Action::LeaveMeeting,
        _ => Action::RemoveParticipant,
    };
    let status = json!({"from": who.standing.status, "to": next});
    let entry = Entry::change(app, actor, action.as_str(), &resource(meeting))
        .with(json!({"userId": who.user_id, "status": status}));
    let now = app.clock.now_ms();
    let moves = who.standing.status != next;
    let along = (&entry, once);
    if !moves || !store::move_participant(&app.db, meeting, (&who, next), along, now).await? {
        return Err(Problem::new(
            ErrorCode::Conflict,
            "the host stays, and who has gone does not go again",
        ));
    }
    if let Some(user_id) = who.user_id {
        app.access_changed(AccessChange::Member {
            meeting_id: meeting.clone(),
            user_id,
        });
    }
    Ok(())
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
        app.meeting_changed(meeting, next);
        Ok(moved)
    };
    once.run(app, work).await
}

/// What may be used in a meeting, to those who may see it.
///
/// # Errors
/// `NOT_FOUND` to strangers.
pub async fn entitlements(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
) -> Result<Entitlements, Problem> {
    authorise(app, actor, meeting, Action::ReadMeeting).await?;
    Ok(of_meeting(app, meeting).await?.entitlements)
}
