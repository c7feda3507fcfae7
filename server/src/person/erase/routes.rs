//! `DELETE /v1/me`.

use super::Receipt;
use crate::actor::RequestInfo;
use crate::app::App;
use crate::auth::Caller;
use crate::auth::caller::bearer;
use crate::http::{Failure, IdempotencyHeader, IdempotencyKey, Json, request_info};
use crate::idempotency::Key;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use connvo_core::error::Problem;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The route of deletion.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(erase))
}

/// Who wants to be deleted.
enum Leaver {
    /// Somebody who is here, and how the call may be sent again.
    Here(Caller, Option<Key>),
    /// Somebody who is not, and sends the call again: the first answer.
    Gone(Receipt),
}

impl FromRequestParts<App> for Leaver {
    type Rejection = Failure;

    /// The retry is looked at before the caller's standing: that of who is deleted is none.
    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Failure> {
        let key = IdempotencyKey::from_request_parts(parts, app).await;
        if let (Ok(IdempotencyKey(Some(key))), Ok(token)) = (&key, bearer(parts))
            && let Ok(Some(receipt)) = retried(app, &request_info(parts, app), token, key).await
        {
            return Ok(Self::Gone(receipt));
        }
        let caller = Caller::from_request_parts(parts, app).await?;
        Ok(Self::Here(caller, key?.0))
    }
}

/// The receipt of a deletion under this key by the token's person.
async fn retried(
    app: &App,
    request: &RequestInfo,
    token: &str,
    key: &Key,
) -> Result<Option<Receipt>, Problem> {
    match app.auth.whose(app, request, token).await? {
        Some(user) => super::receipt(app, &user, key.clone()).await,
        None => Ok(None),
    }
}

/// Deletes me, for good, and all that says who I am. My tokens are good no longer, but for
/// a retry under the same key, which gets the receipt; who signs in with the same address
/// later is somebody new.
#[utoipa::path(delete, path = "/v1/me", tag = "people", security(("bearer" = [])),
    params(IdempotencyHeader),
    responses((status = 200, description = "The receipt", body = Receipt),
        (status = 404, description = "Deleted already"),
        (status = 409, description = "You are the last administrator of an organisation with other members")))]
async fn erase(State(app): State<App>, leaver: Leaver) -> Result<Json<Receipt>, Failure> {
    match leaver {
        Leaver::Here(caller, key) => Ok(Json(super::erase(&app, &caller, key).await?)),
        Leaver::Gone(receipt) => Ok(Json(receipt)),
    }
}
