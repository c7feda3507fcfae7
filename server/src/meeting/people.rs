//! Who is in a meeting: inviting, and every move from one status to another.

use super::store::{self, Invited, Mover, Sees};
use super::{What, authorise, resource, show_said, touched};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use crate::org::standing::of_meeting;
use crate::presence;
use connvo_core::access::{Action, ParticipantStatus, Role};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::participant::Move;
use connvo_core::meeting::{Participant, ParticipantChanges, ParticipantDraft};
use serde::de::DeserializeOwned;

/// Most participants in one look at all of them.
pub const VIEW_ITEMS: u32 = 500;

/// The members of a meeting as a view shows them to everybody of a role: at most
/// [`VIEW_ITEMS`].
///
/// # Errors
/// The store fails.
pub async fn participants_view(
    app: &App,
    meeting: &MeetingId,
    role: Role,
) -> Result<Vec<Participant>, Problem> {
    let plain = role < Role::CoHost && store::is_public(&app.db, meeting).await?;
    let sees = if plain { Sees::Known } else { Sees::All };
    Ok(store::everybody(&app.db, meeting, sees, VIEW_ITEMS).await?)
}

/// Invites somebody by address or user id, or changes the role of who was invited before.
///
/// # Errors
/// `VALIDATION_ERROR` for a bad address; `NOT_FOUND` for a user id that is nobody's, or whose
/// owner a block keeps apart from the actor; `FORBIDDEN` as [`connvo_core::access::may_make`] says, and
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
        authorise(app, actor, meeting, Action::Invite).await?;
        let new = draft.validate()?;
        let entry = Entry::change(app, actor, "invite", &resource(meeting));
        let plan = of_meeting(app, meeting).await?.entitlements;
        let (along, now) = ((entry, &once), app.clock.now_ms());
        let whom = (&actor.user_id, &new);
        let (invited, concerned) =
            match store::invite(&app.db, meeting, whom, &plan, along, now).await? {
                Invited::Member(invited, concerned) => (invited, concerned),
                Invited::Refused(problem) => {
                    audit::denied(app, actor, "invite", &resource(meeting), &problem);
                    return Err(problem);
                }
                Invited::Host => {
                    return Err(Problem::new(
                        ErrorCode::Conflict,
                        "this is the host: a host keeps that role",
                    ));
                }
            };
        for user_id in concerned {
            touched(app, meeting, What::Member(user_id));
        }
        // Of an address that is nobody's yet there is no member to tell of.
        touched(app, meeting, What::Here);
        Ok(invited)
    };
    once.run(app, work).await
}

/// Moves somebody by core's table. `whom` is an address or a user id, absent for the actor.
/// `status` is the HTTP status of the answer, 204 for one without a body.
async fn take<T: DeserializeOwned>(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (whom, taken): (Option<&str>, Move),
    (key, status, answer): (Option<Key>, u16, impl FnOnce(Participant) -> T),
) -> Result<T, Problem> {
    let action = match taken {
        Move::Approve | Move::Refuse => Action::AnswerRequest,
        Move::Accept => Action::AcceptInvitation,
        Move::Decline => Action::DeclineInvitation,
        Move::Join => Action::JoinMeeting,
        Move::Leave => Action::LeaveMeeting,
        Move::Remove => Action::RemoveParticipant,
        Move::Invite => Action::Invite,
    };
    let operation = match taken {
        Move::Approve => "approveParticipant",
        Move::Refuse => "refuseParticipant",
        _ => action.as_str(),
    };
    let whom = whom.map(str::to_ascii_lowercase);
    let once = Once::of(app, actor, operation, key, &(meeting, &whom));
    let work = async {
        // A stranger may join what is public: the table says how.
        let stranger = taken == Move::Join && is_stranger(app, actor, meeting).await?;
        if !stranger {
            authorise(app, actor, meeting, action).await?;
        }
        let plan = of_meeting(app, meeting).await?.entitlements;
        let mover = Mover {
            by: &actor.user_id,
            whom: whom.as_deref(),
            action: (!stranger).then_some(action),
            taken,
        };
        let entry = Entry::change(app, actor, operation, &resource(meeting));
        let along = (entry, &once, status);
        let now = app.clock.now_ms();
        let moved = store::take(&app.db, meeting, mover, &plan, along, now).await?;
        let moved = moved.inspect_err(|problem| {
            audit::denied(app, actor, operation, &resource(meeting), problem);
        })?;
        if let Some(user) = &moved.user_id
            && !moved.participant.standing.status.takes_part()
        {
            presence::left(app, meeting, user);
        }
        let status = moved.participant.standing.status;
        let is_told = moved.host.is_some() || status == ParticipantStatus::Removed;
        for user in moved.user_id.into_iter().chain(moved.host) {
            touched(app, meeting, What::Member(user));
        }
        touched(app, meeting, What::Here);
        if is_told {
            show_said(app, meeting).await;
        }
        Ok(answer(moved.participant))
    };
    once.run(app, work).await
}

