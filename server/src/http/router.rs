//! Every route with the layers around them.

use super::limited::{RATE_LIMIT, RATE_LIMIT_POLICY};
use super::{by_person, docs, host, problem, www};
use crate::app::App;
use crate::config::Config;
use crate::{
    audit, auth, chat, flag, health, live, me, meeting, metrics, note, org, person, search,
    transcript, webhook, yjs,
};
use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::header::{
    AUTHORIZATION, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY,
    RETRY_AFTER, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use bytes::{Bytes, BytesMut};
use futures_util::StreamExt;
use std::borrow::Cow;
use std::time::Duration;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::cors::{AllowOrigin, CorsLayer};
use tower_http::request_id::{
    MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer,
};
use tower_http::set_header::SetResponseHeaderLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;
use tracing::Instrument;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

/// Largest body, in bytes: a page of operations or chunks with room to spare.
const BODY_BYTES: usize = 2 << 20;
/// Longest time for a request, its body among it.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The web app runs its own scripts and its WebAssembly module, and nothing else's.
/// (Its build moves every inline script into a file of its own.) It calls the server
/// and, where people sign in there, WorkOS: that goes between the two halves.
const POLICY: [&str; 2] = [
    "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; \
    style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; \
    connect-src 'self' ws: wss:",
    "; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
];

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Connvo",
        description = "Meetings with one note and one live transcript. Errors are \
        `application/problem+json` (RFC 9457) with a stable `code`; times are milliseconds since \
        the Unix epoch; positions in a note are UTF-16 code units; lists answer `{items, next}`.",
    ),
    paths(openapi_json, docs_html, live::upgrade, yjs::upgrade)
)]
struct Description;

/// Written once: a handler is cloned for every request, with all it holds.
#[derive(Clone)]
struct Written(Bytes);

/// This description, for programs.
#[utoipa::path(get, path = "/openapi.json", tag = "operation",
    responses((status = 200, description = "OpenAPI 3.1", body = serde_json::Value,
        example = json!({"openapi": "3.1.0", "info": {"title": "Connvo"}, "paths": {}}))))]
async fn openapi_json(State(Written(description)): State<Written>) -> impl IntoResponse {
    ([(CONTENT_TYPE, "application/json")], description)
}

/// This description, as a page to read.
#[utoipa::path(get, path = "/docs", tag = "operation",
    responses((status = 200, description = "A page", body = String, content_type = "text/html")))]
async fn docs_html(State(Written(page)): State<Written>) -> impl IntoResponse {
    axum::response::Html(page)
}

fn api() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Description::openapi())
        .merge(auth::routes::routes())
        .merge(person::routes::routes())
        .merge(meeting::routes::routes())
        .merge(note::routes::routes())
        .merge(transcript::routes::routes())
        .merge(chat::routes::routes())
        .merge(transcript::segment::routes::routes())
        .merge(search::routes::routes())
        .merge(org::routes::routes())
        .merge(me::routes::routes())
        .merge(flag::routes::routes())
        .merge(webhook::billing::routes())
        .merge(webhook::routes::routes())
        .merge(audit::routes::routes())
        .merge(health::routes())
        .merge(metrics::routes::routes())
}

/// The API description (OpenAPI 3.1) that `/openapi.json` serves.
#[must_use]
pub fn description() -> utoipa::openapi::OpenApi {
    let (_, description) = api().split_for_parts();
    super::describe::complete(description)
}

/// The whole HTTP surface.
pub fn router(app: App) -> Router {
    let (routes, _) = api().split_for_parts();
    let description = description();
    let docs = Written(docs_page(&description));
    let description = Written(description.to_json().unwrap_or_default().into());
    let header = |name: HeaderName, value: &'static str| {
        SetResponseHeaderLayer::if_not_present(name, HeaderValue::from_static(value))
    };
    let name = HeaderName::from_static("x-request-id");
    let cors = cors(&app.config.cors_origins);
    let policy = policy(&app.config);
    let ids = app.ids.clone();
    routes
        .layer(from_fn_with_state(app.clone(), by_person::take))
        .layer(from_fn_with_state(app.clone(), to_the_end))
        .layer(from_fn(whole))
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(TimeoutLayer::with_status_code(
            StatusCode::SERVICE_UNAVAILABLE,
            TIMEOUT,
        ))
        .layer(from_fn_with_state(app.clone(), metrics::count))
        .route("/openapi.json", get(openapi_json).with_state(description))
        .route("/docs", get(docs_html).with_state(docs))
        .route("/v1/live", get(live::upgrade))
        .route("/v1/yjs/{id}", get(yjs::upgrade))
        .fallback(www::serve)
        .layer(from_fn_with_state(app.clone(), host::check))
        .with_state(app.clone())
        .layer(CatchPanicLayer::new())
        .layer(from_fn(problem::finish))
        .layer(from_fn_with_state(app, keeping))
        .layer(CompressionLayer::new())
        .layer(header(X_CONTENT_TYPE_OPTIONS, "nosniff"))
        .layer(header(REFERRER_POLICY, "same-origin"))
        .layer(header(X_FRAME_OPTIONS, "DENY"))
        .layer(header(
            HeaderName::from_static("cross-origin-opener-policy"),
            "same-origin",
        ))
        .layer(header(
            HeaderName::from_static("permissions-policy"),
            "camera=(self), microphone=(self), display-capture=(self), geolocation=(), payment=()",
        ))
        .layer(SetResponseHeaderLayer::if_not_present(
            CONTENT_SECURITY_POLICY,
            policy,
        ))
        .layer(cors)
        .layer(TraceLayer::new_for_http().make_span_with(span))
        .layer(PropagateRequestIdLayer::new(name.clone()))
        .layer(SetRequestIdLayer::new(name, FreshId(ids)))
        .layer(from_fn(drop_foreign_request_id))
}

