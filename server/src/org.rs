//! Organisations: who belongs to them, what they have subscribed to, and what their
//! members may therefore use. What a subscription gives is
//! [`connvo_core::entitlement`].

pub mod admin;
pub mod provider;
pub mod routes;
pub mod standing;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::me::{MeChange, tell};
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::{OrgId, UserId};
use connvo_core::org::{
    Org, OrgAction, OrgDraft, OrgMember, OrgMemberDraft, OrgRole, OrgRoleDraft, can, validate_name,
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
pub async fn create(app: &App, actor: &Actor, draft: OrgDraft) -> Result<Org, Problem> {
    let org = Org {
        name: validate_name(&draft.name)?,
        id: app.ids.org(),
        role: OrgRole::Admin,
        created_at: app.clock.now_ms(),
    };
    let entry = Entry::change(app, actor, "createOrg", &resource(&org.id));
    if !store::insert(&app.db, &org, &actor.user_id, &entry).await? {
        return Err(too_many());
    }
    tell(app, MeChange::User(actor.user_id.clone()));
    Ok(org)
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

/// Adds somebody who has an account, by address, or changes their role.
///
/// # Errors
/// `VALIDATION_ERROR` for an address that nobody has signed in with; `FORBIDDEN` unless
/// administrator; `CONFLICT` for the last administrator's role, or when they belong to
/// too many organisations.
pub async fn add_member(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    draft: OrgMemberDraft,
) -> Result<OrgMember, Problem> {
    authorise(app, actor, org, OrgAction::ManageMembers).await?;
    let new = draft.validate()?;
    let user = store::user_of(&app.db, new.email()).await?.ok_or_else(|| {
        Problem::field("/email", "nobody has signed in here with this address yet")
    })?;
    put_member(app, actor, org, &user, (new.role(), true)).await
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
) -> Result<OrgMember, Problem> {
    authorise(app, actor, org, OrgAction::ManageMembers).await?;
    put_member(app, actor, org, user, (draft.role, false)).await
}

async fn put_member(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    user: &UserId,
    what: (OrgRole, bool),
) -> Result<OrgMember, Problem> {
    let now = app.clock.now_ms();
    let entry = Entry::change(app, actor, "putMember", &resource(org));
    match store::put_member(&app.db, org, user, what, entry, now).await? {
        store::Put::Done => {}
        store::Put::LastAdmin(problem) => return Err(problem),
        store::Put::Absent => return Err(Problem::not_found("the member")),
        store::Put::TooMany => return Err(too_many()),
    }
    tell(app, MeChange::User(user.clone()));
    store::member(&app.db, org, user)
        .await?
        .ok_or_else(|| Problem::not_found("the member"))
}

/// Takes a member out, or oneself.
///
/// # Errors
/// `NOT_FOUND` when they are none; `FORBIDDEN` unless administrator or oneself;
/// `CONFLICT` for the last administrator.
pub async fn remove_member(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    user: &UserId,
) -> Result<(), Problem> {
    let action = if *user == actor.user_id {
        OrgAction::Leave
    } else {
        OrgAction::ManageMembers
    };
    authorise(app, actor, org, action).await?;
    let entry = Entry::change(app, actor, "removeMember", &resource(org));
    match store::remove_member(&app.db, org, user, entry, app.clock.now_ms()).await? {
        store::Put::Done => {}
        store::Put::LastAdmin(problem) => return Err(problem),
        store::Put::Absent | store::Put::TooMany => return Err(Problem::not_found("the member")),
    }
    tell(app, MeChange::User(user.clone()));
    Ok(())
}

fn too_many() -> Problem {
    let detail = format!("one person belongs to at most {PER_PERSON} organisations");
    Problem::new(ErrorCode::Conflict, detail)
}

/// The organisation as the audit log names it.
fn resource(org: &OrgId) -> String {
    format!("orgs/{org}")
}
