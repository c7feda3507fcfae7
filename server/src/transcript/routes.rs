//! `/v1/meetings/{id}/transcript`.

use super::store;
use super::store::progress::progress;
use super::store::spoken::{Place, Which, spoken};
use crate::app::App;
use crate::auth::Caller;
use crate::auth::service::Sender;
use crate::http::{
    Failure, IdempotencyHeader, IdempotencyKey, Json, Limited, Page, PageQuery, Path, Query,
};
use crate::meeting::authorise;
use crate::rate::{TRANSCRIPT_INGEST, TRANSCRIPT_SERVICE};
use axum::body::Body;
use axum::extract::State;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use connvo_core::access::Action;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::transcript::Chunk;
use connvo_core::transcript::export::Format;
use connvo_core::transcript::processed::ProcessedChunk;
use connvo_core::transcript::provider::{Provider, ProviderDraft};
use connvo_core::transcript::speaker::{SpeakerHeard, SpeakerName, SpeakerNameDraft};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of transcripts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, append))
        .routes(routes!(append_provider))
        .routes(routes!(export))
        .routes(routes!(speakers))
        .routes(routes!(rename))
        .merge(super::service::routes::routes())
}

/// Which part of a transcript.
#[derive(Debug, Deserialize, IntoParams)]
pub struct TranscriptQuery {
    /// The `next` of the page before; the first page without it.
    #[param(nullable = false)]
    after: Option<String>,
    /// Most items wanted; 1 to 100.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// Only what begins at this moment or later, in milliseconds since the Unix epoch.
    #[param(nullable = false)]
    from: Option<u64>,
    /// Only what begins before this moment, in milliseconds since the Unix epoch.
    #[param(nullable = false)]
    to: Option<u64>,
    /// Only what was said under this label.
    #[param(nullable = false, max_length = 100)]
    speaker: Option<String>,
}

/// The transcript, as far back as the plan keeps it. With none of `from`, `to` and `speaker`
/// it is the journal: what came after a sequence, in the order of sequences, and a revised
/// utterance is found under its latest sequence only. With any of them it is what was said,
/// in the order spoken. A chunk is `processed` when it is in the segments, which is some seconds
/// after it came.
#[utoipa::path(get, path = "/v1/meetings/{id}/transcript", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), TranscriptQuery),
    responses((status = 200, body = Page<ProcessedChunk>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(query): Query<TranscriptQuery>,
) -> Result<Json<Page<ProcessedChunk>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadTranscript).await?;
    let TranscriptQuery {
        after,
        limit,
        from,
        to,
        speaker,
    } = query;
    let page = PageQuery { after, limit };
    let limit = page.limit(100)?;
    let since_ms = super::kept_since(&app, &id).await?;
    let mut items = if from.is_none() && to.is_none() && speaker.is_none() {
        let after = page.after::<u64>()?.unwrap_or(0);
        let items = store::entries(&app.db, &id, after, since_ms, limit + 1).await?;
        Page::of(items, limit, |last: &Chunk| last.sequence.to_string())
    } else {
        if speaker.as_ref().is_some_and(|label| label.contains('\0')) {
            return Err(Failure(Problem::field("/speaker", "nobody is called so")));
        }
        let first = Place::before(from.unwrap_or(0));
        let which = Which {
            after: page.after::<Place>()?.unwrap_or(first),
            to: to.unwrap_or(u64::MAX),
            speaker: speaker.as_deref(),
            since_ms,
        };
        let items = spoken(&app.db, &id, which, limit + 1).await?;
        Page::of(items, limit, |last: &Chunk| Place::of(last).to_string())
    };
    store::speakers::names(&app.db, &id)
        .await?
        .apply(&mut items.items);
    let progress = progress(&app.db, &id, &items.items).await?;
    Ok(Json(items.map(|chunk| progress.of(chunk))))
}