/// Whether the actor is none of a meeting's members, and it is public.
async fn is_stranger(app: &App, actor: &Actor, meeting: &MeetingId) -> Result<bool, Problem> {
    let member = store::membership(&app.db, &actor.user_id, meeting).await?;
    if member.is_some_and(|member| !member.standing.status.is_stranger()) {
        return Ok(false);
    }
    let public = store::public(&app.db, &actor.user_id, meeting).await?;
    Ok(public.is_some())
}

/// The actor comes in; a stranger to a public meeting too, or else asks to.
///
/// # Errors
/// `NOT_FOUND` to strangers of a private meeting; `FORBIDDEN` to who was sent away, and
/// (`entitlement`) when the plan allows no more; `CONFLICT` when it is over or full, and to
/// who waits for an answer.
pub async fn join(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let how = (key, 200, |now| now);
    take(app, actor, meeting, (None, Move::Join), how).await
}

/// The actor says whether they will come.
///
/// # Errors
/// `NOT_FOUND` to strangers; `CONFLICT` to who was not asked or has come, and when it is
/// over or full.
pub async fn answer(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    comes: bool,
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let taken = if comes { Move::Accept } else { Move::Decline };
    let how = (key, 200, |now| now);
    take(app, actor, meeting, (None, taken), how).await
}

/// Lets in, or not, who has asked to join: `who` is an address or a user id.
///
/// # Errors
/// `NOT_FOUND` to strangers and for nobody; `FORBIDDEN` unless host or co-host; `CONFLICT`
/// for who has not asked, and when it is over or full.
pub async fn answer_request(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (who, approved): (&str, bool),
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let taken = if approved {
        Move::Approve
    } else {
        Move::Refuse
    };
    let how = (key, 200, |now| now);
    take(app, actor, meeting, (Some(who), taken), how).await
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
    let how = (key, 204, |_| ());
    take(app, actor, meeting, (Some(who), Move::Remove), how).await
}

/// The actor leaves the meeting for good; a host hands it to the heir
/// ([`connvo_core::meeting::who_inherits`]). Who has asked to join takes that back.
///
/// # Errors
/// `NOT_FOUND` to other strangers; `FORBIDDEN` to who does not take part; `CONFLICT` to a host
/// whom nobody can follow.
pub async fn leave(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    key: Option<Key>,
) -> Result<(), Problem> {
    let how = (key, 204, |_| ());
    take(app, actor, meeting, (None, Move::Leave), how).await
}

/// Changes role and rights of somebody: `who` is an address or a user id.
///
/// # Errors
/// `NOT_FOUND` to strangers and for nobody; `FORBIDDEN` unless host or co-host; `CONFLICT`
/// for the host, and for who does not take part; `VALIDATION_ERROR` for a second host.
pub async fn change(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (who, changes): (&str, ParticipantChanges),
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let action = Action::ChangeParticipant;
    let who = who.to_ascii_lowercase();
    let body = (meeting, &who, &changes);
    let once = Once::of(app, actor, action.as_str(), key, &body);
    let work = async {
        authorise(app, actor, meeting, action).await?;
        let entry = Entry::change(app, actor, action.as_str(), &resource(meeting));
        let whose = (&actor.user_id, meeting);
        let (along, now) = ((entry, &once), app.clock.now_ms());
        let what = (who.as_str(), changes);
        let changed = store::change_participant(&app.db, whose, what, along, now).await?;
        let (participant, user) = changed?;
        if let Some(user) = user {
            touched(app, meeting, What::Member(user));
        }
        touched(app, meeting, What::Here);
        Ok(participant)
    };
    once.run(app, work).await
}

/// Makes somebody who takes part the host, and the host a co-host.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` unless host; `CONFLICT` for who does not take part,
/// and when the meeting is over.
pub async fn hand_over(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    to: &UserId,
    key: Option<Key>,
) -> Result<Participant, Problem> {
    let action = Action::HandOverHost;
    let once = Once::of(app, actor, action.as_str(), key, &(meeting, to));
    let work = async {
        authorise(app, actor, meeting, action).await?;
        let entry = Entry::change(app, actor, action.as_str(), &resource(meeting));
        let (along, now) = ((entry, &once), app.clock.now_ms());
        let whom = (&actor.user_id, to);
        let host = store::hand_over(&app.db, meeting, whom, along, now).await??;
        for user in [&actor.user_id, to] {
            touched(app, meeting, What::Member(user.clone()));
        }
        show_said(app, meeting).await;
        Ok(host)
    };
    once.run(app, work).await
}