/// The description as a page to read; empty only if it could not be written.
fn docs_page(description: &utoipa::openapi::OpenApi) -> Bytes {
    let description = serde_json::to_value(description).unwrap_or_default();
    docs::page(&description).unwrap_or_default().into()
}

/// The span of a request names its path without the addresses of people in it, and
/// never its query: a stock Yjs editor sends its token there.
fn span(request: &Request) -> tracing::Span {
    let id = request
        .headers()
        .get("x-request-id")
        .and_then(|id| id.to_str().ok())
        .unwrap_or_default();
    let path = without_addresses(request.uri().path());
    tracing::info_span!("request", method = %request.method(), path = %path, id)
}

/// A path with `…` in place of each segment that is an email address.
fn without_addresses(path: &str) -> Cow<'_, str> {
    let is_address = |segment: &str| segment.contains('@') || segment.contains("%40");
    if !is_address(path) {
        return path.into();
    }
    let shown = |segment| if is_address(segment) { "…" } else { segment };
    let segments: Vec<_> = path.split('/').map(shown).collect();
    segments.join("/").into()
}

fn policy(config: &Config) -> HeaderValue {
    let [before, after] = POLICY;
    let workos = config.workos.as_ref();
    let also = workos.map_or_else(String::new, |workos| {
        format!(" {}", workos.api_url.origin().ascii_serialization())
    });
    // An origin is plain ASCII: there is nothing to refuse.
    HeaderValue::try_from(format!("{before}{also}{after}"))
        .unwrap_or_else(|_| HeaderValue::from_static("default-src 'self'"))
}

fn cors(origins: &[String]) -> CorsLayer {
    let allowed = origins.iter().filter_map(|origin| origin.parse().ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(allowed))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([
            AUTHORIZATION,
            CONTENT_TYPE,
            HeaderName::from_static("idempotency-key"),
        ])
        .expose_headers([
            RETRY_AFTER,
            RATE_LIMIT,
            RATE_LIMIT_POLICY,
            HeaderName::from_static("x-request-id"),
        ])
}

#[derive(Clone)]
struct FreshId(crate::clock::Ids);

impl MakeRequestId for FreshId {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        self.0.uuid().parse().ok().map(RequestId::new)
    }
}

/// What changes something is read in whole before it is worked off, which takes its own
/// time: who sends it drop by drop has the time of a request for that, and no more.
async fn whole(request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let (mut stream, mut read) = (body.into_data_stream(), BytesMut::new());
    while let Some(part) = stream.next().await {
        match part {
            Ok(part) if read.len() + part.len() <= BODY_BYTES => read.extend_from_slice(&part),
            Ok(_) => return StatusCode::PAYLOAD_TOO_LARGE.into_response(),
            // The line broke: nobody hears this.
            Err(_) => return StatusCode::BAD_REQUEST.into_response(),
        }
    }
    next.run(Request::from_parts(parts, Body::from(read.freeze())))
        .await
}

/// What others keep of an answer: nothing of what the API says. And outside development
/// that this host is reached by TLS alone, for a year.
async fn keeping(State(app): State<App>, request: Request, next: Next) -> Response {
    let api = request.uri().path().starts_with("/v1/");
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    if api {
        let none = HeaderValue::from_static("no-store");
        headers.entry(CACHE_CONTROL).or_insert(none);
    }
    if !app.config.dev {
        let year = HeaderValue::from_static("max-age=31536000");
        headers.insert(STRICT_TRANSPORT_SECURITY, year);
    }
    response
}

/// What changes something is worked off to its end, whether or not the caller waits
/// for it: after a commit others are told, and that must not be dropped.
async fn to_the_end(State(app): State<App>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let work = next.run(request).in_current_span();
    match app.tasks.spawn(work).await {
        Ok(response) => response,
        Err(error) => match error.try_into_panic() {
            // For the layer that catches panics.
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
        },
    }
}

/// A caller's own request id is kept only when it is short and plain, since it ends
/// up in logs.
async fn drop_foreign_request_id(mut request: Request, next: Next) -> Response {
    let plain = |id: &HeaderValue| {
        id.len() <= 64
            && id
                .as_bytes()
                .iter()
                .all(|b| b.is_ascii_alphanumeric() || *b == b'-')
    };
    let headers = request.headers_mut();
    if !headers.get("x-request-id").is_none_or(plain) {
        headers.remove("x-request-id");
    }
    next.run(request).await
}
