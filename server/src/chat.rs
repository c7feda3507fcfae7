//! The chat: messages come in, are stored, and everybody in the meeting sees them. A
//! change is decided by [`connvo_core::chat::Change`], here before it is offered and in
//! the commit again.

pub mod retention;
pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::idempotency::Key;
use crate::meeting::{Membership, authorise, resource};
use crate::{rate, user};
use connvo_core::access::Action;
use connvo_core::chat::{
    Change, Message, MessageDraft, MessageEdit, What, validate_edit, validate_emoji,
};
use connvo_core::error::{FieldError, Problem};
use connvo_core::id::{MeetingId, MessageId, UserId};

/// Posts a message. A retry, by the draft's id or by its key, gets the message that the
/// first made.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `NOT_FOUND` to strangers; `FORBIDDEN` to
/// observers, and (`concluded`) when the meeting is over; `CONFLICT` for an id that is
/// another message's; `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn post(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: MessageDraft,
    key: Option<Key>,
) -> Result<Message, Problem> {
    let membership = authorise(app, actor, meeting, Action::WriteChat).await?;
    let fresh = match key {
        Some(key) => key.message_id(&actor.user_id, meeting),
        None => app.ids.message(),
    };
    let new = draft.validate(fresh)?;
    know(app, meeting, &new.fields().mentions).await?;
    change(app, actor, meeting, (membership, What::Post(new))).await
}

/// Gives a message other words.
///
/// # Errors
/// As [`post`]; `NOT_FOUND` for a message that is not there; `FORBIDDEN` unless it is
/// one's own; `CONFLICT` once it is deleted.
pub async fn edit(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    message: MessageId,
    edit: MessageEdit,
) -> Result<Message, Problem> {
    let membership = authorise(app, actor, meeting, Action::WriteChat).await?;
    let known = store::find(&app.db, meeting, &message).await?;
    let attached = known.as_ref().map(|known| &known.attachments);
    let is_bare = attached.is_none_or(Vec::is_empty);
    let edit = validate_edit(edit, is_bare)?;
    know(app, meeting, &edit.mentions).await?;
    let what = What::Edit(message, edit);
    change_known(app, actor, meeting, (membership, what), known).await
}

/// Takes a message's words away; its place stays.
///
/// # Errors
/// `NOT_FOUND` to strangers, and for a message that is not there; `FORBIDDEN` unless it
/// is one's own, or one is host or co-host; `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn delete(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    message: MessageId,
) -> Result<Message, Problem> {
    let membership = authorise(app, actor, meeting, Action::WriteChat).await?;
    let what = What::Delete(message);
    change(app, actor, meeting, (membership, what)).await
}

/// Reacts to a message with an emoji (`on`), or no longer.
///
/// # Errors
/// `VALIDATION_ERROR` for what is no emoji, and for too many different ones; `NOT_FOUND`
/// to strangers, and for a message that is not there; `FORBIDDEN` to observers;
/// `CONFLICT` once the message is deleted; `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn react(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (message, emoji, on): (MessageId, String, bool),
) -> Result<Message, Problem> {
    let membership = authorise(app, actor, meeting, Action::WriteChat).await?;
    validate_emoji(&emoji, "/emoji")?;
    let what = What::React(message, emoji, on);
    change(app, actor, meeting, (membership, what)).await
}

async fn change(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (membership, what): (Membership, What),
) -> Result<Message, Problem> {
    let known = store::find(&app.db, meeting, what.message_id()).await?;
    change_known(app, actor, meeting, (membership, what), known).await
}

/// `known` is the message as it stands, where there is one.
async fn change_known(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (membership, what): (Membership, What),
    known: Option<Message>,
) -> Result<Message, Problem> {
    let now = app.clock.now_ms();
    let by = user::store::get(&app.db, &actor.user_id).await?;
    let change = Change {
        by: Some(actor.user_id.clone()),
        name: by.map(|by| by.name).unwrap_or_default(),
        role: membership.standing.role,
        at: now,
        what,
    };
    let first = match change.reply_to_id() {
        Some(id) => store::find(&app.db, meeting, id).await?,
        None => None,
    };
    let find = |id: &MessageId| [&known, &first].into_iter().flatten().find(|m| m.id == *id);
    match (change.apply(find).map_err(Problem::from), &known) {
        // A retry, or what is so already.
        (Ok(None), Some(known)) => return Ok(known.clone()),
        (Ok(_), _) => {}
        (Err(problem), _) => {
            let action = Action::WriteChat.as_str();
            audit::denied(app, actor, action, &resource(meeting), &problem);
            return Err(problem);
        }
    }
    app.rates
        .take(rate::CHAT_WRITE, &actor.user_id, meeting, 1, now)?;
    let record = moderation(app, actor, meeting, &change, known.as_ref());
    let room = app.rooms.open(meeting).await?;
    room.change_chat(change, record).await
}

/// What the audit log is to have: that somebody took another's words away.
fn moderation(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    change: &Change,
    known: Option<&Message>,
) -> Option<Entry> {
    let author = known?.author_id.as_ref()?;
    let is_others = matches!(change.what, What::Delete(_)) && *author != actor.user_id;
    is_others.then(|| {
        let message = change.message_id();
        Entry::change(app, actor, "deleteMessage", &resource(meeting))
            .with(serde_json::json!({"messageId": message, "authorId": author}))
    })
}

/// Whether the meeting knows everybody who is mentioned.
async fn know(app: &App, meeting: &MeetingId, mentions: &[UserId]) -> Result<(), Problem> {
    if mentions.is_empty() {
        return Ok(());
    }
    let members = store::members(&app.db, meeting, mentions).await?;
    let strangers = mentions
        .iter()
        .enumerate()
        .filter(|(_, user)| !members.iter().any(|member| member == user.as_str()));
    let errors: Vec<_> = strangers
        .map(|(at, _)| FieldError {
            pointer: format!("/mentions/{at}"),
            message: "nobody of this meeting, or not come in yet".into(),
        })
        .collect();
    if errors.is_empty() {
        Ok(())
    } else {
        Err(Problem::invalid(errors))
    }
}
