//! Events of WorkOS. They come in any order and more than once.

use super::signature::WORKOS;
use super::store::{self, Effect};
use super::{judged, odd, parse};
use crate::actor::RequestInfo;
use crate::app::{AccessChange, App};
use crate::audit::Trail;
use crate::org::provider::{ProviderMembership, ProviderOrg};
use crate::person::erase;
use crate::views::Topic;
use crate::workos::{Person, instant};
use connvo_core::error::{ErrorCode, Problem};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::sync::Arc;
use utoipa::ToSchema;

/// Whose events these are, as `webhook_events.provider` names it.
const PROVIDER: &str = "workos";
/// Longest id of an event, a user or a session, in bytes.
const ID_BYTES: usize = 255;

/// The envelope of an event.
#[derive(Deserialize, ToSchema)]
#[schema(as = WorkOsEvent)]
pub(super) struct Event {
    /// The event's own id: each has its effect once.
    id: String,
    /// What happened, as `user.updated`.
    event: String,
    /// To whom or what.
    #[serde(default)]
    data: Value,
}

/// A session as WorkOS has it.
#[derive(Deserialize)]
struct Session {
    id: String,
    user_id: String,
    #[serde(default)]
    expires_at: Option<String>,
}

/// Takes an event: checks the signature over the raw body, then has its effect, once.
///
/// # Errors
/// `NOT_FOUND` where no secret is set; `UNAUTHORIZED` for a bad signature, `RATE_LIMITED`
/// after too many of them;
/// `VALIDATION_ERROR` for what is not an event; `UNAVAILABLE` when it is to come again.
pub async fn take(
    app: &App,
    request: RequestInfo,
    signature: &str,
    body: &[u8],
) -> Result<(), Problem> {
    let settings = app.config.workos.as_ref();
    let secret = settings.and_then(|workos| workos.webhook_secret.as_ref());
    let secret = secret.ok_or_else(|| Problem::not_found("this webhook"))?;
    let now = app.clock.now_ms();
    let request = Arc::new(request);
    let checked = WORKOS.check(secret.reveal().as_bytes(), signature, body, now);
    judged(app, &request, PROVIDER, checked)?;
    let event: Event = parse(body)?;
    name(&event.id)?;
    let trail = &Trail::new(&app.ids, now, &request).told_by(PROVIDER, &event.id);
    match event.event.as_str() {
        "user.created" | "user.updated" => {
            let person: Person = data(event.data)?;
            let profile = person.profile();
            about(
                app,
                (&event.id, &person.id),
                Effect::Profile(&profile),
                trail,
            )
            .await
        }
        "user.deleted" => {
            let person: Person = data(event.data)?;
            about(app, (&event.id, &person.id), Effect::Removed, trail).await
        }
        "session.created" => {
            let session: Session = data(event.data)?;
            let ends = session.expires_at.as_deref().and_then(instant);
            let effect = Effect::SessionBegan(name(&session.id)?, ends);
            about(app, (&event.id, &session.user_id), effect, trail).await
        }
        "session.revoked" => {
            let session: Session = data(event.data)?;
            let effect = Effect::SessionEnded(name(&session.id)?);
            about(app, (&event.id, &session.user_id), effect, trail).await
        }
        "organization.created" | "organization.updated" => {
            organization(app, (&event.id, event.data), false, trail).await
        }
        "organization.deleted" => organization(app, (&event.id, event.data), true, trail).await,
        "organization_membership.created" | "organization_membership.updated" => {
            membership(app, (&event.id, event.data), true, trail).await
        }
        "organization_membership.deleted" => {
            membership(app, (&event.id, event.data), false, trail).await
        }
        _ => Ok(()),
    }
}

/// An event about one person; after the commit, whoever it concerns asks again.
async fn about(
    app: &App,
    (event_id, subject): (&str, &str),
    effect: Effect<'_>,
    trail: &Trail,
) -> Result<(), Problem> {
    let ended = match &effect {
        Effect::SessionEnded(sid) => Some((*sid).to_owned()),
        _ => None,
    };
    let removed = matches!(effect, Effect::Removed);
    let fresh = app.ids.user();
    let whom = (name(subject)?, &fresh);
    let taken = store::take(&app.db, (PROVIDER, event_id), whom, effect, trail).await?;
    let Some(store::Taken { met, gone }) = taken else {
        return Ok(());
    };
    met.tell(app);
    let user_id = met.user_id;
    if let Some(session_id) = ended {
        app.access_changed(AccessChange::Session {
            user_id,
            session_id,
        });
    } else if removed {
        match gone {
            Some(gone) => erase::finish(app, &gone).await,
            None => app.access_changed(AccessChange::Person { user_id }),
        }
    }
    Ok(())
}

/// An organisation as WorkOS has it.
#[derive(Deserialize)]
struct Organization {
    id: String,
    name: String,
    updated_at: String,
}

/// Who belongs to one.
#[derive(Deserialize)]
struct Membership {
    organization_id: String,
    #[serde(default)]
    organization_name: Option<String>,
    user_id: String,
    role: Role,
    status: String,
    updated_at: String,
}

#[derive(Deserialize)]
struct Role {
    slug: String,
}

/// News of an organisation; those that are older than what is known change nothing.
async fn organization(
    app: &App,
    (event_id, news): (&str, Value),
    removed: bool,
    trail: &Trail,
) -> Result<(), Problem> {
    let told: Organization = data(news)?;
    let news = ProviderOrg {
        workos_id: name(&told.id)?,
        name: &told.name,
        removed,
        updated_at: time(&told.updated_at)?,
    };
    let (event, fresh) = ((PROVIDER, event_id), app.ids.org());
    if let Some(org) = store::take_org(&app.db, event, &fresh, &news, trail).await? {
        app.touched(&[Topic::Org(org)]);
    }
    Ok(())
}

/// News of a membership, likewise.
async fn membership(
    app: &App,
    (event_id, news): (&str, Value),
    exists: bool,
    trail: &Trail,
) -> Result<(), Problem> {
    let told: Membership = data(news)?;
    let news = ProviderMembership {
        workos_org_id: name(&told.organization_id)?,
        org_name: told.organization_name.as_deref(),
        role: &told.role.slug,
        active: exists && told.status == "active",
        updated_at: time(&told.updated_at)?,
    };
    let (user, org) = (app.ids.user(), app.ids.org());
    let (event, whom) = ((PROVIDER, event_id), (name(&told.user_id)?, &user, &org));
    if let Some(user) = store::take_membership(&app.db, event, whom, &news, trail).await? {
        app.touched(&[Topic::Person(user)]);
    }
    Ok(())
}

fn time(text: &str) -> Result<u64, Problem> {
    instant(text).ok_or_else(|| {
        let detail = "not an event of this provider: updated_at is no time";
        Problem::new(ErrorCode::ValidationError, detail)
    })
}

fn data<T: DeserializeOwned>(data: Value) -> Result<T, Problem> {
    serde_json::from_value(data).map_err(|error| odd(&error))
}

/// An id that may be stored.
fn name(id: &str) -> Result<&str, Problem> {
    if id.is_empty() || id.len() > ID_BYTES || id.contains(char::is_control) {
        return Err(Problem::new(
            ErrorCode::ValidationError,
            "an id of this event makes no sense",
        ));
    }
    Ok(id)
}
