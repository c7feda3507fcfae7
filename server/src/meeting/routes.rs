//! `/v1/meetings`.

mod calendar;
mod dates;
mod now;
mod people;

use super::Seen;
use super::store::{self, Filter};
use crate::app::App;
use crate::auth::Caller;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, Page, PageQuery, Path, Query};
use axum::extract::State;
use axum::http::StatusCode;
use connvo_core::access::Role;
use connvo_core::entitlement::Entitlements;
use connvo_core::error::Problem;
use connvo_core::id::MeetingId;
use connvo_core::meeting::plan::TAG_UTF16;
use connvo_core::meeting::{
    Meeting, MeetingChanges, MeetingDraft, MeetingState, MeetingType, PublicMeeting, TITLE_UTF16,
};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of meetings.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(public))
        .routes(routes!(get, update))
        .routes(routes!(entitlements))
        .routes(routes!(start))
        .routes(routes!(end))
        .routes(routes!(cancel))
        .merge(calendar::routes())
        .merge(dates::routes())
        .merge(people::routes())
        .merge(now::routes())
}

/// Which meetings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct MeetingQuery {
    /// Only those in this state.
    #[param(nullable = false)]
    state: Option<MeetingState>,
    /// Only those that come about so.
    #[serde(rename = "type")]
    #[param(nullable = false)]
    kind: Option<MeetingType>,
    /// Only those with this in their title, in any case; at most 200 UTF-16 code units.
    #[param(nullable = false, max_length = 200)]
    q: Option<String>,
    /// Only those with this tag.
    #[param(nullable = false, max_length = 40)]
    tag: Option<String>,
    /// Only those where I am this; of my own meetings.
    #[param(nullable = false)]
    role: Option<Role>,
    /// Only those planned from this moment on, or again then, in milliseconds since the Unix
    /// epoch; with `to`.
    #[param(nullable = false, minimum = 0, maximum = 4_102_444_800_000_u64)]
    from: Option<u64>,
    /// Only those planned before this moment.
    #[param(nullable = false, minimum = 0, maximum = 4_102_444_800_000_u64)]
    to: Option<u64>,
    /// The `next` of the page before; the first page without it.
    #[param(nullable = false)]
    after: Option<String>,
    /// Most items wanted; 1 to 100.
    #[param(nullable = false, minimum = 1, maximum = 100)]
    limit: Option<u32>,
}

impl MeetingQuery {
    /// What to look for, after which, and how many.
    fn parts(self) -> Result<(Filter, Option<MeetingId>, u32), Problem> {
        let short = |pointer: &str, text: Option<String>, most: usize| match text {
            Some(text) if text.contains('\0') || text.encode_utf16().count() > most => Err(
                Problem::field(pointer, format!("at most {most} UTF-16 code units")),
            ),
            text => Ok(text.filter(|text| !text.is_empty())),
        };
        let within = match (self.from, self.to) {
            (None, None) => None,
            (from, to) => Some((from.unwrap_or(0), to.unwrap_or(u64::MAX))),
        };
        if within.is_some_and(|(from, to)| from >= to) {
            return Err(Problem::field("/to", "after `from`"));
        }
        let filter = Filter {
            state: self.state,
            kind: self.kind,
            q: short("/q", self.q, TITLE_UTF16)?,
            tag: short("/tag", self.tag, TAG_UTF16)?,
            role: self.role,
            within,
        };
        let page = PageQuery {
            after: self.after,
            limit: self.limit,
        };
        Ok((filter, page.after()?, page.limit(50)?))
    }
}

/// My meetings that fit, newest first. With `from` or `to` those planned in that time, and
/// of what repeats the dates in it (`occurrences`); a page may have fewer then than wanted.
#[utoipa::path(get, path = "/v1/meetings", tag = "meetings", security(("bearer" = [])), params(MeetingQuery),
    responses((status = 200, body = Page<Meeting>), (status = 401, description = "No valid token"),
        (status = 422, description = "A parameter is not valid")))]
async fn list(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MeetingQuery>,
) -> Result<Json<Page<Meeting>>, Failure> {
    let (filter, after, limit) = query.parts()?;
    let page = (after.as_ref(), limit);
    let (items, next) = store::dated(&app.db, &caller.user_id, &filter, page).await?;
    let next = next.map(|next| next.to_string());
    Ok(Json(Page { items, next }))
}

/// Public meetings that fit, newest first.
#[utoipa::path(get, path = "/v1/meetings/public", tag = "meetings", security(("bearer" = [])), params(MeetingQuery),
    responses((status = 200, body = Page<PublicMeeting>), (status = 401, description = "No valid token"),
        (status = 422, description = "A parameter is not valid")))]
