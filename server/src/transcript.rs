//! The transcript: chunks come in, final ones are stored, everybody in the meeting
//! sees them.

pub mod routes;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::meeting::authorise;
use crate::rate;
use connvo_core::access::Action;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::transcript::validate;

/// Takes chunks: checks them, asks whether the caller may, stores the final ones,
/// shows them live. HTTP handler and socket call are both this function.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `NOT_FOUND` to strangers; `FORBIDDEN` to
/// observers; `MEETING_NOT_ACTIVE`; `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn append(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: TranscriptDraft,
) -> Result<TranscriptAccepted, Problem> {
    authorise(app, actor, meeting, Action::AppendTranscript).await?;
    let chunks = validate(draft.chunks)?;
    let (user, now) = (&actor.user_id, app.clock.now_ms());
    app.rates
        .take(rate::TRANSCRIPT_INGEST, user, meeting, chunks.len(), now)?;
    app.rooms
        .open(meeting)
        .await?
        .append_transcript(chunks)
        .await
}
