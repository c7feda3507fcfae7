//! `/v1/meetings/{id}/transcript`.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json, Limited, Page, PageQuery, Path, Query};
use crate::meeting::authorise;
use crate::rate::TRANSCRIPT_INGEST;
use axum::extract::State;
use connvo_core::access::Action;
use connvo_core::id::MeetingId;
use connvo_core::protocol::command::{TranscriptAccepted, TranscriptDraft};
use connvo_core::transcript::Chunk;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of transcripts.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list, append))
}

/// The transcript after a sequence, in order, as far back as the plan keeps it. A revised utterance is found under
/// its latest sequence only.
#[utoipa::path(get, path = "/v1/meetings/{id}/transcript", tag = "transcript", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<Chunk>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Chunk>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadTranscript).await?;
    let limit = page.limit(100)?;
    let after = page.after::<u64>()?.unwrap_or(0);
    let since = super::kept_since(&app, &id).await?;
    let items = store::entries(&app.db, &id, after, since, limit + 1).await?;
    let cursor = |last: &Chunk| last.sequence.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Takes chunks of a running meeting. Retries are recognised by source, segment and
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
    caller: Caller,
    Path(id): Path<MeetingId>,
    Json(draft): Json<TranscriptDraft>,
) -> Limited<Result<Json<TranscriptAccepted>, Failure>> {
    let accepted = super::append(&app, &caller, &id, draft).await;
    let answer = accepted.map(Json).map_err(Failure);
    Limited::of(&app, TRANSCRIPT_INGEST, &caller, &id, answer)
}
