//! The link by which another program reads a person's calendar: who has it reads it, until
//! the person takes it back.
//!
//! Laws: the secret is told once, to who asks for it; the store knows its hash alone, and no
//! log line and no row of the audit log has it. (It is in the query, which is not logged.)

pub mod store;

use super::calendar;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use connvo_core::error::Problem;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

/// The calendar's link as it is told once.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FreshLink {
    /// The path and query under this server's address: whoever has it reads the calendar.
    path: String,
    /// Milliseconds since the Unix epoch.
    created_at: u64,
}

/// Whether there is a link.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct KnownLink {
    /// When it was made, in milliseconds since the Unix epoch; null where there is none.
    created_at: Option<u64>,
}

/// Makes a link; the one before is void.
///
/// # Errors
/// The store fails.
pub async fn make(app: &App, actor: &Actor) -> Result<FreshLink, Problem> {
    let halves = [app.ids.bits(), app.ids.bits(), app.ids.bits()];
    let secret: String = halves.iter().map(|half| format!("{half:016x}")).collect();
    let now = app.clock.now_ms();
    let entry = Entry::change(app, actor, "makeCalendarLink", "me");
    store::put(&app.db, &actor.user_id, &hash(&secret), &entry, now).await?;
    Ok(FreshLink {
        path: format!("/v1/calendar.ics?secret={secret}"),
        created_at: now,
    })
}

/// Whether the actor has a link, and since when.
///
/// # Errors
/// The store fails.
pub async fn known(app: &App, actor: &Actor) -> Result<KnownLink, Problem> {
    let created_at = store::created_at(&app.db, &actor.user_id).await?;
    Ok(KnownLink { created_at })
}

/// Takes the link back: who has it reads nothing any more.
///
/// # Errors
/// The store fails.
pub async fn revoke(app: &App, actor: &Actor) -> Result<(), Problem> {
    let entry = Entry::change(app, actor, "revokeCalendarLink", "me");
    Ok(store::remove(&app.db, &actor.user_id, &entry).await?)
}

/// The calendar that a link leads to.
///
/// # Errors
/// `NOT_FOUND` for a secret that is nobody's (any more).
pub async fn read(app: &App, secret: &str) -> Result<String, Problem> {
    let user = store::whose(&app.db, &hash(secret)).await?;
    let user = user.ok_or_else(|| Problem::not_found("the calendar"))?;
    calendar::of_person(app, &user).await
}

fn hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret))
}