async fn public(
    State(app): State<App>,
    caller: Caller,
    Query(query): Query<MeetingQuery>,
) -> Result<Json<Page<PublicMeeting>>, Failure> {
    let (filter, after, limit) = query.parts()?;
    let page = (after.as_ref(), limit + 1);
    let items = store::public_list(&app.db, &caller.user_id, &filter, page).await?;
    let cursor = |last: &PublicMeeting| last.id.to_string();
    Ok(Json(Page::of(items, limit, cursor)))
}

/// Makes a meeting; the caller is its host.
#[utoipa::path(post, path = "/v1/meetings", tag = "meetings", security(("bearer" = [])),
    params(IdempotencyHeader),
    request_body(content = MeetingDraft, example = json!({"title": "Weekly", "isPublic": false})),
    responses((status = 201, body = Meeting),
        (status = 403, description = "More participants than the plan allows"),
        (status = 422, description = "A field is not valid")))]
async fn create(
    State(app): State<App>,
    caller: Caller,
    IdempotencyKey(key): IdempotencyKey,
    Json(draft): Json<MeetingDraft>,
) -> Result<(StatusCode, Json<Meeting>), Failure> {
    let meeting = super::create(&app, &caller, draft, key).await?;
    Ok((StatusCode::CREATED, Json(meeting)))
}

/// One meeting.
#[utoipa::path(get, path = "/v1/meetings/{id}", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = Seen, description = "With your standing as a member; without, of a public meeting"),
        (status = 404, description = "Absent, or not yours to see")))]
async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Seen>, Failure> {
    Ok(Json(super::get(&app, &caller, &id).await?))
}

/// Changes what the meeting is planned to be; what is left out stays. Another time of a
/// recurring meeting is that of all that is to come, unless it is said to be of one date.
#[utoipa::path(patch, path = "/v1/meetings/{id}", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    request_body(content = MeetingChanges, example = json!({"title": "Weekly", "tags": ["team"]})),
    responses((status = 200, body = Meeting),
        (status = 403, description = "Host and co-host change it, and for as many as the plan allows"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Cannot be changed any more"),
        (status = 422, description = "A field is not valid")))]
async fn update(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
    Json(changes): Json<MeetingChanges>,
) -> Result<Json<Meeting>, Failure> {
    Ok(Json(super::update(&app, &caller, &id, changes, key).await?))
}

/// What may be used in the meeting, by the plan of its organisation.
#[utoipa::path(get, path = "/v1/meetings/{id}/entitlements", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path)),
    responses((status = 200, body = Entitlements), (status = 404, description = "Absent, or not yours to see")))]
async fn entitlements(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
) -> Result<Json<Entitlements>, Failure> {
    Ok(Json(super::entitlements(&app, &caller, &id).await?))
}

/// Starts the meeting.
#[utoipa::path(post, path = "/v1/meetings/{id}/start", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Meeting),
        (status = 403, description = "Host and co-host start it"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Not scheduled any more")))]
async fn start(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Meeting>, Failure> {
    let step = (MeetingState::Active, false);
    Ok(Json(super::advance(&app, &caller, &id, step, key).await?))
}

/// Ends the meeting.
#[utoipa::path(post, path = "/v1/meetings/{id}/end", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), IdempotencyHeader),
    responses((status = 200, body = Meeting),
        (status = 403, description = "Host and co-host end it"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Not running")))]
async fn end(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Meeting>, Failure> {
    let step = (MeetingState::Concluded, false);
    Ok(Json(super::advance(&app, &caller, &id, step, key).await?))
}

/// Whether more is called off.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(rename_all = "camelCase")]
#[into_params(parameter_in = Query)]
pub struct CancelQuery {
    /// Whether nothing is to follow it, of a recurring meeting. Not, unless said.
    #[serde(default)]
    #[param(nullable = false)]
    whole_series: bool,
}

/// Calls the meeting off before it begins; the next of its series follows, unless
/// `wholeSeries`.
#[utoipa::path(post, path = "/v1/meetings/{id}/cancel", tag = "meetings", security(("bearer" = [])),
    params(("id" = MeetingId, Path), CancelQuery, IdempotencyHeader),
    responses((status = 200, body = Meeting),
        (status = 403, description = "Host and co-host call it off"),
        (status = 404, description = "Absent, or not yours to see"),
        (status = 409, description = "Not scheduled any more"),
        (status = 422, description = "A parameter is not valid")))]
async fn cancel(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<MeetingId>,
    Query(query): Query<CancelQuery>,
    IdempotencyKey(key): IdempotencyKey,
) -> Result<Json<Meeting>, Failure> {
    let step = (MeetingState::Cancelled, query.whole_series);
    Ok(Json(super::advance(&app, &caller, &id, step, key).await?))
}
