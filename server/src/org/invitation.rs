//! Who is asked to belong to an organisation. Nobody belongs to one against their will,
//! and whoever asks does not learn whether an account has the address.

pub mod routes;
pub mod store;

use super::{authorise, done, resource};
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use crate::views::Topic;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::OrgId;
use connvo_core::meeting::validate_email;
use connvo_core::org::{Org, OrgAction, OrgInvitation, OrgMemberDraft};

/// Most invitations of one organisation that wait at a time.
pub const PER_ORG: usize = 200;

/// Asks somebody by address, or offers another role to who is asked already.
///
/// # Errors
/// `VALIDATION_ERROR` for a bad address; `FORBIDDEN` unless administrator; `CONFLICT` for
/// a member, and for more than [`PER_ORG`].
pub async fn invite(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    draft: OrgMemberDraft,
    key: Option<Key>,
) -> Result<OrgInvitation, Problem> {
    let once = Once::of(app, actor, "inviteToOrg", key, &(org, &draft));
    let work = async {
        authorise(app, actor, org, OrgAction::ManageMembers).await?;
        let new = draft.validate()?;
        let entry = Entry::change(app, actor, "inviteToOrg", &resource(org));
        let (along, now) = ((entry, &once), app.clock.now_ms());
        match store::put(&app.db, org, &new, along, now).await? {
            store::Invited::Done(invitation) => Ok(invitation),
            store::Invited::Closed => Err(Problem::not_found("the organisation")),
            store::Invited::Member => Err(Problem::new(
                ErrorCode::Conflict,
                "this is a member already: change their role instead",
            )),
            store::Invited::TooMany => {
                let detail = format!("at most {PER_ORG} invitations wait at a time");
                Err(Problem::new(ErrorCode::Conflict, detail))
            }
        }
    };
    once.run(app, work).await
}

/// Takes an invitation back.
///
/// # Errors
/// `NOT_FOUND` when there is none; `FORBIDDEN` unless administrator.
pub async fn withdraw(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    email: &str,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, actor, "withdrawInvitation", key, &(org, email));
    let work = async {
        authorise(app, actor, org, OrgAction::ManageMembers).await?;
        let email = validate_email(email, "/email")?;
        let entry = Entry::change(app, actor, "withdrawInvitation", &resource(org));
        if !store::withdraw(&app.db, org, &email, (entry, &once)).await? {
            return Err(Problem::not_found("the invitation"));
        }
        Ok(())
    };
    once.run(app, work).await
}

/// Belongs to the organisation from now on.
///
/// # Errors
/// `NOT_FOUND` unless asked, at the actor's verified address; `CONFLICT` when they belong
/// to too many.
pub async fn accept(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    key: Option<Key>,
) -> Result<Org, Problem> {
    let once = Once::of(app, actor, "acceptInvitation", key, org);
    let work = async {
        let entry = Entry::change(app, actor, "acceptInvitation", &resource(org));
        let (along, now) = ((entry, &once), app.clock.now_ms());
        let accepted = match store::accept(&app.db, org, &actor.user_id, along, now).await? {
            super::store::Put::Absent => Err(Problem::not_found("the invitation")),
            put => done(put),
        };
        if let Err(problem) = &accepted {
            audit::denied(app, actor, "acceptInvitation", &resource(org), problem);
        }
        let org = accepted?;
        app.touched(&[Topic::Person(actor.user_id.clone())]);
        Ok(org)
    };
    once.run(app, work).await
}

/// Does not want to belong to it.
pub(super) async fn decline(
    app: &App,
    actor: &Actor,
    org: &OrgId,
    once: &Once,
) -> Result<(), Problem> {
    let entry = Entry::change(app, actor, "declineInvitation", &resource(org));
    if !store::decline(&app.db, org, &actor.user_id, (entry, once)).await? {
        let problem = Problem::not_found("the organisation");
        let action = OrgAction::Leave.as_str();
        audit::denied(app, actor, action, &resource(org), &problem);
        return Err(problem);
    }
    Ok(())
}
