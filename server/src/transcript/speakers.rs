//! Who is heard in a transcript, and what they are called.

use super::kept_since;
use super::store::speakers as store;
use crate::actor::Actor;
use crate::app::App;
use crate::audit::{self, Entry};
use crate::idempotency::{Key, Once};
use crate::meeting::{authorise, resource};
use crate::views::Topic;
use connvo_core::access::Action;
use connvo_core::error::{ErrorCode, Problem};
use connvo_core::id::MeetingId;
use connvo_core::transcript::speaker::{NAMES, Names, SpeakerName, SpeakerNameDraft, may_rename};

/// What a meeting calls its speakers.
///
/// # Errors
/// The store fails.
pub async fn names(app: &App, meeting: &MeetingId) -> Result<Names, Problem> {
    Ok(store::names(&app.db, meeting).await?)
}

/// Says what a label of the transcript is called, in what is read and exported from now on.
/// HTTP handler and socket call are both this function.
///
/// # Errors
/// `VALIDATION_ERROR` for the name; `NOT_FOUND` to strangers, and where nobody was heard
/// under the label; `FORBIDDEN` to observers, and (`speaker`) to participants for a label
/// that is not theirs alone; `CONFLICT` where the meeting has named as many as it may.
pub async fn rename(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    (label, draft): (&str, &SpeakerNameDraft),
    key: Option<Key>,
) -> Result<SpeakerName, Problem> {
    let once = Once::of(app, actor, "renameSpeaker", key, &(meeting, label, draft));
    let work = async {
        let action = Action::RenameSpeaker;
        let role = authorise(app, actor, meeting, action).await?.standing.role;
        let name = draft.validate()?;
        let speaking = if label.contains('\0') {
            Vec::new()
        } else {
            let since = kept_since(app, meeting).await?;
            store::speaking(&app.db, meeting, label, since).await?
        };
        if let Err(problem) = may_rename(role, &actor.user_id, &speaking) {
            audit::denied(app, actor, action.as_str(), &resource(meeting), &problem);
            return Err(problem);
        }
        let entry = Entry::change(app, actor, action.as_str(), &resource(meeting));
        let named = SpeakerName {
            label: label.to_owned(),
            name: name.to_owned(),
        };
        let (along, now) = ((&entry, &once), app.clock.now_ms());
        if store::rename(&app.db, meeting, &named, along, now).await? {
            app.touched(&[Topic::Speakers(meeting.clone())]);
            return Ok(named);
        }
        let detail = format!("a meeting names {NAMES} speakers at most: take a name back first");
        Err(Problem::new(ErrorCode::Conflict, detail))
    };
    once.run(app, work).await
}
