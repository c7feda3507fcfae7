//! The transcript: chunks come in, final ones are stored, everybody in the meeting
//! sees them.

pub mod export;
pub mod partitions;
pub mod pass;
pub mod retention;
pub mod routes;
pub mod segment;
pub mod service;
pub mod speakers;
pub mod store;

use crate::actor::Actor;
use crate::app::App;
use crate::auth::service::{Sender, Service};
use crate::meeting::{Membership, authorise, resource};
use crate::org::standing::{Standing, of_meeting};
use crate::rooms::mailbox::Mailbox;
use crate::user;
use crate::{audit, flag, rate};
use connvo_core::access::Action;
use connvo_core::entitlement::{Feature, admit_minutes, require};
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::transcript::provider::{self, Provider, ProviderDraft};
use connvo_core::transcript::speaker::may_speak_for;
use connvo_core::transcript::{LABEL_UTF16, NewChunk, Speaker, validate};
use pass::{Asked, Pass};
use std::sync::Arc;

const ACTION: Action = Action::AppendTranscript;
/// The flag of it.
const CAPABILITY: &str = "transcription";

/// Takes chunks: checks them, asks whether the caller may, stores the final ones,
/// shows them live. HTTP handler and socket call are both this function.
///
/// # Errors
/// `VALIDATION_ERROR` naming the fields; `NOT_FOUND` to strangers; `FORBIDDEN` to
/// observers, and (`speaker`) to participants who name another person, and (`entitlement`) where the plan has no transcript or the meeting has run
/// for longer than the plan allows, and (`flag`) where it is switched off; `MEETING_NOT_ACTIVE`; `RATE_LIMITED`; `UNAVAILABLE`.
pub async fn append(
    app: &App,
    sender: &Sender,
    meeting: &MeetingId,
    draft: TranscriptDraft,
) -> Result<TranscriptAccepted, Problem> {
    let by = service::may_append(app, sender, meeting).await?;
    take(app, sender, meeting, by, validate(draft.chunks)?).await
}

/// As [`append`], for the call `id` of a live connection: unless it is answered here, its
/// mailbox will have the answer. Calls of a connection are stored in the order in which
/// they came. `actor` is whose connection it is; what was found at its last call is in `pass`.
///
/// # Errors
/// As [`append`].
pub async fn offer(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    draft: TranscriptDraft,
    (mailbox, id): (&Arc<Mailbox>, u64),
    pass: &mut Option<Pass>,
) -> Result<Option<TranscriptAccepted>, Problem> {
    let chunks = validate(draft.chunks);
    if let (Some(held), Ok(all)) = (&*pass, &chunks)
        && held.admits(app, (&actor.user_id, meeting), mailbox, all)
    {
        count(app, (actor, None), meeting, all)?;
        return held.room.offer_transcript(chunks?, (mailbox, id)).await;
    }
    *pass = None;
    let actor = actor.next_request(app.ids.uuid(), app.clock.now_ms());
    Box::pin(ask(app, &actor, meeting, chunks, (mailbox, id), pass)).await
}

/// [`offer`], of whoever has to be asked about.
async fn ask(
    app: &App,
    actor: &Actor,
    meeting: &MeetingId,
    chunks: Result<Vec<NewChunk>, Problem>,
    (mailbox, id): (&Arc<Mailbox>, u64),
    pass: &mut Option<Pass>,
) -> Result<Option<TranscriptAccepted>, Problem> {
    let asked = Asked::now(app, meeting, mailbox);
    let by = authorise(app, actor, meeting, ACTION).await?;
    let chunks = chunks?;
    let standing = admit(app, (actor, None), meeting, by, &chunks).await?;
    if chunks.is_empty() {
        return Ok(Some(TranscriptAccepted::default()));
    }
    let room = app.rooms.open(meeting).await?;
    let who = (&actor.user_id, meeting);
    *pass = Some(asked.found(app, who, (by, standing), room.clone()));
    room.offer_transcript(chunks, (mailbox, id)).await
}

/// As [`append`], for the call `id` of a program's live connection: as [`offer`], with nothing
/// remembered between calls.
///
/// # Errors
/// As [`append`].
pub async fn offer_of(
    app: &App,
    sender: &Sender,
    meeting: &MeetingId,
    draft: TranscriptDraft,
    (mailbox, id): (&Arc<Mailbox>, u64),
) -> Result<Option<TranscriptAccepted>, Problem> {
    let by = service::may_append(app, sender, meeting).await?;
    let chunks = validate(draft.chunks)?;
    let of = (&sender.actor, sender.service.as_ref());
    admit(app, of, meeting, by, &chunks).await?;
    let room = app.rooms.open(meeting).await?;
    room.offer_transcript(chunks, (mailbox, id)).await
}

