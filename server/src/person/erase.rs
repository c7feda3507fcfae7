//! Deleting a person.
//!
//! It is decided, and marked, in one transaction; what is too much for that is written down
//! there (`erasures`), and taken away in small pieces after it, by the sweep if need be.
//!
//! Gone are profile, interests, connections and blocks, memberships of organisations,
//! sign-ins, and invitations that wait for the address. The user's row stays with its id
//! and nothing else: name, address, subject and settings are replaced or emptied, so that
//! a later sign-in is a new person. In meetings the member's row stays under the id in
//! the place of the address. What was said in their name loses label and id; and so does
//! what has no id, but their name as its label, in meetings where they took part (as
//! participant or more, and not merely asked), of what was said since they are called so.
//! What was said under a name that they had before stays, since who takes the name of
//! another must not take the other's words along; somebody else of the very same name in
//! the same meeting may lose theirs.
//!
//! A private meeting of which nobody is left who was ever a member goes with its note and
//! its transcript. Another that they host and that is not over has a new host
//! ([`connvo_core::meeting::who_inherits`]), or ends; one that is over keeps its host.
//!
//! What stays: who wrote which operation of a note, by the id alone, since undo, history
//! and offline clients are told apart by it; the text of notes and transcripts itself;
//! the audit log, which is kept for a year and names people by id: what was done stays on
//! record, and loses the network address and user agent that it was done from. The ids of
//! ended sign-ins stay too, so that their tokens find them ended and make nobody new.

pub mod routes;
pub mod store;

use crate::actor::{Actor, RequestInfo};
use crate::app::{AccessChange, App};
use crate::audit::{self, Entry, Trail};
use crate::db::StoreError;
use crate::idempotency::{self, Key, Once};
use crate::meeting;
use crate::rate;
use crate::search::index;
use crate::views::Topic;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::meeting::MeetingState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Deleted people looked after in one read of the sweep.
const PEOPLE: u32 = 100;
/// How long after a deletion something of that person may still come, in milliseconds: it is
/// held in memory, here and on other nodes, and written within seconds.
const LATE_MS: u64 = 24 * 60 * 60 * 1000;

/// What a deletion did; the audit log has the same. It names nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Receipt {
    /// The deletion, a UUID.
    pub id: String,
    /// Milliseconds since the Unix epoch.
    pub deleted_at: u64,
    /// Rows removed or made anonymous, by what they were. `transcriptChunks` are those
    /// under the person's id at that time; those that have only the name are not counted.
    pub counts: BTreeMap<String, u64>,
}

/// What is to be told and done after the commit of a deletion.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gone {
    /// Who was deleted.
    pub user_id: UserId,
    /// Meetings that have another host, or are over, each with the state that it is in.
    pub changed: Vec<(MeetingId, MeetingState)>,
    /// Meetings that are no more.
    pub removed: Vec<MeetingId>,
}

/// What keys of retries are kept under.
const OPERATION: &str = "erasePerson";

/// Deletes the actor; every connection of theirs closes at once.
///
/// # Errors
/// `CONFLICT` while others belong to an organisation of which the actor is the last
/// administrator; `NOT_FOUND` when they are deleted already.
pub async fn erase(app: &App, actor: &Actor, key: Option<Key>) -> Result<Receipt, Problem> {
    let user = &actor.user_id;
    let once = Once::of(app, actor, OPERATION, key, &());
    let work = async {
        // Refusals that were counted here until now are among the rows that lose their place.
        audit::write_behind(app).await;
        let entry = Entry::change(app, &nameless(actor), OPERATION, &super::resource(user));
        let now = app.clock.now_ms();
        let server = RequestInfo {
            began_at_ms: now,
            ..RequestInfo::default()
        };
        let trail = Trail::new(&app.ids, now, &Arc::new(server));
        let (receipt, gone) = store::erase(&app.db, user, (entry, &once), &trail).await??;
        // Whether or not the caller waits for it.
        let rest = app.clone();
        let rest = app.tasks.spawn(async move { finish(&rest, &gone).await });
        let _ = rest.await;
        Ok(receipt)
    };
    once.run(app, work).await
}

/// The receipt of a deletion that was asked for under this key before.
///
/// # Errors
/// The store fails.
pub async fn receipt(app: &App, user: &UserId, key: Key) -> Result<Option<Receipt>, Problem> {
    Once::of_person(app, user, OPERATION, Some(key), &())
        .kept(app)
        .await
}

/// Does what follows a deletion, after its commit: every connection of theirs closes, who
/// is in their meetings is told, and what was said and answered in their name loses it.
/// What fails is made up for by the sweep.
pub async fn finish(app: &App, gone: &Gone) {
    app.access_changed(AccessChange::Person {
        user_id: gone.user_id.clone(),
    });
    for (id, state) in &gone.changed {
        app.meeting_changed(id, *state);
        meeting::show_said(app, id).await;
    }
    for meeting in &gone.removed {
        app.access_changed(AccessChange::Meeting {
            meeting_id: meeting.clone(),
        });
        app.rooms.close(meeting).await;
    }
    if let Err(error) = work(app, &gone.user_id).await {
        tracing::warn!(%error, "what a deletion leaves is taken away later");
    }
}

/// Takes away what a deletion has left. Each piece may be done twice.
async fn work(app: &App, user: &UserId) -> Result<(), StoreError> {
    let Some(work) = store::work(&app.db, user).await? else {
        return Ok(());
    };
    rate::forget(app, user).await?;
    said(app, user).await?;
    while let Some((meeting, whole)) = store::next_meeting(&app.db, user).await? {
        if whole {
            meeting::store::remove_rest(&app.db, &meeting).await?;
        } else {
            let label = (work.name.as_str(), work.name_since);
            store::said::all_labels(&app.db, &meeting, label).await?;
            index::forget::label(app, &meeting, label).await?;
            app.touched(&[Topic::Speakers(meeting.clone())]);
        }
        store::meeting_done(&app.db, user, &meeting).await?;
    }
    let address = work.email.as_deref();
    idempotency::store::forget_about(&app.db, user, address).await?;
    store::end(&app.db, user).await
}

/// Takes the person from what was said in their name, and from what meetings call them.
async fn said(app: &App, user: &UserId) -> Result<(), StoreError> {
    for meeting in store::said::all_names(&app.db, user).await? {
        app.touched(&[Topic::Speakers(meeting)]);
    }
    store::said::all_chunks(&app.db, user).await?;
    store::said::all_messages(&app.db, user).await?;
    index::forget::person(app, user).await
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

/// Finishes deletions that a crash has kept from it, and makes anonymous what came in the
/// name of deleted people since.
///
/// # Errors
/// The store fails; what was done until then stays done.
pub async fn sweep(app: &App) -> Result<(), StoreError> {
    while !app.shutdown.is_cancelled() {
        let people = store::waiting(&app.db, PEOPLE).await?;
        if people.is_empty() {
            break;
        }
        for user in people {
            work(app, &user).await?;
        }
    }
    let fresh_ms = app.clock.now_ms().saturating_sub(LATE_MS);
    let mut after = String::new();
    while !app.shutdown.is_cancelled() {
        let people = store::said::erased(&app.db, &after, fresh_ms, PEOPLE).await?;
        let Some(last) = people.last() else {
            break;
        };
        after = last.user_id.to_string();
        for one in people {
            if one.is_fresh {
                audit::store::places::forget_late(&app.db, &one.user_id).await?;
            }
            if one.is_named {
                said(app, &one.user_id).await?;
            }
        }
    }
    Ok(())
}
