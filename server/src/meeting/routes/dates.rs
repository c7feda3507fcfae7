//! The dates to come of a recurring meeting.

use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json, Page, PageQuery, Path, Query};
use crate::meeting::dates;
use axum::extract::State;
use connvo_core::id::MeetingId;
use connvo_core::meeting::SeriesDate;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list))
}

/// The dates of the meeting's series by its rule, the meeting's own first; none where it does
/// not repeat. A later one is moved, or called off, by a change of the meeting's
/// `scheduledAt` with its `occurrenceAt`.
#[utoipa::path(get, path = "/v1/meetings/{id}/dates", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), PageQuery),
    responses((status = 200, body = Page<SeriesDate>),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 422, description = "A parameter is not valid")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<SeriesDate>>, Failure> {
    let limit = query.limit(20)?;
    let page = (query.after()?, limit + 1);
    let dates = dates::list(&app, &caller, &id, page).await?;
    let cursor = |last: &SeriesDate| last.occurrence_at.to_string();
    Ok(Json(Page::of(dates, limit, cursor)))
}
