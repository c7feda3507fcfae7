//! The programs that may send a meeting's transcript: host and co-host make a token for each,
//! see which there are, and take them back.
//!
//! Laws: the secret is told once, to who asks for it; no log line and no row of the audit
//! log has it.

pub mod routes;

use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::auth::service::{Sender, fresh, hash, store};
use crate::bus::AccessChange;
use crate::idempotency::{Key, Once};
use crate::meeting::{Membership, authorise, authorise_program, resource};
use connvo_core::access::Action;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::transcript::service::{
    FreshServiceToken, PER_MEETING, ServiceToken, ServiceTokenDraft,
};
use serde_json::json;

/// What it takes to decide who else sends the transcript.
const ACTION: Action = Action::UpdateMeeting;

/// Makes a token; sent again it makes another.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `NOT_FOUND` to strangers; `FORBIDDEN` unless host or
/// co-host; `CONFLICT` for a meeting that was called off, and where there are
/// [`PER_MEETING`] already.
pub async fn make(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: &ServiceTokenDraft,
) -> Result<FreshServiceToken, Problem> {
    authorise(app, actor, meeting, ACTION).await?;
    let now = app.clock.now_ms();
    let known = ServiceToken {
        id: app.ids.uuid(),
        name: draft.validate(now)?.to_owned(),
        created_by: actor.user_id.clone(),
        created_at: now,
        expires_at: draft.expires_at,
    };
    let token = fresh(&app.ids);
    let entry = Entry::change(app, actor, "makeServiceToken", &resource(meeting))
        .with(json!({"tokenId": known.id, "expiresAt": known.expires_at}));
    let new = (&known, hash(&token));
    if store::insert(&app.db, meeting, (new.0, &new.1), &entry).await? {
        return Ok(FreshServiceToken { known, token });
    }
    let detail = format!("at most {PER_MEETING} service tokens of a meeting: take one back first");
    Err(Problem::new(ErrorCode::Conflict, detail).because("full"))
}

/// The meeting's tokens, without their secrets.
///
/// # Errors
/// `NOT_FOUND` to strangers; `FORBIDDEN` unless host or co-host; `CONFLICT` for a meeting that
/// was called off.
pub async fn list(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
) -> Result<Vec<ServiceToken>, Problem> {
    authorise(app, actor, meeting, ACTION).await?;
    Ok(store::list(&app.db, meeting).await?)
}

/// Takes a token back: it is good nowhere from now on.
///
/// # Errors
/// `NOT_FOUND` to strangers, and where there is no such token (any more); `FORBIDDEN` unless
/// host or co-host; `CONFLICT` for a meeting that was called off.
pub async fn revoke(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    id: &str,
    key: Option<Key>,
) -> Result<(), Problem> {
    let once = Once::of(app, actor, "revokeServiceToken", key, &(meeting, id));
    let work = async {
        authorise(app, actor, meeting, ACTION).await?;
        let entry = Entry::change(app, actor, "revokeServiceToken", &resource(meeting))
            .with(json!({"tokenId": id}));
        if store::remove(&app.db, meeting, id, (&entry, &once)).await? {
            // Its program's live connection looks at its token, and ends.
            app.access_changed(AccessChange::Meeting {
                meeting_id: meeting.clone(),
            });
            return Ok(());
        }
        Err(Problem::not_found("the service token"))
    };
    once.run(app, work).await
}

/// Whether a sender may add to the meeting's transcript: a program to that of its own alone,
/// with the right of who made its token.
///
/// # Errors
/// `NOT_FOUND` to strangers, as the programs of other meetings are; `FORBIDDEN` to observers, and (`role`) where
/// who made the token is neither host nor co-host any more; `MEETING_NOT_ACTIVE`.
pub(super) async fn may_append(
    app: &App,
    sender: &Sender,
    meeting: &MeetingId,
) -> Result<Membership, Problem> {
    let (actor, action) = (&sender.actor, super::ACTION);
    match &sender.service {
        None => authorise(app, actor, meeting, action).await,
        Some(service) if service.meeting_id == *meeting => {
            authorise_program(app, actor, meeting, action).await
        }
        Some(_) => {
            let problem = Problem::not_found("the meeting");
            audit::denied(app, actor, action.as_str(), &resource(meeting), &problem);
            Err(problem)
        }
    }
}
