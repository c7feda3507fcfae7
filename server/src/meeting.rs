//! Meetings and their members, and the one question everybody asks first: may this
//! person do that here.

pub mod calendar;
pub mod command;
pub mod dates;
pub mod link;
mod membership;
pub mod now;
pub mod overtime;
pub mod people;
pub mod recur;
pub mod routes;
mod said;
pub mod spoken;
pub mod store;
mod zone;

use crate::actor::Actor;
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use crate::org::standing::{of_meeting, of_user};
use crate::views::Topic;
use connvo_core::access::{Action, ParticipantStatus, Role, Standing};
use connvo_core::entitlement::Entitlements;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::may_hold;
use connvo_core::meeting::{
    Meeting, MeetingChanges, MeetingDraft, MeetingState, MeetingType, PublicMeeting,
};
use serde::Serialize;
use serde_json::json;
use store::Successor;
use utoipa::openapi::schema::{AnyOfBuilder, Schema};
use utoipa::openapi::{Ref, RefOr};
use utoipa::{PartialSchema, ToSchema};

pub use membership::{Membership, ask, authorise, authorise_program};
pub use said::show_said;

/// The meeting as the audit log names it.
pub(crate) fn resource(meeting: &MeetingId) -> String {
    format!("meetings/{meeting}")
}

/// What of a meeting has changed, for whoever looks at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// The meeting itself: its plan or its state, which is this one now.
    Meeting(MeetingState),
    /// What somebody may there, and who its members are.
    Member(UserId),
    /// Who waits to speak, what is written down.
    Now,
    /// Who is there.
    Here,
}

/// Says, after the commit, what of a meeting has changed: the one place where views are
/// told.
pub fn touched(app: &App, meeting: &MeetingId, what: What) {
    match what {
        What::Meeting(state) => app.meeting_changed(meeting, state),
        What::Member(user_id) => {
            app.access_changed(AccessChange::Member {
                meeting_id: meeting.clone(),
                user_id,
            });
        }
        What::Now => app.touched(&[Topic::State(meeting.clone())]),
        What::Here => app.touched(&[
            Topic::State(meeting.clone()),
            Topic::Participants(meeting.clone()),
        ]),
    }
}

/// The latest meetings of a person, at most 100, as a view shows them.
///
/// # Errors
/// The store fails.
pub async fn my_meetings_view(app: &App, user: &UserId) -> Result<Vec<Meeting>, Problem> {
    Ok(store::of_user(&app.db, user, None, 100).await?)
}

/// Makes a meeting with the actor as its host; it belongs to the organisation whose plan
/// the actor uses. An instant one runs from now on.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `FORBIDDEN` (`entitlement`) for more participants
/// than the plan allows.
pub async fn create(
    app: &App,
    actor: &Actor,
    draft: MeetingDraft,
    key: Option<Key>,
) -> Result<Meeting, Problem> {
    let once = Once::of(app, actor, "createMeeting", key, &draft);
    let new = draft.validate()?;
    let ends_at = store::series_of(new.plan())?;
    let now = app.clock.now_ms();
    let organizer = of_user(&app.db, &actor.user_id, now).await?;
    let id = app.ids.meeting();
    if let Err(problem) = may_hold(new.plan().max_participants, &organizer.entitlements) {
        audit::denied(app, actor, "createMeeting", &resource(&id), &problem);
        return Err(problem);
    }
    let instant = new.plan().kind == MeetingType::Instant;
    let meeting = Meeting {
        series_id: new.plan().rrule.as_ref().map(|_| app.ids.uuid()),
        id,
        plan: new.into_plan(),
        state: if instant {
            MeetingState::Active
        } else {
            MeetingState::Scheduled
        },
        standing: Standing::new(Role::Host, ParticipantStatus::Joined),
        organizer_id: actor.user_id.clone(),
        participant_count: 1,
        occurrences: Vec::new(),
        occurrence_at: None,
        created_at: now,
        updated_at: now,
        started_at: instant.then_some(now),
        ended_at: None,
        actual_duration: None,
    };
    let org = organizer.org.map(|org| org.id);
    let entry = Entry::change(app, actor, "createMeeting", &resource(&meeting.id))
        .with(json!({"type": meeting.plan.kind, "state": meeting.state}));
    let made = async {
        let of = (org.as_ref(), ends_at);
        store::insert(&app.db, &meeting, of, &entry, &once).await?;
        touched(app, &meeting.id, What::Member(actor.user_id.clone()));
        Ok(meeting)
    };
    once.run(app, made).await
}

