//! People: their account and profile, what interests them, whom they know and whom they
//! block; everything kept about them, to take along or to delete. The rules are
//! [`connvo_core::person`].

pub mod admin;
pub mod connection;
pub mod count;
pub mod erase;
pub mod export;
pub mod inventory;
pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::idempotency::{Key, Once};
use crate::views::Topic;
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::person::interest::{InterestsDraft, UserInterest};
use connvo_core::person::profile::{ProfileDraft, PublicProfile};
use connvo_core::person::settings::{Account, SettingsDraft};

/// The actor as they see themselves.
///
/// # Errors
/// `NOT_FOUND` when they are not there any more.
pub async fn account(app: &App, actor: &Actor) -> Result<Account, Problem> {
    let account = store::account(&app.db, &actor.user_id).await?;
    let account = account.ok_or_else(|| absent("the user"))?;
    Ok(noted(app, account))
}

/// With what is not written yet.
fn noted(app: &App, account: Account) -> Account {
    Account {
        last_seen_at: app.seen.latest(&account.id, account.last_seen_at),
        ..account
    }
}

/// Changes the actor's name and settings.
///
/// # Errors
/// `VALIDATION_ERROR` naming every field.
pub async fn change(
    app: &App,
    actor: &Actor,
    draft: &SettingsDraft,
    key: Option<Key>,
) -> Result<Account, Problem> {
    let once = Once::of(app, actor, "changeAccount", key, draft);
    let new = draft.validate()?;
    let work = async {
        let along = (entry(app, actor, "changeAccount"), &once);
        let changed = store::change(&app.db, &actor.user_id, &new, along, app.clock.now_ms());
        let changed = changed.await?.ok_or_else(|| absent("the user"))?;
        app.touched(&[Topic::Person(actor.user_id.clone())]);
        Ok(changed)
    };
    Ok(noted(app, once.run(app, work).await?))
}

/// Puts a profile in the place of the actor's.
///
/// # Errors
/// `VALIDATION_ERROR` naming every field.
pub async fn put_profile(
    app: &App,
    actor: &Actor,
    draft: &ProfileDraft,
    key: Option<Key>,
) -> Result<ProfileDraft, Problem> {
    let once = Once::of(app, actor, "putProfile", key, draft);
    let new = draft.validate()?;
    let work = async {
        let now = app.clock.now_ms();
        let along = (entry(app, actor, "putProfile"), &once);
        if !store::put_profile(&app.db, &actor.user_id, &new, along, now).await? {
            return Err(absent("the user"));
        }
        Ok(new.fields().clone())
    };
    once.run(app, work).await
}

/// Puts interests in the place of the actor's; answers them by slug.
///
/// # Errors
/// `VALIDATION_ERROR` naming those that the taxonomy does not have (any more).
pub async fn put_interests(
    app: &App,
    actor: &Actor,
    draft: InterestsDraft,
    key: Option<Key>,
) -> Result<Vec<UserInterest>, Problem> {
    let once = Once::of(app, actor, "putInterests", key, &draft);
    let new = draft.validate()?;
    let work = async {
        let now = app.clock.now_ms();
        let along = (entry(app, actor, "putInterests"), &once);
        match store::put_interests(&app.db, &actor.user_id, &new, along, now).await? {
            store::Put::Done(kept) => Ok(kept),
            store::Put::Refused(problem) => Err(problem),
        }
    };
    once.run(app, work).await
}

/// What the actor may see of somebody.
///
/// # Errors
/// `NOT_FOUND` when one has blocked the other, and when they were removed or are not
/// active.
pub async fn profile(app: &App, actor: &Actor, user: &UserId) -> Result<PublicProfile, Problem> {
    store::public(&app.db, &actor.user_id, user)
        .await?
        .ok_or_else(|| absent("the person"))
}

/// What the audit log is to have of the actor's change of what is their own.
fn entry(app: &App, actor: &Actor, action: &str) -> Entry {
    Entry::change(app, actor, action, &resource(&actor.user_id))
}

fn absent(what: &str) -> Problem {
    Problem::not_found(what)
}

/// The person as the audit log names them.
fn resource(user: &UserId) -> String {
    format!("users/{user}")
}