/// Takes chunks of a running meeting, from who takes part or from a program with a service
/// token of it. Retries are recognised by source, segment and
/// revision, and get the first answer.
#[utoipa::path(post, path = "/v1/meetings/{id}/transcript", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    request_body(content = TranscriptDraft, example = json!({"chunks": [{"sourceId": "recogniser-1", "segmentId": "1",
        "text": "Good morning.", "startMs": 1_800_000_000_000_u64, "endMs": 1_800_000_002_000_u64,
        "speaker": {"label": "Ada"}}]})),
    responses((status = 200, body = TranscriptAccepted),
        (status = 403, description = "Observers do not write, and the plan may not allow it (any more)"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "The meeting is not running"),
        (status = 422, description = "A field is not valid"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn append(
    State(app): State<App>,
    sender: Sender,
    Path(id): Path<MeetingId>,
    Json(draft): Json<TranscriptDraft>,
) -> Limited<Result<Json<TranscriptAccepted>, Failure>> {
    let accepted = super::append(&app, &sender, &id, draft).await;
    let answer = accepted.map(Json).map_err(Failure);
    limited(&app, &sender, &id, answer)
}

/// Takes what a provider of speech recognition says of a running meeting: its own messages,
/// as they come out of its socket or answer. Retries are recognised as those of chunks are.
/// The sequences are those of the chunks that the messages came to.
#[utoipa::path(post, path = "/v1/meetings/{id}/transcript/{provider}", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("provider" = inline(Provider), Path, description = "Whose messages they are")),
    request_body(content = ProviderDraft, example = json!({"sourceId": "recogniser-1", "startedAt": 1_800_000_000_000_u64,
        "messages": [{"type": "Results", "start": 0.0, "duration": 1.5, "is_final": true, "channel":
            {"alternatives": [{"transcript": "Good morning.", "confidence": 0.98}]}}]})),
    responses((status = 200, body = TranscriptAccepted),
        (status = 403, description = "Observers do not write, participants only for themselves, and the plan may not allow it (any more)"),
        (status = 404, description = "Absent, or not yours to see; or no such provider"),
        (status = 409, description = "The meeting is not running"),
        (status = 422, description = "A message is not of the provider's form"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn append_provider(
    State(app): State<App>,
    sender: Sender,
    Path((id, provider)): Path<(MeetingId, Provider)>,
    Json(draft): Json<ProviderDraft>,
) -> Limited<Result<Json<TranscriptAccepted>, Failure>> {
    let accepted = super::append_provider(&app, &sender, &id, provider, &draft).await;
    let answer = accepted.map(Json).map_err(Failure);
    limited(&app, &sender, &id, answer)
}

/// An answer to who sent something, with how they stand after it.
fn limited<R>(app: &App, sender: &Sender, meeting: &MeetingId, answer: R) -> Limited<R> {
    match &sender.service {
        Some(service) => Limited::of_service(app, TRANSCRIPT_SERVICE, &service.id, answer),
        None => Limited::of(app, TRANSCRIPT_INGEST, &sender.actor, meeting, answer),
    }
}

/// In which form.
#[derive(Debug, Deserialize, IntoParams)]
pub struct ExportQuery {
    /// The file's format.
    #[param(inline)]
    format: Format,
}

/// The transcript as a file, in the order spoken, with speakers. Times are counted from the
/// start of the meeting, or from the first chunk where that was said before it.
#[utoipa::path(get, path = "/v1/meetings/{id}/transcript/export", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ExportQuery),
    responses((status = 200, description = "A file", content(
            (String = "text/vtt"), (String = "application/x-subrip"),
            (Vec<ProcessedChunk> = "application/json"), (String = "text/plain"))),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 422, description = "No such format"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn export(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(query): Query<ExportQuery>,
) -> Result<Response, Failure> {
    let format = query.format;
    let file = super::export::begin(&app, &caller, &id, format).await?;
    let name = format!("transcript-{id}.{}", format.ending());
    let headers = [
        (CONTENT_TYPE, format.media_type().to_owned()),
        (
            CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ),
    ];
    Ok((headers, Body::from_stream(file)).into_response())
}

/// Who is heard in the transcript, by label.
#[utoipa::path(get, path = "/v1/meetings/{id}/transcript/speakers", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<SpeakerHeard>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn speakers(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SpeakerHeard>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadTranscript).await?;
    let limit = page.limit(100)?;
    let after = page.after::<String>()?.unwrap_or_default();
    let since = super::kept_since(&app, &id).await?;
    let items = store::speakers::heard(&app.db, &id, &after, since, limit + 1).await?;
    let cursor = |last: &SpeakerHeard| last.label.clone();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Says what a speaker is called: host and co-host of any label, others of one that is
/// theirs alone. Chunks keep their label, and are read with the name beside it. With an
/// `Idempotency-Key` header a retry gets the first answer.
#[utoipa::path(put, path = "/v1/meetings/{id}/transcript/speakers/{label}", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("label" = String, Path, description = "The label that the chunks have"), IdempotencyHeader),
    request_body(content = SpeakerNameDraft, example = json!({"name": "Ada Byron"})),
    responses((status = 200, body = SpeakerName),
        (status = 403, description = "Not yours to rename"),
        (status = 404, description = "Absent, or not yours to see; or nobody is heard under the label"),
        (status = 409, description = "The meeting has named as many as it may"),
        (status = 422, description = "The name is not valid")))]
async fn rename(
    State(app): State<App>,
    caller: Caller,
    Path((id, label)): Path<(MeetingId, String)>,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<SpeakerNameDraft>,
) -> Result<Json<SpeakerName>, Failure> {
    let named = super::speakers::rename(&app, &caller, &id, (&label, &draft), key).await?;
    Ok(Json(named))
}
