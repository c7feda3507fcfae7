//! `/dev/token` and the published keys.

use crate::actor::RequestInfo;
use crate::app::App;
use crate::audit::{self, Entry, Kind};
use crate::http::{Failure, Json};
use axum::extract::State;
use connvo_core::id::UserId;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use utoipa_axum::{router::OpenApiRouter, routes};

/// The routes of sign-in.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(jwks))
        .routes(routes!(token))
}

/// Who wants a token.
#[derive(Debug, Deserialize, ToSchema)]
pub struct TokenDraft {
    /// Email address.
    email: String,
    /// Name shown to others; 1 to 100 UTF-16 code units.
    name: String,
}

/// A development token.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    /// Bearer token, good for 24 hours.
    token: String,
    /// Whom it names.
    user_id: UserId,
}

/// A token for whoever asks: development mode only, on loopback only.
#[utoipa::path(post, path = "/dev/token", tag = "identity", request_body = TokenDraft,
    responses((status = 200, body = Token), (status = 422, description = "A field is not valid")))]
async fn token(
    State(app): State<App>,
    request: RequestInfo,
    Json(draft): Json<TokenDraft>,
) -> Result<Json<Token>, Failure> {
    let (token, identity) = app.auth.issue(&draft.email, &draft.name).await?;
    let actor = identity.actor(&Arc::new(request));
    let resource = format!("users/{}", actor.user_id);
    let entry = Entry::new(&app, &actor, Kind::Session, "startSession", &resource);
    audit::store::write(&app.db, &entry).await?;
    let user_id = actor.user_id;
    Ok(Json(Token { token, user_id }))
}

/// The public keys that tokens are signed with, as a JWK set (RFC 7517).
#[utoipa::path(get, path = "/.well-known/jwks.json", tag = "identity",
    responses((status = 200, description = "A JWK set", body = serde_json::Value)))]
async fn jwks(State(app): State<App>) -> Json<jsonwebtoken::jwk::JwkSet> {
    Json(app.auth.jwks())
}
