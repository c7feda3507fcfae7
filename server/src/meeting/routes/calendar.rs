//! Calendars as files, and the link to one's own.

use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, Json, Path, Query};
use crate::meeting::calendar;
use crate::meeting::link::{self, FreshLink, KnownLink};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use connvo_core::id::MeetingId;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(ics))
        .routes(routes!(my_ics))
        .routes(routes!(
            calendar_link,
            make_calendar_link,
            revoke_calendar_link
        ))
        .routes(routes!(linked_ics))
}

/// The meeting as iCalendar (RFC 5545).
#[utoipa::path(get, path = "/v1/meetings/{id}/calendar.ics", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = String, content_type = "text/calendar", description = "With the participants to who takes part"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn ics(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Response, Failure> {
    Ok(as_calendar(calendar::of_meeting(&app, &caller, &id).await?))
}

/// My meetings as iCalendar: those of the month before and the year to come.
#[utoipa::path(get, path = "/v1/me/calendar.ics", tag = "meetings", security(("bearer" = [])),
    responses((status = 200, body = String, content_type = "text/calendar", description = "At most 100"),
        (status = 401, description = "No valid token")))]
async fn my_ics(State(app): State<App>, caller: Caller) -> Result<Response, Failure> {
    let text = calendar::of_person(&app, &caller.user_id).await?;
    Ok(as_calendar(text))
}

/// Whether there is a link by which another program reads my calendar.
#[utoipa::path(get, path = "/v1/me/calendar-link", tag = "meetings", security(("bearer" = [])),
    responses((status = 200, body = KnownLink), (status = 401, description = "No valid token")))]
async fn calendar_link(State(app): State<App>, caller: Caller) -> Result<Json<KnownLink>, Failure> {
    Ok(Json(link::known(&app, &caller).await?))
}

/// Makes a link by which another program reads my calendar, and tells it this once. The one
/// before is void: sent again it makes another.
#[utoipa::path(post, path = "/v1/me/calendar-link", tag = "meetings", security(("bearer" = [])),
    responses((status = 201, body = FreshLink,
            example = json!({"path": "/v1/calendar.ics?secret=0f…", "createdAt": 1_800_000_000_000_u64})),
        (status = 401, description = "No valid token")))]
async fn make_calendar_link(
    State(app): State<App>,
    caller: Caller,
) -> Result<(StatusCode, Json<FreshLink>), Failure> {
    let made = link::make(&app, &caller).await?;
    Ok((StatusCode::CREATED, Json(made)))
}

/// Takes the link back: who has it reads nothing any more.
#[utoipa::path(delete, path = "/v1/me/calendar-link", tag = "meetings", security(("bearer" = [])),
    responses((status = 204, description = "There is none any more"),
        (status = 401, description = "No valid token")))]
async fn revoke_calendar_link(
    State(app): State<App>,
    caller: Caller,
) -> Result<StatusCode, Failure> {
    link::revoke(&app, &caller).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
struct LinkQuery {
    /// What was told when the link was made.
    #[param(max_length = 100)]
    secret: String,
}

/// The calendar that a link leads to, to whoever has it: as `/v1/me/calendar.ics`.
#[utoipa::path(get, path = "/v1/calendar.ics", tag = "meetings",
    params(LinkQuery),
    responses((status = 200, body = String, content_type = "text/calendar", description = "At most 100"),
        (status = 404, description = "The link is nobody's, or was taken back")))]
async fn linked_ics(
    State(app): State<App>,
    Query(query): Query<LinkQuery>,
) -> Result<Response, Failure> {
    Ok(as_calendar(link::read(&app, &query.secret).await?))
}

fn as_calendar(text: String) -> Response {
    (
        [(header::CONTENT_TYPE, "text/calendar; charset=utf-8")],
        text,
    )
        .into_response()
}
