//! `/v1/meetings/{id}/notes`.

use super::{history, store};
use crate::app::App;
use crate::auth::Caller;
use crate::http::{
    Failure, IdempotencyHeader, IdempotencyKey, Json, Limited, Page, PageQuery, Path, Query,
};
use crate::meeting::authorise;
use crate::rate::NOTE_OP;
use axum::extract::State;
use connvo_core::access::{Action, Role};
use connvo_core::id::MeetingId;
use connvo_core::note::history::{VersionGroup, change};
use connvo_core::note::{NoteEntry, Operation};
use connvo_core::protocol::command::{NoteAccepted, NoteOperationDraft};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of notes.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read))
        .routes(routes!(log, operate))
        .routes(routes!(versions))
        .routes(routes!(version))
        .routes(routes!(restore))
}

/// A note.
#[derive(Debug, Serialize, ToSchema)]
pub struct Note {
    /// The text.
    content: String,
    /// Its version: the sequence of the last change.
    version: u64,
    /// Raised when the note had to be seeded anew.
    epoch: u64,
    /// Whether the caller may change it now.
    writable: bool,
    /// The caller's role in the meeting.
    role: Role,
}

/// The note.
#[utoipa::path(get, path = "/v1/meetings/{id}/notes", tag = "notes", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = Note),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn read(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Note>, Failure> {
    let (view, membership) = super::read(&app, &caller, &id).await?;
    let now = app.clock.now_ms();
    Ok(Json(Note {
        content: view.content,
        version: view.version,
        epoch: view.epoch,
        writable: membership.may(Action::WriteNote, now).is_ok(),
        role: membership.standing.role,
    }))
}

/// Applies an operation made against `baseVersion`. A retry with the same `clientId`
/// and `clientSeq` gets the first answer.
#[utoipa::path(post, path = "/v1/meetings/{id}/notes/ops", tag = "notes", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    request_body(content = NoteOperationDraft, example = json!({"baseVersion": 0, "clientId": "page-1", "clientSeq": 1,
        "operation": [{"insert": "Agenda"}]})),
    responses((status = 200, body = NoteAccepted),
        (status = 403, description = "Observers do not write; the note is closed; the client id is another person's"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "`baseVersion` is no longer kept, or ahead of the note (`resync`): read the note again"),
        (status = 422, description = "The operation does not fit"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn operate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Json(draft): Json<NoteOperationDraft>,
) -> Limited<Result<Json<NoteAccepted>, Failure>> {
    let accepted = super::apply_operation(&app, &caller, &id, draft).await;
    let answer = accepted.map(Json).map_err(Failure);
    Limited::of(&app, NOTE_OP, &caller, &id, answer)
}

/// The log after a version, oldest first. It is kept for 90 days.
#[utoipa::path(get, path = "/v1/meetings/{id}/notes/ops", tag = "notes", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<NoteEntry>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn log(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<NoteEntry>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadNote).await?;
    let limit = page.limit(100)?;
    let after = page.after::<u64>()?.unwrap_or(0);
    let items = store::page(&app.db, &id, after, limit + 1).await?;
    let cursor = |last: &NoteEntry| last.sequence.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// The versions, newest first: spells of work of one person without a long pause.
#[utoipa::path(get, path = "/v1/meetings/{id}/notes/history", tag = "notes", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<VersionGroup>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn versions(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<VersionGroup>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadNote).await?;
    let limit = page.limit(50)? as usize;
    let before = match page.after::<u64>()? {
        Some(before) => before,
        None => store::head(&app.db, &id).await? + 1,
    };
    let (items, next) = history::page(&app.db, &id, before, limit).await?;
    let next = next.map(|next| next.to_string());
    Ok(Json(Page { items, next }))
}

/// What to compare a version with.
#[derive(Debug, Deserialize, IntoParams)]
pub struct VersionQuery {
    /// A version to show the difference from.
    #[param(nullable = false)]
    from: Option<u64>,
}

/// The note at a version.
#[derive(Debug, Serialize, ToSchema)]
pub struct Version {
    /// The version.
    version: u64,
    /// The text at it.
    content: String,
    /// With `from`: the change that makes this text of that one.
    #[serde(skip_serializing_if = "Option::is_none")]
    change: Option<Operation>,
}

/// The note at a version; with `from`, also the difference.
#[utoipa::path(get, path = "/v1/meetings/{id}/notes/versions/{n}", tag = "notes", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("n" = u64, Path, description = "A sequence of the log"), VersionQuery),
    responses((status = 200, body = Version),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, no longer kept, or not yours to see")))]
async fn version(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(MeetingId, u64)>,
    Query(query): Query<VersionQuery>,
) -> Result<Json<Version>, Failure> {
    authorise(&app, &caller, &id, Action::ReadNote).await?;
    let text = history::text_at(&app.db, &id, version).await?;
    let change = match query.from {
        Some(from) => Some(change(&history::text_at(&app.db, &id, from).await?, &text)),
        None => None,
    };
    Ok(Json(Version {
        version,
        content: text.to_string(),
        change,
    }))
}

/// Makes the note what it was at a version, as a new change. With an
/// `Idempotency-Key` header a retry gets the first answer.
#[utoipa::path(post, path = "/v1/meetings/{id}/notes/versions/{n}/restore", tag = "notes", security(("bearer" = [])),
    params(("id" = MeetingId, Path), ("n" = u64, Path, description = "A sequence of the log"), IdempotencyHeader),
    responses((status = 200, body = NoteAccepted),
        (status = 403, description = "Observers do not write; the note is closed"),
        (status = 404, description = "Absent, no longer kept, or not yours to see"),
        (status = 429, description = "Too many at once; see Retry-After")))]
async fn restore(
    State(app): State<App>,
    caller: Caller,
    Path((id, version)): Path<(MeetingId, u64)>,
    IdempotencyKey(key): IdempotencyKey,
) -> Limited<Result<Json<NoteAccepted>, Failure>> {
    let restored = super::restore(&app, &caller, &id, version, key).await;
    let answer = restored.map(Json).map_err(Failure);
    Limited::of(&app, NOTE_OP, &caller, &id, answer)
}