/// Takes what a provider of speech recognition says, as [`append`] does: its own messages,
/// made chunks of. HTTP handler and socket call are both this function.
///
/// # Errors
/// As [`append`], naming the places in the messages.
pub async fn append_provider(
    app: &App,
    sender: &Sender,
    meeting: &MeetingId,
    provider: Provider,
    draft: &ProviderDraft,
) -> Result<TranscriptAccepted, Problem> {
    let by = service::may_append(app, sender, meeting).await?;
    let speaker = speaker_of(app, sender, draft).await?;
    let chunks = provider::chunks(provider, draft, &speaker)?;
    take(app, sender, meeting, by, chunks).await
}

/// Who is heard where neither draft nor provider says so: the sender. A program is nobody.
async fn speaker_of(app: &App, sender: &Sender, draft: &ProviderDraft) -> Result<Speaker, Problem> {
    let actor = &sender.actor;
    let person = match (&draft.speaker, &sender.service) {
        (None, None) => user::store::get(&app.db, &actor.user_id).await?,
        _ => None,
    };
    let name = match &sender.service {
        Some(service) => &service.name,
        None => person.as_ref().map_or("", |user| &user.name),
    };
    Ok(Speaker {
        label: label_of(name),
        user_id: match sender.service {
            Some(_) => None,
            None => Some(actor.user_id.clone()),
        },
        name: None,
    })
}

/// A person's name as a label, which is shorter.
fn label_of(name: &str) -> String {
    let mut left = LABEL_UTF16;
    let fits = |c: &char| {
        let fits = c.len_utf16() <= left;
        left = left.saturating_sub(c.len_utf16());
        fits
    };
    let label: String = name.trim().chars().take_while(fits).collect();
    if label.is_empty() {
        "Speaker".into()
    } else {
        label
    }
}

/// Stores the final chunks, and shows all.
async fn take(
    app: &App,
    sender: &Sender,
    meeting: &MeetingId,
    by: Membership,
    chunks: Vec<NewChunk>,
) -> Result<TranscriptAccepted, Problem> {
    let of = (&sender.actor, sender.service.as_ref());
    admit(app, of, meeting, by, &chunks).await?;
    if chunks.is_empty() {
        return Ok(TranscriptAccepted::default());
    }
    let room = app.rooms.open(meeting).await?;
    room.append_transcript(chunks).await
}

/// Whatever way chunks came: who may send them, and how many. Answers what applies to the
/// meeting.
async fn admit(
    app: &App,
    (actor, service): (&Actor, Option<&Service>),
    meeting: &MeetingId,
    by: Membership,
    chunks: &[NewChunk],
) -> Result<Standing, Problem> {
    by.writes_down()?;
    let allowed = match may_speak_for(by.standing.role, &actor.user_id, chunks) {
        Ok(()) => provided(app, actor, meeting).await,
        Err(problem) => Err(problem),
    };
    let standing = allowed.inspect_err(|problem| {
        audit::denied(app, actor, ACTION.as_str(), &resource(meeting), problem);
    })?;
    count(app, (actor, service), meeting, chunks)?;
    Ok(standing)
}

fn count(
    app: &App,
    (actor, service): (&Actor, Option<&Service>),
    meeting: &MeetingId,
    chunks: &[NewChunk],
) -> Result<(), Problem> {
    if chunks.is_empty() {
        return Ok(());
    }
    let (rates, entries, now) = (&app.rates, chunks.len(), app.clock.now_ms());
    match service {
        Some(service) => rates.take_of_service(rate::TRANSCRIPT_SERVICE, &service.id, entries, now),
        None => rates.take(
            rate::TRANSCRIPT_INGEST,
            &actor.user_id,
            meeting,
            entries,
            now,
        ),
    }
}

/// Whether the plan has a transcript, for as long as the meeting runs, and transcripts are
/// switched on for the actor.
async fn provided(app: &App, actor: &Actor, meeting: &MeetingId) -> Result<Standing, Problem> {
    let standing = of_meeting(app, meeting).await?;
    provided_by(&standing, app.clock.now_ms())?;
    flag::require(app, actor, CAPABILITY).await?;
    Ok(standing)
}

/// Whether what applies to a meeting has a transcript, for as long as the meeting runs.
fn provided_by(standing: &Standing, now_ms: u64) -> Result<(), Problem> {
    require(&standing.entitlements, Feature::Transcription)?;
    match standing.started_at {
        Some(started_at) => admit_minutes(&standing.entitlements, started_at, now_ms),
        None => Ok(()),
    }
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
