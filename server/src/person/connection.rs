//! Connections between people, and blocks. What may follow what is
//! [`connvo_core::person::connection`].

pub mod routes;
pub mod store;

use super::resource;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::idempotency::{Key, Once};
use crate::rate;
use connvo_core::error::Problem;
use connvo_core::id::{ConnectionId, UserId};
use connvo_core::person::connection::{Connection, ConnectionAction, ConnectionDraft};

/// Asks somebody for a connection; following needs no answer.
///
/// # Errors
/// `VALIDATION_ERROR` for oneself or a long message; `NOT_FOUND` for who is not there,
/// not active, or has blocked the actor; `CONFLICT` when there is one like it, the other
/// has refused or ended one of any kind a short time ago (`cool-down`), too many wait
/// (`pending`), or the actor has blocked them; `RATE_LIMITED`.
pub async fn ask(
    app: &App,
    actor: &Actor,
    draft: ConnectionDraft,
    key: Option<Key>,
) -> Result<Connection, Problem> {
    let once = Once::of(app, actor, "askConnection", key, &draft);
    let new = draft.validate(&actor.user_id)?;
    let work = async {
        let (fresh, now) = (app.ids.connection(), app.clock.now_ms());
        app.rates
            .take_of_person(rate::CONNECTIONS_ASK, &actor.user_id, now)?;
        let asked = (&actor.user_id, &fresh, &new);
        let entry = Entry::change(app, actor, "askConnection", &resource(&actor.user_id));
        store::ask(&app.db, asked, (entry, &once), now).await?
    };
    once.run(app, work).await
}

/// Does something with a connection; answers it as it is now, unless it is no more.
///
/// # Errors
/// `NOT_FOUND` to everybody but the two, and to who is blocked; else as
/// [`connvo_core::person::connection::next`].
pub async fn act(
    app: &App,
    actor: &Actor,
    id: &ConnectionId,
    action: ConnectionAction,
    key: Option<Key>,
) -> Result<Option<Connection>, Problem> {
    let once = Once::of(app, actor, action.as_str(), key, id);
    let work = async {
        let entry = Entry::change(app, actor, action.as_str(), &resource(&actor.user_id));
        let along = (entry, &once);
        let what = (&actor.user_id, id, action);
        store::act(&app.db, what, along, app.clock.now_ms()).await?
    };
    once.run(app, work).await
}

/// Blocks somebody: neither sees the other any more, and whatever was between them is
/// gone. Of people who are hidden from the actor it says as little as of others: the
/// answer is the same.
///
/// # Errors
/// `NOT_FOUND` for an id that is nobody's; `VALIDATION_ERROR` for oneself.
pub async fn block(
    app: &App,
    actor: &Actor,
    user: &UserId,
    key: Option<Key>,
) -> Result<(), Problem> {
    let action = ConnectionAction::Block.as_str();
    let once = Once::of(app, actor, "blockUser", key, user);
    if *user == actor.user_id {
        return Err(Problem::field("/id", "this is yourself"));
    }
    let work = async {
        let entry = Entry::change(app, actor, action, &resource(&actor.user_id));
        let fresh = app.ids.connection();
        let whom = (&actor.user_id, user, &fresh);
        store::block(&app.db, whom, (entry, &once), app.clock.now_ms()).await?
    };
    once.run(app, work).await
}