/// Changes what a meeting is planned to be.
///
/// # Errors
/// `FORBIDDEN` unless host or co-host, and (`entitlement`) for more participants than the
/// plan allows; `CONFLICT` for what cannot be changed any more; `VALIDATION_ERROR` naming
/// the fields.
pub async fn update(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    changes: MeetingChanges,
    key: Option<Key>,
) -> Result<Meeting, Problem> {
    let once = Once::of(app, actor, "updateMeeting", key, &(meeting, &changes));
    let work = async {
        authorise(app, actor, meeting, Action::UpdateMeeting).await?;
        let entry = Entry::change(app, actor, "updateMeeting", &resource(meeting));
        let plan = of_meeting(app, meeting).await?.entitlements;
        let (whose, along) = ((&actor.user_id, meeting), (entry, &once));
        let series = app.ids.uuid();
        let what = (changes, series.as_str());
        let now = app.clock.now_ms();
        let changed = store::change_plan(&app.db, whose, what, &plan, along, now).await?;
        let changed = changed.inspect_err(|problem| {
            audit::denied(app, actor, "updateMeeting", &resource(meeting), problem);
        })?;
        // Not as one that has ended just now.
        app.access_changed(AccessChange::Meeting {
            meeting_id: meeting.clone(),
        });
        Ok(changed)
    };
    once.run(app, work).await
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
    if let Some(meeting) = store::public(&app.db, &actor.user_id, meeting).await? {
        return Ok(Seen::Stranger(meeting));
    }
    let problem = Problem::not_found("the meeting");
    let action = Action::ReadMeeting.as_str();
    audit::denied(app, actor, action, &resource(meeting), &problem);
    Err(problem)
}

/// Moves the meeting on: starts it, ends it or calls it off. What is over and repeats is
/// followed by the next of its series, unless `whole_series` ends that too.
///
/// # Errors
/// `FORBIDDEN` unless host or co-host; `CONFLICT` when its state does not allow it.
pub async fn advance(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (next, whole_series): (MeetingState, bool),
    key: Option<Key>,
) -> Result<Meeting, Problem> {
    let action = to(next);
    let once = Once::of(app, actor, action.as_str(), key, &(meeting, whole_series));
    let work = async {
        let from = authorise(app, actor, meeting, action).await?.state;
        let mut changes = json!({"state": {"from": from, "to": next}});
        if whole_series {
            changes["wholeSeries"] = json!(true);
        }
        let entry = Entry::change(app, actor, action.as_str(), &resource(meeting)).with(changes);
        let (along, now) = ((&entry, &once), app.clock.now_ms());
        let whose = (&actor.user_id, meeting);
        let successor = successor(app, meeting);
        let step = (from, next, (!whole_series).then_some(&successor));
        let moved = store::advance(&app.db, whose, step, along, now).await??;
        ended(
            app,
            meeting,
            next,
            moved.plan.rrule.as_ref().map(|_| &successor),
        );
        show_said(app, meeting).await;
        Ok(moved)
    };
    once.run(app, work).await
}

/// What brings a meeting to its next state.
const fn to(next: MeetingState) -> Action {
    match next {
        MeetingState::Active => Action::StartMeeting,
        MeetingState::Cancelled => Action::CancelMeeting,
        _ => Action::EndMeeting,
    }
}

/// What would follow a meeting in its series.
fn successor(app: &App, meeting: &MeetingId) -> Successor {
    let id = app.ids.meeting();
    let entry = Entry::of_server(app, "createMeeting", &resource(&id))
        .with(json!({"after": meeting}))
        .because("series");
    Successor { id, entry }
}

/// Says that a meeting is in another state, and that another may follow it.
fn ended(app: &App, meeting: &MeetingId, now: MeetingState, next: Option<&Successor>) {
    touched(app, meeting, What::Meeting(now));
    if let Some(next) = next.filter(|_| now != MeetingState::Active) {
        touched(app, &next.id, What::Meeting(MeetingState::Scheduled));
    }
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
