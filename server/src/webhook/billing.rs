//! What the billing service tells of subscriptions (Stripe's events).

mod event;
mod store;

use super::signature::STRIPE;
use super::{EVENT_BYTES, judged, parse, whole};
use crate::actor::RequestInfo;
use crate::app::App;
use crate::audit::Trail;
use crate::http::Failure;
use crate::views::Topic;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderMap, StatusCode};
use connvo_core::error::{ErrorCode, Problem};
use event::Event;
use std::sync::Arc;
use utoipa_axum::{router::OpenApiRouter, routes};

/// When an event of a customer not known yet is worth another try, in milliseconds.
const AGAIN_MS: u64 = 60_000;

pub use event::{Change, News, Whose};
pub use store::{Effect, apply};

/// The route of the billing webhook.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(take))
        .layer(DefaultBodyLimit::max(EVENT_BYTES))
}

/// Takes an event of the billing service: `customer.subscription.created`, `.updated` and
/// `.deleted`, and `entitlements.active_entitlement_summary.updated`. Others, those seen
/// before and older ones are acknowledged and change nothing. One of a customer who is not
/// known yet is to be sent again, for an hour; after that it is acknowledged, too.
#[utoipa::path(post, path = "/v1/webhooks/billing", tag = "webhooks",
    params(("stripe-signature" = String, Header, description = "`t=<seconds>,v1=<hex>`: HMAC-SHA256 over `t.body`")),
    request_body(content = Event, description = "A Stripe event; at most 256 KiB",
        example = json!({"id": "evt_1", "type": "customer.subscription.updated", "created": 1_800_000_000,
            "data": {"object": {"id": "sub_1", "customer": "cus_1", "status": "active", "metadata": {},
                "items": {"data": [{"current_period_end": 1_802_592_000, "price": {"lookup_key": "pro", "metadata": {}}}]}}}})),
    responses((status = 204, description = "Taken"),
        (status = 401, description = "The signature is missing, wrong, or not of now; after too many from one address it is 429"),
        (status = 404, description = "No billing service is set up"),
        (status = 422, description = "Not an event"),
        (status = 409, description = "No organisation is this customer yet: send it again")))]
async fn take(
    State(app): State<App>,
    request: RequestInfo,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<StatusCode, Failure> {
    let body = whole(body)?;
    let secret = app.config.billing_webhook_secret.as_ref();
    let secret = secret.ok_or_else(|| Problem::not_found("this address"))?;
    let header = headers.get("stripe-signature");
    let header = header.and_then(|header| header.to_str().ok());
    let (secret, now) = (secret.reveal().as_bytes(), app.clock.now_ms());
    let request = Arc::new(request);
    let checked = STRIPE.check(secret, header.unwrap_or_default(), &body, now);
    judged(&app, &request, "billing", checked)?;
    let event: Event = parse(&body)?;
    let trail = Trail::new(&app.ids, now, &request);
    take_event(&app, event, &trail).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn take_event(app: &App, event: Event, trail: &Trail) -> Result<(), Problem> {
    let (id, created_ms) = (event.id.clone(), event.created.saturating_mul(1_000));
    let Some(change) = Change::of(event)? else {
        return Ok(());
    };
    let kind = change.name();
    match apply(&app.db, &id, created_ms, &change, trail).await? {
        Effect::Changed(org) => {
            tracing::info!(%org, kind, "the billing service changed a plan");
            app.touched(&[Topic::Org(org)]);
        }
        Effect::Awaited => {
            let detail = "no organisation is this customer yet: send the event again";
            let mut problem = Problem::new(ErrorCode::Conflict, detail);
            problem.retry_after_ms = Some(AGAIN_MS);
            return Err(problem);
        }
        Effect::Unknown => tracing::warn!(kind, event = %id, "billing of an unknown organisation"),
        Effect::Seen | Effect::Older => {}
    }
    Ok(())
}
