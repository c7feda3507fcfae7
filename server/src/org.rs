//! Organisations: who belongs to them, what they have subscribed to, and what their
//! members may therefore use. What a subscription gives is
//! [`connvo_core::entitlement`].

pub mod admin;
pub mod invitation;
pub mod provider;
pub mod routes;
pub mod standing;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use crate::views::Topic;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{
    Org, OrgAction, OrgDraft, OrgMember, OrgRole, OrgRoleDraft, OrgStatus, can, validate_name,
};

/// Most organisations that one person may belong to.
pub const PER_PERSON: usize = 20;

/// What the actor is in the organisation, when that allows `action`.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` to members who may not.
pub async fn authorise(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    action: OrgAction,
) -> Result<OrgRole, Problem> {
    let role = store::role(&app.db, org, &actor.user_id)
        .await?
        .ok_or_else(|| Problem::not_found("the organisation"))?;
    if let Err(problem) = can(role, action) {
        audit::denied(app, actor, action.as_str(), &resource(org), &problem);
        return Err(problem);
    }
    Ok(role)
}

/// Makes an organisation with the actor as its administrator.
///
/// # Errors
/// `VALIDATION_ERROR` for a bad name; `CONFLICT` for one organisation too many.
pub async fn create(
    app: &App,
    actor: &Actor,
    draft: OrgDraft,
    key: Option<Key>,
) -> Result<Org, Problem> {
    let once = Once::of(app, actor, "createOrg", key, &draft);
    let org = Org {
        name: validate_name(&draft.name)?,
        id: app.ids.org(),
        role: OrgRole::Admin,
        status: OrgStatus::Active,
        created_at: app.clock.now_ms(),
    };
    let work = async {
        let entry = Entry::change(app, actor, "createOrg", &resource(&org.id));
        if !store::insert(&app.db, &org, &actor.user_id, &entry, &once).await? {
            return Err(too_many());
        }
        app.touched(&[Topic::Person(actor.user_id.clone())]);
        Ok(org)
    };
    once.run(app, work).await
}

/// Closes an organisation for good: its members are none any more, and its meetings are
/// on the free plan.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` unless administrator; `CONFLICT` while there are
/// other administrators.
pub async fn close(app: &App, actor: &Actor, org: &OrgId, key: Option<Key>) -> Result<(), Problem> {
    let once = Once::of(app, actor, "closeOrg", key, org);
    let work = async {
        authorise(app, actor, org, OrgAction::Close).await?;
        let entry = Entry::change(app, actor, "closeOrg", &resource(org));
        let (along, now) = ((entry, &once), app.clock.now_ms());
        done(store::close(&app.db, org, &actor.user_id, along, now).await?)?;
        app.touched(&[Topic::Org(org.clone())]);
        Ok(())
    };
    once.run(app, work).await
}

/// An organisation as the actor sees it.
///
/// # Errors
/// `NOT_FOUND` to strangers.
pub async fn get(app: &App, actor: &Actor, org: &OrgId) -> Result<Org, Problem> {
    store::get(&app.db, org, &actor.user_id)
        .await?
        .ok_or_else(|| Problem::not_found("the organisation"))
}

/// Changes a member's role.
///
/// # Errors
/// `NOT_FOUND` when they are none; `FORBIDDEN` unless administrator; `CONFLICT` for the
/// last administrator's role.
pub async fn change_member(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    user: &UserId,
    draft: &OrgRoleDraft,
    key: Option<Key>,
) -> Result<OrgMember, Problem> {
    let once = Once::of(app, actor, "changeMember", key, &(org, user, draft));
    let work = async {
        authorise(app, actor, org, OrgAction::ManageMembers).await?;
        let entry = Entry::change(app, actor, "changeMember", &resource(org));
        let (along, now) = ((entry, &once), app.clock.now_ms());
        let what = (user, draft.role);
        let member = done(store::change_member(&app.db, org, what, along, now).await?)?;
        app.touched(&[Topic::Person(user.clone())]);
        Ok(member)
    };
    once.run(app, work).await
}

/// Takes a member out, or oneself; who is only asked to belong to it declines.
///
/// # Errors
/// `NOT_FOUND` when they are none; `FORBIDDEN` unless administrator or oneself;
/// `CONFLICT` for the last administrator.
pub async fn remove_member(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    user: &UserId,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, actor, "removeMember", key, &(org, user));
    let own = *user == actor.user_id;
    let work = async {
        if own && store::role(&app.db, org, user).await?.is_none() {
            return invitation::decline(app, actor, org, &once).await;
        }
        let action = if own {
            OrgAction::Leave
        } else {
            OrgAction::ManageMembers
        };
        authorise(app, actor, org, action).await?;
        let entry = Entry::change(app, actor, "removeMember", &resource(org));
        let (along, now) = ((entry, &once), app.clock.now_ms());
        done(store::remove_member(&app.db, org, user, along, now).await?)?;
        app.touched(&[Topic::Person(user.clone())]);
        Ok(())
    };
    once.run(app, work).await
}

/// What a change came to.
fn done<T>(put: store::Put<T>) -> Result<T, Problem> {
    match put {
        store::Put::Done(made) => Ok(made),
        store::Put::LastAdmin(problem) => Err(problem),
        store::Put::Absent => Err(Problem::not_found("the member")),
        store::Put::TooMany => Err(too_many()),
    }
}

fn too_many() -> Problem {
    let detail = format!("one person belongs to at most {PER_PERSON} organisations");
    Problem::new(ErrorCode::Conflict, detail)
}

/// The organisation as the audit log names it.
fn resource(org: &OrgId) -> String {
    format!("orgs/{org}")
}
