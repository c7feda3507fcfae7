//! Deleting a person.
//!
//! Gone are profile, interests, connections and blocks, memberships of organisations,
//! sign-ins, and invitations that wait for the address. The user's row stays with its id
//! and nothing else: name, address, subject and settings are replaced or emptied, so that
//! a later sign-in is a new person. In meetings the member's row stays under the id in
//! the place of the address (a host's too: the meeting keeps its host); what was said in
//! their name loses label and id, and so does in these meetings what has no id, but their
//! name as its label (somebody else of the very same name goes along: better one too many).
//!
//! What stays: who wrote which operation of a note, by the id alone, since undo, history
//! and offline clients are told apart by it; the text of notes and transcripts itself;
//! the audit log, which is kept for a year and names people by id: what was done stays on
//! record, and loses the network address and user agent that it was done from. The ids of ended sign-ins stay too, so that
//! their tokens find them ended and make nobody new.

pub mod routes;
pub mod said;
pub mod store;

use super::store as person;
use crate::actor::{Actor, RequestInfo};
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry};
use crate::db::StoreError;
use crate::idempotency::{Key, Once};
use connvo_core::error::Problem;
use connvo_core::id::UserId;
use connvo_core::person::DELETED_NAME;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Deleted people looked after in one read of the sweep.
const PEOPLE: u32 = 100;

/// What a deletion did; the audit log has the same. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The deletion, a UUID.
    pub id: String,
    /// Milliseconds since the Unix epoch.
    pub deleted_at: u64,
    /// Rows removed or made anonymous, by what they were.
    pub counts: BTreeMap<String, u64>,
}

/// Deletes the actor; every connection of theirs closes at once.
///
/// # Errors
/// `CONFLICT` while others belong to an organisation of which the actor is the last
/// administrator; `NOT_FOUND` when they are deleted already.
pub async fn erase(app: &App, actor: &Actor, key: Option<Key>) -> Result<Receipt, Problem> {
    let once = Once::of(app, actor, "erasePerson", key, &());
    let user = &actor.user_id;
    let work = async {
        if let Some(problem) = store::hindrance(&app.db, user).await? {
            audit::denied(app, actor, "erasePerson", &super::resource(user), &problem);
            return Err(problem);
        }
        let account = person::account(&app.db, user).await?;
        let name = account.map_or_else(String::new, |account| account.name);
        let chunks = anonymise(app, user, &name).await?;
        // Refusals that were counted here until now are among the rows that lose their place.
        audit::write_behind(app).await;
        let receipt = Receipt {
            id: app.ids.uuid(),
            deleted_at: app.clock.now_ms(),
            counts: [("transcriptChunks".to_owned(), chunks)].into(),
        };
        let entry = Entry::change(app, &nameless(actor), "erasePerson", &super::resource(user));
        let erased = store::erase(&app.db, user, receipt, (entry, &once)).await?;
        if erased.is_ok() {
            self::erased(app, user, &name).await?;
        }
        erased
    };
    once.run(app, work).await
}

/// Says, after the commit, that somebody was deleted: every connection of theirs closes
/// at once, and what was said in their name until the moment itself loses it.
///
/// # Errors
/// The store fails: the sweep makes up for what has their id.
pub async fn erased(app: &App, user: &UserId, name: &str) -> Result<(), StoreError> {
    app.access_changed(AccessChange::Person {
        user_id: user.clone(),
    });
    anonymise(app, user, name).await.map(|_| ())
}

/// Takes the person's id and name from what was said; answers of how many chunks.
async fn anonymise(app: &App, user: &UserId, name: &str) -> Result<u64, StoreError> {
    let theirs = said::all_chunks(&app.db, user).await?;
    if name.is_empty() || name == DELETED_NAME {
        return Ok(theirs);
    }
    Ok(theirs + said::all_labels(&app.db, user, name).await?)
}

/// The actor without what tells where they are: the record of a deletion tells nothing
/// of the person.
fn nameless(actor: &Actor) -> Actor {
    let request = RequestInfo {
        ip: None,
        user_agent: None,
        ..RequestInfo::clone(&actor.request)
    };
    Actor {
        session_id: None,
        request: Arc::new(request),
        ..actor.clone()
    }
}

/// Makes anonymous what came in the name of deleted people since.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    audit::places::forget_late(&app.db, app.clock.now_ms()).await?;
    loop {
        let people = said::left_over(&app.db, PEOPLE).await?;
        if people.is_empty() || app.shutdown.is_cancelled() {
            return Ok(());
        }
        for user in people {
            said::all_chunks(&app.db, &user).await?;
        }
    }
}
