//! `/v1/meetings/{id}/segments`.

use super::store;
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json, Page, PageQuery, Path, Query};
use crate::meeting::authorise;
use crate::transcript::{kept_since, speakers};
use axum::extract::State;
use connvo_core::access::Action;
use connvo_core::id::MeetingId;
use connvo_core::transcript::segment::Segment;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of segments.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The transcript in segments, in the order spoken, as far back as the plan keeps it; each
/// speaker with the name that the meeting gave the label.
/// What was said is in it some seconds later.
#[utoipa::path(get, path = "/v1/meetings/{id}/segments", tag = "transcript", security(("bearer" = [])),
    operation_id = "list_segments", params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<Segment>),
        (status = 403, description = "You take no part: who left reads it once the meeting is over"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<Segment>>, Failure> {
    authorise(&app, &caller, &id, Action::ReadTranscript).await?;
    let limit = page.limit(100)?;
    let after = page.after::<store::Cursor>()?.unwrap_or_default();
    let since = kept_since(&app, &id).await?;
    let items = store::page(&app.db, &id, after.0, since, limit + 1).await?;
    let page = Page::of(items, limit, |last| {
        store::Cursor(Some(last.place)).to_string()
    });
    let names = speakers::names(&app, &id).await?;
    Ok(Json(page.map(|mut stored| {
        let speakers = &mut stored.segment.speakers;
        speakers.iter_mut().for_each(|one| names.apply_to(one));
        stored.segment
    })))
}
