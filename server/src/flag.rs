//! Feature flags: kept by operators, evaluated by [`connvo_core::flag`].

pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::auth::admin::Admin;
use crate::idempotency::{Key, Once};
use crate::me::view;
use crate::views::Topic;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::flag::{
    CAPABILITIES, Context, Flag, FlagDraft, evaluate, same_for_all, validate_key, validate_reason,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Most flags that there may be; a capability that is new has one all the same.
pub const FLAGS: u32 = 200;

/// Every flag, in order of the keys; from memory where they were read a moment ago.
async fn all(app: &App) -> Result<Arc<[Flag]>, Problem> {
    let now = app.clock.now_ms();
    if let Some(flags) = app.flags.get(&(), &(), now) {
        return Ok(flags);
    }
    let changes = app.flags.changes();
    let flags: Arc<[Flag]> = store::all(&app.db).await?.into();
    app.flags.keep((), (), Arc::clone(&flags), changes, now);
    Ok(flags)
}

/// Every flag by its key, as evaluated for whoever asks.
///
/// # Errors
/// The store fails.
pub async fn evaluate_all(
    app: &App,
    context: &Context<'_>,
) -> Result<BTreeMap<String, Value>, Problem> {
    let flags = all(app).await?;
    let valued = |flag: &Flag| (flag.key.clone(), evaluate(flag, context));
    Ok(flags.iter().map(valued).collect())
}

/// Whether a capability is switched on for the actor; a flag that is not there is off.
///
/// # Errors
/// `FORBIDDEN` (`flag`); the store fails.
pub async fn require(app: &App, actor: &Actor, capability: &str) -> Result<(), Problem> {
    let flags = all(app).await?;
    let Some(flag) = flags.iter().find(|flag| flag.key == capability) else {
        return connvo_core::flag::require(capability, &Value::Bool(false));
    };
    let value = match same_for_all(flag, &app.config.environment) {
        Some(value) => value,
        None => {
            let (view, _) = view(app, &actor.user_id).await?;
            view.flags
                .get(capability)
                .cloned()
                .unwrap_or(Value::Bool(false))
        }
    };
    connvo_core::flag::require(capability, &value)
}

/// Whether a capability is known, without the store, to be switched on for everybody alike.
#[must_use]
pub fn is_on_for_all(app: &App, capability: &str) -> bool {
    let flags = app.flags.get(&(), &(), app.clock.now_ms());
    let is_on = |flag: &Flag| {
        let value = same_for_all(flag, &app.config.environment);
        flag.key == capability && value.is_some_and(|value| value != Value::Bool(false))
    };
    flags.is_some_and(|flags| flags.iter().any(is_on))
}

/// A flag; the audit log has who read it.
///
/// # Errors
/// `NOT_FOUND`.
pub async fn get(app: &App, admin: &Admin, key: &str) -> Result<Flag, Problem> {
    validate_key(key)?;
    audit::read(app, admin, "readFlag", &resource(key), json!({})).await?;
    store::get(&app.db, key)
        .await?
        .ok_or_else(|| Problem::not_found("the flag"))
}

/// Makes a flag, or makes it another.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `CONFLICT` when there are
/// [`FLAGS`] already.
pub async fn put(
    app: &App,
    admin: &Admin,
    name: &str,
    draft: FlagDraft,
    key: Option<Key>,
) -> Result<Flag, Problem> {
    let once = Once::of(app, admin, "putFlag", key, &(name, &draft));
    let work = async {
        let new = draft.validate(name)?;
        let entry = Entry::change(app, admin, "putFlag", &resource(name)).because(new.reason());
        let along = (entry, &once);
        if !store::put(&app.db, new.flag(), along, app.clock.now_ms()).await? {
            let detail = format!("there are {FLAGS} flags already: remove one first");
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        app.touched(&[Topic::Flags]);
        Ok(new.flag().clone())
    };
    once.run(app, work).await
}

/// Removes a flag.
///
/// # Errors
/// `NOT_FOUND`; `VALIDATION_ERROR` without a reason; `CONFLICT` for
/// the flag of a capability.
pub async fn delete(
    app: &App,
    admin: &Admin,
    name: &str,
    reason: &str,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, admin, "deleteFlag", key, &(name, reason));
    let work = async {
        validate_key(name)?;
        let reason = validate_reason(reason, "/reason")?;
        if CAPABILITIES
            .iter()
            .any(|(capability, _)| *capability == name)
        {
            let detail = "the flag of a capability stays: switch it off instead";
            return Err(Problem::new(ErrorCode::Conflict, detail));
        }
        let entry = Entry::change(app, admin, "deleteFlag", &resource(name)).because(reason);
        if !store::delete(&app.db, name, (entry, &once)).await? {
            return Err(Problem::not_found("the flag"));
        }
        app.touched(&[Topic::Flags]);
        Ok(())
    };
    once.run(app, work).await
}

/// The flag as the audit log names it.
fn resource(key: &str) -> String {
    format!("flags/{key}")
}
