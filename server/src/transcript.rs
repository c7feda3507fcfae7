//! The transcript: chunks come in, final ones are stored, everybody in the meeting
//! sees them.

pub mod retention;
pub mod routes;
pub mod segment;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::meeting::{authorise, resource};
use crate::org::standing::of_meeting;
use crate::{audit, flag, rate};
use connvo_core::access::Action;
use connvo_core::entitlement::{Feature, admit_minutes, require};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::transcript::validate;

/// Takes chunks: checks them, asks whether the caller may, stores the final ones,
/// shows them live. HTTP handler and socket call are both this function.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `NOT_FOUND` to strangers; `FORBIDDEN` to
/// observers, and (`entitlement`) where the plan has no transcript or the meeting has run
/// for longer than the plan allows, and (`flag`) where it is switched off; `MEETING_NOT_ACTIVE`; `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn append(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: TranscriptDraft,
) -> Result<TranscriptAccepted, Problem> {
    authorise(app, actor, meeting, Action::AppendTranscript).await?;
    let chunks = validate(draft.chunks)?;
    let (user, now) = (&actor.user_id, app.clock.now_ms());
    if let Err(problem) = provided(app, actor, meeting, now).await {
        let action = Action::AppendTranscript.as_str();
        audit::denied(app, actor, action, &resource(meeting), &problem);
        return Err(problem);
    }
    app.rates
        .take(rate::TRANSCRIPT_INGEST, user, meeting, chunks.len(), now)?;
    app.rooms
        .open(meeting)
        .await?
        .append_transcript(chunks)
        .await
}

/// Whether the plan has a transcript, for as long as the meeting runs, and transcripts are
/// switched on for the actor.
async fn provided(app: &App, actor: &Actor, meeting: &MeetingId, now: u64) -> Result<(), Problem> {
    let standing = of_meeting(app, meeting).await?;
    require(&standing.entitlements, Feature::Transcription)?;
    if let Some(started_at) = standing.started_at {
        admit_minutes(&standing.entitlements, started_at, now)?;
    }
    flag::require(app, actor, "transcription").await
}

/// The oldest moment whose transcript the plan keeps: what is older is not shown. In
/// milliseconds since the Unix epoch.
///
/// # Errors
/// The store fails.
pub async fn kept_since(app: &App, meeting: &MeetingId) -> Result<u64, Problem> {
    let limits = of_meeting(app, meeting).await?.entitlements.limits;
    Ok(limits.transcript_since(app.clock.now_ms()))
}
