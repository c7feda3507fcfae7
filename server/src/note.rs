//! The collaborative note: operations, the log, versions. The text itself lives in
//! the meeting's room.

pub mod history;
pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::Entry;
use crate::idempotency::{Key, Once};
use crate::meeting::{Membership, authorise, resource};
use crate::rate;
use crate::rooms::NoteView;
use connvo_core::access::Action;
use connvo_core::error::Problem;
use connvo_core::id::{MeetingId, UserId};
use connvo_core::protocol::command::{NoteAccepted, NoteOperationDraft};
use connvo_core::protocol::varint::SAFE_MAX;
use serde_json::json;
use sha2::{Digest, Sha256};

/// Applies an operation: asks whether the caller may, transforms and stores it,
/// shows it live. HTTP handler and socket call are both this function.
///
/// # Errors
/// `VALIDATION_ERROR` for an operation that does not fit; `NOT_FOUND` to strangers;
/// `FORBIDDEN` to observers and in closed notes; `RATE_LIMITED`; `CONFLICT` for
/// another's client id; `UNAVAILABLE`.
pub async fn apply_operation(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: NoteOperationDraft,
) -> Result<NoteAccepted, Problem> {
    authorise(app, actor, meeting, Action::WriteNote).await?;
    if draft.client_seq > SAFE_MAX {
        return Err(Problem::field("/clientSeq", "at most 2^53 − 1"));
    }
    let (user, now) = (&actor.user_id, app.clock.now_ms());
    app.rates.take(rate::NOTE_OP, user, meeting, 1, now)?;
    app.rooms.open(meeting).await?.operate(user, draft).await
}

/// Makes the note what it was at a version, as a new change. A retry with the same
/// key gets the first answer.
///
/// # Errors
/// `NOT_FOUND` to strangers and for a version that is not kept; `FORBIDDEN` to
/// observers and in closed notes; `CONFLICT` for a key used with another version;
/// `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn restore(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    version: u64,
    key: Option<Key>,
) -> Result<NoteAccepted, Problem> {
    authorise(app, actor, meeting, Action::WriteNote).await?;
    let (user, now) = (&actor.user_id, app.clock.now_ms());
    app.rates.take(rate::NOTE_OP, user, meeting, 1, now)?;
    // The room knows a restore by its client id, and answers a retry by itself.
    let once = Once::of(app, actor, "restoreNote", key.clone(), &(meeting, version));
    once.hold(app).await?;
    let fresh = || app.ids.uuid();
    let key = key.map_or_else(fresh, |key| key.as_str().to_owned());
    let text = history::text_at(&app.db, meeting, version).await?;
    let room = app.rooms.open(meeting).await?;
    let entry = Entry::change(app, actor, "restoreNote", &resource(meeting))
        .with(json!({"version": version}));
    room.replace(user, text.to_string(), restorer(user, &key, version), entry)
        .await
}

/// The client id of a restore: the same for the same person, version and key.
fn restorer(user: &UserId, key: &str, version: u64) -> String {
    let hash = Sha256::digest(format!("{user}\n{version}\n{key}"));
    let hex: String = hash[..16]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("restore-{hex}")
}

/// The note and what the caller is in its meeting.
///
/// # Errors
/// `NOT_FOUND` to strangers; `UNAVAILABLE`.
pub async fn read(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
) -> Result<(NoteView, Membership), Problem> {
    let membership = authorise(app, actor, meeting, Action::ReadNote).await?;
    let view = app.rooms.open(meeting).await?.read().await?;
    Ok((view, membership))
}
